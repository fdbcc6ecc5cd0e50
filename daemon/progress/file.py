"""Writes the file with which other programs see the progress. It exists only while transfers run.

It is replaced at most once a second and never flushed to the disk: after a power cut it means nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from daemon.progress.board import Board
from daemon.progress.reading import FILE
from daemon.progress.transfer import Transfer

InThread = Callable[..., Awaitable[object]]
"""Runs a blocking call with its arguments."""

EVERY = 1.0
"""Seconds between two versions of the file. A transfer that ends earlier leaves no file."""


async def publish(board: Board, state_dir: Path, begun: asyncio.Event, in_thread: InThread = asyncio.to_thread) -> None:
    """Write the file while something moves, for ever. ``begun`` is set when a transfer begins.

    Waits without waking up while nothing moves. Errors are ignored: the next second has another version.
    """
    path = state_dir / FILE
    await in_thread(_remove, path)  # left by a daemon that was killed
    try:
        while True:
            await begun.wait()
            begun.clear()
            await asyncio.sleep(EVERY)
            while transfers := board.look():
                await in_thread(_write, path, transfers, board.monotonic())
                await asyncio.sleep(EVERY)
            await in_thread(_remove, path)
    finally:
        _remove(path)


def _write(path: Path, transfers: tuple[Transfer, ...], now: float) -> None:
    part = path.with_name(f".{FILE}.part")
    text = json.dumps({"monotonic": now, "transfers": [asdict(one) for one in transfers]})
    with suppress(OSError):
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "w") as file:
            file.write(text)
        os.replace(part, path)


def _remove(path: Path) -> None:
    for name in (path, path.with_name(f".{FILE}.part")):
        with suppress(OSError):
            os.unlink(name)

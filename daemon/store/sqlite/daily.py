"""The task that copies the state once per day while the daemon runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import structlog

from daemon.errors import StateError, StateFull
from daemon.store.place import FILE
from daemon.store.sqlite import copies

log = structlog.get_logger("bracketd.store")

LOOK = 3600.0
"""Seconds between two checks for a new day, short because the machine may be suspended."""


LOOK_FOR_ROOM = 60.0
"""Seconds until the next try after the disk was full."""

Blocking = Callable[..., Awaitable[Any]]
"""Runs a function with its arguments in a thread."""


async def keep_copies(
    state_dir: Path,
    now: Callable[[], float],
    tell: Callable[[str | None], Awaitable[None]],
    blocking: Blocking = asyncio.to_thread,
) -> None:
    """Copy the state now, unless there is a copy of today, and then once per day, until cancelled.

    A failure is logged and reported once and does not stop the task. ``now`` returns epoch seconds. ``tell`` is called
    with the error, and with None once copying works again.
    """
    said: str | None = None
    while True:
        trouble, again = None, LOOK
        try:
            made = await blocking(copies.daily, state_dir / FILE, date.fromtimestamp(now()))  # noqa: DTZ012 - local days
            if made is not None:
                log.info("state copied", copy=str(made))
        except StateFull as error:
            trouble, again = str(error), LOOK_FOR_ROOM
        except StateError as error:
            trouble = str(error)
        if trouble != said:
            said = trouble
            if trouble is not None:
                log.error("could not copy the state", why=trouble)
            with suppress(StateError):  # such as a full disk, which the next write reports
                await tell(trouble)
        await asyncio.sleep(again)

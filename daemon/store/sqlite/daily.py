"""The task that copies the state once a day while the daemon runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import structlog

from daemon.errors import StateError, StateFull
from daemon.store.sqlite import copies
from daemon.store.sqlite.file import FILE

log = structlog.get_logger("bracketd.store")

LOOK = 3600.0
"""Seconds between two looks whether it is another day; a machine that slept is not much late."""


LOOK_FOR_ROOM = 60.0
"""Seconds to the next try when there was no room for a copy."""

Blocking = Callable[..., Awaitable[Any]]
"""Runs a call and its arguments in a thread."""


async def keep_copies(
    state_dir: Path,
    now: Callable[[], float],
    tell: Callable[[str | None], Awaitable[None]],
    blocking: Blocking = asyncio.to_thread,
) -> None:
    """Copy the state at once, unless there is a copy of today, and then every day, until cancelled.

    What hinders a copy is logged and told once, and stops nothing. ``now`` gives epoch seconds; ``tell`` is given what
    is wrong, and None when nothing is any more.
    """
    said: str | None = None
    while True:
        trouble, again = None, LOOK
        try:
            made = await blocking(copies.daily, state_dir / FILE, date.fromtimestamp(now()))  # noqa: DTZ012 - local days
            if made is not None:
                log.info("the state was copied", copy=str(made))
        except StateFull as error:
            trouble, again = str(error), LOOK_FOR_ROOM
        except StateError as error:
            trouble = str(error)
        if trouble != said:
            said = trouble
            if trouble is not None:
                log.error("the state cannot be copied", why=trouble)
            with suppress(StateError):  # a full disk, say: whatever is done next will tell
                await tell(trouble)
        await asyncio.sleep(again)

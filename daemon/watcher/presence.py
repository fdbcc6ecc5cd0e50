"""Presence of watched and output folders. Changes are logged, and ``status`` shows missing folders."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from daemon.errors import StateError, StateFull
from daemon.files.roots import Roots, away
from daemon.order import facts
from daemon.orders import Desk
from daemon.store.notes import Missing

log = structlog.get_logger("bracketd.watcher")

Blocking = Callable[..., Awaitable[Any]]
"""Runs a file-system call in a thread, so that a hung mount does not block everything."""

LOOK_EVERY = 5.0
"""Seconds between checks of an output folder, and of a missing watched folder."""


class Presence:
    """Presence of one folder. When it returns, the orders that waited for it resume immediately."""

    def __init__(self, root: str, desk: Desk) -> None:
        self._root, self._desk, self._store = root, desk, desk.store
        self._away: str | None = None

    async def away(self, words: str) -> None:
        """Mark the folder as missing, or replaced by another disk. ``words`` is the message to a person."""
        if self._away != words:
            self._away = words
            log.error("folder unavailable", folder=self._root, why=words)
            await self._store.note(Missing(self._root, words))

    async def back(self) -> None:
        """Mark the folder as available and resume the orders that waited for it."""
        if self._away is not None:
            self._away = None
            log.info("folder available again", folder=self._root)
            await self._store.note(Missing(self._root, None))
            for order_id in await self._store.waiting_for(self._root):
                await self._desk.happened(order_id, facts.Resumed())


class OutputWatch:
    """Checks one output folder at intervals, so that a missing disk is noticed before a picture must be written."""

    def __init__(self, output: str, roots: Roots, presence: Presence, blocking: Blocking) -> None:
        self._output, self._roots, self._presence, self._blocking = output, roots, presence, blocking

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            try:
                words = await self._look()
                await (self._presence.back() if words is None else self._presence.away(words))
            except StateFull:
                pass  # the state's disk is full; the next check tries again
            except StateError:
                raise
            except Exception:
                log.exception("could not check an output folder", output=self._output)
            await asyncio.sleep(LOOK_EVERY)

    async def _look(self) -> str | None:
        try:
            words: str | None = await self._blocking(self._roots.output_away, self._output)
        except OSError as error:
            return away("output", self._output, f"cannot be accessed: {error.strerror}")
        return words

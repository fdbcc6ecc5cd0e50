"""Waits for free space on the state's disk.

A fact that cannot be written must not be lost, because it may have cost money. So a writer waits until the disk has
space again, and later writers queue behind it. Meanwhile nothing new is started.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from daemon.errors import StateFull

T = TypeVar("T")

RETRY = 5.0
"""Seconds between two attempts to write."""


class Pause:
    """Waits while the state's disk is full. ``why`` is the reason, None if it is not full. For one event loop."""

    def __init__(self) -> None:
        self.why: str | None = None
        self._turn = asyncio.Lock()
        self._given_up = asyncio.Event()
        self._listeners: list[Callable[[str | None], None]] = []

    def listen(self, listener: Callable[[str | None], None]) -> None:
        """Call ``listener`` with the reason after every failed attempt, and with None once writing works again."""
        self._listeners.append(listener)

    def give_up(self) -> None:
        """Stop waiting: pending writes raise StateFull."""
        self._given_up.set()

    async def write(self, writing: Callable[[], Awaitable[T]]) -> T:
        """Repeat ``writing`` until there is space, and return its result. Raises StateFull after ``give_up``."""
        async with self._turn:
            while True:
                try:
                    result = await writing()
                except StateFull as full:
                    self._set(str(full))
                    if self._given_up.is_set():
                        raise
                    await self.wait()
                    continue
                self._set(None)
                return result

    async def wait(self) -> None:
        """Wait until the next attempt."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._given_up.wait(), RETRY)

    def _set(self, why: str | None) -> None:
        was, self.why = self.why, why
        if was is not None or why is not None:
            for listener in self._listeners:
                listener(why)

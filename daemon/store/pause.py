"""The wait for room on the state's disk.

A fact that cannot be written down must not be lost: what it tells may have cost money. So whoever writes waits until
the disk has room again, and everybody who writes after waits behind. While that lasts nothing new is begun.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from daemon.errors import StateFull

T = TypeVar("T")

RETRY = 5.0
"""Seconds between two tries to write."""


class Pause:
    """Whether the state's disk is full, and the wait for room. For one event loop."""

    def __init__(self) -> None:
        self.why: str | None = None
        self._turn = asyncio.Lock()
        self._given_up = asyncio.Event()
        self._listeners: list[Callable[[str | None], None]] = []

    def listen(self, listener: Callable[[str | None], None]) -> None:
        """Call ``listener`` with why there is no room, after every try, and with None when the pause is over."""
        self._listeners.append(listener)

    def give_up(self) -> None:
        """Wait no longer: whoever still has something to write gets StateFull."""
        self._given_up.set()

    async def write(self, writing: Callable[[], Awaitable[T]]) -> T:
        """What ``writing`` returns, as soon as there is room for it. Raises StateFull after ``give_up``."""
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
        """Let time pass until it is worth another try."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._given_up.wait(), RETRY)

    def _set(self, why: str | None) -> None:
        was, self.why = self.why, why
        if was is not None or why is not None:
            for listener in self._listeners:
                listener(why)

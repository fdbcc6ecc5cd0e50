"""Reports the daemon's health to the service manager and to other programs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn

import structlog

from daemon.host.notify import Notifier
from daemon.host.pulse import Pulse

log = structlog.get_logger("bracketd")


class Vigil:
    """Keeps the pulse, and feeds the service manager's watchdog, while every part of the daemon responds."""

    def __init__(self, pulse: Pulse, notifier: Notifier) -> None:
        self._pulse, self._notifier = pulse, notifier
        self._well, self._full = True, False

    def beat(self) -> None:
        """Record a heartbeat of the main loop, if the other parts respond too."""
        if self._well:
            self._pulse.beat()

    def wait_for_room(self, why: str | None) -> None:
        """Report why the state's disk is full, or None once it has space again. A waiting daemon counts as healthy."""
        self._pulse.beat()
        if self._full is (why is not None):
            return
        self._full = why is not None
        self._pulse.wait_for_room(full=self._full)
        if self._full:
            log.error("state disk full; everything paused", why=why)
            self._notifier.status(f"paused, state disk full: {why}")
        else:
            log.info("state disk has space again")
            self._notifier.status("working again")

    @property
    def waits_for_room(self) -> bool:
        """True while the state's disk is full."""
        return self._full

    async def report(self, late: Callable[[], Awaitable[list[str]]]) -> NoReturn:
        """Check periodically which parts do not respond. ``late`` returns their names; an empty list means healthy."""
        every = min(self._notifier.watchdog_s or 60.0, 60.0) / 3
        while True:
            parts = await late()
            self._well = self._full or not parts
            if self._well:
                self._notifier.alive()
            else:
                log.error("component not responding", parts=parts)
            await asyncio.sleep(every)

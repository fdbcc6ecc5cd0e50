"""How the daemon is, for the service manager and for other programs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn

import structlog

from daemon.host.notify import Notifier
from daemon.host.pulse import Pulse

log = structlog.get_logger("bracketd")


class Vigil:
    """Gives the sign of life, and feeds the service manager's watchdog, while every part of the daemon answers."""

    def __init__(self, pulse: Pulse, notifier: Notifier) -> None:
        self._pulse, self._notifier = pulse, notifier
        self._well, self._full = True, False

    def beat(self) -> None:
        """The daemon turned, which is a sign of life as long as the other parts answer, too."""
        if self._well:
            self._pulse.beat()

    def wait_for_room(self, why: str | None) -> None:
        """There is no room for the state, and this is why; None: there is room again. To wait is to be well."""
        self._pulse.beat()
        if self._full is (why is not None):
            return
        self._full = why is not None
        self._pulse.wait_for_room(full=self._full)
        if self._full:
            log.error("no room for the state, everything waits", why=why)
            self._notifier.status(f"waiting for room: {why}")
        else:
            log.info("there is room for the state again")
            self._notifier.status("working again after a wait for room")

    @property
    def waits_for_room(self) -> bool:
        """Whether there is no room for the state."""
        return self._full

    async def report(self, late: Callable[[], Awaitable[list[str]]]) -> NoReturn:
        """Ask all the time which parts do not answer, in words; as long as none is late, all is well."""
        every = min(self._notifier.watchdog_s or 60.0, 60.0) / 3
        while True:
            parts = await late()
            self._well = self._full or not parts
            if self._well:
                self._notifier.alive()
            else:
                log.error("a part does not answer", parts=parts)
            await asyncio.sleep(every)

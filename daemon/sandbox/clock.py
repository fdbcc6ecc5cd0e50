"""Time as the sandbox tells it: the machine's clock, and simulated delays that can be shortened."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime


class Clock:
    """The wall clock, and delays multiplied by ``speed`` (1 as they come, 0 none)."""

    def __init__(self, speed: float) -> None:
        self.speed = speed

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def steady(self) -> float:
        """Seconds on a clock that never jumps."""
        return time.monotonic()

    def real(self, simulated: float) -> float:
        """How many real seconds a simulated delay takes."""
        return simulated * self.speed

    async def wait(self, simulated: float) -> None:
        """Let a simulated delay pass; even none lets others run."""
        await asyncio.sleep(self.real(simulated))


def stamp(seconds: float) -> str:
    """A moment as the service writes it: ISO 8601 in UTC with microseconds and without a zone."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(timespec="microseconds")

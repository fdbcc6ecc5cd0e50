"""The sandbox's time: the machine's clock, and simulated delays that can be shortened."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime


class Clock:
    """The wall clock, and delays multiplied by ``speed`` (1 is full length, 0 is no delay)."""

    def __init__(self, speed: float) -> None:
        self.speed = speed

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def steady(self) -> float:
        """Seconds on a clock that never jumps."""
        return time.monotonic()

    def real(self, simulated: float) -> float:
        """A simulated delay in real seconds."""
        return simulated * self.speed

    async def wait(self, simulated: float) -> None:
        """Wait for a simulated delay. Even a delay of 0 lets other tasks run."""
        await asyncio.sleep(self.real(simulated))


def stamp(seconds: float) -> str:
    """A moment as the service writes it: ISO 8601 in UTC with microseconds and without a zone."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(timespec="microseconds")

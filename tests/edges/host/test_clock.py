from __future__ import annotations

import asyncio
import time

from daemon.host.clock import Clock, SystemClock


def test_now_is_the_wall_clock_in_seconds() -> None:
    """``now`` is between two readings of the wall clock."""
    clock: Clock = SystemClock()
    before = time.time()
    assert before <= clock.now() <= time.time()


def test_monotonic_is_the_event_loops_clock() -> None:
    """``monotonic`` never goes back and agrees with asyncio's timers."""
    clock: Clock = SystemClock()

    async def look() -> tuple[float, float, float]:
        return clock.monotonic(), asyncio.get_running_loop().time(), clock.monotonic()

    first, loop, second = asyncio.run(look())
    assert first <= loop <= second

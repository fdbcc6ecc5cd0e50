"""Simulated time: an event loop that jumps to its next timer instead of waiting, and a matching clock."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

START = 1_700_000_000.0


class Jump(selectors.DefaultSelector):
    """A selector that never waits. If nothing is ready, time jumps by the timeout of the select."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return the ready events, or jump. Fails the test if the loop would sleep forever."""
        ready = super().select(0)
        if not ready and timeout is None:
            raise AssertionError("everything waits for everything else")
        if not ready and timeout:
            self.now += timeout
        return ready


class SimulatedLoop(asyncio.SelectorEventLoop):
    """An event loop in simulated time."""

    def __init__(self) -> None:
        self.jump = Jump()
        super().__init__(self.jump)

    def time(self) -> float:
        """Seconds of simulated time since the loop was created."""
        return self.jump.now


class SimulatedClock:
    """The loop's time as a clock. ``offset``: the error of its wall clock, in seconds."""

    def __init__(self, loop: SimulatedLoop) -> None:
        self._loop = loop
        self.offset = 0.0

    def now(self) -> float:
        """Epoch seconds."""
        return START + self._loop.time() + self.offset

    def monotonic(self) -> float:
        """Seconds since the loop began."""
        return self._loop.time()


class Inline(Executor):
    """An executor that runs each call immediately, in the caller's thread."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run the call now."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - it is the future's to raise
            future.set_exception(error)
        return future


def simulate(work: Callable[[SimulatedClock], Coroutine[Any, Any, T]]) -> T:
    """Run ``work`` to completion in simulated time."""
    loop = SimulatedLoop()
    try:
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(work(SimulatedClock(loop)))
    finally:
        asyncio.set_event_loop(None)
        loop.close()

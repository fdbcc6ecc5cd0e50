"""Waiting for a lane. ``daemon.runner.lanes`` decides which step is next."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from daemon.runner.lanes import Held, Lane, goes_next, next_change


class Queue:
    """One lane and the steps that wait for it. ``monotonic`` returns seconds."""

    def __init__(self, lane: Lane, monotonic: Callable[[], float]) -> None:
        self._lane, self._monotonic = lane, monotonic
        self._held: list[Held] = []
        self._waiting: list[tuple[str, asyncio.Future[Held]]] = []
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def place(self, order_id: str) -> AsyncIterator[None]:
        """Wait for a place in the lane and hold it for a step of an order."""
        entered: asyncio.Future[Held] = asyncio.get_running_loop().create_future()
        self._waiting.append((order_id, entered))
        self._let_in()
        try:
            await entered
            yield
        finally:
            self._leave(order_id, entered)

    def _leave(self, order_id: str, entered: asyncio.Future[Held]) -> None:
        if entered.done() and not entered.cancelled():
            self._held.remove(entered.result())
        else:
            self._waiting.remove((order_id, entered))
        self._let_in()

    def _let_in(self) -> None:
        now = self._monotonic()
        while (number := goes_next(self._lane, self._held, [one for one, _ in self._waiting], now)) is not None:
            order_id, entered = self._waiting.pop(number)
            held = Held(order_id, now)
            self._held.append(held)
            entered.set_result(held)
        self._set_timer(now)

    def _set_timer(self, now: float) -> None:
        """If a step waits, check again when the next step in the lane counts as long."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        seconds = next_change(self._lane, self._held, now) if self._waiting else None
        if seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._let_in)

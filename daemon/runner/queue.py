"""Waiting for a lane. Who goes next is decided in ``daemon.runner.lanes``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from daemon.runner.lanes import Held, Lane, goes_next, next_change


class Queue:
    """One lane, and the steps that wait for it. ``monotonic`` tells the time."""

    def __init__(self, lane: Lane, monotonic: Callable[[], float]) -> None:
        self._lane, self._monotonic = lane, monotonic
        self._held: list[Held] = []
        self._waiting: list[tuple[str, asyncio.Future[Held]]] = []
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def place(self, order_id: str) -> AsyncIterator[None]:
        """A place in the lane for a step of an order, as soon as there is one."""
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
        self._look_again(now)

    def _look_again(self, now: float) -> None:
        """While somebody waits, look again when a step has become a long one."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        seconds = next_change(self._lane, self._held, now) if self._waiting else None
        if seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._let_in)

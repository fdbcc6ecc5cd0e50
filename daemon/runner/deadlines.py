"""Notices when the deadline of an order's images comes near, while nothing else happens to the order."""

from __future__ import annotations

import asyncio

import structlog

from daemon.host.clock import Clock
from daemon.order import Order, facts
from daemon.order.deadline import next_warning, remaining
from daemon.orders import Change, Desk

log = structlog.get_logger("bracketd.runner")

EVERY = 60.0
"""Seconds between two checks."""


class Deadlines:
    """Brings the desk a fact when an order's next warning is due. The rules decide what it means."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk, self._clock = desk, clock
        self._next: dict[str, tuple[float, Order]] = {}
        desk.listen(self._changed)

    async def run(self) -> None:
        """Read the unfinished orders, then check them until cancelled. Raises StateError."""
        for order_id in await self._desk.store.unfinished():
            try:
                self._follow(await self._desk.load(order_id))
            except (KeyError, ValueError) as error:
                log.warning("order cannot be read; its deadline is unknown", order=order_id, why=str(error))
        while True:
            if self._desk.store.pause.why is None:
                await self.check()
            await asyncio.sleep(EVERY)

    async def check(self) -> None:
        """Bring a fact for each warning that is due. Raises StateError."""
        now = self._clock.now()
        for order_id, (moment, order) in list(self._next.items()):
            if moment <= now and order_id not in self._desk.left_alone:
                del self._next[order_id]
                await self._desk.happened(order_id, facts.DeadlineNear(remaining(order, now)))

    def _changed(self, change: Change) -> None:
        self._follow(change.after)

    def _follow(self, order: Order) -> None:
        moment = next_warning(order)
        if moment is None:
            self._next.pop(order.id, None)
        else:
            self._next[order.id] = (moment, order)

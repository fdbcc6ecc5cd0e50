"""Claims due orders, performs their steps, and reports the facts to the desk.

A visit performs an order's next steps, as many at once as the lanes allow, until nothing more can be done now. The
row's due time says when to visit the order again. No coroutine sleeps until then, so a restart loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress

import structlog

from daemon.errors import StateError, StateFull
from daemon.host.clock import Clock
from daemon.order import Order, facts, next_steps, steps
from daemon.order.due import waits
from daemon.order.facts import Failure
from daemon.orders import Change, Desk
from daemon.runner.account import Account
from daemon.runner.lanes import Lane, excluded, lane
from daemon.runner.queue import Queue
from daemon.runner.visit import Visit

log = structlog.get_logger("bracketd.runner")

Perform = Callable[[Order, steps.Step], Awaitable[facts.Fact]]
"""Performs one step and returns the resulting fact. An error is returned as a fact, too."""

TURN_EVERY = 1.0
"""The longest time between two turns of the loop, in seconds."""


class Runner:
    """The worker loop. ``lanes`` limit how many steps run at once."""

    def __init__(
        self,
        desk: Desk,
        perform: Perform,
        account: Account,
        clock: Clock,
        lanes: Mapping[str, Lane],
        *,
        turn_every: float = TURN_EVERY,
    ) -> None:
        self._desk, self._store, self._perform, self._account = desk, desk.store, perform, account
        self._clock, self._policy, self._turn_every = clock, desk.policy, turn_every
        self._lanes = lanes
        self._queues = {name: Queue(of, clock.monotonic) for name, of in self._lanes.items()}
        self._begun = 0
        self._visits: dict[str, asyncio.Task[None]] = {}
        self._present: dict[str, Visit] = {}
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self.alive_at = clock.monotonic()
        desk.listen(self._changed)

    def stop(self) -> None:
        """Begin no new steps. ``run`` returns when the results of the steps under way are stored."""
        self._stopping.set()
        self._wake.set()

    async def run(self, turned: Callable[[], None] = lambda: None) -> None:
        """Work until ``stop`` is called. ``turned`` is called at each turn of the loop, at least once a second."""
        async with asyncio.TaskGroup() as group:
            while not self._stopping.is_set():
                self.alive_at = self._clock.monotonic()
                turned()
                self._wake.clear()
                if self._store.pause.why is None:
                    await self._claim(group)
                if self._account.take_check():
                    group.create_task(self._account.check_connection(), name="connection")
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), await self._nap())

    def _changed(self, change: Change) -> None:
        """Pass a changed order to its visit. Without a visit, wake the loop: the order may be due."""
        visit = self._present.get(change.after.id)
        if visit is None:
            self._wake.set()
        else:
            visit.order = change.after
            visit.news.set()

    async def _claim(self, group: asyncio.TaskGroup) -> None:
        for order_id in await self._store.due(self._clock.now(), self._policy.longest):
            known = order_id in self._visits or order_id in self._desk.left_alone
            if not known and self._account.admits(len(self._visits)):
                self._visits[order_id] = group.create_task(self._visit(order_id), name=f"order {order_id}")

    async def _visit(self, order_id: str) -> None:
        try:
            await self._stay(order_id)
        except* StateError:
            raise
        except* Exception as bugs:  # noqa: BLE001 - a bug in one order must not end the others
            await self._desk.broke(order_id, bugs)
        finally:
            del self._visits[order_id]
            self._wake.set()

    async def _nap(self) -> float:
        due = await self._store.next_due()
        if due is None or self._account.is_refused or self._visits or self._desk.left_alone:
            return self._turn_every
        return min(max(0.0, due - self._clock.now()), self._turn_every)

    async def _stay(self, order_id: str) -> None:
        async with self._desk.visit(order_id) as order:
            visit = self._present[order_id] = Visit(order)
            try:
                async with asyncio.TaskGroup() as group:
                    while True:
                        visit.news.clear()
                        for step in self._startable(visit.order, list(visit.under_way.values())):
                            visit.under_way[group.create_task(self._take(visit, step))] = step
                        if not visit.under_way:
                            return
                        for task in await visit.ended():
                            del visit.under_way[task]
                            task.result()
            finally:
                del self._present[order_id]

    def _may_begin(self, order: Order, others: int) -> bool:
        """True if a step of an order may begin now: the order is due, and the account is open or needs a probe."""
        ahead = order.due is None or waits(order, self._clock.now(), self._policy)
        paused = self._stopping.is_set() or self._store.pause.why is not None
        return not (paused or ahead) and self._account.admits(others)

    def _startable(self, order: Order, under_way: list[steps.Step]) -> list[steps.Step]:
        """The steps to begin now: due, not under way, and at most as many as each lane is wide."""
        if not self._may_begin(order, max(len(under_way), self._begun)):
            return []
        room = {name: of.width for name, of in self._lanes.items()}
        for step in under_way:
            room[lane(step)] -= 1
        chosen: list[steps.Step] = []
        for step in next_steps(order):
            if step not in under_way and room[lane(step)] > 0 and not excluded(step, [*under_way, *chosen]):
                room[lane(step)] -= 1
                chosen.append(step)
        return chosen[:1] if self._account.is_refused else chosen

    async def _take(self, visit: Visit, step: steps.Step) -> None:
        """Perform a step when its lane is free, and report the fact. Does nothing if the step is no longer needed then.

        The intent is stored directly before the request, so that its time is the time of the request.
        """
        order_id = visit.order.id
        async with AsyncExitStack() as place:
            await place.enter_async_context(self._queues[lane(step)].place(order_id))
            with self._desk.performing(order_id):
                happened = await self._carried_out(visit, step)
                await place.aclose()
                if happened is None:
                    return
                async with self._desk.turn(order_id) as turn:
                    await turn.happened(happened)

    async def _carried_out(self, visit: Visit, step: steps.Step) -> facts.Fact | None:
        """Perform a step and return its fact; None if the step did not begin."""
        async with self._desk.turn(visit.order.id) as turn:
            visit.order = turn.order  # another program may have changed it
            if not self._may_begin(turn.order, self._begun):
                return None
            full = self._account.refuses(turn.order, step) if step in next_steps(turn.order) else None
            if full is not None:
                return full
            self._begun += 1
            try:
                begins = await turn.begin(step)
            except BaseException:
                self._begun -= 1
                raise
        try:
            if not begins:
                return None
            happened = await self._desk.checked(turn.order, await self._perform(turn.order, step))
        except StateFull as full_disk:  # raised in a worker thread, before any request was sent
            happened = facts.Failed(step, Failure.PASSING, str(full_disk), unsent=True)
        finally:
            self._begun -= 1
        return await self._account.hears(turn.order, happened)

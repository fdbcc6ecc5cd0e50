"""Claims orders that are due, visits them, records what happened; and keeps the account's gate.

A visit takes an order's next steps, as many at once as its lanes allow, until there is nothing to do now; then it
leaves, and the row's due time says when to come back. Nothing sleeps for an order: a restart forgets nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from daemon.errors import StateError, StateFull
from daemon.host.clock import Clock
from daemon.order import Order, Policy, Preset, evolve, facts, next_steps
from daemon.order.due import waits
from daemon.order.facts import Kind
from daemon.order.merging import limit_reached
from daemon.order.trouble import bug
from daemon.runner.gate import DayLimit, Gate
from daemon.runner.lanes import excluded, lane, lanes
from daemon.runner.outage import Outage
from daemon.runner.queue import Queue
from daemon.runner.telling import tell
from daemon.store.store import Ask, Stale, Store

log = structlog.get_logger("bracketd.runner")

Perform = Callable[[Order, facts.Step], Awaitable[facts.Fact]]

ONLINE_EVERY = 10.0
"""Seconds between tries of the line while orders wait for it."""

ASKS_EVERY = 1.0
"""Seconds between looks for what other programs asked: how long ``bracketd submit`` may take to be noticed."""


@dataclass(slots=True)
class Visit:
    """An order as it is known by now to all its steps under way; ``None`` stands for one that was not begun."""

    order: Order
    under_way: dict[asyncio.Task[facts.Fact | None], facts.Step] = field(default_factory=dict)


class Runner:
    """The worker loop. ``perform`` carries out one step; everything else about orders is decided by their rules.

    ``submit`` hands a wish to the watcher of its folder, which carries it out, and says whether there is one;
    ``preset_of`` says what the settings are by now for a shoot's folder, None if it is in no watched folder any more;
    ``online`` says whether the service can be reached at all.
    """

    def __init__(
        self,
        store: Store,
        perform: Perform,
        clock: Clock,
        policy: Policy,
        *,
        uploads: int,
        downloads: int,
        submit: Callable[[Ask], bool],
        preset_of: Callable[[str], Preset | None],
        online: Callable[[], Awaitable[bool]],
        asks_every: float = ASKS_EVERY,
    ) -> None:
        self._store, self._perform, self._clock, self._policy = store, perform, clock, policy
        self._submit, self._preset_of, self._online, self._asks_every = submit, preset_of, online, asks_every
        self._lanes = lanes(uploads=uploads, downloads=downloads)
        self._queues = {name: Queue(of, clock.monotonic) for name, of in self._lanes.items()}
        self._gate, self._day = Gate(policy.account_probe), DayLimit(policy.limit_probe)
        self._outage = Outage(ONLINE_EVERY)
        self._till = asyncio.Lock()
        self._begun = 0
        self._visits: dict[str, asyncio.Task[None]] = {}
        self._quarantine: set[str] = set()
        self._inbox: dict[str, list[tuple[facts.Fact, Ask | None]]] = {}
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self.alive_at = clock.monotonic()

    def wake(self) -> None:
        """Something may be due: an order was added, or a hint came in."""
        self._wake.set()

    def tell(self, order_id: str, fact: facts.Fact, ask: Ask | None = None) -> None:
        """Something happened to an order that no step of its own brought about; ``ask`` is done once it is recorded."""
        self._inbox.setdefault(order_id, []).append((fact, ask))
        self._wake.set()

    def stop(self) -> None:
        """Begin nothing new; ``run`` returns when what is under way has been recorded."""
        self._stopping.set()
        self._wake.set()

    async def run(self, turned: Callable[[], None] = lambda: None) -> None:
        """Work until ``stop``. ``turned`` is called at each turn of the loop, once a second or more often."""
        async with asyncio.TaskGroup() as group:
            while not self._stopping.is_set():
                self.alive_at = self._clock.monotonic()
                turned()
                self._wake.clear()
                if self._store.pause.why is None:
                    for ask in await self._store.asks():
                        await self._answer(ask)
                    await self._claim(group)
                if self._outage.probe_due(self._clock.monotonic()):
                    group.create_task(self._probe_line(), name="line")
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), await self._nap())

    async def _probe_line(self) -> None:
        waiting = self._outage.probed(reachable=await self._online())
        if waiting:
            log.info("the line is back", orders=len(waiting))
        for order_id in waiting:
            self.tell(order_id, facts.Resumed())

    async def _claim(self, group: asyncio.TaskGroup) -> None:
        told = [order_id for order_id in self._inbox if order_id not in self._visits]
        due = await self._store.due(self._clock.now(), self._policy.longest)
        for order_id in dict.fromkeys((*told, *due)):
            admitted = order_id in told or self._gate.admits(len(self._visits), self._clock.monotonic())
            if order_id not in self._visits and order_id not in self._quarantine and admitted:
                self._visits[order_id] = group.create_task(self._visit(order_id), name=f"order {order_id}")

    async def _visit(self, order_id: str) -> None:
        try:
            await self._stay(order_id)
        except* StateError:
            raise
        except* Exception as bugs:  # noqa: BLE001 - a bug in one order must not end the others
            await self._hold(order_id, bugs)
        finally:
            del self._visits[order_id]
            self._wake.set()

    async def _hold(self, order_id: str, bugs: BaseException) -> None:
        """A bug of ours ends one visit, not the daemon: its order is held or, if even that fails, left alone."""
        while isinstance(bugs, BaseExceptionGroup):
            bugs = bugs.exceptions[0]
        self._inbox.pop(order_id, None)
        try:
            await self._record(await self._store.load(order_id), bug(None, bugs))
        except StateError:
            raise
        except Exception:
            self._quarantine.add(order_id)
            log.exception("a bug; this order is left alone until the next start", order=order_id, why=str(bugs))

    async def _nap(self) -> float:
        due = await self._store.next_due()
        if due is None or self._gate.reason is not None or self._visits or self._quarantine:
            return self._asks_every
        return min(max(0.0, due - self._clock.now()), self._asks_every)

    async def _answer(self, ask: Ask) -> None:
        match ask.verb:
            case "retry" | "approve" | "cancel":
                if await self._wish(ask):
                    return
            case "submit" | "submit again":
                if self._submit(ask):
                    return
                log.warning("submitted, but it is in no watched folder", folder=ask.target)
            case "adopt":
                await self._store.forget_root(ask.target)
                log.info("folder is taken as it is", folder=ask.target)
                for order_id in await self._store.waiting_for(ask.target):
                    self.tell(order_id, facts.Resumed())
            case _:
                log.warning("asked for something this bracketd does not know", verb=ask.verb)
        await self._store.done(ask)

    async def _wish(self, ask: Ask) -> bool:
        """What a person wants of an order; it is done when it is recorded, so that no kill loses it."""
        try:
            order = await self._store.load(ask.target)
        except KeyError:
            log.warning("asked for something about an order that is not there", verb=ask.verb, order=ask.target)
            return False
        match ask.verb:
            case "approve":
                self.tell(order.id, facts.Approved(), ask)
            case "cancel":
                why = "cancelled by a person before its merge; nothing was bought, and `bracketd submit` sends it"
                self.tell(order.id, facts.Cancelled(why, by_person=True), ask)
            case _:
                self._gate.probe_now()
                self._day.probe_now()
                self.tell(order.id, facts.Retried(self._preset_of(order.folder)), ask)
        return True

    async def _stay(self, order_id: str) -> None:
        visit = Visit(await self._store.load(order_id))
        async with asyncio.TaskGroup() as group:
            while True:
                while told := self._inbox.pop(order_id, []):
                    for fact, ask in told:
                        visit.order = await self._record(visit.order, fact)
                        if ask is not None:
                            await self._store.done(ask)
                for step in self._startable(visit.order, list(visit.under_way.values())):
                    visit.under_way[group.create_task(self._take(visit, step))] = step
                if not visit.under_way:
                    return
                done, _ = await asyncio.wait(visit.under_way, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    del visit.under_way[task]
                    happened = task.result()
                    if happened is not None:
                        visit.order = await self._record(visit.order, happened)

    def _may_begin(self, order: Order, others: int) -> bool:
        """Whether anything may be begun for an order now: it is due, and the account is open or this its probe."""
        ahead = order.due is None or waits(order, self._clock.now(), self._policy)
        paused = self._stopping.is_set() or self._store.pause.why is not None
        return not (paused or ahead) and self._gate.admits(others, self._clock.monotonic())

    def _startable(self, order: Order, under_way: list[facts.Step]) -> list[facts.Step]:
        """The steps to begin now: due, not under way, and no more of a kind than its lane is wide."""
        if not self._may_begin(order, max(len(under_way), self._begun)):
            return []
        room = {name: of.width for name, of in self._lanes.items()}
        for step in under_way:
            room[lane(step)] -= 1
        chosen: list[facts.Step] = []
        for step in next_steps(order):
            if step not in under_way and room[lane(step)] > 0 and not excluded(step, [*under_way, *chosen]):
                room[lane(step)] -= 1
                chosen.append(step)
        return chosen[:1] if self._gate.reason is not None else chosen

    async def _take(self, visit: Visit, step: facts.Step) -> facts.Fact | None:
        """Carry a step out as soon as its lane is free; None if by then it is not wanted any more.

        An intent is recorded last of all, so that its time is the request's. A step with an intent is alone in its
        visit: nobody else changes the order meanwhile.
        """
        async with self._queues[lane(step)].place(visit.order.id):
            if step not in next_steps(visit.order) or not self._may_begin(visit.order, self._begun):
                return None
            if isinstance(step, facts.Reckon):
                await self._reckon(visit)
                return None
            if isinstance(step, facts.Merge | facts.Reprocess) and (full := self._day_is_full(visit.order, step)):
                return full
            self._begun += 1
            try:
                intent = facts.intent(step)
                if intent is not None:
                    visit.order = await self._record(visit.order, intent)
                happened = await self._perform(visit.order, step)
            except StateFull:  # met by a thread, which cannot wait: the step was not taken
                await self._store.wait_for_room()
                return None
            finally:
                self._begun -= 1
            await self._keep_gate(visit.order, happened)
            return happened

    async def _reckon(self, visit: Visit) -> None:
        """Hold what an order would buy against the limits; one order at a time, for each sees what others may buy."""
        async with self._till:
            day, month = beginnings(self._clock.now())
            today, lately = await self._store.spent(day, month, visit.order.id)
            visit.order = await self._record(visit.order, facts.Reckoned(today, lately))

    def _day_is_full(self, order: Order, step: facts.Step) -> facts.Failed | None:
        """What the service would answer, unasked: the account's daily limit is reached, and others probe it."""
        now = self._clock.monotonic()
        if self._day.admits(order.id, now) or self._day.reason is None:
            return None
        return facts.Failed(step, Kind.ACCOUNT, self._day.reason, unsent=True, retry_after=self._day.wait(now))

    async def _record(self, order: Order, fact: facts.Fact) -> Order:
        """What a fact makes of an order; of the order as it is by now, if somebody else wrote it meanwhile."""
        while True:
            now = self._clock.now()
            after = evolve(order, fact, now=now, policy=self._policy)
            try:
                await self._store.record(order, fact if _is_news(order, fact, after) else None, after, now)
            except Stale:
                order = await self._store.load(order.id)
                continue
            tell(order, fact, after)
            return after

    async def _keep_gate(self, order: Order, fact: facts.Fact) -> None:
        """What an answer says of account and line, before the lane is free for the next request."""
        order_id = order.id
        if isinstance(fact, facts.Seen):
            await self._keep_day(order, fact)
        match fact:
            case facts.Failed(offline=True):
                self._outage.met(order_id, self._clock.monotonic())
            case facts.Failed(kind=Kind.ACCOUNT):
                if self._gate.shut(order_id, fact.why, self._clock.monotonic()):
                    log.error("account refused, everything waits", why=fact.why)
                    await self._store.note("account", fact.why)
                elif self._gate.reason is None:
                    log.warning("refused for this order alone, it waits", order=order_id, why=fact.why)
            case facts.Created() | facts.Registered() | facts.Merged() | facts.Seen() | facts.Fetched():
                waiting = self._gate.open(order_id)
                if waiting is not None:
                    log.info("account accepted again")
                    await self._store.note("account", None)
                    for other in waiting:
                        self.tell(other, facts.Resumed())

    async def _keep_day(self, order: Order, fact: facts.Seen) -> None:
        """What a look says of the account's daily limit."""
        full = limit_reached(fact)
        if full is not None:
            if self._day.reached(order.id, full, self._clock.monotonic()):
                log.error("daily limit reached, merges wait", why=full)
                await self._store.note("limit", full)
            return
        before = {image.id for image in order.images if image.ended}
        if any(image.ended and image.id not in before for image in fact.images):
            waiting = self._day.passed(order.id)
            if waiting is not None:
                log.info("daily limit passed")
                await self._store.note("limit", None)
                for other in waiting:
                    self.tell(other, facts.Resumed())


def beginnings(now: float) -> tuple[float, float]:
    """When the day and the month of ``now`` (epoch seconds) began, by the calendar of this machine."""
    here = datetime.fromtimestamp(now).astimezone().replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    return here.astimezone().timestamp(), here.replace(day=1).astimezone().timestamp()


def _is_news(before: Order, fact: facts.Fact, after: Order) -> bool:
    """Whether the journal wants a fact: all but looks that show what was known, or a year of them would fill it."""
    looked = replace(after, polls=before.polls, due=before.due, due_set_at=before.due_set_at)
    looked = replace(looked, updated_at=before.updated_at)
    return not isinstance(fact, facts.Seen) or looked != before

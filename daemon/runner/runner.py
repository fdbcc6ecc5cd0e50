"""Claims orders that are due, visits them, records what happened; and keeps the account's gate.

A visit takes an order's next steps, as many at once as its lanes allow, until there is nothing to do now; then it
leaves, and the row's due time says when to come back. Nothing sleeps for an order: a restart forgets nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

import structlog

from daemon import answers
from daemon.errors import StateError, StateFull
from daemon.host.clock import Clock
from daemon.order import (
    RESTING,
    MergeState,
    Order,
    Policy,
    Preset,
    Refusal,
    Verb,
    evolve,
    fact_of,
    facts,
    next_steps,
    refusal,
)
from daemon.order import answers as order_answers
from daemon.order.due import waits
from daemon.order.facts import Kind
from daemon.order.merging import limit_reached
from daemon.order.policy import probed
from daemon.order.trouble import bug
from daemon.runner.asks import Asks
from daemon.runner.days import beginnings, next_day
from daemon.runner.gate import DayLimit, Gate
from daemon.runner.lanes import excluded, lane, lanes
from daemon.runner.outage import Outage
from daemon.runner.queue import Queue
from daemon.runner.telling import tell
from daemon.runner.visit import Visit
from daemon.store.asks import Answer, Ask, Outcome
from daemon.store.store import Stale, Store

log = structlog.get_logger("bracketd.runner")

Perform = Callable[[Order, facts.Step], Awaitable[facts.Fact]]

ONLINE_EVERY = 10.0
"""Seconds between tries of the line while orders wait for it."""

ASKS_EVERY = 1.0
"""Seconds between looks for what other programs asked: how long ``bracketd submit`` may take to be noticed."""


class Runner:
    """The worker loop. ``perform`` carries out one step; everything else about orders is decided by their rules.

    ``submit`` hands an ask to the watcher of its folder, which carries it out, and says whether there is one;
    ``preset_of`` says what the settings are now for a shoot's folder, None if it is in no watched folder; ``online``
    says whether the service can be reached at all.
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
        self._preset_of, self._online, self._asks_every = preset_of, online, asks_every
        self._lanes = lanes(uploads=uploads, downloads=downloads)
        self._queues = {name: Queue(of, clock.monotonic) for name, of in self._lanes.items()}
        self._gate, self._day = Gate(policy.account_probe), DayLimit(policy.limit_probe)
        self._outage = Outage(ONLINE_EVERY)
        self._till = asyncio.Lock()
        self._begun = 0
        self._visits: dict[str, asyncio.Task[None]] = {}
        self._present: dict[str, Visit] = {}
        self._quarantine: set[str] = set()
        self._inbox: dict[str, list[facts.Fact | Ask]] = {}
        self._asks = Asks(store, clock.now, tell=self.tell, submit=submit, left_alone=self._quarantine)
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self.alive_at = clock.monotonic()

    def wake(self) -> None:
        """Something may be due: an order was added, or a hint came in."""
        self._wake.set()

    def tell(self, order_id: str, news: facts.Fact | Ask) -> None:
        """Something happened to an order that no step of its own brought about, or a person asks something of it.

        An ask is answered in the transaction that records what comes of it.
        """
        self._inbox.setdefault(order_id, []).append(news)
        if order_id in self._present:
            self._present[order_id].news.set()
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
                    await self._asks.hand_out()
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
        for news in self._inbox.pop(order_id, ()):
            if isinstance(news, Ask):
                await self._asks.answer(Answer(news, Outcome.FAILED, answers.bug(bugs), self._clock.now()))
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

    async def _stay(self, order_id: str) -> None:
        visit = self._present[order_id] = Visit(await self._store.load(order_id))
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    visit.news.clear()
                    await self._hear(visit)
                    for step in self._startable(visit.order, list(visit.under_way.values())):
                        visit.under_way[group.create_task(self._take(visit, step))] = step
                    if not visit.under_way:
                        return
                    for task in await visit.ended():
                        del visit.under_way[task]
                        happened = task.result()
                        if happened is not None:
                            async with visit.writing:
                                visit.order = await self._record(visit.order, happened)
        finally:
            del self._present[order_id]

    async def _hear(self, visit: Visit) -> None:
        """Record what was brought to an order, one after the other.

        A dismissal waits until nothing is under way: an image whose download has begun may be bought already.
        """
        inbox = self._inbox.get(visit.order.id, [])
        for news in tuple(inbox):
            if isinstance(news, Ask) and news.verb == Verb.DISMISS and visit.under_way:
                continue
            inbox.remove(news)
            async with visit.writing:
                if isinstance(news, Ask):
                    visit.order = await self._carry_out(visit.order, news)
                else:
                    visit.order = await self._record(visit.order, news)
        if not inbox:
            self._inbox.pop(visit.order.id, None)

    async def _carry_out(self, order: Order, ask: Ask) -> Order:
        """Do what a person asks of an order if it is allowed, and answer; the order after it. Raises StateError."""
        while True:
            try:
                order = await self._store.load(order.id)
                verb = Verb(ask.verb)
                why = refusal(order, verb)
                if why is Refusal.HEALTHY and (self._gate.reason or self._day.reason):
                    why = None  # the order is well, and its account is not
                if why is not None:
                    text = answers.refused(order, verb, why, await self._original(order))
                    await self._asks.answer(self._asks.refused(ask, text))
                    return order
                if verb is Verb.RETRY:
                    self._gate.probe_now()
                    self._day.probe_now()
                return await self._write(order, fact_of(order, verb, self._preset_of(order.folder)), ask)
            except Stale:
                continue
            except StateError:
                raise
            except Exception as error:  # noqa: BLE001 - what cannot be carried out is answered, and the order goes on
                await self._asks.answer(self._asks.failed(ask, error))
                return order

    async def _original(self, order: Order) -> Order | None:
        """The order whose photos a skipped shoot has, if it is known."""
        with suppress(KeyError):
            return await self._store.load(order.same_as) if order.same_as is not None else None
        return None

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

        An intent is recorded last of all, so that its time is the request's. While it is written nobody else changes
        the order; a step with an intent is alone in its visit.
        """
        async with self._queues[lane(step)].place(visit.order.id):
            async with visit.writing:
                if step not in next_steps(visit.order) or not self._may_begin(visit.order, self._begun):
                    return None
                if isinstance(step, facts.Reckon):
                    visit.order = await self._reckon(visit.order)
                    return None
                if isinstance(step, facts.Merge | facts.Reprocess) and (full := self._day_is_full(visit.order, step)):
                    return full
                self._begun += 1
                try:
                    visit.order = await self._intend(visit.order, step)
                except BaseException:
                    self._begun -= 1
                    raise
            try:
                if visit.order.phase in RESTING:  # somebody ended it while its intent was written
                    return None
                happened = await self._checked(visit.order, await self._perform(visit.order, step))
            except StateFull as full:  # met by a thread, which cannot wait: nothing was asked of the service
                happened = facts.Failed(step, Kind.PASSING, str(full), unsent=True)
            finally:
                self._begun -= 1
            return await self._keep_gate(visit.order, happened)

    async def _checked(self, order: Order, fact: facts.Fact) -> facts.Fact:
        """A fact as it is; but a look that shows images of other orders, which only the ledger knows, is a failure."""
        if not isinstance(fact, facts.Seen):
            return fact
        new = {image.id for image in fact.images} - {image.id for image in order.images}
        elsewhere = await self._store.of_other_orders(new, order.id) if new else frozenset()
        return order_answers.of_other_orders(elsewhere) if elsewhere else fact

    async def _intend(self, order: Order, step: facts.Step) -> Order:
        """The order with the intent of a step on record, if that step needs one."""
        intent = facts.intent(step)
        return order if intent is None else await self._record(order, intent)

    async def _reckon(self, order: Order) -> Order:
        """Hold what an order would buy against the limits; one order at a time, for each sees what others may buy."""
        async with self._till:
            now = self._clock.now()
            today, lately = await self._store.spent(*beginnings(now), order.id)
            tomorrow: float | None = next_day(now)
            if await self._store.bought_since(next_day(now)):
                tomorrow = None  # the clock was ahead: nobody knows which day this is
            return await self._record(order, facts.Reckoned(today, lately, tomorrow))

    def _day_is_full(self, order: Order, step: facts.Step) -> facts.Failed | None:
        """What the service would answer, unasked: the account's daily limit is reached, and others probe it."""
        now = self._clock.monotonic()
        if self._day.admits(order.id, now) or self._day.reason is None:
            return None
        return facts.Failed(step, Kind.ACCOUNT, self._day.reason, unsent=True, retry_after=self._day.wait(now))

    async def _record(self, order: Order, fact: facts.Fact) -> Order:
        """What a fact makes of an order; of the order as it is now, if somebody else wrote it meanwhile."""
        while True:
            try:
                return await self._write(order, fact)
            except Stale:
                order = await self._store.load(order.id)

    async def _write(self, order: Order, fact: facts.Fact, ask: Ask | None = None) -> Order:
        """Record a fact, and the answer to the ask that it carries out; the order after it. Raises Stale."""
        now = self._clock.now()
        after = evolve(order, fact, now=now, policy=self._policy)
        answer = None
        if ask is not None:
            answer = Answer(ask, Outcome.DONE, answers.done(Verb(ask.verb), order, after), now)
        await self._store.record(order, fact if _is_news(order, fact, after) else None, after, now, answer=answer)
        tell(order, fact, after)
        if answer is not None:
            answers.log_answer(answer)
        return after

    async def _keep_gate(self, order: Order, fact: facts.Fact) -> facts.Fact:
        """What an answer says of account and line, before the lane is free for the next request.

        Returns the fact to record: of a refused account it says the same for all orders, and when it is asked again.
        """
        order_id = order.id
        if isinstance(fact, facts.Seen):
            await self._keep_day(order, fact)
        match fact:
            case facts.Failed(offline=True):
                self._outage.met(order_id, self._clock.monotonic())
            case facts.Failed(kind=Kind.ACCOUNT):
                why = probed(fact.why, self._policy)
                if self._gate.shut(order_id, fact.cause, why, self._clock.monotonic()):
                    log.error("account refused, everything waits", why=why)
                    await self._store.note("account", why)
                elif self._gate.reason is None:
                    log.warning("refused for this order alone, it waits", order=order_id, why=why)
                return replace(fact, why=self._gate.reason_for(order_id, why))
            case facts.Seen() if order.merge is MergeState.NOT_ASKED:
                pass  # a look before a merge that was refused, which looks are not
            case facts.Created() | facts.Registered() | facts.Merged() | facts.Seen() | facts.Fetched():
                waiting = self._gate.open(order_id)
                if waiting is not None:
                    log.info("account accepted again")
                    await self._store.note("account", None)
                    for other in waiting:
                        self.tell(other, facts.Resumed())
        return fact

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


def _is_news(before: Order, fact: facts.Fact, after: Order) -> bool:
    """Whether a fact goes into the journal: all except repeated looks that show nothing new, which would fill it."""
    looked = replace(after, polls=before.polls, due=before.due, due_set_at=before.due_set_at)
    looked = replace(looked, updated_at=before.updated_at)
    return not isinstance(fact, facts.Seen | facts.Reckoned) or looked != before

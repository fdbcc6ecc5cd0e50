"""The only writer of orders: applies facts to them, stores each result in one transaction, and informs listeners.

Only the holder of an order's turn may change it. Listeners are called after a change is stored. If a bug stops an
order, the desk holds it. If that fails too, bracketd does not touch the order until the next start.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace

import structlog

from daemon.errors import StateError
from daemon.host.days import beginnings, next_day
from daemon.order import RESTING, Order, Policy, Verb, evolve, facts, next_steps, refusal, steps
from daemon.order import answers as service_answers
from daemon.order.again import REPLACED
from daemon.order.archive import Entry
from daemon.order.found import FoundElsewhere
from daemon.order.intents import intent
from daemon.order.problem import Code
from daemon.order.trouble import bug
from daemon.orders import answers
from daemon.orders.inbox import Inbox
from daemon.store.asks import Answer, Ask, Outcome
from daemon.store.notes import Alert, Subject
from daemon.store.protocol import Replaced, Stale, Store

log = structlog.get_logger("bracketd.orders")


@dataclass(frozen=True, slots=True)
class Change:
    """An order before and after a fact. ``before`` is None for a new order."""

    before: Order | None
    fact: facts.Fact
    after: Order


Listener = Callable[[Change], None]
"""A function that is called after each change is stored. It must return immediately."""


@dataclass(slots=True)
class _Entry:
    """An order in use. ``order`` is its last stored value; None if it must be read from the store."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
    under_way: int = 0
    order: Order | None = None


class Turn:
    """The exclusive right to change one order. Returned by ``Desk.turn``."""

    def __init__(self, desk: Desk, entry: _Entry, order: Order) -> None:
        self._desk, self._entry = desk, entry
        self.order = order
        """The order as it is stored."""

    @property
    def is_under_way(self) -> bool:
        """True while a step of the order is being performed."""
        return self._entry.under_way > 0

    async def happened(self, fact: facts.Fact, ask: Ask | None = None) -> Order:
        """Apply a fact to the order and store the result, with the answer to ``ask``. Raises StateError, Stale.

        Stale is raised only for an ask: the caller must check again that the changed order allows it.
        """
        while True:
            try:
                self.order = await self._desk.write(self._entry, self.order, fact, ask)
            except Stale:
                await self.reload()
                if ask is not None:
                    raise
            else:
                return self.order

    async def reload(self) -> None:
        """Read the order from the store."""
        self.order = self._entry.order = await self._desk.load(self.order.id)

    async def begin(self, step: steps.Step) -> bool:
        """Store the intent of a step, if it has one. Returns False if there is nothing to perform.

        There is nothing to perform if the order no longer needs the step, or if the step is the check of the limits,
        which the desk makes itself.
        """
        if step not in next_steps(self.order):
            return False
        if isinstance(step, steps.Reckon):
            await self._desk.check_limits(self)
            return False
        before = intent(step)
        if before is not None:
            await self.happened(before)
        return self.order.phase not in RESTING  # another program may have ended it meanwhile


class Desk:
    """All orders of one state directory. ``now`` returns epoch seconds."""

    def __init__(self, store: Store, now: Callable[[], float], policy: Policy) -> None:
        self.store, self.now, self.policy = store, now, policy
        self._listeners: list[Listener] = []
        self._entries: dict[str, _Entry] = {}
        self._inboxes: list[Inbox] = []
        self._limits = asyncio.Lock()
        self.admission = asyncio.Lock()
        """Held while a shoot is compared with the existing orders and added, so that no shoot is added twice."""
        self.left_alone: set[str] = set()
        """IDs of orders that a bug stopped and that could not be held."""
        self.account: str | None = None
        """Why the service refuses the account; None while it accepts the account."""
        self.day_limit: str | None = None
        """The service's message about the account's daily limit; None while the limit is not reached."""

    def listen(self, listener: Listener) -> None:
        """Call ``listener`` after each change."""
        self._listeners.append(listener)

    def inbox(self, root: str, came: asyncio.Event) -> Inbox:
        """Create the inbox for asks about the shoots in a watched folder. ``came`` is set when an ask arrives."""
        box = Inbox(root, came)
        self._inboxes.append(box)
        return box

    def deliver(self, ask: Ask) -> bool:
        """Put an ask about a shoot into its folder's inbox. Returns False if no watched folder has the shoot."""
        return any(box.put(ask) for box in self._inboxes)

    # --- one order ---

    @asynccontextmanager
    async def visit(self, order_id: str) -> AsyncIterator[Order]:
        """Read an order from the store and keep it in memory. Raises KeyError, and ValueError for an invalid row."""
        with self._open(order_id) as entry:
            async with entry.lock:
                entry.order = order = await self.load(order_id)
            yield order

    @asynccontextmanager
    async def turn(self, order_id: str) -> AsyncIterator[Turn]:
        """Wait for the exclusive right to change an order. Raises KeyError."""
        with self._open(order_id) as entry:
            async with entry.lock:
                yield Turn(self, entry, entry.order or await self.load(order_id))

    @contextmanager
    def performing(self, order_id: str) -> Iterator[None]:
        """Mark a step of an order as being performed."""
        with self._open(order_id) as entry:
            entry.under_way += 1
            try:
                yield
            finally:
                entry.under_way -= 1

    async def happened(self, order_id: str, fact: facts.Fact) -> None:
        """Apply a fact to an order and store the result. Raises StateError and KeyError."""
        try:
            async with self.turn(order_id) as turn:
                await turn.happened(fact)
        except (StateError, KeyError):
            raise
        except Exception as error:  # noqa: BLE001 - a bug in one order must not end the others
            await self.broke(order_id, error)

    async def broke(self, order_id: str, error: BaseException) -> None:
        """Hold an order that a bug stopped. If that fails too, do not touch it until restart. Raises StateError."""
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        try:
            async with self.turn(order_id) as turn:
                await turn.happened(bug(None, error))
        except StateError:
            raise
        except Exception:
            self.left_alone.add(order_id)
            log.exception("bug in bracketd; order stopped until restart", order=order_id, why=str(error))

    async def checked(self, order: Order, fact: facts.Fact) -> facts.Fact:
        """Return the fact unchanged, or a failure if it shows images that the ledger lists for another order."""
        if not isinstance(fact, facts.Polled):
            return fact
        new = {image.id for image in fact.images} - {image.id for image in order.images}
        elsewhere = await self.store.of_other_orders(new, order.id) if new else frozenset()
        return service_answers.of_other_orders(elsewhere) if elsewhere else fact

    async def check_limits(self, turn: Turn) -> None:
        """Compare what an order would buy with the limits. One order at a time: each counts what the others may buy."""
        async with self._limits:
            now = self.now()
            today, month = await self.store.spent(*beginnings(now), turn.order.id)
            tomorrow: float | None = next_day(now)
            if await self.store.bought_since(next_day(now)):
                tomorrow = None  # the clock was ahead, so the current day is not known
            await turn.happened(facts.Reckoned(today, month, tomorrow))

    # --- new orders ---

    async def begin(
        self, order: Order, fact: facts.Locked, ask: Ask | None = None, *, elsewhere: FoundElsewhere | None = None
    ) -> Order:
        """Add an order. It is held for a doubt, a limit, or if its photos seem to have been sent (``elsewhere``)."""
        order = self._begun(order, fact, elsewhere)
        answer = self.done(ask, answers.sent(order))
        await self.store.add(order, fact, answer=answer)
        self._inform(Change(None, fact, order), answer=answer)
        return order

    async def replace(
        self,
        old: Order,
        order: Order,
        fact: facts.Locked,
        ask: Ask | None = None,
        *,
        elsewhere: FoundElsewhere | None = None,
    ) -> Order:
        """Cancel ``old`` and add ``order`` in its place, in one transaction. Raises Stale if ``old`` has changed."""
        order = self._begun(order, fact, elsewhere)
        why = facts.Cancelled(REPLACED, code=Code.REPLACED)
        return await self._both(old, why, order, fact, self.done(ask, answers.sent(order)))

    async def regroup(self, old: Order, why: facts.Regrouped, order: Order, ask: Ask) -> Order:
        """Add the order for another order's wrong scenes, and store that order's change in the same transaction.

        Raises Stale if ``old`` has changed.
        """
        fact = facts.Locked(order.brackets)
        order = self._begun(order, fact, None)
        return await self._both(old, why, order, fact, self.done(ask, answers.regrouped(old, why, order)))

    async def split(
        self,
        old: Order | None,
        parts: Sequence[tuple[Order, facts.Locked]],
        ask: Ask | None = None,
        *,
        elsewhere: FoundElsewhere | None = None,
    ) -> list[Order]:
        """Add an order of each part of a shoot, in place of ``old`` if there is one, in one transaction.

        Raises Stale if ``old`` can no longer be split. Progress of its upload does not matter.
        """
        begun = [(self._begun(order, fact, elsewhere), fact) for order, fact in parts]
        orders = [order for order, _ in begun]
        answer = self.done(ask, answers.split(orders))
        added = [Change(None, fact, order) for order, fact in begun]
        if old is None:
            await self.store.split(begun, answer=answer)
            self._inform(*added, answer=answer)
            return orders
        async with self._alone(old.id) as entry:
            now = await self.load(old.id)
            if refusal(now, Verb.SPLIT) is not None:
                raise Stale(old.id)
            why = facts.Cancelled(REPLACED, code=Code.REPLACED)
            ended = evolve(now, why, now=orders[0].times.created_at, policy=self.policy)
            entry.order = None
            await self.store.split(begun, old=Replaced(now, ended, why), answer=answer)
            entry.order = ended
        self._inform(Change(now, why, ended), *added, answer=answer)
        return orders

    async def _both(
        self, old: Order, why: facts.Fact, order: Order, fact: facts.Locked, answer: Answer | None
    ) -> Order:
        async with self._alone(old.id) as entry:
            ended = evolve(old, why, now=order.times.created_at, policy=self.policy)
            entry.order = None
            await self.store.replace(old, ended, why, order, fact, answer=answer)
            entry.order = ended
        self._inform(Change(old, why, ended), Change(None, fact, order), answer=answer)
        return order

    async def skip(
        self, order: Order, fact: facts.Locked, photos: Sequence[Entry] = (), *, answer: Answer | None = None
    ) -> None:
        """Add a skipped order and store its photos. It replaces earlier skipped orders of the same folder."""
        for old in await self.store.outdated(order.source.folder):
            await self.happened(old.id, facts.Cancelled(REPLACED, code=Code.REPLACED))
        await self.store.add(order, fact, photos, answer=answer)
        self._inform(Change(None, fact, order), answer=answer)

    async def know(self, folder: str, orders: Iterable[Order], inode: int) -> None:
        """Store the present inode of a shoot's folder in its orders."""
        async with AsyncExitStack() as turns:
            entries = [await turns.enter_async_context(self._alone(one)) for one in sorted({o.id for o in orders})]
            await self.store.know(folder, inode)
            for entry in entries:
                entry.order = None

    async def decline(self, order: Order, cancelled: facts.Cancelled, answer: Answer | None) -> None:
        """Add an order that was cancelled on request before it began, so that its photos are recognised later."""
        ended = self._evolved(order, cancelled)
        await self.store.add(ended, cancelled, answer=answer)
        self._inform(Change(None, cancelled, ended), answer=answer)

    # --- answers ---

    def done(self, ask: Ask | None, text: str) -> Answer | None:
        """The answer to an ask that is carried out; None if there is no ask. It is stored with the ask's fact."""
        return None if ask is None else Answer(ask, Outcome.DONE, text, self.now())

    def refused(self, ask: Ask | None, text: str) -> Answer | None:
        """The answer to an ask that is not allowed; None if there is no ask."""
        return None if ask is None else Answer(ask, Outcome.REFUSED, text, self.now())

    async def answer(self, ask: Ask | None, outcome: Outcome, text: str) -> None:
        """Store and log the answer to an ask that changes no order. Raises StateError."""
        if ask is not None:
            answer = Answer(ask, outcome, text, self.now())
            await self.store.answer(answer)
            answers.log_answer(answer)

    # --- the account ---

    async def account_is(self, refused: str | None) -> None:
        """Store why the service refuses the account, for ``status``. None: the service accepts it."""
        self.account = refused
        await self.store.note(Alert(Subject.ACCOUNT, refused))

    async def day_limit_is(self, reached: str | None) -> None:
        """Store the service's message about the daily limit, for ``status``. None: the limit is not reached."""
        self.day_limit = reached
        await self.store.note(Alert(Subject.DAY_LIMIT, reached))

    # --- storing ---

    async def load(self, order_id: str) -> Order:
        """Read an order from the store. Raises KeyError."""
        return await self.store.load(order_id)

    async def write(self, entry: _Entry, order: Order, fact: facts.Fact, ask: Ask | None) -> Order:
        """Apply a fact to an order and store the result and the answer to its ask. Called by ``Turn``. Raises Stale."""
        now = self.now()
        after = evolve(order, fact, now=now, policy=self.policy)
        answer = self.done(ask, answers.done(Verb(ask.verb), order, after)) if ask is not None else None
        entry.order = None  # if the write is cancelled, it is unknown if the order was stored
        await self.store.record(order, fact if _is_news(order, fact, after) else None, after, now, answer=answer)
        entry.order = after
        self._inform(Change(order, fact, after), answer=answer)
        return after

    def _begun(self, order: Order, fact: facts.Locked, elsewhere: FoundElsewhere | None) -> Order:
        """A new order after everything that is known from the start: every reason to hold it is applied."""
        order = self._evolved(order, fact)
        return order if elsewhere is None else self._evolved(order, elsewhere)

    def _evolved(self, order: Order, fact: facts.Fact) -> Order:
        return evolve(order, fact, now=order.times.created_at, policy=self.policy)

    def _inform(self, *changes: Change, answer: Answer | None) -> None:
        for change in changes:
            for listener in self._listeners:
                try:
                    listener(change)
                except Exception:
                    log.exception("bug in a listener", order=change.after.id)
        if answer is not None:
            answers.log_answer(answer)

    @contextmanager
    def _open(self, order_id: str) -> Iterator[_Entry]:
        entry = self._entries.setdefault(order_id, _Entry())
        entry.users += 1
        try:
            yield entry
        finally:
            entry.users -= 1
            if not entry.users:
                del self._entries[order_id]

    @asynccontextmanager
    async def _alone(self, order_id: str) -> AsyncIterator[_Entry]:
        with self._open(order_id) as entry:
            async with entry.lock:
                yield entry


def _is_news(before: Order, fact: facts.Fact, after: Order) -> bool:
    """True if a fact goes into the journal. Repeated polls without a change do not: they would fill it."""
    times = replace(after.times, due_set_at=before.times.due_set_at, updated_at=before.times.updated_at)
    polled = replace(after, tries=replace(after.tries, polls=before.tries.polls), due=before.due, times=times)
    return not isinstance(fact, facts.Polled | facts.Reckoned) or polled != before

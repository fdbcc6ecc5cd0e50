"""The content of a state in memory, and the queries that its store and its reader share."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from daemon.order import Order, Phase
from daemon.order.archive import Entry
from daemon.order.facts import Fact
from daemon.root import RootState
from daemon.store.asks import KEPT, KEPT_FOR, Answer, Ask, Outcome
from daemon.store.journal import detail_of
from daemon.store.waiting import Waiting

LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A fact in the journal."""

    order_id: str
    at: float
    fact: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Purchase:
    """A purchase in the ledger."""

    order_id: str
    at: float


@dataclass(frozen=True, slots=True)
class Asked:
    """An ask, with its outcome and text once it is answered."""

    ask: Ask
    outcome: Outcome | None = None
    words: str = ""
    answered_at: float = 0.0


@dataclass
class Shelf:
    """The content of a state. Values are immutable, so that ``copy`` is cheap and a failed write can be undone.

    ``recorded`` are ids of the skipped shoots whose photos are all in ``photos``.
    """

    orders: dict[str, Order] = field(default_factory=dict)
    journal: list[JournalEntry] = field(default_factory=list)
    purchases: dict[str, Purchase] = field(default_factory=dict)
    photos: dict[str, frozenset[Entry]] = field(default_factory=dict)
    recorded: set[str] = field(default_factory=set)
    asks: dict[int, Asked] = field(default_factory=dict)
    roots: dict[str, RootState] = field(default_factory=dict)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)

    def copy(self) -> Shelf:
        """A shelf with the same content."""
        return Shelf(**{name: kept.copy() for name, kept in vars(self).items()})

    def take(self, other: Shelf) -> None:
        """Take the content of another shelf."""
        vars(self).update(vars(other))

    # --- writing ---

    def put(self, before: Order | None, after: Order) -> None:
        """Store an order and its purchases."""
        if any(bracket.size > LARGEST for bracket in after.brackets):
            raise OverflowError("no file is that large")
        self.orders[after.id] = presentable(after)
        known = before.images if before else ()
        fresh = (image for n, image in enumerate(after.images) if n >= len(known) or image is not known[n])
        for image in fresh if not after.preset.dev_mode else ():
            there = self.purchases.get(image.id)
            if image.fetched_at is not None and (there is None or image.fetched_at < there.at):
                self.purchases[image.id] = Purchase(after.id, image.fetched_at)

    def tell(self, order_id: str, fact: Fact, at: float) -> None:
        """Add a fact to the journal."""
        detail = json.loads(json.dumps(detail_of(fact), default=str))
        self.journal.append(JournalEntry(order_id, at, type(fact).__name__, detail))

    def answer(self, answer: Answer) -> None:
        """Store an answer, unless the ask has one, and delete old answers."""
        asked = self.asks.get(answer.ask.seq)
        if asked is not None and asked.outcome is None:
            words = printable(answer.text)
            self.asks[answer.ask.seq] = Asked(asked.ask, answer.outcome, words, answer.at)
        answered = sorted((seq for seq, one in self.asks.items() if one.outcome is not None), reverse=True)
        for number, seq in enumerate(answered):
            if number >= KEPT or self.asks[seq].answered_at < answer.at - KEPT_FOR:
                del self.asks[seq]

    # --- reading ---

    def newest_first(self) -> list[Order]:
        """All orders, the newest first."""
        return sorted(self.orders.values(), key=lambda order: order.created_at)[::-1]

    def counts(self, order: Order) -> bool:
        """True if an order counts: its photos were sent or must not be sent."""
        return not _ended(order) and (order.same_as is None or not _ended(self.orders.get(order.same_as)))

    def taken(self, root: str, shoots: Mapping[str, int]) -> frozenset[str]:
        """Those of the given shoots that have an order that counts. ``shoots`` maps folder names to inodes."""
        return frozenset(
            shoot
            for shoot, inode in shoots.items()
            if any(
                inode == 0 or order.inode in (None, inode)
                for order in self.orders.values()
                if order.folder == f"{root.rstrip('/')}/{shoot}" and self.counts(order)
            )
        )

    def known(self, root: str, shoots: Collection[str]) -> int:
        """The number of these shoots that have an order that counts."""
        return len(self.taken(root, dict.fromkeys(shoots, 0)))

    def ids(self, wanted: Iterable[str]) -> frozenset[str]:
        """Those of the given ids that belong to orders."""
        return frozenset(wanted) & self.orders.keys()

    def open_asks(self) -> Iterator[Ask]:
        """The open asks, the oldest first."""
        return (asked.ask for _, asked in sorted(self.asks.items()) if asked.outcome is None)


def _ended(order: Order | None) -> bool:
    return order is not None and order.phase is Phase.CANCELLED and not order.by_person


def presentable(order: Order) -> Order:
    """The order with the service's texts converted to valid UTF-8."""
    images = tuple(replace(i, name=printable(i.name), reason=i.reason and printable(i.reason)) for i in order.images)
    return replace(order, images=images)


def printable(words: str) -> str:
    """The text with bytes that are not UTF-8 escaped."""
    return words.encode("utf-8", "backslashreplace").decode()


def is_in(folder: str, root: str) -> bool:
    """True if a folder is below a watched folder."""
    return folder.startswith(f"{root.rstrip('/')}/")

"""Counts the bytes of the transfers that run now, by order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from daemon.order import Order
from daemon.progress.items import Items, downloads_of, upload_key, uploads_of
from daemon.progress.speed import WINDOW, Sample, kept, seconds_left, speed
from daemon.progress.transfer import Transfer, Way

EVERY = 0.25
"""Seconds between two samples of an order."""


@dataclass
class _Ledger:
    """What is known of one order in one direction.

    ``here`` has the bytes of the items that moved since the ledger began: those that move now are in ``moving``, too.
    ``moved`` counts all bytes, also those that were sent in vain. ``ended_at`` is when the last transfer ended.
    """

    items: Items
    samples: Sequence[Sample]
    here: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    moving: set[str] = field(default_factory=set)
    moved: int = 0
    ended_at: float | None = None

    def renew(self, items: Items) -> None:
        """Take the order as it is now. What it no longer has does not count."""
        self.items = items
        self.here = {item: count for item, count in self.here.items() if item in items.sizes}

    def count(self, now: float, item: str, count: int) -> None:
        """Note that bytes of an item were moved, which the order may no longer have."""
        if item in self.here:
            self.here[item] += count
        self.moved += count
        if now - self.samples[-1].at >= EVERY:
            self.samples = (*kept(self.samples, now), Sample(now, self.moved))

    @property
    def bytes(self) -> int:
        """The bytes of complete items, and of those on their way."""
        sizes = self.items.sizes
        done = (sizes.get(item) or self.known.get(item, 0) for item in self.items.done - self.here.keys())
        return sum(done) + sum(self.here.values())


class Moving:
    """One transfer that runs now."""

    def __init__(self, board: Board, ledger: _Ledger, item: str) -> None:
        self._board, self._ledger, self._item = board, ledger, item

    def expect(self, size: int | None) -> None:
        """Note the size of the item, if it is known."""
        if size is not None:
            with self._board.lock:
                self._ledger.known[self._item] = size

    def add(self, count: int) -> None:
        """Note that bytes were moved."""
        with self._board.lock:
            self._ledger.count(self._board.monotonic(), self._item, count)

    def counted(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The same chunks. Each counts when the next one is wanted: then it is sent, or written."""
        for chunk in chunks:
            yield chunk
            self.add(len(chunk))


class Board:
    """The progress of all orders. Thread-safe. ``began`` is called in the thread of each transfer when it begins."""

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, began: Callable[[], None] = lambda: None
    ) -> None:
        self.monotonic, self.lock, self.began = monotonic, threading.Lock(), began
        self._ledgers: dict[tuple[str, Way], _Ledger] = {}

    @contextmanager
    def uploading(self, order: Order, number: int) -> Iterator[Moving]:
        """Count the upload of a bracket. After an error its bytes no longer count as sent."""
        with self._moving(order.id, uploads_of(order), upload_key(order, number)) as moving:
            yield moving

    @contextmanager
    def downloading(self, order: Order, image_id: str) -> Iterator[Moving]:
        """Count the download of an image. After an error its bytes no longer count as received."""
        with self._moving(order.id, downloads_of(order), image_id) as moving:
            yield moving

    @contextmanager
    def _moving(self, order_id: str, items: Items, item: str) -> Iterator[Moving]:
        with self.lock:
            ledger = self._ledger(order_id, items)
            ledger.here[item] = 0
            ledger.moving.add(item)
        self.began()
        try:
            yield Moving(self, ledger, item)
        except BaseException:
            with self.lock:
                ledger.here.pop(item, None)
            raise
        finally:
            with self.lock:
                ledger.moving.discard(item)
                ledger.ended_at = self.monotonic()

    def _ledger(self, order_id: str, items: Items) -> _Ledger:
        now = self.monotonic()
        self._forget(now)
        ledger = self._ledgers.setdefault((order_id, items.way), _Ledger(items, (Sample(now, 0),)))
        ledger.renew(items)
        return ledger

    def look(self) -> tuple[Transfer, ...]:
        """The orders of which something moves now, or moved in the last ten seconds."""
        with self.lock:
            now = self.monotonic()
            self._forget(now)
            return tuple(_transfer(order_id, ledger, now) for (order_id, _), ledger in self._ledgers.items())

    def _forget(self, now: float) -> None:
        """Remove the orders of which nothing moves any more."""
        for key, ledger in list(self._ledgers.items()):
            if not ledger.moving and ledger.ended_at is not None and now - ledger.ended_at >= WINDOW:
                del self._ledgers[key]


def _transfer(order_id: str, ledger: _Ledger, now: float) -> Transfer:
    total, sent, rate = ledger.items.total(ledger.known), ledger.bytes, speed(ledger.samples, Sample(now, ledger.moved))
    left = None if total is None else seconds_left(max(0, total - sent), rate)
    return Transfer(order_id, ledger.items.way, sent, total, rate, left)

"""The store in memory: the second implementation of ``daemon.store.protocol``, which keeps the same promises."""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from daemon.order import ImageState, Order, Phase
from daemon.order.archive import UNKNOWN, Entry, Recorded
from daemon.order.due import SLACK
from daemon.order.facts import Fact
from daemon.root import Seen
from daemon.shoot.shot import to_json
from daemon.store.asks import Answer, Ask
from daemon.store.known import ALIKE, KnownBy
from daemon.store.notes import Note, Subject, values_of
from daemon.store.pause import Pause
from daemon.store.protocol import SeenRoots, Stale, Store
from daemon.store.waiting import Waiting
from tests.stores.shelf import Purchase, Shelf, is_in, printable

T = TypeVar("T")

RESTING = (Phase.DOWNLOADED, Phase.SKIPPED, Phase.CANCELLED)


class MemoryRoots(SeenRoots):
    """How roots looked."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def seen(self, root: str) -> Seen | None:
        return self._shelf.roots.get(root)

    def see(self, root: str, seen: Seen) -> None:
        self._shelf.roots[root] = seen

    def known(self, root: str, shoots: Collection[str]) -> int:
        return self._shelf.known(root, shoots)


class MemoryStore(Store):
    """The one writer of a shelf. Every coroutine gives others a turn, as one does that waits for a thread."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._pause = Pause()
        self._handed_out: set[int] = set()

    async def _write(self, function: Callable[[Shelf], T]) -> T:
        async def writing() -> T:
            new = self._shelf.copy()
            result = function(new)
            self._shelf.take(new)
            await asyncio.sleep(0)
            return result

        return await self._pause.write(writing)

    async def _read(self, function: Callable[[Shelf], T]) -> T:
        result = function(self._shelf)
        await asyncio.sleep(0)
        return result

    # --- the store itself ---

    @property
    def pause(self) -> Pause:
        return self._pause

    async def wait_for_room(self) -> None:
        await self._pause.wait()

    async def begin(self) -> list[str]:
        def write(shelf: Shelf) -> list[str]:
            words = {shelf.notes.get(subject.value) for subject in (Subject.ACCOUNT, Subject.DAY_LIMIT)} - {None}
            shelf.notes.clear()
            shelf.waiting.clear()
            return [one.id for one in shelf.orders.values() if one.due is not None and one.trouble in words]

        return await self._write(write)

    async def answers(self) -> bool:
        return await self._read(lambda _shelf: True)

    def close(self) -> None:
        """Nothing is left to do."""

    # --- writing orders ---

    async def add(
        self, order: Order, fact: Fact, photos: Iterable[Entry] = (), *, answer: Answer | None = None
    ) -> None:
        entries = frozenset(photos)

        def write(shelf: Shelf) -> None:
            _add(shelf, order, fact, order.updated_at)
            if entries:
                _record(shelf, order.id, entries)
            self._answer(shelf, answer)

        await self._write(write)

    async def record(
        self, before: Order, fact: Fact | None, after: Order, now: float, *, answer: Answer | None = None
    ) -> None:
        def write(shelf: Shelf) -> None:
            if after is not before:
                _require(shelf, before)
                shelf.put(before, after)
            if fact is not None:
                shelf.tell(after.id, fact, now)
            self._answer(shelf, answer)

        await self._write(write)

    async def replace(
        self, old: Order, cancelled: Order, why: Fact, new: Order, fact: Fact, *, answer: Answer | None = None
    ) -> None:
        def write(shelf: Shelf) -> None:
            _require(shelf, old)
            shelf.put(old, cancelled)
            shelf.tell(old.id, why, new.created_at)
            _add(shelf, new, fact, new.created_at)
            self._answer(shelf, answer)

        await self._write(write)

    async def know(self, folder: str, inode: int) -> None:
        def write(shelf: Shelf) -> None:
            for order in [order for order in shelf.orders.values() if order.folder == folder]:
                shelf.orders[order.id] = replace(order, inode=inode)

        await self._write(write)

    async def record_skipped(self, order_id: str, entries: Iterable[Entry]) -> None:
        photos = frozenset(entries)
        await self._write(lambda shelf: _record(shelf, order_id, photos))

    # --- finding orders ---

    async def load(self, order_id: str) -> Order:
        return await self._read(lambda shelf: shelf.orders[order_id])

    async def due(self, now: float, horizon: float) -> list[str]:
        def is_due(order: Order, due: float) -> bool:
            set_at = order.updated_at if order.due_set_at is None else order.due_set_at
            return due <= now or due > now + horizon or set_at > now + SLACK

        def read(shelf: Shelf) -> list[str]:
            found = ((o.due, o.created_at, o.id) for o in shelf.orders.values() if o.due is not None)
            chosen = [one for one in found if is_due(shelf.orders[one[2]], one[0])]
            return [order_id for _, _, order_id in sorted(chosen, key=lambda one: one[:2])]

        return await self._read(read)

    async def next_due(self) -> float | None:
        return await self._read(lambda shelf: min((o.due for o in shelf.orders.values() if o.due), default=None))

    async def known(self, ids: Iterable[str]) -> frozenset[str]:
        wanted = tuple(ids)
        return await self._read(lambda shelf: shelf.ids(wanted))

    async def unfinished(self) -> frozenset[str]:
        return await self._read(lambda shelf: frozenset(o.id for o in shelf.orders.values() if o.phase not in RESTING))

    async def newest(self, folder: str) -> Order | None:
        return next(iter(await self.earlier(KnownBy(folder))), None)

    async def earlier(self, by: KnownBy) -> list[Order]:
        def read(shelf: Shelf) -> list[Order]:
            orders, marks, seconds = shelf.newest_first(), frozenset(by.marks) - {""}, frozenset(by.seconds) - {None}
            alike = _most((o.id, sum(b.mark in marks for b in o.brackets)) for o in orders)
            alike |= _most((o.id, sum(to_json(b.shot).get("second") in seconds for b in o.brackets)) for o in orders)
            prints = {by.fingerprint, by.by_name} - {""}
            found = (o for o in orders if o.folder == by.folder or o.fingerprint in prints or o.id in alike)
            return [order for order in found if shelf.counts(order)]

        return await self._read(read)

    async def outdated(self, folder: str) -> list[Order]:
        def read(shelf: Shelf) -> list[Order]:
            skipped = (o for o in shelf.orders.values() if o.folder == folder and o.phase is Phase.SKIPPED)
            return [order for order in skipped if not shelf.counts(order)]

        return await self._read(read)

    async def taken(self, root: str, shoots: Mapping[str, int]) -> frozenset[str]:
        return await self._read(lambda shelf: shelf.taken(root, shoots))

    async def recent(self, root: str, since: float) -> dict[str, float]:
        def read(shelf: Shelf) -> dict[str, float]:
            live = (o for o in shelf.orders.values() if o.phase not in (Phase.CANCELLED, Phase.SKIPPED))
            found = sorted((o.updated_at, o.folder) for o in live if o.updated_at >= since and is_in(o.folder, root))
            return {folder: changed_at for changed_at, folder in found}

        return await self._read(read)

    async def waiting_for(self, root: str) -> list[str]:
        def read(shelf: Shelf) -> list[str]:
            stuck = (o for o in shelf.orders.values() if o.due is not None and o.trouble is not None)
            return [o.id for o in stuck if root in (os.path.dirname(o.folder), os.path.dirname(o.output))]

        return await self._read(read)

    async def outputs(self) -> frozenset[str]:
        left_out = (Phase.SKIPPED, Phase.CANCELLED)
        return await self._read(
            lambda shelf: frozenset(o.output for o in shelf.orders.values() if o.phase not in left_out)
        )

    async def parts(self) -> tuple[frozenset[str], frozenset[str]]:
        done = (ImageState.PLACED, ImageState.FAILED, ImageState.DISMISSED)

        def read(shelf: Shelf) -> tuple[frozenset[str], frozenset[str]]:
            left = (o for o in shelf.orders.values() if o.phase not in (Phase.SKIPPED, Phase.DOWNLOADED))
            images = chain.from_iterable(o.images for o in shelf.orders.values())
            return frozenset(o.output for o in left), frozenset(i.id for i in images if i.state not in done)

        return await self._read(read)

    async def newest_fact(self) -> float | None:
        return await self._read(lambda shelf: shelf.journal[-1].at if shelf.journal else None)

    # --- purchases ---

    async def spent(self, day: float, month: float, order_id: str) -> tuple[int, int]:
        def read(shelf: Shelf) -> tuple[int, int]:
            allowed = sum(_may_buy(order) for order in shelf.orders.values() if order.id != order_id)
            today, lately = (
                sum(_dated(shelf, one) >= begin for one in shelf.purchases.values() if one.at >= begin)
                for begin in (day, month)
            )
            return today + allowed, lately + allowed

        return await self._read(read)

    async def bought_since(self, moment: float) -> bool:
        return await self._read(lambda shelf: any(one.at >= moment for one in shelf.purchases.values()))

    async def of_other_orders(self, images: Iterable[str], order_id: str) -> frozenset[str]:
        wanted = frozenset(images)

        def read(shelf: Shelf) -> frozenset[str]:
            shown = {i.id for o in shelf.orders.values() if o.id != order_id for i in o.images}
            return wanted & (shown | {image for image, one in shelf.purchases.items() if one.order_id != order_id})

        return await self._read(read)

    # --- photos of skipped shoots ---

    async def skipped_alike(self, entries: Iterable[Entry]) -> list[Recorded]:
        wanted = {(one.name, size) for one in entries for size in (one.size, UNKNOWN)}

        def read(shelf: Shelf) -> list[Recorded]:
            skipped = (o for o in shelf.orders.values() if o.phase is Phase.SKIPPED)
            found = (Recorded(o.id, photo, o.created_at) for o in skipped for photo in shelf.photos.get(o.id, ()))
            alike = (one for one in found if (one.entry.name, one.entry.size) in wanted)
            return sorted(alike, key=lambda one: (one.entry.name, one.entry.size, one.order_id, one.entry.changed_at))

        return await self._read(read)

    async def skipped_strangers(self, order_id: str, entries: Iterable[Entry]) -> frozenset[Entry]:
        photos = tuple(entries)

        def read(shelf: Shelf) -> frozenset[Entry]:
            known = {(one.name, one.size) for one in shelf.photos.get(order_id, ())}
            return frozenset(one for one in photos if not known & {(one.name, one.size), (one.name, UNKNOWN)})

        return await self._read(read)

    async def skipped_in(self, root: str, *, recorded: bool = True) -> dict[str, str]:
        def read(shelf: Shelf) -> dict[str, str]:
            skipped = sorted(
                (o for o in shelf.orders.values() if o.phase is Phase.SKIPPED and is_in(o.folder, root)),
                key=lambda order: order.created_at,
            )
            if recorded:
                found = [o for o in skipped if o.id in shelf.photos and not _has_newer(shelf, o)]
            else:
                found = [o for o in skipped if o.id not in shelf.photos and o.same_as is None]
            return {order.folder: order.id for order in found}

        return await self._read(read)

    # --- asks ---

    async def asks(self) -> list[Ask]:
        def read(shelf: Shelf) -> list[Ask]:
            new = [ask for ask in shelf.open_asks() if ask.seq not in self._handed_out]
            self._handed_out.update(ask.seq for ask in new)
            return new

        return await self._read(read)

    async def answer(self, answer: Answer) -> None:
        await self._write(lambda shelf: self._answer(shelf, answer))

    def _answer(self, shelf: Shelf, answer: Answer | None) -> None:
        if answer is not None:
            shelf.answer(answer)
            self._handed_out.discard(answer.ask.seq)

    # --- roots, waiting shoots, notes ---

    def seen_roots(self, now: Callable[[], float]) -> MemoryRoots:  # noqa: ARG002 - nobody reads when it was
        return MemoryRoots(self._shelf)

    async def forget_root(self, root: str, answer: Answer | None = None) -> None:
        def write(shelf: Shelf) -> None:
            shelf.roots.pop(root, None)
            self._answer(shelf, answer)

        await self._write(write)

    async def replace_waiting(self, root: str, shoots: Iterable[Waiting]) -> None:
        found = tuple(shoots)

        def write(shelf: Shelf) -> None:
            for folder in [folder for folder in shelf.waiting if is_in(folder, root)]:
                del shelf.waiting[folder]
            for one in found:
                words = printable(one.reason)
                shelf.waiting[one.folder] = Waiting(one.folder, one.shoot, words, one.files, one.bytes, one.since)

        await self._write(write)

    async def note(self, note: Note) -> None:
        values = json.loads(json.dumps(values_of(note)))

        def write(shelf: Shelf) -> None:
            shelf.notes.update(values)
            for key in [key for key, value in values.items() if value is None]:
                del shelf.notes[key]

        await self._write(write)


def _add(shelf: Shelf, order: Order, fact: Fact, at: float) -> None:
    shelf.put(None, order)
    shelf.tell(order.id, fact, at)
    shelf.waiting.pop(order.folder, None)


def _record(shelf: Shelf, order_id: str, photos: frozenset[Entry]) -> None:
    shelf.photos[order_id] = shelf.photos.get(order_id, frozenset()) | photos


def _require(shelf: Shelf, known: Order) -> None:
    there = shelf.orders.get(known.id)
    if there is None or (there.phase, there.updated_at) != (known.phase, known.updated_at):
        raise Stale(known.id)


def _most(shares: Iterable[tuple[str, int]]) -> frozenset[str]:
    """The orders that share most, of those that share anything."""
    counted = Counter({order_id: count for order_id, count in shares if count})
    return frozenset(order_id for order_id, _ in counted.most_common(ALIKE))


def _may_buy(order: Order) -> int:
    """How many images an order may buy already."""
    if not order.reckoned or order.preset.dev_mode or Phase.DOWNLOADING not in (order.phase, order.held_in):
        return 0
    return sum(image.state is ImageState.PROCESSED and image.fetched_at is None for image in order.images)


def _dated(shelf: Shelf, purchase: Purchase) -> float:
    """When an image was bought, as far as the facts written after it allow."""
    latest = shelf.journal[-1].at if shelf.journal else None
    if latest is not None and purchase.at <= latest:
        return purchase.at
    fetched = (purchase.order_id, purchase.at, "Fetched")
    place = next((n for n, t in enumerate(shelf.journal) if (t.order_id, t.at, t.fact) == fetched), None)
    later = [told.at for told in shelf.journal[place + 1 :]] if place is not None else []
    return min(later) if later else purchase.at if latest is None else latest


def _has_newer(shelf: Shelf, order: Order) -> bool:
    """Whether another shoot has come under the name of a skipped one."""
    others = (o for o in shelf.orders.values() if o.folder == order.folder and o.created_at > order.created_at)
    return any(other.phase is not Phase.CANCELLED or other.by_person for other in others)

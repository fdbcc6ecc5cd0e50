"""The store in memory: the second implementation of ``daemon.store.protocol``."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from daemon.order import Order, Phase
from daemon.order.archive import UNKNOWN, Entry, Recorded, Unseen
from daemon.order.facts import Fact
from daemon.order.problem import Code
from daemon.root import RootState
from daemon.shoot import GateResult
from daemon.store.asks import Answer, Ask
from daemon.store.known import KnownBy
from daemon.store.notes import Note, values_of
from daemon.store.pause import Pause
from daemon.store.protocol import Replaced, RootStates, Stale, Store
from daemon.store.waiting import Waiting
from tests.changed import changed
from tests.stores import finding
from tests.stores.shelf import Shelf, is_in, printable

T = TypeVar("T")

RESTING = (Phase.DOWNLOADED, Phase.SKIPPED, Phase.CANCELLED)


class MemoryRoots(RootStates):
    """The last known state of roots."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def state_of(self, root: str) -> RootState | None:
        return self._shelf.roots.get(root)

    def remember(self, root: str, state: RootState) -> None:
        self._shelf.roots[root] = state

    def known(self, root: str, shoots: Collection[str]) -> int:
        return self._shelf.known(root, shoots)


class MemoryStore(Store):
    """The only writer of a shelf. Every coroutine yields to others once, as if it waited for a thread."""

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
            shelf.notes.clear()
            shelf.waiting.clear()
            stuck = (one for one in shelf.orders.values() if one.is_in(Code.ACCOUNT) or one.is_in(Code.DAILY_LIMIT))
            return [one.id for one in stuck if one.due is not None]

        return await self._write(write)

    async def answers(self) -> bool:
        return await self._read(lambda _shelf: True)

    def close(self) -> None:
        """Do nothing."""

    # --- writing orders ---

    async def add(
        self, order: Order, fact: Fact, photos: Iterable[Entry] = (), *, answer: Answer | None = None
    ) -> None:
        entries = frozenset(photos)

        def write(shelf: Shelf) -> None:
            _add(shelf, order, fact, order.times.updated_at)
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
            shelf.tell(old.id, why, new.times.created_at)
            _add(shelf, new, fact, new.times.created_at)
            self._answer(shelf, answer)

        await self._write(write)

    async def split(
        self, parts: Sequence[tuple[Order, Fact]], *, old: Replaced | None = None, answer: Answer | None = None
    ) -> None:
        def write(shelf: Shelf) -> None:
            if old is not None:
                _require(shelf, old.order)
                shelf.put(old.order, old.ended)
                shelf.tell(old.order.id, old.why, old.ended.times.updated_at)
            for order, fact in parts:
                _add(shelf, order, fact, order.times.created_at)
            self._answer(shelf, answer)

        await self._write(write)

    async def know(self, folder: str, inode: int) -> None:
        def write(shelf: Shelf) -> None:
            for order in [order for order in shelf.orders.values() if order.source.folder == folder]:
                shelf.orders[order.id] = changed(order, inode=inode)

        await self._write(write)

    async def record_skipped(self, order_id: str, entries: Iterable[Entry], *, complete: bool = True) -> None:
        photos = frozenset(entries)
        await self._write(lambda shelf: _record(shelf, order_id, photos, complete=complete))

    # --- finding orders ---

    async def load(self, order_id: str) -> Order:
        return replace(await self._read(lambda shelf: shelf.orders[order_id]))

    async def due(self, now: float, horizon: float) -> list[str]:
        return await self._read(lambda shelf: finding.due(shelf, now, horizon))

    async def next_due(self) -> float | None:
        return await self._read(
            lambda shelf: min((o.due for o in shelf.orders.values() if o.due is not None), default=None)
        )

    async def known(self, ids: Iterable[str]) -> frozenset[str]:
        wanted = tuple(ids)
        return await self._read(lambda shelf: shelf.ids(wanted))

    async def unfinished(self) -> frozenset[str]:
        return await self._read(lambda shelf: frozenset(o.id for o in shelf.orders.values() if o.phase not in RESTING))

    async def newest(self, folder: str) -> Order | None:
        return next(iter(await self.earlier(KnownBy(folder))), None)

    async def earlier(self, by: KnownBy) -> list[Order]:
        return await self._read(lambda shelf: finding.earlier(shelf, by))

    async def outdated(self, folder: str) -> list[Order]:
        def read(shelf: Shelf) -> list[Order]:
            skipped = (o for o in shelf.orders.values() if o.source.folder == folder and o.phase is Phase.SKIPPED)
            return [order for order in skipped if not shelf.counts(order)]

        return await self._read(read)

    async def taken(self, root: str, shoots: Mapping[str, int]) -> frozenset[str]:
        return await self._read(lambda shelf: shelf.taken(root, shoots))

    async def recent(self, root: str, since: float) -> dict[str, float]:
        return await self._read(lambda shelf: finding.recent(shelf, root, since))

    async def waiting_for(self, root: str) -> list[str]:
        def read(shelf: Shelf) -> list[str]:
            stuck = (o for o in shelf.orders.values() if o.due is not None and o.trouble is not None)
            return [o.id for o in stuck if root in (os.path.dirname(o.source.folder), os.path.dirname(o.source.output))]

        return await self._read(read)

    async def outputs(self) -> frozenset[str]:
        left_out = (Phase.SKIPPED, Phase.CANCELLED)
        return await self._read(
            lambda shelf: frozenset(o.source.output for o in shelf.orders.values() if o.phase not in left_out)
        )

    async def parts(self) -> tuple[frozenset[str], frozenset[str]]:
        return await self._read(finding.parts)

    async def newest_fact(self) -> float | None:
        return await self._read(lambda shelf: shelf.journal[-1].at if shelf.journal else None)

    # --- purchases ---

    async def spent(self, day: float, month: float, order_id: str) -> tuple[int, int]:
        return await self._read(lambda shelf: finding.spent(shelf, day, month, order_id))

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
        photos = tuple(entries)
        return await self._read(lambda shelf: finding.skipped_alike(shelf, photos))

    async def skipped_strangers(self, order_id: str, entries: Iterable[Entry]) -> frozenset[Entry]:
        photos = tuple(entries)

        def read(shelf: Shelf) -> frozenset[Entry]:
            known = {(one.name, one.size) for one in shelf.photos.get(order_id, ())}
            return frozenset(one for one in photos if not known & {(one.name, one.size), (one.name, UNKNOWN)})

        return await self._read(read)

    async def skipped_in(self, root: str, *, recorded: bool = True) -> dict[str, str]:
        return await self._read(lambda shelf: finding.skipped_in(shelf, root, recorded=recorded))

    async def unseen(self) -> list[Unseen]:
        return await self._read(finding.unseen)

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

    def root_states(self, now: Callable[[], float]) -> MemoryRoots:  # noqa: ARG002 - the time is not read
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
                gates = tuple(GateResult(result.gate, result.state, printable(result.why)) for result in one.gates)
                shelf.waiting[one.folder] = replace(one, reason=printable(one.reason), gates=gates)

        await self._write(write)

    async def note(self, note: Note) -> None:
        values = json.loads(json.dumps({printable(key): value for key, value in values_of(note).items()}))

        def write(shelf: Shelf) -> None:
            shelf.notes.update(values)
            for key in [key for key, value in values.items() if value is None]:
                del shelf.notes[key]

        await self._write(write)


def _add(shelf: Shelf, order: Order, fact: Fact, at: float) -> None:
    shelf.put(None, order)
    shelf.tell(order.id, fact, at)
    shelf.waiting.pop(order.source.folder, None)


def _record(shelf: Shelf, order_id: str, photos: frozenset[Entry], *, complete: bool = True) -> None:
    shelf.photos[order_id] = shelf.photos.get(order_id, frozenset()) | photos
    if complete:
        shelf.recorded.add(order_id)


def _require(shelf: Shelf, known: Order) -> None:
    there = shelf.orders.get(known.id)
    if there is None or (there.phase, there.times.updated_at) != (known.phase, known.times.updated_at):
        raise Stale(known.id)

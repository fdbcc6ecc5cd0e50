"""The store in an SQLite file. Each method runs one function of the connection on the store's own thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

from daemon.order import Order
from daemon.order.archive import Entry, Recorded, Unseen
from daemon.order.facts import Fact
from daemon.store.asks import Answer, Ask
from daemon.store.known import KnownBy
from daemon.store.notes import Note
from daemon.store.pause import Pause
from daemon.store.place import FILE
from daemon.store.protocol import Replaced, Store
from daemon.store.sqlite import asks, bought, earlier, notes, orders, skipped, waiting
from daemon.store.sqlite.database import Database
from daemon.store.sqlite.file import open_for_writing
from daemon.store.sqlite.roots import SqliteRoots, forget
from daemon.store.sqlite.rows import load
from daemon.store.sqlite.taken import taken
from daemon.store.sqlite.writing import require, write_fact, write_order
from daemon.store.waiting import Waiting


class SqliteStore(Store):
    """The only writer of a state file."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._data_version = -1
        self._handed_out: set[int] = set()
        """Numbers of the open asks that ``asks`` has returned."""

    @classmethod
    def open(cls, state_dir: Path, thread: Executor | None = None) -> SqliteStore:
        """Open the state file, creating or migrating it if needed. Raises StateError and its subclasses."""
        connection = open_for_writing(state_dir)
        thread = thread or ThreadPoolExecutor(1, thread_name_prefix="store")
        return cls(Database(connection, state_dir / FILE, thread))

    # --- the store itself ---

    @property
    def pause(self) -> Pause:
        return self._database.pause

    async def wait_for_room(self) -> None:
        await self.pause.wait()
        await self._database.write(notes.touch)

    async def begin(self) -> list[str]:
        def write(connection: sqlite3.Connection) -> list[str]:
            waited = notes.waited_for_the_account(connection)
            notes.forget_all(connection)
            waiting.forget_all(connection)
            return waited

        return await self._database.write(write)

    async def answers(self) -> bool:
        return await self._database.read(lambda connection: connection.execute("SELECT 1").fetchone() is not None)

    def close(self) -> None:
        self._database.close()

    # --- writing orders ---

    async def add(
        self, order: Order, fact: Fact, photos: Iterable[Entry] = (), *, answer: Answer | None = None
    ) -> None:
        entries = tuple(photos)

        def write(connection: sqlite3.Connection) -> None:
            self._add(connection, order, fact, order.times.updated_at)
            if entries:
                skipped.record(connection, order.id, entries)
            self._answer(connection, answer)

        await self._database.write(write)

    async def record(
        self, before: Order, fact: Fact | None, after: Order, now: float, *, answer: Answer | None = None
    ) -> None:
        def write(connection: sqlite3.Connection) -> None:
            if after is not before:
                require(connection, before)
                write_order(connection, before, after)
            if fact is not None:
                write_fact(connection, after.id, fact, now)
            self._answer(connection, answer)

        await self._database.write(write)

    async def replace(
        self, old: Order, cancelled: Order, why: Fact, new: Order, fact: Fact, *, answer: Answer | None = None
    ) -> None:
        def write(connection: sqlite3.Connection) -> None:
            require(connection, old)
            write_order(connection, old, cancelled)
            write_fact(connection, old.id, why, new.times.created_at)
            self._add(connection, new, fact, new.times.created_at)
            self._answer(connection, answer)

        await self._database.write(write)

    async def split(
        self, parts: Sequence[tuple[Order, Fact]], *, old: Replaced | None = None, answer: Answer | None = None
    ) -> None:
        def write(connection: sqlite3.Connection) -> None:
            if old is not None:
                require(connection, old.order)
                write_order(connection, old.order, old.ended)
                write_fact(connection, old.order.id, old.why, old.ended.times.updated_at)
            for order, fact in parts:
                self._add(connection, order, fact, order.times.created_at)
            self._answer(connection, answer)

        await self._database.write(write)

    def _add(self, connection: sqlite3.Connection, order: Order, fact: Fact, at: float) -> None:
        write_order(connection, None, order)
        write_fact(connection, order.id, fact, at)
        waiting.forget(connection, order.source.folder)

    async def know(self, folder: str, inode: int) -> None:
        await self._database.write(lambda connection: orders.know(connection, folder, inode))

    async def record_skipped(self, order_id: str, entries: Iterable[Entry], *, complete: bool = True) -> None:
        photos = tuple(entries)
        await self._database.write(lambda connection: skipped.record(connection, order_id, photos, complete=complete))

    # --- finding orders ---

    async def load(self, order_id: str) -> Order:
        return await self._database.read(lambda connection: load(connection, order_id))

    async def due(self, now: float, horizon: float) -> list[str]:
        return await self._database.read(lambda connection: orders.due(connection, now, horizon))

    async def next_due(self) -> float | None:
        return await self._database.read(orders.next_due)

    async def known(self, ids: Iterable[str]) -> frozenset[str]:
        wanted = tuple(ids)
        return await self._database.read(lambda connection: orders.known(connection, wanted))

    async def unfinished(self) -> frozenset[str]:
        return await self._database.read(orders.unfinished)

    async def newest(self, folder: str) -> Order | None:
        return next(iter(await self.earlier(KnownBy(folder))), None)

    async def earlier(self, by: KnownBy) -> list[Order]:
        return await self._database.read(lambda connection: earlier.earlier(connection, by))

    async def outdated(self, folder: str) -> list[Order]:
        return await self._database.read(lambda connection: earlier.outdated(connection, folder))

    async def taken(self, root: str, shoots: Mapping[str, int]) -> frozenset[str]:
        return await self._database.read(lambda connection: taken(connection, root, shoots))

    async def recent(self, root: str, since: float) -> dict[str, float]:
        return await self._database.read(lambda connection: orders.recent(connection, root, since))

    async def waiting_for(self, root: str) -> list[str]:
        return await self._database.read(lambda connection: orders.waiting_for(connection, root))

    async def outputs(self) -> frozenset[str]:
        return await self._database.read(orders.outputs)

    async def parts(self) -> tuple[frozenset[str], frozenset[str]]:
        return await self._database.read(orders.parts)

    async def newest_fact(self) -> float | None:
        return await self._database.read(orders.newest_fact)

    # --- purchases ---

    async def spent(self, day: float, month: float, order_id: str) -> tuple[int, int]:
        return await self._database.read(lambda connection: bought.spent(connection, day, month, order_id))

    async def bought_since(self, moment: float) -> bool:
        return await self._database.read(lambda connection: bought.bought_since(connection, moment))

    async def of_other_orders(self, images: Iterable[str], order_id: str) -> frozenset[str]:
        wanted = tuple(images)
        return await self._database.read(lambda connection: bought.of_other_orders(connection, wanted, order_id))

    # --- photos of skipped shoots ---

    async def skipped_alike(self, entries: Iterable[Entry]) -> list[Recorded]:
        photos = tuple(entries)
        return await self._database.read(lambda connection: skipped.alike(connection, photos))

    async def skipped_strangers(self, order_id: str, entries: Iterable[Entry]) -> frozenset[Entry]:
        photos = tuple(entries)
        return await self._database.read(lambda connection: skipped.strangers(connection, order_id, photos))

    async def skipped_in(self, root: str, *, recorded: bool = True) -> dict[str, str]:
        return await self._database.read(lambda connection: skipped.skipped_in(connection, root, recorded=recorded))

    async def unseen(self) -> list[Unseen]:
        return await self._database.read(skipped.unseen)

    # --- asks ---

    async def asks(self) -> list[Ask]:
        def read(connection: sqlite3.Connection) -> list[Ask]:
            found = asks.data_version(connection)
            if found == self._data_version:
                return []
            self._data_version = found
            new = [ask for ask in asks.open_asks(connection) if ask.seq not in self._handed_out]
            self._handed_out.update(ask.seq for ask in new)
            return new

        return await self._database.read(read)

    async def answer(self, answer: Answer) -> None:
        await self._database.write(lambda connection: self._answer(connection, answer))

    def _answer(self, connection: sqlite3.Connection, answer: Answer | None) -> None:
        """Store an answer within a transaction. If it fails, the ask is returned again after a restart."""
        if answer is not None:
            asks.write_answer(connection, answer)

    # --- roots, waiting shoots, notes ---

    def root_states(self, now: Callable[[], float]) -> SqliteRoots:
        return SqliteRoots(self._database, now)

    async def forget_root(self, root: str, answer: Answer | None = None) -> None:
        def write(connection: sqlite3.Connection) -> None:
            forget(connection, root)
            self._answer(connection, answer)

        await self._database.write(write)

    async def replace_waiting(self, root: str, shoots: Iterable[Waiting]) -> None:
        found = tuple(shoots)
        await self._database.write(lambda connection: waiting.replace(connection, root, found))

    async def note(self, note: Note) -> None:
        await self._database.write(lambda connection: notes.write(connection, note))

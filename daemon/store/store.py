"""The daemon's store of orders. Every fact is written in its own transaction, together with its journal entry."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

from daemon.order import Order, Phase
from daemon.order.archive import Entry, Recorded
from daemon.order.due import SLACK
from daemon.order.facts import Fact
from daemon.store.asks import Answer, Ask, open_asks, write_answer
from daemon.store.bought import bought_since, of_other_orders, spent
from daemon.store.database import Database
from daemon.store.earlier import KnownBy, earlier, outdated
from daemon.store.file import FILE, open_for_writing
from daemon.store.names import pack, unpack
from daemon.store.pause import Pause
from daemon.store.roots import SeenRoots
from daemon.store.rows import Row, load, upsert
from daemon.store.skipped import alike, record, skipped_in, strangers
from daemon.store.taken import taken
from daemon.store.waiting import Waiting
from daemon.store.writing import journal_entry, write_order


class Stale(Exception):
    """The order's row has changed since the caller read it."""


class Store:
    """The only writer. Coroutines run on the store's own thread. Their changes are on disk when they return."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._data_version = -1
        self._open: set[int] = set()

    @classmethod
    def open(cls, state_dir: Path, thread: Executor | None = None) -> Store:
        """Open the state file, creating or migrating it if needed. Raises StateError and its subclasses."""
        connection = open_for_writing(state_dir)
        thread = thread or ThreadPoolExecutor(1, thread_name_prefix="store")
        return cls(Database(connection, state_dir / FILE, thread))

    def close(self) -> None:
        """Finish pending calls, then close the file."""
        self._database.close()

    # --- space on the disk ---

    @property
    def pause(self) -> Pause:
        """The pause while the state's disk is full. Coroutines of this class wait for it; threads get StateFull."""
        return self._database.pause

    async def wait_for_room(self) -> None:
        """Wait until something can be written. Raises StateFull after ``pause.give_up``."""
        await self.pause.wait()
        await self._database.write(lambda connection: connection.execute("UPDATE daemon SET value = value"))

    # --- orders ---

    async def add(
        self, order: Order, fact: Fact, skipped: Iterable[Entry] = (), *, answer: Answer | None = None
    ) -> None:
        """Add an order with its brackets, the fact that created it, and the answer if a person asked for it.

        ``skipped`` are the photos to record for a skipped order.
        """
        entries = tuple(skipped)

        def write(connection: sqlite3.Connection) -> None:
            write_order(connection, None, order)
            if entries:
                record(connection, order.id, entries)
            connection.execute(*journal_entry(order.id, fact, order.updated_at))
            connection.execute("DELETE FROM waiting WHERE folder = ?", (pack(order.folder),))
            self._write_answer(connection, answer)

        await self._database.write(write)

    async def record(
        self, before: Order, fact: Fact | None, after: Order, now: float, *, answer: Answer | None = None
    ) -> None:
        """Write an order after a fact, and add the fact to the journal unless it is None.

        ``answer`` is the answer to the ask that caused the fact. If the row is no longer ``before``, writes nothing and
        raises Stale.
        """

        def write(connection: sqlite3.Connection) -> None:
            if after is not before:
                _require(connection, before)
                write_order(connection, before, after)
            if fact is not None:
                connection.execute(*journal_entry(after.id, fact, now))
            self._write_answer(connection, answer)

        await self._database.write(write)

    async def load(self, order_id: str) -> Order:
        """An order. Raises KeyError."""
        return await self._database.read(lambda connection: load(connection, order_id))

    async def due(self, now: float, horizon: float) -> list[str]:
        """IDs of the orders whose next step may start, longest waiting first, then oldest first.

        A due time counts as now if the clock was set back since, or if it is after ``now + horizon``. This is
        ``daemon.order.due.waits`` in SQL.
        """
        query = (
            "SELECT id FROM orders WHERE due IS NOT NULL AND (due <= :now OR due > :now + :horizon "
            "OR coalesce(due_set_at, updated_at) > :now + :slack) ORDER BY due, created_at"
        )
        values = {"now": now, "horizon": horizon, "slack": SLACK}
        return await self._database.read(
            lambda connection: [str(row["id"]) for row in connection.execute(query, values)]
        )

    async def next_due(self) -> float | None:
        """When the next order is due, None if none is."""
        row = await self._database.read(
            lambda connection: connection.execute("SELECT min(due) AS due FROM orders WHERE due IS NOT NULL").fetchone()
        )
        return float(row["due"]) if row["due"] is not None else None

    async def spent(self, day: float, month: float, order_id: str) -> tuple[int, int]:
        """The images bought since the start of the day and of the month, plus those that orders are allowed to buy.

        ``order_id`` is the order to be checked; its own allowance does not count.
        """
        return await self._database.read(lambda connection: spent(connection, day, month, order_id))

    async def of_other_orders(self, images: Iterable[str], order_id: str) -> frozenset[str]:
        """The given images that belong to, or were bought by, an order other than ``order_id``."""
        return await self._database.read(lambda connection: of_other_orders(connection, images, order_id))

    async def bought_since(self, moment: float) -> bool:
        """True if there is a purchase at or after a time in epoch seconds."""
        return await self._database.read(lambda connection: bought_since(connection, moment))

    async def replace(
        self, old: Order, cancelled: Order, why: Fact, new: Order, fact: Fact, *, answer: Answer | None = None
    ) -> None:
        """End an order, add a new one in its place, and answer the ask for it, in one transaction. Raises Stale."""

        def write(connection: sqlite3.Connection) -> None:
            _require(connection, old)
            write_order(connection, old, cancelled)
            connection.execute(*journal_entry(old.id, why, new.created_at))
            write_order(connection, None, new)
            connection.execute(*journal_entry(new.id, fact, new.created_at))
            connection.execute("DELETE FROM waiting WHERE folder = ?", (pack(new.folder),))
            self._write_answer(connection, answer)

        await self._database.write(write)

    async def taken(self, root: str, shoots: Mapping[str, int]) -> frozenset[str]:
        """The given shoots directly in a watched folder that have an order that counts.

        ``shoots`` are names and the inodes of their folders, 0 if unknown. Another folder with a known name is not
        taken.
        """
        return await self._database.read(lambda connection: taken(connection, root, shoots))

    async def know(self, folder: str, inode: int) -> None:
        """Record the new inode of a shoot's folder that was replaced and has the same content."""
        values = (str(inode), pack(folder))
        await self._database.write(
            lambda connection: connection.execute("UPDATE orders SET inode = ? WHERE folder = ?", values)
        )

    async def recent(self, root: str, since: float) -> dict[str, float]:
        """Shoots in a watched folder with an order that changed since ``since``, except cancelled and skipped orders.

        Values are the times of the last change, in epoch seconds.
        """
        prefix = root.rstrip("/") + "/"
        query = (
            "SELECT folder, max(updated_at) AS changed_at FROM orders "
            "WHERE updated_at >= ? AND phase NOT IN (?, ?) GROUP BY folder"
        )

        def read(connection: sqlite3.Connection) -> dict[str, float]:
            rows = connection.execute(query, (since, Phase.CANCELLED.value, Phase.SKIPPED.value)).fetchall()
            folders = {unpack(row["folder"]): float(row["changed_at"]) for row in rows}
            return {folder: changed_at for folder, changed_at in folders.items() if folder.startswith(prefix)}

        return await self._database.read(read)

    async def earlier(
        self,
        folder: str,
        fingerprint: str,
        marks: Iterable[str] = (),
        seconds: Iterable[int | None] = (),
        by_name: str = "",
    ) -> list[Order]:
        """The orders that count and have this folder, this fingerprint, or any of these marks. Newest first.

        Includes orders with photos from one of these ``seconds`` of a camera's clock, and orders with the fingerprint
        ``by_name``, which a shoot has if none of its photos is read.
        """
        known_by = KnownBy(folder, fingerprint, tuple(marks), tuple(seconds), by_name)
        return await self._database.read(lambda connection: earlier(connection, known_by))

    async def record_skipped(self, order_id: str, entries: Iterable[Entry]) -> None:
        """Record the photos of a shoot that was skipped."""
        entries = tuple(entries)
        await self._database.write(lambda connection: record(connection, order_id, entries))

    async def skipped_alike(self, entries: Iterable[Entry]) -> list[Recorded]:
        """All photos of skipped shoots with the name and the size of one of ``entries``."""
        entries = tuple(entries)
        return await self._database.read(lambda connection: alike(connection, entries))

    async def skipped_strangers(self, order_id: str, entries: Iterable[Entry]) -> frozenset[Entry]:
        """The given photos that were not in a skipped shoot when it was recorded."""
        entries = tuple(entries)
        return await self._database.read(lambda connection: strangers(connection, order_id, entries))

    async def skipped_in(self, root: str, *, recorded: bool = True) -> dict[str, str]:
        """The folders of skipped shoots in a watched folder, each with its order's ID. See ``daemon.store.skipped``."""
        return await self._database.read(lambda connection: skipped_in(connection, root, recorded=recorded))

    async def known(self, ids: Iterable[str]) -> frozenset[str]:
        """The given IDs that belong to an order in the state, in any phase."""
        query, values = "SELECT id FROM orders WHERE id IN (SELECT value FROM json_each(?))", json.dumps(list(ids))
        return await self._database.read(
            lambda connection: frozenset(str(row["id"]) for row in connection.execute(query, (values,)))
        )

    async def unfinished(self) -> frozenset[str]:
        """IDs of the orders that are in progress or held."""
        query = "SELECT id FROM orders WHERE phase NOT IN ('downloaded', 'skipped', 'cancelled')"
        return await self._database.read(
            lambda connection: frozenset(str(row["id"]) for row in connection.execute(query))
        )

    async def newest_fact(self) -> float | None:
        """When the last fact was recorded, in epoch seconds, None if there is none."""
        row = await self._database.read(
            lambda connection: connection.execute("SELECT at FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
        )
        return float(row["at"]) if row is not None else None

    async def newest(self, folder: str) -> Order | None:
        """The newest order of a shoot's folder that counts, None if there is none."""
        return next(iter(await self.earlier(folder, "")), None)

    async def outdated(self, folder: str) -> list[Order]:
        """A folder's skipped orders that no longer count, because the order they were skipped for has ended."""
        return await self._database.read(lambda connection: outdated(connection, folder))

    async def outputs(self) -> frozenset[str]:
        """The output folders of all orders except skipped and cancelled ones."""
        return await self._database.read(
            lambda connection: frozenset(
                unpack(row["output"])
                for row in connection.execute("SELECT output FROM orders WHERE phase NOT IN ('skipped', 'cancelled')")
            )
        )

    # --- asks from other programs ---

    async def asks(self) -> list[Ask]:
        """Asks that were not returned before, oldest first. Cheap if nothing was written since the last call."""

        def read(connection: sqlite3.Connection) -> list[Ask]:
            found = int(connection.execute("PRAGMA data_version").fetchone()["data_version"])
            if found == self._data_version:
                return []
            self._data_version = found
            new = [ask for ask in open_asks(connection) if ask.seq not in self._open]
            self._open.update(ask.seq for ask in new)
            return new

        return await self._database.read(read)

    async def answer(self, answer: Answer) -> None:
        """Answer an ask that caused no fact."""
        await self._database.write(lambda connection: self._write_answer(connection, answer))

    def _write_answer(self, connection: sqlite3.Connection, answer: Answer | None) -> None:
        """Write an answer inside a transaction. If it fails, the ask is returned again after the next start."""
        if answer is not None:
            write_answer(connection, answer)
            self._open.discard(answer.ask.seq)

    # --- roots, waiting shoots, the daemon itself ---

    def seen_roots(self, now: Callable[[], float]) -> SeenRoots:
        """What is remembered of watched and output folders, for threads that check disks."""
        return SeenRoots(self._database, now)

    async def forget_root(self, root: str, answer: Answer | None = None) -> None:
        """Forget a watched or output folder, so that it is treated as seen for the first time."""

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM roots WHERE path = ?", (pack(root),))
            self._write_answer(connection, answer)

        await self._database.write(write)

    async def waiting_for(self, root: str) -> list[str]:
        """IDs of orders that wait because of a problem and have their shoot or their pictures in this root."""
        query = "SELECT id, folder, output FROM orders WHERE due IS NOT NULL AND trouble IS NOT NULL"

        def read(connection: sqlite3.Connection) -> list[str]:
            rows = connection.execute(query).fetchall()
            names = ((str(row["id"]), unpack(row["folder"]), unpack(row["output"])) for row in rows)
            return [order_id for order_id, *folders in names if root in map(os.path.dirname, folders)]

        return await self._database.read(read)

    async def parts(self) -> tuple[frozenset[str], frozenset[str]]:
        """Output folders in which a killed run may have left part files, and IDs of images that may still need theirs.

        A delivered order has no part files: its last one becomes its ``order.json``.
        """
        folders = "SELECT DISTINCT output FROM orders WHERE phase NOT IN ('skipped', 'downloaded')"
        images = "SELECT DISTINCT id FROM images WHERE state NOT IN ('placed', 'failed', 'dismissed')"

        def read(connection: sqlite3.Connection) -> tuple[frozenset[str], frozenset[str]]:
            outputs = frozenset(unpack(row["output"]) for row in connection.execute(folders))
            return outputs, frozenset(str(row["id"]) for row in connection.execute(images))

        return await self._database.read(read)

    async def replace_waiting(self, root: str, waiting: Iterable[Waiting]) -> None:
        """Replace the list of shoots that wait in ``root``, for ``status``."""
        rows: list[Row] = [
            {
                "folder": pack(w.folder),
                "shoot": pack(w.shoot),
                "reason": w.reason.encode("utf-8", "backslashreplace").decode(),
                "files": w.files,
                "bytes": w.bytes,
                "since": w.since,
            }
            for w in waiting
        ]
        prefix = root.rstrip("/") + "/"

        def write(connection: sqlite3.Connection) -> None:
            for row in connection.execute("SELECT folder FROM waiting").fetchall():
                if unpack(row["folder"]).startswith(prefix):
                    connection.execute("DELETE FROM waiting WHERE folder = ?", (row["folder"],))
            upsert(connection, "waiting", ("folder",), rows)

        await self._database.write(write)

    async def note(self, key: str, value: object) -> None:
        """Store a note about the daemon for ``status``. ``None`` deletes it."""

        def write(connection: sqlite3.Connection) -> None:
            if value is None:
                connection.execute("DELETE FROM daemon WHERE key = ?", (key,))
            else:
                upsert(connection, "daemon", ("key",), [{"key": key, "value": json.dumps(value)}])

        await self._database.write(write)

    async def begin(self) -> list[str]:
        """Delete the notes of the previous run, and return the IDs of orders that waited for the account then."""

        def write(connection: sqlite3.Connection) -> list[str]:
            waited = connection.execute(
                "SELECT id FROM orders WHERE due IS NOT NULL AND trouble IN "
                "(SELECT json_extract(value, '$') FROM daemon WHERE key IN ('account', 'limit'))"
            ).fetchall()
            connection.execute("DELETE FROM daemon")
            connection.execute("DELETE FROM waiting")
            return [str(row["id"]) for row in waited]

        return await self._database.write(write)

    async def answers(self) -> bool:
        """True if the store still responds, for the service manager's watchdog."""
        return bool(await self._database.read(lambda connection: connection.execute("SELECT 1 AS one").fetchone()))


def _require(connection: sqlite3.Connection, known: Order) -> None:
    row = connection.execute("SELECT phase, updated_at FROM orders WHERE id = ?", (known.id,)).fetchone()
    if row is None or (row["phase"], row["updated_at"]) != (known.phase.value, known.updated_at):
        raise Stale(known.id)

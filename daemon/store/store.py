"""Orders as rows: what the daemon writes. Every fact is a transaction of its own, journal included."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

from daemon.order import Order, Phase
from daemon.order.archive import Entry, Recorded, Unseen
from daemon.order.due import SLACK
from daemon.order.facts import Fact
from daemon.store.asks import Answer, Ask, open_asks, write_answer
from daemon.store.bought import bought_since, of_other_orders, spent
from daemon.store.database import Database
from daemon.store.earlier import KnownBy, earlier, outdated
from daemon.store.file import FILE, open_for_writing
from daemon.store.names import pack, printable, unpack
from daemon.store.pause import Pause
from daemon.store.roots import SeenRoots
from daemon.store.rows import Row, load, upsert
from daemon.store.skipped import alike, record, skipped_in, strangers, unseen
from daemon.store.taken import taken
from daemon.store.waiting import Waiting
from daemon.store.writing import journal_entry, write_order


class Stale(Exception):
    """An order's row is not what it was taken for: somebody else wrote it meanwhile."""


class Store:
    """The one writer. Awaitables run on the store's own thread; what they wrote is on disk when they return."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._data_version = -1
        self._open: set[int] = set()

    @classmethod
    def open(cls, state_dir: Path, thread: Executor | None = None) -> Store:
        """Open, make or migrate the state file. Raises StateError and its kinds."""
        connection = open_for_writing(state_dir)
        thread = thread or ThreadPoolExecutor(1, thread_name_prefix="store")
        return cls(Database(connection, state_dir / FILE, thread))

    def close(self) -> None:
        """Finish what was asked for, then close the file."""
        self._database.close()

    # --- room on the disk ---

    @property
    def pause(self) -> Pause:
        """The wait for room on the state's disk. What is awaited here waits by itself; threads get StateFull."""
        return self._database.pause

    async def wait_for_room(self) -> None:
        """Return after a while, when something can be written. Raises StateFull if that is given up."""
        await self.pause.wait()
        await self._database.write(lambda connection: connection.execute("UPDATE daemon SET value = value"))

    # --- orders ---

    async def add(
        self, order: Order, fact: Fact, skipped: Iterable[Entry] = (), *, answer: Answer | None = None
    ) -> None:
        """A new order with its brackets, the fact that made it, and the answer to the ask for it, if a person asked.

        The photos of a ``skipped`` one are recorded.
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
        """What a fact made of an order, and the fact for the journal, whatever it changed; None: it is not worth it.

        ``answer`` is that to the ask which brought the fact about. Raises Stale, and writes nothing, when the row is
        not ``before`` any more.
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
        """Ids of orders whose next step may start, longest waiting first; of those that are due together the oldest.

        A due time counts as now if the clock was set back since it was set, or if it lies beyond ``now + horizon``.
        The same as ``daemon.order.due.waits``, in SQL.
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
        """When the next order is due, if any is."""
        row = await self._database.read(
            lambda connection: connection.execute("SELECT min(due) AS due FROM orders WHERE due IS NOT NULL").fetchone()
        )
        return float(row["due"]) if row["due"] is not None else None

    async def spent(self, day: float, month: float, order_id: str) -> tuple[int, int]:
        """Images bought since the beginning of the day and of the month, with those that orders may buy already.

        ``order_id`` is the order that asks: what it was allowed itself does not count.
        """
        return await self._database.read(lambda connection: spent(connection, day, month, order_id))

    async def of_other_orders(self, images: Iterable[str], order_id: str) -> frozenset[str]:
        """Those of these images that another order than this has, or has bought."""
        return await self._database.read(lambda connection: of_other_orders(connection, images, order_id))

    async def bought_since(self, moment: float) -> bool:
        """Whether the ledger has a purchase at or after a moment, in epoch seconds."""
        return await self._database.read(lambda connection: bought_since(connection, moment))

    async def replace(
        self, old: Order, cancelled: Order, why: Fact, new: Order, fact: Fact, *, answer: Answer | None = None
    ) -> None:
        """A new order in place of one that ends, and the answer to the ask for it: all or nothing. Raises Stale."""

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
        """Those of these shoots directly in a watched folder that have an order which counts.

        ``shoots`` are names and the inodes of their folders, 0 if not known: another folder under a known name is not
        taken.
        """
        return await self._database.read(lambda connection: taken(connection, root, shoots))

    async def know(self, folder: str, inode: int) -> None:
        """A shoot's folder is another one by now, and holds what its orders know."""
        values = (str(inode), pack(folder))
        await self._database.write(
            lambda connection: connection.execute("UPDATE orders SET inode = ? WHERE folder = ?", values)
        )

    async def recent(self, root: str, since: float) -> dict[str, float]:
        """Shoots in a watched folder with an order that changed since ``since`` and was sent, or skipped as a copy.

        Each with the time, in epoch seconds, of the last change of such an order.
        """
        prefix = root.rstrip("/") + "/"
        query = (
            "SELECT folder, max(updated_at) AS changed_at FROM orders "
            "WHERE updated_at >= ? AND phase != ? AND (phase != ? OR (same_as IS NOT NULL AND NOT recorded)) "
            "GROUP BY folder"
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
        """Orders that count of this folder, with these photos, or with any of these marks; the newest first.

        Orders with photos of one of these ``seconds`` of a camera's clock are among them, and orders with the
        fingerprint ``by_name``, which a shoot has when none of its photos is read.
        """
        known_by = KnownBy(folder, fingerprint, tuple(marks), tuple(seconds), by_name)
        return await self._database.read(lambda connection: earlier(connection, known_by))

    async def record_skipped(self, order_id: str, entries: Iterable[Entry], *, complete: bool = True) -> None:
        """Remember the photos of a shoot that was skipped; ``complete``: these are all of them."""
        entries = tuple(entries)
        await self._database.write(lambda connection: record(connection, order_id, entries, complete=complete))

    async def unseen(self) -> list[Unseen]:
        """The skipped shoots of all watched folders whose photos are not all on record."""
        return await self._database.read(unseen)

    async def skipped_alike(self, entries: Iterable[Entry]) -> list[Recorded]:
        """Every photo of a skipped shoot that has the name and the size of one of these."""
        entries = tuple(entries)
        return await self._database.read(lambda connection: alike(connection, entries))

    async def skipped_strangers(self, order_id: str, entries: Iterable[Entry]) -> frozenset[Entry]:
        """Those of these photos that were not in a skipped shoot when it was recorded."""
        entries = tuple(entries)
        return await self._database.read(lambda connection: strangers(connection, order_id, entries))

    async def skipped_in(self, root: str, *, recorded: bool = True) -> dict[str, str]:
        """The folders of skipped shoots in a watched folder, each with its order's id; see ``daemon.store.skipped``."""
        return await self._database.read(lambda connection: skipped_in(connection, root, recorded=recorded))

    async def known(self, ids: Iterable[str]) -> frozenset[str]:
        """Those of these ids that orders in the state have, whatever became of them."""
        query, values = "SELECT id FROM orders WHERE id IN (SELECT value FROM json_each(?))", json.dumps(list(ids))
        return await self._database.read(
            lambda connection: frozenset(str(row["id"]) for row in connection.execute(query, (values,)))
        )

    async def unfinished(self) -> frozenset[str]:
        """Ids of the orders that are under way or held."""
        query = "SELECT id FROM orders WHERE phase NOT IN ('downloaded', 'skipped', 'cancelled')"
        return await self._database.read(
            lambda connection: frozenset(str(row["id"]) for row in connection.execute(query))
        )

    async def newest_fact(self) -> float | None:
        """When the last fact was recorded, in epoch seconds; None if there is none."""
        row = await self._database.read(
            lambda connection: connection.execute("SELECT at FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
        )
        return float(row["at"]) if row is not None else None

    async def newest(self, folder: str) -> Order | None:
        """The newest order of a shoot's folder that counts."""
        return next(iter(await self.earlier(folder, "")), None)

    async def outdated(self, folder: str) -> list[Order]:
        """Skipped orders of a folder that count no more: they were skipped for the sake of an order that ended."""
        return await self._database.read(lambda connection: outdated(connection, folder))

    async def outputs(self) -> frozenset[str]:
        """Every output folder that an order has."""
        return await self._database.read(
            lambda connection: frozenset(
                unpack(row["output"])
                for row in connection.execute("SELECT output FROM orders WHERE phase NOT IN ('skipped', 'cancelled')")
            )
        )

    # --- what other programs ask ---

    async def asks(self) -> list[Ask]:
        """What was asked and not handed out yet, oldest first; cheap when nothing was written since the last call."""

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
        """An ask that no fact came of is answered."""
        await self._database.write(lambda connection: self._write_answer(connection, answer))

    def _write_answer(self, connection: sqlite3.Connection, answer: Answer | None) -> None:
        """Part of a transaction; an ask whose answer did not get to the disk is handed out again at the next start."""
        if answer is not None:
            write_answer(connection, answer)
            self._open.discard(answer.ask.seq)

    # --- roots, waiting shoots, the daemon itself ---

    def seen_roots(self, now: Callable[[], float]) -> SeenRoots:
        """What is remembered of watched and output folders, for those who look at disks from threads."""
        return SeenRoots(self._database, now)

    async def forget_root(self, root: str, answer: Answer | None = None) -> None:
        """A watched or output folder is to be met as if for the first time."""

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM roots WHERE path = ?", (pack(root),))
            self._write_answer(connection, answer)

        await self._database.write(write)

    async def waiting_for(self, root: str) -> list[str]:
        """Ids of orders that wait in some trouble and have their shoot or their pictures in this root."""
        query = "SELECT id, folder, output FROM orders WHERE due IS NOT NULL AND trouble IS NOT NULL"

        def read(connection: sqlite3.Connection) -> list[str]:
            rows = connection.execute(query).fetchall()
            names = ((str(row["id"]), unpack(row["folder"]), unpack(row["output"])) for row in rows)
            return [order_id for order_id, *folders in names if root in map(os.path.dirname, folders)]

        return await self._database.read(read)

    async def parts(self) -> tuple[frozenset[str], frozenset[str]]:
        """Output folders in which a run that was killed can have left part files; ids of images that may need theirs.

        A delivered order has left none: its last part file becomes its ``order.json``.
        """
        folders = "SELECT DISTINCT output FROM orders WHERE phase NOT IN ('skipped', 'downloaded')"
        images = "SELECT DISTINCT id FROM images WHERE state NOT IN ('placed', 'failed', 'dismissed')"

        def read(connection: sqlite3.Connection) -> tuple[frozenset[str], frozenset[str]]:
            outputs = frozenset(unpack(row["output"]) for row in connection.execute(folders))
            return outputs, frozenset(str(row["id"]) for row in connection.execute(images))

        return await self._database.read(read)

    async def replace_waiting(self, root: str, waiting: Iterable[Waiting]) -> None:
        """What waits in ``root`` now, for ``status``."""
        rows: list[Row] = [
            {
                "folder": pack(w.folder),
                "shoot": pack(w.shoot),
                "reason": printable(w.reason),
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
        """Something ``status`` should know of the daemon; ``None`` takes it back."""
        key = printable(key)

        def write(connection: sqlite3.Connection) -> None:
            if value is None:
                connection.execute("DELETE FROM daemon WHERE key = ?", (key,))
            else:
                upsert(connection, "daemon", ("key",), [{"key": key, "value": json.dumps(value)}])

        await self._database.write(write)

    async def begin(self) -> list[str]:
        """Forget what an earlier run noted of itself; returns the orders that waited for the account then."""

        def write(connection: sqlite3.Connection) -> list[str]:
            waited = connection.execute(
                "SELECT id FROM orders WHERE due IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(troubles) "
                "WHERE json_extract(value, '$.code') IN ('account', 'daily-limit'))"
            ).fetchall()
            connection.execute("DELETE FROM daemon")
            connection.execute("DELETE FROM waiting")
            return [str(row["id"]) for row in waited]

        return await self._database.write(write)

    async def answers(self) -> bool:
        """Whether the store still does its work; for the service manager's watchdog."""
        return bool(await self._database.read(lambda connection: connection.execute("SELECT 1 AS one").fetchone()))


def _require(connection: sqlite3.Connection, known: Order) -> None:
    row = connection.execute("SELECT phase, updated_at FROM orders WHERE id = ?", (known.id,)).fetchone()
    if row is None or (row["phase"], row["updated_at"]) != (known.phase.value, known.updated_at):
        raise Stale(known.id)

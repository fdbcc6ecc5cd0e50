"""Orders as rows: what the daemon writes. Every fact is a transaction of its own, journal included."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from daemon.order import Order, Phase
from daemon.order.facts import Fact
from daemon.store.database import Database
from daemon.store.file import FILE, open_for_writing
from daemon.store.names import pack, unpack
from daemon.store.rows import Row, bracket_row, image_row, journal_row, load, order_row, upsert
from daemon.store.waiting import Waiting

PURCHASE = "INSERT INTO purchases (order_id, image_id, at, credits) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
CREDITS = 1
"""What an image costs: the vendor counts images, one credit each."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Something a person asked for through another program.

    ``submit`` and ``submit again`` a folder; ``retry``, ``approve`` and ``cancel`` an order.
    """

    seq: int
    verb: str
    target: str


class Store:
    """The one writer. Awaitables run on the store's own thread; what they wrote is on disk when they return."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._data_version = -1

    @classmethod
    def open(cls, state_dir: Path, thread: Executor | None = None) -> Store:
        """Open, make or migrate the state file. Raises StateError and its kinds."""
        connection = open_for_writing(state_dir)
        thread = thread or ThreadPoolExecutor(1, thread_name_prefix="store")
        return cls(Database(connection, state_dir / FILE, thread))

    def close(self) -> None:
        """Finish what was asked for, then close the file."""
        self._database.close()

    # --- orders ---

    async def add(self, order: Order, fact: Fact) -> None:
        """A new order with its brackets, and the fact that made it."""

        def write(connection: sqlite3.Connection) -> None:
            _write_order(connection, None, order)
            connection.execute(*_journal(order.id, fact, order.updated_at))
            connection.execute("DELETE FROM waiting WHERE folder = ?", (pack(order.folder),))

        await self._database.write(write)

    async def record(self, before: Order, fact: Fact | None, after: Order, now: float) -> None:
        """What a fact made of an order, and the fact for the journal, whatever it changed; None: it is not worth it."""

        def write(connection: sqlite3.Connection) -> None:
            if after is not before:
                _write_order(connection, before, after)
            if fact is not None:
                connection.execute(*_journal(after.id, fact, now))

        await self._database.write(write)

    async def load(self, order_id: str) -> Order:
        """An order. Raises KeyError."""
        return await self._database.read(lambda connection: load(connection, order_id))

    async def due(self, now: float, horizon: float) -> list[str]:
        """Ids of orders whose next step may start, longest waiting first.

        A due time beyond ``now + horizon`` was set before the clock jumped back, and counts as now.
        """
        return await self._database.read(
            lambda connection: [
                str(row["id"])
                for row in connection.execute(
                    "SELECT id FROM orders WHERE due IS NOT NULL AND (due <= ? OR due > ?) ORDER BY due",
                    (now, now + horizon),
                )
            ]
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
        allowed = (
            "SELECT count(*) AS n FROM images JOIN orders ON orders.id = images.order_id "
            "WHERE images.state = 'processed' AND reckoned AND NOT dev_mode "
            "AND 'downloading' IN (phase, held_in) AND orders.id != ?"
        )

        def read(connection: sqlite3.Connection) -> tuple[int, int]:
            granted = int(connection.execute(allowed, (order_id,)).fetchone()["n"])
            since = "SELECT count(*) AS n FROM purchases WHERE at >= ?"
            today, lately = (int(connection.execute(since, (begin,)).fetchone()["n"]) for begin in (day, month))
            return today + granted, lately + granted

        return await self._database.read(read)

    async def replace(self, old: Order, cancelled: Order, why: Fact, new: Order, fact: Fact) -> None:
        """A new order in place of one that ends, both or neither."""

        def write(connection: sqlite3.Connection) -> None:
            _write_order(connection, old, cancelled)
            connection.execute(*_journal(old.id, why, new.created_at))
            _write_order(connection, None, new)
            connection.execute(*_journal(new.id, fact, new.created_at))
            connection.execute("DELETE FROM waiting WHERE folder = ?", (pack(new.folder),))

        await self._database.write(write)

    async def taken(self, root: str, shoots: Iterable[str]) -> frozenset[str]:
        """Those of these shoots directly in a watched folder that have an order which was not cancelled."""
        prefix = root.rstrip("/") + "/"
        query = "SELECT 1 AS one FROM orders WHERE folder = ? AND phase != ? LIMIT 1"

        def read(connection: sqlite3.Connection) -> frozenset[str]:
            asked = ((shoot, (pack(prefix + shoot), Phase.CANCELLED.value)) for shoot in shoots)
            return frozenset(shoot for shoot, values in asked if connection.execute(query, values).fetchone())

        return await self._database.read(read)

    async def recent(self, root: str, since: float) -> list[Order]:
        """Orders in a watched folder that changed since ``since``, without cancelled and skipped ones."""
        prefix = root.rstrip("/") + "/"
        query = "SELECT id, folder FROM orders WHERE updated_at >= ? AND phase NOT IN (?, ?)"

        def read(connection: sqlite3.Connection) -> list[Order]:
            rows = connection.execute(query, (since, Phase.CANCELLED.value, Phase.SKIPPED.value)).fetchall()
            return [load(connection, str(row["id"])) for row in rows if unpack(row["folder"]).startswith(prefix)]

        return await self._database.read(read)

    async def earlier(self, folder: str, fingerprint: str, marks: Iterable[str] = ()) -> list[Order]:
        """Orders, not cancelled, of this folder, with these photos, or with any of these marks; the newest first."""
        query = (
            "SELECT id FROM orders WHERE phase != :cancelled AND (folder = :folder "
            "OR (fingerprint = :fingerprint AND fingerprint != '') OR id IN (SELECT order_id FROM brackets "
            "WHERE mark != '' AND mark IN (SELECT value FROM json_each(:marks)))) ORDER BY created_at DESC, rowid DESC"
        )
        values: Row = {"cancelled": Phase.CANCELLED.value, "folder": pack(folder), "fingerprint": fingerprint}
        values["marks"] = json.dumps(list(marks))

        def read(connection: sqlite3.Connection) -> list[Order]:
            rows = connection.execute(query, values).fetchall()
            return [load(connection, str(row["id"])) for row in rows]

        return await self._database.read(read)

    async def newest(self, folder: str) -> Order | None:
        """The newest order of a shoot's folder that was not cancelled."""
        return next(iter(await self.earlier(folder, "")), None)

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
        """What was asked and not done yet, oldest first; cheap when nothing was written since the last call."""

        def read(connection: sqlite3.Connection) -> list[Ask]:
            found = int(connection.execute("PRAGMA data_version").fetchone()["data_version"])
            if found == self._data_version:
                return []
            self._data_version = found
            rows = connection.execute("SELECT seq, verb, target FROM asks ORDER BY seq")
            return [Ask(row["seq"], row["verb"], unpack(row["target"])) for row in rows]

        return await self._database.read(read)

    async def done(self, ask: Ask) -> None:
        """An ask was carried out."""
        await self._database.write(lambda connection: connection.execute("DELETE FROM asks WHERE seq = ?", (ask.seq,)))

    # --- roots, waiting shoots, the daemon itself ---

    async def has_seen(self, root: str, identity: str) -> bool:
        """Whether a watched folder was looked at before.

        A look at an empty folder that was another one (a mount point without its disk) does not count.
        """
        query = "SELECT identity, empty FROM roots WHERE path = ?"
        row = await self._database.read(lambda connection: connection.execute(query, (pack(root),)).fetchone())
        return row is not None and (not row["empty"] or row["identity"] == identity)

    async def see(self, root: str, identity: str, *, empty: bool, now: float) -> None:
        """A watched folder was looked at: which folder it was, and whether it had no shoots."""
        row: Row = {"path": pack(root), "seen_at": now, "identity": identity, "empty": int(empty)}
        await self._database.write(lambda connection: upsert(connection, "roots", ("path",), [row]))

    async def replace_waiting(self, root: str, waiting: Iterable[Waiting]) -> None:
        """What waits in ``root`` now, for ``status``."""
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
        """Something ``status`` should know of the daemon; ``None`` takes it back."""

        def write(connection: sqlite3.Connection) -> None:
            if value is None:
                connection.execute("DELETE FROM daemon WHERE key = ?", (key,))
            else:
                upsert(connection, "daemon", ("key",), [{"key": key, "value": json.dumps(value)}])

        await self._database.write(write)

    async def begin(self) -> list[str]:
        """Forget what an earlier run noted of itself; returns the orders that waited for the account then."""

        def write(connection: sqlite3.Connection) -> list[str]:
            noted = connection.execute("SELECT value FROM daemon WHERE key = 'account'").fetchone()
            refused = (json.loads(noted["value"]),) if noted is not None else (None,)
            waited = connection.execute(
                "SELECT id FROM orders WHERE trouble = ? AND due IS NOT NULL", refused
            ).fetchall()
            connection.execute("DELETE FROM daemon")
            connection.execute("DELETE FROM waiting")
            return [str(row["id"]) for row in waited]

        return await self._database.write(write)

    async def answers(self) -> bool:
        """Whether the store still does its work; for the service manager's watchdog."""
        return bool(await self._database.read(lambda connection: connection.execute("SELECT 1 AS one").fetchone()))


def _write_order(connection: sqlite3.Connection, before: Order | None, after: Order) -> None:
    """The order's row, and those of its brackets and images that are not what they were."""
    upsert(connection, "orders", ("id",), [order_row(after)])
    old_brackets = before.brackets if before else ()
    changed = [(n, b) for n, b in enumerate(after.brackets) if n >= len(old_brackets) or b is not old_brackets[n]]
    upsert(connection, "brackets", ("order_id", "number"), (bracket_row(after.id, n, b) for n, b in changed))
    old_images = before.images if before else ()
    if len(after.images) < len(old_images):
        connection.execute("DELETE FROM images WHERE order_id = ? AND number >= ?", (after.id, len(after.images)))
    fresh = [(n, i) for n, i in enumerate(after.images) if n >= len(old_images) or i is not old_images[n]]
    upsert(connection, "images", ("order_id", "number"), (image_row(after.id, n, i) for n, i in fresh))
    if not after.preset.dev_mode:
        bought = ((after.id, i.id, i.fetched_at, CREDITS) for _, i in fresh if i.fetched_at is not None)
        connection.executemany(PURCHASE, bought)


def _journal(order_id: str, fact: Fact, at: float) -> tuple[str, Row]:
    return (
        "INSERT INTO journal (order_id, at, fact, detail) VALUES (:order_id, :at, :fact, :detail)",
        journal_row(order_id, fact, at),
    )

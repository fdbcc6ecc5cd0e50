"""The record of skipped shoots: their photos' names, sizes and times, to recognise them after they are moved.

Only shoots that are currently skipped count. A shoot that a person submitted is recognised by its content.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable

from daemon.order.archive import UNKNOWN, Entry, Recorded
from daemon.store.names import pack, unpack

INSERT = "INSERT OR IGNORE INTO skipped_files (name, size, order_id, changed_at) VALUES (?, ?, ?, ?)"
ALIKE = "SELECT name, size, order_id, changed_at FROM skipped_files WHERE name = ? AND size IN (?, ?)"
HAS = "SELECT 1 FROM skipped_files WHERE name = ? AND size IN (?, ?) AND order_id = ?"
SKIPPED = "SELECT created_at FROM orders WHERE id = ? AND phase = 'skipped'"
FIRST_SIGHT = "phase = 'skipped' AND same_as IS NULL"
NEWEST = (
    "NOT EXISTS (SELECT 1 FROM orders AS later WHERE later.folder = orders.folder "
    "AND later.created_at > orders.created_at AND (later.phase != 'cancelled' OR later.by_person))"
)
"""No later shoot has used this one's folder."""


def record(connection: sqlite3.Connection, order_id: str, entries: Iterable[Entry]) -> None:
    """Remember the photos of a skipped shoot."""
    rows = [(pack(one.name), one.size, order_id, one.changed_at) for one in entries]
    connection.executemany(INSERT, rows)
    connection.execute("UPDATE orders SET recorded = 1 WHERE id = ?", (order_id,))


def alike(connection: sqlite3.Connection, entries: Iterable[Entry]) -> list[Recorded]:
    """All recorded photos with the name and the size of one of ``entries``."""
    made: dict[str, float | None] = {}
    found = []
    for entry in sorted({(one.name, one.size) for one in entries}):
        for row in connection.execute(ALIKE, (pack(entry[0]), entry[1], UNKNOWN)):
            order_id = row["order_id"]
            if order_id not in made:
                skipped = connection.execute(SKIPPED, (order_id,)).fetchone()
                made[order_id] = skipped["created_at"] if skipped is not None else None
            recorded_at = made[order_id]
            if recorded_at is not None:
                recorded = Entry(unpack(row["name"]), row["size"], row["changed_at"])
                found.append(Recorded(order_id, recorded, recorded_at))
    return found


def strangers(connection: sqlite3.Connection, order_id: str, entries: Collection[Entry]) -> frozenset[Entry]:
    """The given photos that are not in a skipped shoot's record."""
    return frozenset(
        one
        for one in entries
        if connection.execute(HAS, (pack(one.name), one.size, UNKNOWN, order_id)).fetchone() is None
    )


def skipped_in(connection: sqlite3.Connection, root: str, *, recorded: bool) -> dict[str, str]:
    """The folders of skipped shoots directly in a watched folder, each with its order's ID.

    With ``recorded``, the shoots whose photos are on record. Without it, the others except copies of known shoots: an
    older version skipped them, or their disk did not respond.
    """
    prefix = root.rstrip("/") + "/"
    which = f"phase = 'skipped' AND recorded AND {NEWEST}" if recorded else f"{FIRST_SIGHT} AND NOT recorded"
    query = f"SELECT id, folder FROM orders WHERE {which} ORDER BY created_at"  # noqa: S608 - constants
    folders = {unpack(row["folder"]): str(row["id"]) for row in connection.execute(query)}
    return {folder: order_id for folder, order_id in folders.items() if folder.startswith(prefix)}

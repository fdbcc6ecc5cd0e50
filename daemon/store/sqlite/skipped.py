"""The record of skipped shoots: names, sizes and times of their photos, to recognise photos that were moved.

Only shoots that are currently skipped count. A shoot that a person submitted is recognised by its content.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable

from daemon.order.archive import UNKNOWN, Entry, Recorded, Unseen
from daemon.store.sqlite.names import pack, unpack

INSERT = "INSERT OR IGNORE INTO skipped_files (name, size, order_id, changed_at) VALUES (?, ?, ?, ?)"
ALIKE = "SELECT name, size, order_id, changed_at FROM skipped_files WHERE name = ? AND size IN (?, ?)"
HAS = "SELECT 1 FROM skipped_files WHERE name = ? AND size IN (?, ?) AND order_id = ?"
SKIPPED = "SELECT created_at FROM orders WHERE id = ? AND phase = 'skipped'"
FIRST_SIGHT = "phase = 'skipped' AND same_as IS NULL"
NEWEST = (
    "NOT EXISTS (SELECT 1 FROM orders AS later WHERE later.folder = orders.folder "
    "AND later.created_at > orders.created_at AND (later.phase != 'cancelled' OR later.by_person))"
)
"""The order is the newest of its folder, not counting orders that bracketd cancelled."""
CANCELLED = (
    "phase = 'cancelled' AND by_person AND NOT EXISTS (SELECT 1 FROM orders AS other "
    "WHERE other.folder = orders.folder AND other.phase != 'cancelled' "
    "AND (other.phase != 'skipped' OR NOT other.recorded))"
)
"""A person cancelled the shoot, and no other order of its folder decides about new photos in it."""
LISTED = f"""
SELECT id, folder FROM orders WHERE ((phase = 'skipped' AND recorded) OR ({CANCELLED})) AND {NEWEST}
ORDER BY created_at
"""  # noqa: S608 - constants
UNSEEN = f"""
SELECT id, folder, shoot, created_at FROM orders WHERE {FIRST_SIGHT} AND NOT recorded
ORDER BY created_at
"""  # noqa: S608 - constants
"""Skipped shoots without a complete record, except copies of other shoots."""


def record(connection: sqlite3.Connection, order_id: str, entries: Iterable[Entry], *, complete: bool = True) -> None:
    """Store photos of a skipped shoot. ``complete``: these complete its record."""
    rows = [(pack(one.name), one.size, order_id, one.changed_at) for one in entries]
    connection.executemany(INSERT, rows)
    if complete:
        connection.execute("UPDATE orders SET recorded = 1 WHERE id = ?", (order_id,))


def alike(connection: sqlite3.Connection, entries: Iterable[Entry]) -> list[Recorded]:
    """The recorded photos that match one of these by name and size."""
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


def unseen(connection: sqlite3.Connection) -> list[Unseen]:
    """The skipped shoots without a complete record, except copies of other shoots."""
    return [Unseen(str(row["id"]), unpack(row["shoot"]), row["created_at"]) for row in connection.execute(UNSEEN)]


def strangers(connection: sqlite3.Connection, order_id: str, entries: Collection[Entry]) -> frozenset[Entry]:
    """The given photos that are not in the record of a skipped shoot."""
    return frozenset(
        one
        for one in entries
        if connection.execute(HAS, (pack(one.name), one.size, UNKNOWN, order_id)).fetchone() is None
    )


def skipped_in(connection: sqlite3.Connection, root: str, *, recorded: bool) -> dict[str, str]:
    """The folders of skipped shoots directly in a watched folder, each with the id of its order.

    With ``recorded``: shoots with a complete record, and shoots that a person cancelled. Otherwise: the other skipped
    shoots, except copies of known shoots; an older version skipped them, or their disk did not respond.
    """
    prefix = root.rstrip("/") + "/"
    rows = connection.execute(LISTED if recorded else UNSEEN)
    folders = {unpack(row["folder"]): str(row["id"]) for row in rows}
    return {folder: order_id for folder, order_id in folders.items() if folder.startswith(prefix)}

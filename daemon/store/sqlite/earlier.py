"""The orders that a settled shoot is compared with."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from daemon.order import Order
from daemon.store.sqlite.names import pack
from daemon.store.sqlite.rows import Row, load
from daemon.store.sqlite.taken import COUNTS

ALIKE = 20
"""Orders looked at that share photos with a shoot, those that share most: a logo may lie in every shoot there is."""


@dataclass(frozen=True, slots=True)
class KnownBy:
    """What a shoot is known by: its folder, the fingerprint and the marks of its photos, and their times.

    ``seconds`` are times of a camera's clock. ``by_name`` is the fingerprint when no photo is read.
    """

    folder: str
    fingerprint: str
    marks: tuple[str, ...]
    seconds: tuple[int | None, ...]
    by_name: str


def earlier(connection: sqlite3.Connection, by: KnownBy) -> list[Order]:
    """Orders that count and that have any of what a shoot is known by; the newest first."""
    query = (
        f"SELECT id FROM orders WHERE {COUNTS} AND (folder = :folder "  # noqa: S608 - a constant
        "OR (fingerprint IN (:fingerprint, :by_name) AND fingerprint != '') "
        "OR id IN (SELECT order_id FROM brackets "
        "WHERE mark != '' AND mark IN (SELECT value FROM json_each(:marks)) "
        "GROUP BY order_id ORDER BY count(*) DESC LIMIT :alike) "
        "OR id IN (SELECT order_id FROM brackets "
        "WHERE shot_second IN (SELECT value FROM json_each(:seconds)) "
        "GROUP BY order_id ORDER BY count(*) DESC LIMIT :alike)) ORDER BY created_at DESC, rowid DESC"
    )
    values: Row = {"folder": pack(by.folder), "fingerprint": by.fingerprint, "by_name": by.by_name, "alike": ALIKE}
    values |= {"marks": json.dumps(by.marks), "seconds": json.dumps(by.seconds)}
    rows = connection.execute(query, values).fetchall()
    return [load(connection, str(row["id"])) for row in rows]


def outdated(connection: sqlite3.Connection, folder: str) -> list[Order]:
    """Skipped orders of a folder that no longer count: they were skipped because of an order that has ended."""
    query = f"SELECT id FROM orders WHERE folder = ? AND phase = 'skipped' AND NOT {COUNTS}"  # noqa: S608 - constant
    return [load(connection, str(row["id"])) for row in connection.execute(query, (pack(folder),)).fetchall()]

"""Finds the earlier orders that a settled shoot is compared with."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from daemon.order import Order
from daemon.store.names import pack
from daemon.store.rows import Row, load
from daemon.store.taken import COUNTS

ALIKE = 20
"""Most orders with shared photos to compare, those with most shared photos first: every shoot may contain a logo."""


@dataclass(frozen=True, slots=True)
class KnownBy:
    """The identifying features of a shoot: its folder, and the fingerprint, marks and times of its photos.

    ``seconds`` are times of the camera's clock. ``by_name`` is the fingerprint without reading any photo.
    """

    folder: str
    fingerprint: str
    marks: tuple[str, ...]
    seconds: tuple[int | None, ...]
    by_name: str


def earlier(connection: sqlite3.Connection, by: KnownBy) -> list[Order]:
    """The orders that count and share any feature with a shoot, newest first."""
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
    """A folder's skipped orders that no longer count, because the order they were skipped for has ended."""
    query = f"SELECT id FROM orders WHERE folder = ? AND phase = 'skipped' AND NOT {COUNTS}"  # noqa: S608 - constant
    return [load(connection, str(row["id"])) for row in connection.execute(query, (pack(folder),)).fetchall()]

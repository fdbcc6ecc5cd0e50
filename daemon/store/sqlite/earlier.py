"""Finds the orders that a settled shoot is compared with."""

from __future__ import annotations

import json
import sqlite3

from daemon.order import Order
from daemon.store.known import ALIKE, KnownBy
from daemon.store.sqlite.names import pack
from daemon.store.sqlite.rows import Row, load
from daemon.store.sqlite.taken import COUNTS

SHARES_SOMETHING = f"""
SELECT id FROM orders
WHERE {COUNTS} AND (
  folder = :folder
  OR (fingerprint IN (:fingerprint, :by_name) AND fingerprint != '')
  OR id IN (
    SELECT order_id FROM brackets WHERE mark != '' AND mark IN (SELECT value FROM json_each(:marks))
    GROUP BY order_id ORDER BY count(*) DESC LIMIT :alike
  )
  OR id IN (
    SELECT order_id FROM brackets WHERE shot_second IN (SELECT value FROM json_each(:seconds))
    GROUP BY order_id ORDER BY count(*) DESC LIMIT :alike
  )
)
ORDER BY created_at DESC, rowid DESC
"""  # noqa: S608 - a constant
"""Orders that count and share a folder, a fingerprint, photos or seconds with a shoot."""

OUTDATED = f"SELECT id FROM orders WHERE folder = ? AND phase = 'skipped' AND NOT {COUNTS}"  # noqa: S608 - a constant


def earlier(connection: sqlite3.Connection, by: KnownBy) -> list[Order]:
    """Orders that count and share something with a shoot, the newest first."""
    values: Row = {"folder": pack(by.folder), "fingerprint": by.fingerprint, "by_name": by.by_name, "alike": ALIKE}
    values |= {"marks": json.dumps(list(by.marks)), "seconds": json.dumps(list(by.seconds))}
    rows = connection.execute(SHARES_SOMETHING, values).fetchall()
    return [load(connection, str(row["id"])) for row in rows]


def outdated(connection: sqlite3.Connection, folder: str) -> list[Order]:
    """The skipped orders of a folder that do not count: they were skipped as copies of an order that ended."""
    return [load(connection, str(row["id"])) for row in connection.execute(OUTDATED, (pack(folder),)).fetchall()]

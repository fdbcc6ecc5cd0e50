"""Finds orders for the daemon without reading them completely."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable

from daemon.order.due import SLACK
from daemon.store.sqlite.names import pack, unpack

DUE = """
SELECT id FROM orders
WHERE due IS NOT NULL
  AND (due <= :now OR due > :now + :horizon OR coalesce(due_set_at, updated_at) > :now + :slack)
ORDER BY due, created_at
"""

NEXT_DUE = "SELECT min(due) AS due FROM orders WHERE due IS NOT NULL"

KNOWN = "SELECT id FROM orders WHERE id IN (SELECT value FROM json_each(?))"

UNFINISHED = "SELECT id FROM orders WHERE phase NOT IN ('downloaded', 'skipped', 'cancelled')"

CHANGED_SINCE = """
SELECT folder, max(updated_at) AS changed_at FROM orders
WHERE updated_at >= ? AND phase != 'cancelled'
  AND (phase != 'skipped' OR (same_as IS NOT NULL AND NOT recorded))
GROUP BY folder
"""

IN_TROUBLE = "SELECT id, folder, output FROM orders WHERE due IS NOT NULL AND trouble IS NOT NULL"

OUTPUTS = "SELECT output FROM orders WHERE phase NOT IN ('skipped', 'cancelled')"

OUTPUTS_WITH_PARTS = "SELECT DISTINCT output FROM orders WHERE phase NOT IN ('skipped', 'downloaded')"

IMAGES_TO_COME = "SELECT DISTINCT id FROM images WHERE state NOT IN ('placed', 'failed', 'dismissed', 'not picked')"

NEWEST_FACT = "SELECT at FROM journal ORDER BY seq DESC LIMIT 1"

SET_INODE = "UPDATE orders SET inode = ? WHERE folder = ?"


def due(connection: sqlite3.Connection, now: float, horizon: float) -> list[str]:
    """Ids of the orders whose next step may start; the rule is that of ``daemon.order.due.waits``."""
    values = {"now": now, "horizon": horizon, "slack": SLACK}
    return [str(row["id"]) for row in connection.execute(DUE, values)]


def next_due(connection: sqlite3.Connection) -> float | None:
    """The earliest due time. None if no order is due."""
    row = connection.execute(NEXT_DUE).fetchone()
    return float(row["due"]) if row["due"] is not None else None


def known(connection: sqlite3.Connection, ids: Iterable[str]) -> frozenset[str]:
    """The given ids that belong to orders."""
    return frozenset(str(row["id"]) for row in connection.execute(KNOWN, (json.dumps(list(ids)),)))


def unfinished(connection: sqlite3.Connection) -> frozenset[str]:
    """Ids of the orders that are in progress or held."""
    return frozenset(str(row["id"]) for row in connection.execute(UNFINISHED))


def recent(connection: sqlite3.Connection, root: str, since: float) -> dict[str, float]:
    """The folders in a watched folder whose orders changed since a time, with the time of the last change."""
    prefix = root.rstrip("/") + "/"
    rows = connection.execute(CHANGED_SINCE, (since,)).fetchall()
    folders = {unpack(row["folder"]): float(row["changed_at"]) for row in rows}
    return {folder: changed_at for folder, changed_at in folders.items() if folder.startswith(prefix)}


def waiting_for(connection: sqlite3.Connection, root: str) -> list[str]:
    """Ids of orders with a problem and a due time whose folder or output folder is directly in a root."""
    rows = connection.execute(IN_TROUBLE).fetchall()
    names = ((str(row["id"]), unpack(row["folder"]), unpack(row["output"])) for row in rows)
    return [order_id for order_id, *folders in names if root in map(os.path.dirname, folders)]


def outputs(connection: sqlite3.Connection) -> frozenset[str]:
    """The output folders of all orders that are neither skipped nor cancelled."""
    return frozenset(unpack(row["output"]) for row in connection.execute(OUTPUTS))


def parts(connection: sqlite3.Connection) -> tuple[frozenset[str], frozenset[str]]:
    """The output folders that may contain part files, and ids of the images that may need theirs."""
    folders = frozenset(unpack(row["output"]) for row in connection.execute(OUTPUTS_WITH_PARTS))
    return folders, frozenset(str(row["id"]) for row in connection.execute(IMAGES_TO_COME))


def newest_fact(connection: sqlite3.Connection) -> float | None:
    """When the last fact was recorded. None if the journal is empty."""
    row = connection.execute(NEWEST_FACT).fetchone()
    return float(row["at"]) if row is not None else None


def know(connection: sqlite3.Connection, folder: str, inode: int) -> None:
    """Set the inode of a folder in all its orders."""
    connection.execute(SET_INODE, (str(inode), pack(folder)))

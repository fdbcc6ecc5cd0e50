"""Adds the problems of orders that an older version stored. They depend on the whole order, not only on its row."""

from __future__ import annotations

import json
import sqlite3

from daemon.store.sqlite.rows import load, problems_of

UNWRITTEN = "SELECT id FROM orders WHERE problems = ''"


def write_missing(connection: sqlite3.Connection) -> None:
    """Write the problems and messages of every order that has none yet. An invalid row gets none."""
    rows = connection.execute(UNWRITTEN).fetchall()
    if not rows:
        return
    connection.execute("BEGIN IMMEDIATE")
    for row in rows:
        try:
            order = load(connection, row["id"])
            values = json.dumps(problems_of(order)), json.dumps(order.messages)
        except (ValueError, TypeError, KeyError, LookupError):
            connection.execute("UPDATE orders SET problems = '[]' WHERE id = ?", (row["id"],))
        else:
            connection.execute("UPDATE orders SET problems = ?, messages = ? WHERE id = ?", (*values, row["id"]))
    connection.execute("COMMIT")

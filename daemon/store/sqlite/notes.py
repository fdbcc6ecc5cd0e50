"""Writes the rows of the daemon's notes. Each has a key and a JSON value."""

from __future__ import annotations

import json
import sqlite3

from daemon.order.problem import Code
from daemon.store.notes import Note, values_of
from daemon.store.sqlite.names import printable
from daemon.store.sqlite.rows import upsert

WAITED_FOR_THE_ACCOUNT = """
SELECT id FROM orders
WHERE due IS NOT NULL
  AND EXISTS (SELECT 1 FROM json_each(troubles) WHERE json_extract(value, '$.code') IN (?, ?))
"""


def write(connection: sqlite3.Connection, note: Note) -> None:
    """Store a note under its keys."""
    for name, value in values_of(note).items():
        key = printable(name)
        if value is None:
            connection.execute("DELETE FROM daemon WHERE key = ?", (key,))
        else:
            upsert(connection, "daemon", ("key",), [{"key": key, "value": json.dumps(value)}])


def waited_for_the_account(connection: sqlite3.Connection) -> list[str]:
    """Ids of the orders that wait because of the account or the daily limit."""
    codes = (Code.ACCOUNT.value, Code.DAILY_LIMIT.value)
    return [str(row["id"]) for row in connection.execute(WAITED_FOR_THE_ACCOUNT, codes)]


def forget_all(connection: sqlite3.Connection) -> None:
    """Delete every note."""
    connection.execute("DELETE FROM daemon")


def touch(connection: sqlite3.Connection) -> None:
    """Write without changing anything, to find out if the disk has space."""
    connection.execute("UPDATE daemon SET value = value")

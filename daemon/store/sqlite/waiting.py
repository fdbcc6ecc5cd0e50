"""Shoots that wait, as rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from daemon.store.sqlite.names import pack, printable, unpack
from daemon.store.sqlite.rows import Row, upsert
from daemon.store.waiting import Waiting


def replace(connection: sqlite3.Connection, root: str, waiting: Iterable[Waiting]) -> None:
    """Store which shoots wait in a watched folder, in place of what was stored for it."""
    prefix = root.rstrip("/") + "/"
    for row in connection.execute("SELECT folder FROM waiting").fetchall():
        if unpack(row["folder"]).startswith(prefix):
            connection.execute("DELETE FROM waiting WHERE folder = ?", (row["folder"],))
    upsert(connection, "waiting", ("folder",), map(_row, waiting))


def forget(connection: sqlite3.Connection, folder: str) -> None:
    """A shoot no longer waits."""
    connection.execute("DELETE FROM waiting WHERE folder = ?", (pack(folder),))


def forget_all(connection: sqlite3.Connection) -> None:
    """No shoot waits."""
    connection.execute("DELETE FROM waiting")


def _row(one: Waiting) -> Row:
    reason = printable(one.reason)
    row: Row = {"folder": pack(one.folder), "shoot": pack(one.shoot), "reason": reason}
    return row | {"files": one.files, "bytes": one.bytes, "since": one.since}

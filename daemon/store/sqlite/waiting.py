"""Writes the rows of waiting shoots."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from daemon.store.sqlite.names import pack, printable, unpack
from daemon.store.sqlite.rows import Row, upsert
from daemon.store.waiting import Waiting


def replace(connection: sqlite3.Connection, root: str, waiting: Iterable[Waiting]) -> None:
    """Replace the waiting shoots of a watched folder."""
    prefix = root.rstrip("/") + "/"
    for row in connection.execute("SELECT folder FROM waiting").fetchall():
        if unpack(row["folder"]).startswith(prefix):
            connection.execute("DELETE FROM waiting WHERE folder = ?", (row["folder"],))
    upsert(connection, "waiting", ("folder",), map(_row, waiting))


def forget(connection: sqlite3.Connection, folder: str) -> None:
    """Delete a waiting shoot."""
    connection.execute("DELETE FROM waiting WHERE folder = ?", (pack(folder),))


def forget_all(connection: sqlite3.Connection) -> None:
    """Delete all waiting shoots."""
    connection.execute("DELETE FROM waiting")


def _row(one: Waiting) -> Row:
    reason = printable(one.reason)
    row: Row = {"folder": pack(one.folder), "shoot": pack(one.shoot), "reason": reason}
    return row | {"files": one.files, "bytes": one.bytes, "since": one.since}

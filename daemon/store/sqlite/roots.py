"""Stores the last known state of watched and output folders."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection

from daemon.root import Seen
from daemon.store.protocol import SeenRoots
from daemon.store.sqlite.database import Database
from daemon.store.sqlite.names import pack, unpack
from daemon.store.sqlite.rows import Row, upsert
from daemon.store.sqlite.taken import taken


class SqliteRoots(SeenRoots):
    """Reads and writes the rows of roots, for threads that access disks."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database, self._now = database, now

    def seen(self, root: str) -> Seen | None:
        return self._database.read_and_wait(lambda connection: load(connection, root))

    def see(self, root: str, seen: Seen) -> None:
        mount = pack(seen.mount) if seen.mount is not None else None
        row: Row = {"path": pack(root), "seen_at": self._now(), "identity": seen.identity}
        row |= {"shoots": seen.shoots, "mount": mount}
        self._database.write_and_wait(lambda connection: upsert(connection, "roots", ("path",), [row]))

    def known(self, root: str, shoots: Collection[str]) -> int:
        return self._database.read_and_wait(lambda connection: len(taken(connection, root, dict.fromkeys(shoots, 0))))


def forget(connection: sqlite3.Connection, root: str) -> None:
    """Delete the row of a root."""
    connection.execute("DELETE FROM roots WHERE path = ?", (pack(root),))


def load(connection: sqlite3.Connection, root: str) -> Seen | None:
    """The last known state of a root. None if it was never seen."""
    query = "SELECT mount, identity, shoots FROM roots WHERE path = ?"
    row = connection.execute(query, (pack(root),)).fetchone()
    if row is None:
        return None
    mount = unpack(row["mount"]) if row["mount"] is not None else None
    return Seen(mount, row["identity"], row["shoots"])

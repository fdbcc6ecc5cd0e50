"""Stores the last known state of watched and output folders."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection

from daemon.root import RootState
from daemon.store.protocol import RootStates
from daemon.store.sqlite.database import Database
from daemon.store.sqlite.names import pack, unpack
from daemon.store.sqlite.rows import Row, upsert
from daemon.store.sqlite.taken import taken


class SqliteRoots(RootStates):
    """Reads and writes the rows of roots, for threads that access disks."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database, self._now = database, now

    def state_of(self, root: str) -> RootState | None:
        return self._database.read_and_wait(lambda connection: load(connection, root))

    def remember(self, root: str, state: RootState) -> None:
        mount = pack(state.mount) if state.mount is not None else None
        row: Row = {"path": pack(root), "seen_at": self._now(), "identity": state.identity}
        row |= {"shoots": state.shoots, "mount": mount}
        self._database.write_and_wait(lambda connection: upsert(connection, "roots", ("path",), [row]))

    def known(self, root: str, shoots: Collection[str]) -> int:
        return self._database.read_and_wait(lambda connection: len(taken(connection, root, dict.fromkeys(shoots, 0))))


def forget(connection: sqlite3.Connection, root: str) -> None:
    """Delete the row of a root."""
    connection.execute("DELETE FROM roots WHERE path = ?", (pack(root),))


def load(connection: sqlite3.Connection, root: str) -> RootState | None:
    """The last known state of a root. None if it was never seen."""
    query = "SELECT mount, identity, shoots FROM roots WHERE path = ?"
    row = connection.execute(query, (pack(root),)).fetchone()
    if row is None:
        return None
    mount = unpack(row["mount"]) if row["mount"] is not None else None
    return RootState(mount, row["identity"], row["shoots"])

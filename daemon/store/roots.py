"""Stores what is remembered of watched and output folders."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection

from daemon.root import Seen
from daemon.store.database import Database
from daemon.store.names import pack, unpack
from daemon.store.rows import Row, upsert
from daemon.store.taken import taken


class SeenRoots:
    """For threads that check disks. Methods block, so never call them on the event loop. They raise StateError."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database, self._now = database, now

    def seen(self, root: str) -> Seen | None:
        """What is remembered of a root, None if it was never seen."""
        return self._database.read_and_wait(lambda connection: load(connection, root))

    def see(self, root: str, seen: Seen) -> None:
        """Remember a root as it is now."""
        mount = pack(seen.mount) if seen.mount is not None else None
        row: Row = {"path": pack(root), "seen_at": self._now(), "identity": seen.identity}
        row |= {"shoots": seen.shoots, "mount": mount}
        self._database.write_and_wait(lambda connection: upsert(connection, "roots", ("path",), [row]))

    def known(self, root: str, shoots: Collection[str]) -> int:
        """The number of the given shoots in a watched folder that have an order."""
        return self._database.read_and_wait(lambda connection: len(taken(connection, root, dict.fromkeys(shoots, 0))))


def load(connection: sqlite3.Connection, root: str) -> Seen | None:
    """What a state file remembers of a root, None if it was never seen."""
    query = "SELECT mount, identity, shoots FROM roots WHERE path = ?"
    row = connection.execute(query, (pack(root),)).fetchone()
    if row is None:
        return None
    mount = unpack(row["mount"]) if row["mount"] is not None else None
    return Seen(mount, row["identity"], row["shoots"])

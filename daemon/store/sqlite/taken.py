"""Finds the shoots that have an order that counts, which means that they were sent or must not be sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from daemon.store.sqlite.names import pack

ENDED_FOR_GOOD = "SELECT id FROM orders WHERE phase = 'cancelled' AND NOT by_person"
COUNTS = f"((phase != 'cancelled' OR by_person) AND (same_as IS NULL OR same_as NOT IN ({ENDED_FOR_GOOD})))"
"""Orders that count. A shoot with such an order was sent or must not be sent. An order that was cancelled because its
folder was missing does not count. Neither does an order that was skipped only as a copy of such an order.
"""


def taken(connection: sqlite3.Connection, root: str, shoots: Mapping[str, int]) -> frozenset[str]:
    """The given shoots in a watched folder that have an order that counts.

    ``shoots`` maps folder names to inodes, 0 if unknown. A folder with a known name but another inode does not count.
    """
    prefix = root.rstrip("/") + "/"
    query = f"SELECT inode FROM orders WHERE folder = ? AND {COUNTS}"  # noqa: S608 - a constant

    def is_taken(shoot: str, inode: int) -> bool:
        rows = connection.execute(query, (pack(prefix + shoot),))
        return any(inode == 0 or row["inode"] in (None, str(inode)) for row in rows)

    return frozenset(shoot for shoot, inode in shoots.items() if is_taken(shoot, inode))

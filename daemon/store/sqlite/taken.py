"""Which shoots have an order that counts: as sent, or as not to be sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from daemon.store.sqlite.names import pack

ENDED_FOR_GOOD = "SELECT id FROM orders WHERE phase = 'cancelled' AND NOT by_person"
COUNTS = f"((phase != 'cancelled' OR by_person) AND (same_as IS NULL OR same_as NOT IN ({ENDED_FOR_GOOD})))"
"""Orders that count as sent, or as not to be sent.

One that ended because its folder was gone does not, nor one that was skipped only for the sake of such an order.
"""


def taken(connection: sqlite3.Connection, root: str, shoots: Mapping[str, int]) -> frozenset[str]:
    """Those of these shoots directly in a watched folder that have an order which counts.

    ``shoots`` are names and the inodes of their folders, 0 if not known: another folder under a known name is not
    taken.
    """
    prefix = root.rstrip("/") + "/"
    query = f"SELECT inode FROM orders WHERE folder = ? AND {COUNTS}"  # noqa: S608 - a constant

    def is_taken(shoot: str, inode: int) -> bool:
        rows = connection.execute(query, (pack(prefix + shoot),))
        return any(inode == 0 or row["inode"] in (None, str(inode)) for row in rows)

    return frozenset(shoot for shoot, inode in shoots.items() if is_taken(shoot, inode))

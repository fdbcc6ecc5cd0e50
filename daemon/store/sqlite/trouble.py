"""Maps SQLite's errors to ours, with their meaning and their remedy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daemon.errors import StateDamaged, StateError, StateFull
from daemon.host import room

UNUSABLE = {
    sqlite3.SQLITE_BUSY: "Close the other program that uses it, and try again.",
    sqlite3.SQLITE_LOCKED: "Close the other program that uses it, and try again.",
    sqlite3.SQLITE_PROTOCOL: "Close the other program that uses it, and try again.",
    sqlite3.SQLITE_NOMEM: "Free up memory.",
    sqlite3.SQLITE_PERM: "Check its permissions and its disk.",
    sqlite3.SQLITE_READONLY: "Check its permissions and its disk.",
    sqlite3.SQLITE_CANTOPEN: "Check its permissions and its disk.",
    sqlite3.SQLITE_IOERR: "Check its disk.",
}
"""SQLite's result codes (https://www.sqlite.org/rescode.html) for a file that cannot be used now, with remedies."""

NO_ROOM = (sqlite3.SQLITE_FULL,)
"""SQLite's result code for a full disk."""

PERHAPS_NO_ROOM = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
"""SQLite's result codes that may also mean an exhausted quota, or no inode for a file beside the state. ``is_full``
tries to write a file to find out."""

DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""SQLite's result codes for a damaged database. A code in none of these lists is a bug in bracketd."""


@contextmanager
def trouble_named(path: Path) -> Iterator[None]:
    """Convert SQLite's errors to StateError, StateFull or StateDamaged. Errors that are bugs are passed on.

    The lowest byte of an extended result code is the primary code.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in DAMAGED:
            raise damaged(path, str(error)) from error
        if code in NO_ROOM or (code in PERHAPS_NO_ROOM and room.is_full(path.parent)):
            raise full(path) from error
        if code not in UNUSABLE:
            raise
        raise StateError(f"the state file {path} cannot be used ({error}). {UNUSABLE[code]}") from error


def full(path: Path, what: str = "the state file") -> StateFull:
    """The error for a full disk while writing the state file, or another file that ``what`` describes."""
    why = room.shortage(path) or "its disk is full or your quota is used up"
    return StateFull(f"{what} {path} cannot be written: {why}. Free up space there.")


def damaged(path: Path, fault: str) -> StateDamaged:
    """The error for a damaged state file, with its remedy. ``fault`` describes the damage."""
    said = " ".join(fault.split())
    return StateDamaged(
        f"the state file {path} is damaged ({said}). bracketd does not start without it, because it would send and pay "
        "for shoots again. `bracketd doctor --recover` rebuilds it from what can still be read, its copies, the "
        "finished shoots and the service. The damaged file is kept."
    )

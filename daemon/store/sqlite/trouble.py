"""SQLite's errors as ours: what they mean for a person, and what to do."""

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
    sqlite3.SQLITE_NOMEM: "Make room in memory.",
    sqlite3.SQLITE_PERM: "See to its permissions and its disk.",
    sqlite3.SQLITE_READONLY: "See to its permissions and its disk.",
    sqlite3.SQLITE_CANTOPEN: "See to its permissions and its disk.",
    sqlite3.SQLITE_IOERR: "See to its disk.",
}
"""SQLite's result codes (https://www.sqlite.org/rescode.html) for a file that may be sound and cannot be used now."""

NO_ROOM = (sqlite3.SQLITE_FULL,)
"""Its result code for a disk without room."""

PERHAPS_NO_ROOM = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
"""Its result codes that it gives, too, when a quota is used up, or when there is no inode for a file beside the state.
Whether that is so is tried out."""

DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""Its result codes for a file that is no sound database. What is in neither list is a bug of ours."""


@contextmanager
def trouble_named(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into StateError, StateFull, or StateDamaged when nothing but another file would help.

    An extended result code has the primary one in its lowest byte. A bug comes out as it is.
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
    """The error for a state file, or ``what`` else belongs to the state, that cannot be written for want of room."""
    why = room.shortage(path) or "its disk is full, or your quota is used up"
    return StateFull(f"{what} {path} cannot be written: {why}. Make room there.")


def damaged(path: Path, fault: str) -> StateDamaged:
    """The error for a state file that is not what was written, with the way out; ``fault`` is what is wrong."""
    said = " ".join(fault.split())
    return StateDamaged(
        f"the state file {path} is damaged ({said}). bracketd does not start over it, because what was already "
        "sent would be sent and paid for again. `bracketd doctor --recover` rebuilds it from what can still be read, "
        "its copies, the finished shoots and the service; the damaged file is kept."
    )

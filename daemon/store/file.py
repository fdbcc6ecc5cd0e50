"""The state file, open for the one writer, or read-only for whoever only looks.

SQLite in WAL mode with ``synchronous=FULL``: a transaction that has returned survives a power cut, and readers
never wait for the writer (https://www.sqlite.org/wal.html, https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daemon.errors import StateDamaged, StateError
from daemon.store.schema import VERSION, migrate, require_known

FILE = "state.sqlite3"
"""The state file's name in the state directory."""


def open_for_writing(state_dir: Path, *, migrating: bool = True) -> sqlite3.Connection:
    """The state file, made or brought up to date; without ``migrating`` an older one is refused.

    Only its user may read it, nor SQLite's files beside it, which get the modes that it has when it is opened
    (https://www.sqlite.org/src/file/src/os_unix.c, findCreateFileMode).
    Raises StateTooNew, StateDamaged (never starts anew over a damaged file) and StateError.
    """
    path = state_dir / FILE
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_private(path)
        with trouble_named(path):
            connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
            try:
                _configure(connection)
                found = require_known(connection, str(path))
                if not migrating:
                    _require_current(found, path)
                connection.execute("PRAGMA journal_mode = WAL")
                migrate(connection, str(path))
                _require_sound(connection, path)
            except BaseException:
                connection.close()
                raise
    except OSError as error:
        raise StateError(
            f"cannot use the state directory {state_dir}: {error.strerror or error}. "
            "Give bracketd a state_dir on a local disk that it may write to."
        ) from error
    return connection


def open_for_reading(state_dir: Path) -> sqlite3.Connection | None:
    """The state file read-only, or None when there is none yet. Raises StateTooNew and StateDamaged."""
    path = state_dir / FILE
    if not path.exists():
        return None
    with trouble_named(path):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5, isolation_level=None)
        try:
            connection.row_factory = _as_dict
            if require_known(connection, str(path)) == 0:  # just being made
                connection.close()
                return None
        except BaseException:
            connection.close()
            raise
    return connection


def _make_private(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:  # not to be opened here: closing it would drop SQLite's locks (How To Corrupt, 2.2)
        path.chmod(0o600)


def _require_current(found: int, path: Path) -> None:
    if found not in (0, VERSION):  # 0: it is just being made
        raise StateError(
            f"the state file {path} was written by an older bracketd. "
            "Restart the daemon, which brings it up to date, and ask again."
        )


def _configure(connection: sqlite3.Connection) -> None:
    connection.row_factory = _as_dict
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA fullfsync = ON")


def _require_sound(connection: sqlite3.Connection, path: Path) -> None:
    fault = connection.execute("PRAGMA quick_check(1)").fetchone()["quick_check"]
    if fault != "ok":
        raise StateDamaged(_damage(path, fault))


def _as_dict(cursor: sqlite3.Cursor, values: tuple[object, ...]) -> dict[str, object]:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}


UNUSABLE = {
    sqlite3.SQLITE_BUSY: "Close the other program that uses it, and try again.",
    sqlite3.SQLITE_LOCKED: "Close the other program that uses it, and try again.",
    sqlite3.SQLITE_PROTOCOL: "Close the other program that uses it, and try again.",
    sqlite3.SQLITE_FULL: "Make room on its disk.",
    sqlite3.SQLITE_NOMEM: "Make room in memory.",
    sqlite3.SQLITE_PERM: "See to its permissions and its disk.",
    sqlite3.SQLITE_READONLY: "See to its permissions and its disk.",
    sqlite3.SQLITE_CANTOPEN: "See to its permissions and its disk.",
    sqlite3.SQLITE_IOERR: "See to its disk.",
}
"""SQLite's result codes (https://www.sqlite.org/rescode.html) for a file that may be sound and cannot be used now."""

DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""Its result codes for a file that is no sound database. What is in neither list is a bug of ours."""


@contextmanager
def trouble_named(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into StateError, or StateDamaged when nothing but another file would help.

    An extended result code has the primary one in its lowest byte. A bug comes out as it is.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in DAMAGED:
            raise StateDamaged(_damage(path, str(error))) from error
        if code not in UNUSABLE:
            raise
        raise StateError(f"the state file {path} cannot be used ({error}). {UNUSABLE[code]}") from error


def _damage(path: Path, fault: str) -> str:
    said = " ".join(fault.split())
    return (
        f"the state file {path} is damaged ({said}). bracketd does not start over it, because what was already "
        f"sent would be sent and paid for again. Put back a copy of {path.name} from a backup, or move the file away "
        "knowingly: shoots that lie in the watched folders are then recorded as skipped."
    )

"""The state file, open for the one writer, or read-only for whoever only looks.

SQLite in WAL mode with ``synchronous=FULL``: a transaction that has returned survives a power cut, and readers
never wait for the writer (https://www.sqlite.org/wal.html, https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daemon.errors import StateDamaged, StateError
from daemon.store.schema import migrate, require_known

FILE = "state.sqlite3"
"""The state file's name in the state directory."""


def open_for_writing(state_dir: Path) -> sqlite3.Connection:
    """The state file, made or brought up to date.

    Raises StateTooNew, StateDamaged (never starts anew over a damaged file) and StateError.
    """
    path = state_dir / FILE
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with trouble_named(path):
            connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
            try:
                _configure(connection)
                require_known(connection, str(path))
                connection.execute("PRAGMA journal_mode = WAL")
                migrate(connection, str(path))
                _require_sound(connection)
            except BaseException:
                connection.close()
                raise
        path.chmod(0o600)
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


def _configure(connection: sqlite3.Connection) -> None:
    connection.row_factory = _as_dict
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA fullfsync = ON")


def _require_sound(connection: sqlite3.Connection) -> None:
    fault = connection.execute("PRAGMA quick_check(1)").fetchone()["quick_check"]
    if fault != "ok":
        raise sqlite3.DatabaseError(fault)


def _as_dict(cursor: sqlite3.Cursor, values: tuple[object, ...]) -> dict[str, object]:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}


PASSING = {
    "locked": "Close the other program that uses it, and try again.",
    "full": "Make room on its disk.",
    "readonly": "See to its permissions and its disk.",
    "unable to open": "See to its permissions and its disk.",
    "disk I/O": "See to its disk.",
}
"""Words of SQLite's (https://www.sqlite.org/rescode.html) for what does not mean that the file is damaged."""


@contextmanager
def trouble_named(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into StateError, or StateDamaged when nothing but another file would help."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        remedy = next((remedy for words, remedy in PASSING.items() if words in str(error)), None)
        if remedy is not None and isinstance(error, sqlite3.OperationalError):
            raise StateError(f"the state file {path} cannot be used ({error}). {remedy}") from error
        raise StateDamaged(_damage(path, error)) from error


def _damage(path: Path, error: Exception) -> str:
    said = " ".join(str(error).split())
    return (
        f"the state file {path} is damaged ({said}). bracketd does not start over it, because what was already "
        f"sent would be sent and paid for again. Put back a copy of {path.name} from a backup, or move the file away "
        "knowingly: shoots that lie in the watched folders are then recorded as skipped."
    )

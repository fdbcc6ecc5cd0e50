"""The state file, open for the one writer, or read-only for whoever only looks.

SQLite in WAL mode with ``synchronous=FULL``: a transaction that has returned survives a power cut, and readers
never wait for the writer (https://www.sqlite.org/wal.html, https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from daemon.errors import StateError, StateFull
from daemon.host.room import NO_ROOM
from daemon.store.sqlite import copies
from daemon.store.sqlite.schema import VERSION, migrate, require_known
from daemon.store.sqlite.trouble import damaged, full, trouble_named

FILE = "state.sqlite3"
"""The state file's name in the state directory."""

SET_ASIDE = "damaged-"
"""How the folders begin, in the state directory, in which a recovery keeps what was there before it."""


def open_for_writing(state_dir: Path, *, migrating: bool = True) -> sqlite3.Connection:
    """The state file, made or brought up to date; without ``migrating`` an older one is refused.

    Before it is brought up to date a copy of it is made. Only its user may read it, nor SQLite's files beside it, which
    get the modes that it has when it is opened (https://www.sqlite.org/src/file/src/os_unix.c, findCreateFileMode).
    Raises StateTooNew, StateDamaged (never starts anew over a damaged file), StateFull and StateError.
    """
    path = state_dir / FILE
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _require_there(path)
        _make_private(path)
        with trouble_named(path):
            connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
            try:
                configure(connection)
                found = require_known(connection, str(path))
                if found == 0:
                    _require_first(path)
                if not migrating:
                    _require_current(found, path)
                connection.execute("PRAGMA journal_mode = WAL")
                if 0 < found < VERSION:
                    copies.make(path, f"before-version-{VERSION}.sqlite3")
                migrate(connection, str(path))
                _require_sound(connection, path)
                if migrating:
                    require_newest(connection, path)
            except BaseException:
                connection.close()
                raise
    except OSError as error:
        if error.errno in NO_ROOM:
            raise full(path) from error
        raise StateError(
            f"cannot use the state directory {state_dir}: {error.strerror or error}. "
            "Give bracketd a state_dir on a local disk that it may write to."
        ) from error
    return connection


def open_for_reading(state_dir: Path) -> sqlite3.Connection | None:
    """The state file read-only, or None when there is none yet. Raises StateTooNew and StateDamaged.

    One of an older version is read as the daemon will make it when it starts: from a copy in memory.
    """
    path = state_dir / FILE
    _require_there(path)
    if not path.exists():
        return None
    try:
        return _open_for_reading(path, "mode=ro")
    except StateFull:
        wal = path.with_name(f"{FILE}-wal")
        if wal.exists() and wal.stat().st_size:
            raise
        # There is no room for the files that SQLite shares with a writer. There is no writer, so they are not needed.
        return _open_for_reading(path, "mode=ro&immutable=1")


def _open_for_reading(path: Path, how: str) -> sqlite3.Connection | None:
    with trouble_named(path):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=5, isolation_level=None)
        try:
            connection.row_factory = as_dict
            connection.execute("PRAGMA temp_store = MEMORY")
            found = require_known(connection, str(path))
            if found == 0:  # just being made
                _require_first(path)
                connection.close()
                return None
            return connection if found == VERSION else _brought_up(connection, str(path))
        except BaseException:
            connection.close()
            raise


def _brought_up(old: sqlite3.Connection, path: str) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", isolation_level=None)
    copy.row_factory = as_dict
    with closing(old):
        old.backup(copy)
    migrate(copy, path)
    return copy


def _make_private(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:  # not to be opened here: closing it would drop SQLite's locks (How To Corrupt, 2.2)
        path.chmod(0o600)


def _require_there(path: Path) -> None:
    """Raises StateDamaged when the file, or what SQLite keeps beside it, was taken away.

    SQLite makes and deletes ``-shm`` while ``-wal`` is there (its walIndexClose comes before the WAL's deletion), so
    one without the other is nobody's doing but a person's or another program's, and what was written last is gone.
    """
    wal, shm = path.with_name(f"{FILE}-wal"), path.with_name(f"{FILE}-shm")
    if shm.exists() and not wal.exists() and shm.exists():  # twice: a daemon may have ended between the looks
        raise damaged(path, f"{wal.name} is missing, which held what was written last")
    if not path.exists():
        if wal.exists():
            raise damaged(path, f"it is gone, and {wal.name} is there")
        _require_first(path)
    elif not path.is_file():  # SQLite would wait for a pipe's other end
        raise damaged(path, "it is not a regular file")


def _require_first(path: Path) -> None:
    """Raises StateDamaged when a file that is missing or has nothing in it was not always so."""
    if copies.copies(path) or any(path.parent.glob(f"{SET_ASIDE}*/{FILE}")):
        raise damaged(path, "what was in it is gone, and copies of it are there")


def require_newest(connection: sqlite3.Connection, path: Path) -> None:
    """Raises StateDamaged when a copy knows more than the file: then the file is an older one, or lost what was new."""
    copy = copies.newest_sound(path)
    if copy is None:
        return
    with closing(copies.open_copy(copy)) as other:
        known = _last(other)
    if known > _last(connection):
        raise damaged(path, f"it lacks what its copy {copy.name} has")


def _last(connection: sqlite3.Connection) -> int:
    """The number of the last fact in a state file's journal."""
    (row,) = connection.execute("SELECT coalesce(max(seq), 0) AS last FROM journal")
    return int(row["last"] if isinstance(row, dict) else row[0])


def _require_current(found: int, path: Path) -> None:
    if found not in (0, VERSION):  # 0: it is just being made
        raise StateError(
            f"the state file {path} was written by an older bracketd. "
            "Restart the daemon, which brings it up to date, and ask again."
        )


def configure(connection: sqlite3.Connection) -> None:
    """Set up a connection that writes: rows as dictionaries, every commit on disk, references kept."""
    connection.row_factory = as_dict
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute("PRAGMA temp_store = MEMORY")  # a full /tmp must not look like a full disk


def _require_sound(connection: sqlite3.Connection, path: Path) -> None:
    fault = connection.execute("PRAGMA quick_check(1)").fetchone()["quick_check"]
    if fault != "ok":
        raise damaged(path, fault)


def as_dict(cursor: sqlite3.Cursor, values: tuple[object, ...]) -> dict[str, object]:
    """A row by the names of its columns; a row factory."""
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}

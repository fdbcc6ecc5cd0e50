"""Opens the state file for the one writer, or read-only for readers.

SQLite runs in WAL mode with ``synchronous=FULL``: a committed transaction survives a power cut, and readers never wait
for the writer (https://www.sqlite.org/wal.html, https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from daemon.errors import StateError, StateFull
from daemon.host.room import NO_ROOM
from daemon.store.place import FILE
from daemon.store.sqlite import copies, problems
from daemon.store.sqlite.schema import VERSION, migrate, require_known
from daemon.store.sqlite.trouble import damaged, full, trouble_named

SET_ASIDE = "damaged-"
"""The prefix of the folders in the state directory in which a recovery keeps the previous state."""


def open_for_writing(state_dir: Path, *, migrating: bool = True) -> sqlite3.Connection:
    """Open the state file, creating or migrating it if needed. Without ``migrating``, an older file is rejected.

    The file is copied before it is migrated. Only its owner can read it and SQLite's files beside it, which get its
    mode when it is opened (https://www.sqlite.org/src/file/src/os_unix.c, findCreateFileMode).
    Raises StateTooNew, StateDamaged (a damaged file is never replaced by an empty one), StateFull and StateError.
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
                if migrating:
                    problems.write_missing(connection)
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
            "Set state_dir to a writable folder on a local disk."
        ) from error
    return connection


def open_for_reading(state_dir: Path) -> sqlite3.Connection | None:
    """Open the state file read-only, None if there is none yet. Raises StateTooNew and StateDamaged.

    A file of an older version is migrated in a copy in memory.
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
        # The disk has no space for the files that SQLite shares with a writer. Without a writer they are not needed.
        return _open_for_reading(path, "mode=ro&immutable=1")


def _open_for_reading(path: Path, how: str) -> sqlite3.Connection | None:
    with trouble_named(path):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=5, isolation_level=None)
        try:
            connection.row_factory = as_dict
            connection.execute("PRAGMA temp_store = MEMORY")
            found = require_known(connection, str(path))
            if found == 0:  # another process is creating it
                _require_first(path)
                connection.close()
                return None
            return connection if found == VERSION else _migrated(connection, str(path))
        except BaseException:
            connection.close()
            raise


def _migrated(old: sqlite3.Connection, path: str) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", isolation_level=None)
    copy.row_factory = as_dict
    with closing(old):
        old.backup(copy)
    migrate(copy, path)
    return copy


def _make_private(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:  # do not open it: closing would drop SQLite's locks (How To Corrupt, 2.2)
        path.chmod(0o600)


def _require_there(path: Path) -> None:
    """Raise StateDamaged if the file, or SQLite's file beside it, was removed.

    SQLite creates and deletes ``-shm`` while ``-wal`` exists (walIndexClose runs before the WAL is deleted). So if only
    ``-shm`` exists, a person or another program has deleted the WAL, and the latest changes are lost.
    """
    wal, shm = path.with_name(f"{FILE}-wal"), path.with_name(f"{FILE}-shm")
    if shm.exists() and not wal.exists() and shm.exists():  # twice: a daemon may have ended between the checks
        raise damaged(path, f"{wal.name}, which contained the latest changes, is missing")
    if not path.exists():
        if wal.exists():
            raise damaged(path, f"it is missing, but {wal.name} exists")
        _require_first(path)
    elif not path.is_file():  # SQLite would block on a pipe
        raise damaged(path, "it is not a regular file")


def _require_first(path: Path) -> None:
    """Raise StateDamaged if an empty or missing file once had content."""
    if copies.copies(path) or any(path.parent.glob(f"{SET_ASIDE}*/{FILE}")):
        raise damaged(path, "it is empty or missing, but copies of it exist")


def require_newest(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StateDamaged if a copy is newer than the file, because then the file is outdated or has lost changes."""
    copy = copies.newest_sound(path)
    if copy is None:
        return
    with closing(copies.open_copy(copy)) as other:
        known = _last(other)
    if known > _last(connection):
        raise damaged(path, f"it is older than its copy {copy.name}")


def _last(connection: sqlite3.Connection) -> int:
    """The number of the last fact in a state file's journal, 0 if it is empty."""
    (row,) = connection.execute("SELECT coalesce(max(seq), 0) AS last FROM journal")
    return int(row["last"] if isinstance(row, dict) else row[0])


def _require_current(found: int, path: Path) -> None:
    if found not in (0, VERSION):  # 0: another process is creating it
        raise StateError(
            f"the state file {path} was written by an older version of bracketd. "
            "Restart the daemon to upgrade it, then repeat the command."
        )


def configure(connection: sqlite3.Connection) -> None:
    """Set up a connection for writing: rows as dictionaries, every commit flushed, foreign keys enforced."""
    connection.row_factory = as_dict
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute("PRAGMA temp_store = MEMORY")  # a full /tmp must not look like a full state disk


def _require_sound(connection: sqlite3.Connection, path: Path) -> None:
    fault = connection.execute("PRAGMA quick_check(1)").fetchone()["quick_check"]
    if fault != "ok":
        raise damaged(path, fault)


def as_dict(cursor: sqlite3.Cursor, values: tuple[object, ...]) -> dict[str, object]:
    """A row factory that returns a dictionary of columns."""
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}

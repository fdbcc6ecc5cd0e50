"""Copies of the state file: one before each migration, one per day, and one after a recovery.

They are made with SQLite's online backup (https://www.sqlite.org/backup.html) over a separate read-only connection; in
WAL mode the writer and a reader do not block each other. A copy is private. It gets its name only once it is complete,
checked and on disk. Its journal mode is not WAL, so that it is a single file and reading it creates no others.
"""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

from daemon.errors import StateDamaged, StateError, StateFull
from daemon.host import room
from daemon.host.room import NO_ROOM
from daemon.store.sqlite.trouble import damaged, full, trouble_named

COPIES = "copies"
"""The folder of the copies, in the state directory."""

KEPT = 7
"""The number of daily copies that are kept. Copies before a migration or after a recovery are never deleted."""

_DAILY = re.compile(r"\d{4}-\d{2}-\d{2}\.sqlite3")


def copies(path: Path) -> list[Path]:
    """All copies of a state file, newest first."""
    with suppress(OSError):
        found = [copy for copy in (path.parent / COPIES).iterdir() if copy.suffix == ".sqlite3" and copy.is_file()]
        return sorted(found, key=lambda copy: (copy.stat().st_mtime_ns, copy.name), reverse=True)
    return []


def newest_sound(path: Path) -> Path | None:
    """The newest undamaged copy, None if there is none."""
    return next((copy for copy in copies(path) if is_sound(copy)), None)


def is_sound(copy: Path) -> bool:
    """True if SQLite finds no damage in a file."""
    try:
        with closing(open_copy(copy)) as connection:
            return _fault(connection) == "ok"
    except sqlite3.Error:
        return False


def open_copy(copy: Path) -> sqlite3.Connection:
    """Open a copy read-only. Raises ``sqlite3.Error``."""
    return sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True, timeout=10, isolation_level=None)


def daily(path: Path, today: date) -> Path | None:
    """Copy the state file unless there is a copy for ``today``, and delete old daily copies.

    Returns the new copy, or None if there already was one. Raises the errors of ``make``.
    """
    name = f"{today.isoformat()}.sqlite3"
    if (path.parent / COPIES / name).exists():
        return None
    made = make(path, name)
    days = [copy for copy in copies(path) if _DAILY.fullmatch(copy.name)]
    for old in days[KEPT:]:
        with suppress(OSError):
            old.unlink()
    return made


def make(path: Path, name: str) -> Path:
    """Copy the state file to this name, replacing an existing copy.

    Raises StateFull, StateDamaged and StateError.
    """
    folder = path.parent / COPIES
    copy, part = folder / name, folder / f".{name}.part"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for left in folder.glob(".*.part*"):  # from a run that was killed
            left.unlink(missing_ok=True)
        _require_room(path, copy)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            with trouble_named(path):
                _back_up(path, part)
            flush(part)
            with trouble_named(path):
                _require_sound(path, part)
            _date_before(path, part.stat().st_mtime_ns)
            part.replace(copy)
        finally:
            part.unlink(missing_ok=True)
        flush(folder)
    except StateDamaged:
        raise
    except (OSError, StateError) as error:
        if isinstance(error, StateFull) or (isinstance(error, OSError) and error.errno in NO_ROOM):
            raise full(copy, "the copy of the state") from error
        raise StateError(f"could not copy the state to {folder}: {error}") from error
    return copy


def flush(path: Path) -> None:
    """Flush a file's bytes, or a folder's names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _back_up(path: Path, part: Path) -> None:
    with closing(open_copy(path)) as source, closing(sqlite3.connect(part, isolation_level=None)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def _require_room(path: Path, copy: Path) -> None:
    """Raise StateFull if a copy would take the space that the state itself needs."""
    if room.shortage(path) is not None:
        raise full(copy, "the copy of the state")


def _date_before(path: Path, made: int) -> None:
    """Give every copy a time before ``made`` (ns). A copy with a later time was made while the clock was fast.

    Copies must sort in the order in which they were made, because the state file is compared with the newest one.
    """
    ahead = [copy for copy in copies(path) if copy.stat().st_mtime_ns >= made]
    for number, copy in enumerate(ahead, 1):
        os.utime(copy, ns=(made - number, made - number))


def _require_sound(path: Path, part: Path) -> None:
    """Raise StateDamaged if the copy is damaged, because then the state file is damaged too."""
    with closing(open_copy(part)) as connection:
        fault = _fault(connection)
    if fault != "ok":
        raise damaged(path, fault)


def _fault(connection: sqlite3.Connection) -> str:
    return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])

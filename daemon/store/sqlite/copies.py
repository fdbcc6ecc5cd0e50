"""Copies of the state file: one before each migration, one a day, one after a recovery.

Made with SQLite's online backup (https://www.sqlite.org/backup.html) over a read-only connection of its own: in WAL
mode the writer and a reader do not wait for each other. A copy is private, and has its name only when it is whole,
checked and on disk. Its journal mode is not WAL, so that it is one file, and looking into it makes no others.
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
"""Daily copies that are kept; those made before a migration or after a recovery stay."""

_DAILY = re.compile(r"\d{4}-\d{2}-\d{2}\.sqlite3")


def copies(path: Path) -> list[Path]:
    """Every copy of a state file, the newest first."""
    with suppress(OSError):
        found = [copy for copy in (path.parent / COPIES).iterdir() if copy.suffix == ".sqlite3" and copy.is_file()]
        return sorted(found, key=lambda copy: (copy.stat().st_mtime_ns, copy.name), reverse=True)
    return []


def newest_sound(path: Path) -> Path | None:
    """The newest copy in which nothing is damaged."""
    return next((copy for copy in copies(path) if is_sound(copy)), None)


def is_sound(copy: Path) -> bool:
    """Whether SQLite finds nothing wrong with a file."""
    try:
        with closing(open_copy(copy)) as connection:
            return _fault(connection) == "ok"
    except sqlite3.Error:
        return False


def open_copy(copy: Path) -> sqlite3.Connection:
    """A copy, to be read only. Raises ``sqlite3.Error``."""
    return sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True, timeout=10, isolation_level=None)


def daily(path: Path, today: date) -> Path | None:
    """Copy the state file unless there is a copy of this day; older daily ones go. Raises as ``make``.

    Returns the copy, or None if there was one.
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
    """Copy the state file under this name, in place of a copy of that name.

    Raises StateFull, StateDamaged and StateError.
    """
    folder = path.parent / COPIES
    copy, part = folder / name, folder / f".{name}.part"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for left in folder.glob(".*.part*"):  # by a run that was killed
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
        raise StateError(f"no copy of the state could be made in {folder}: {error}") from error
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
    """A copy must not take the room that the state itself needs. Raises StateFull."""
    if room.shortage(path) is not None:
        raise full(copy, "the copy of the state")


def _date_before(path: Path, made: int) -> None:
    """Date every copy before ``made`` (ns): one that seems newer is of a clock that was ahead.

    The newest copy tells what the state file must know, so their order has to be that in which they were made.
    """
    ahead = [copy for copy in copies(path) if copy.stat().st_mtime_ns >= made]
    for number, copy in enumerate(ahead, 1):
        os.utime(copy, ns=(made - number, made - number))


def _require_sound(path: Path, part: Path) -> None:
    """A copy with a fault was made of a file with a fault."""
    with closing(open_copy(part)) as connection:
        fault = _fault(connection)
    if fault != "ok":
        raise damaged(path, fault)


def _fault(connection: sqlite3.Connection) -> str:
    return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])

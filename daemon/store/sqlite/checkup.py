"""Checks a state file and its copies for damage, without changing anything."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from daemon.store.place import FILE
from daemon.store.sqlite import copies
from daemon.store.sqlite.file import SET_ASIDE, open_for_reading, require_newest
from daemon.store.sqlite.trouble import damaged, trouble_named


@dataclass(frozen=True, slots=True)
class Checkup:
    """An undamaged state file: version, size in bytes, number of orders, and the images that are not delivered yet."""

    file: Path
    version: int
    size: int
    orders: int
    images_to_come: frozenset[str]


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the state: when it was made (epoch seconds), and ``sound``, which is True if it is undamaged."""

    file: Path
    made_at: float
    sound: bool


def check(state_dir: Path) -> Checkup | None:
    """Check the state file, None if there is none yet. Raises StateDamaged, StateTooNew and StateError."""
    path, reading = state_dir / FILE, open_for_reading(state_dir)
    if reading is None:
        return None
    reading.close()
    with trouble_named(path), closing(copies.open_copy(path)) as connection:
        (fault,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if fault != "ok":
            raise damaged(path, fault)
        require_newest(connection, path)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (orders,) = connection.execute("SELECT count(*) FROM orders").fetchone()
        to_come = "SELECT id FROM images WHERE state NOT IN ('placed', 'failed', 'dismissed', 'not picked')"
        open_images = connection.execute(to_come).fetchall()
    size = sum(part.stat().st_size for part in state_dir.glob(f"{FILE}*"))
    return Checkup(path, version, size, orders, frozenset(str(image) for (image,) in open_images))


def copies_of(state_dir: Path) -> list[Copy]:
    """All copies, newest first, each checked for damage."""
    found = copies.copies(state_dir / FILE)
    return [Copy(copy, copy.stat().st_mtime, copies.is_sound(copy)) for copy in found]


def set_aside(state_dir: Path) -> list[Path]:
    """The folders with the files that recoveries moved aside, oldest first."""
    return sorted(state_dir.glob(f"{SET_ASIDE}*"))

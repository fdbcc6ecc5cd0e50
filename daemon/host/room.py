"""Room on the state's disk: what there is, what is needed, and whether a failure comes of there being none."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

MARGIN = 16 * 1024 * 1024
"""Bytes that the state needs on its disk beside a copy of itself: SQLite's WAL, and orders to come."""

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
"""What the system answers when a disk, its inodes or the account's quota are used up."""

PROBE = ".room"
PROBE_BYTES = 64 * 1024


def shortage(path: Path) -> str | None:
    """What is free on the disk of a state file and what it needs, in words; None when there is enough, or nobody knows.

    What a quota leaves is not told by the system.
    """
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return None
    if disk.f_files and not disk.f_favail:
        return "its disk has no inode left for another file"
    free, needs = disk.f_bavail * disk.f_frsize, needed(path)
    if free >= needs:
        return None
    return f"{_mb(free)} are free on its disk, and bracketd needs {_mb(needs)} there"


def needed(path: Path) -> int:
    """Bytes that must be free beside a state file: for a copy of it, and for what is to come."""
    with suppress(OSError):
        return path.stat().st_size + MARGIN
    return MARGIN


def is_full(directory: Path) -> bool:
    """Whether nothing can be written into a directory for want of room. Tries it with a small file, which is removed.

    SQLite tells a used up quota, and a file that cannot be made, like any other error of the disk.
    """
    probe = directory / PROBE
    try:
        descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            written = os.write(descriptor, bytes(PROBE_BYTES))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        return error.errno in NO_ROOM
    finally:
        with suppress(OSError):
            probe.unlink()
    return written < PROBE_BYTES


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"

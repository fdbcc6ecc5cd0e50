"""Free space on the state's disk: how much there is, how much is needed, and whether a full disk caused a failure."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

MARGIN = 16 * 1024 * 1024
"""Bytes that the state needs beside a copy of itself: for SQLite's WAL and for new orders."""

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
"""The system's errors if a disk, its inodes or the account's quota are used up."""

PROBE = ".room"
PROBE_BYTES = 64 * 1024


def shortage(path: Path) -> str | None:
    """The free and the needed space on a state file's disk, in words. None if there is enough or it is unknown.

    The system does not report how much of a quota is left.
    """
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return None
    if disk.f_files and not disk.f_favail:
        return "its disk has no inodes left"
    free, needs = disk.f_bavail * disk.f_frsize, needed(path)
    if free >= needs:
        return None
    return f"only {_mb(free)} are free on its disk; bracketd needs {_mb(needs)}"


def needed(path: Path) -> int:
    """Bytes that must be free beside a state file: for a copy of it, and ``MARGIN``."""
    with suppress(OSError):
        return path.stat().st_size + MARGIN
    return MARGIN


def is_full(directory: Path) -> bool:
    """True if nothing can be written into a directory because its disk is full. Tries to write a small file.

    This test is needed because SQLite reports an exhausted quota, or a file that it cannot create, like any other disk
    error.
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

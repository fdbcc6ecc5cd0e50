"""Disks without room: a small one that is mounted, and a state file that may not grow."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from daemon.store.place import FILE
from daemon.store.sqlite.database import Database
from daemon.store.sqlite.file import open_for_writing
from daemon.store.sqlite.store import SqliteStore


class SmallDisk:
    """A disk of a few megabytes, in memory. ``fill`` uses all its space, ``free`` releases it."""

    def __init__(self, point: Path, *, size: str = "4m", inodes: int = 1000) -> None:
        self.point = point
        self._ballast = point / "ballast"
        point.mkdir(parents=True)
        options = f"size={size},nr_inodes={inodes}"
        command = ("mount", "-t", "tmpfs", "-o", options, "none", str(point))
        if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.skip("only root can mount a disk")

    def fill(self, left: int = 0) -> None:
        """Use all space except ``left`` bytes."""
        with self._ballast.open("ab", buffering=0) as ballast:
            for piece in (bytes(65536), bytes(4096)):
                while _fits(partial(ballast.write, piece)):
                    pass
            ballast.truncate(max(0, self._ballast.stat().st_size - left))

    def free(self) -> None:
        """Release all space."""
        self._ballast.unlink(missing_ok=True)

    def use_up_inodes(self) -> list[Path]:
        """Create files until no inode is left. Returns the files."""
        made: list[Path] = []
        while _fits((path := self.point / f"file {len(made)}").touch):
            made.append(path)
        return made

    def remove(self) -> None:
        """Unmount it."""
        subprocess.run(("umount", "--lazy", self.point), check=False, capture_output=True)


def _fits(write: Callable[[], object]) -> bool:
    """True if there was space for what ``write`` writes."""
    try:
        write()
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False
    return True


@contextmanager
def small_disk(point: Path, *, size: str = "4m", inodes: int = 1000) -> Iterator[SmallDisk]:
    """A small disk for as long as it is needed. Skips where none can be mounted."""
    disk = SmallDisk(point, size=size, inodes=inodes)
    try:
        yield disk
    finally:
        disk.remove()


class Narrow:
    """A store whose file may not grow while it is ``full``: SQLite then says the same as on a full disk."""

    def __init__(self, state: Path, thread: Executor) -> None:
        self._connection: sqlite3.Connection = open_for_writing(state)
        self.store = SqliteStore(Database(self._connection, state / FILE, thread))

    def fill(self) -> None:
        """Use all free pages."""
        pages = self._connection.execute("PRAGMA page_count").fetchone()["page_count"]
        self._connection.execute(f"PRAGMA max_page_count = {pages}")

    def free(self) -> None:
        """Let it grow again."""
        self._connection.execute("PRAGMA max_page_count = 1000000")

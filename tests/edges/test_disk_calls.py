"""Calls to a disk, each in a bounded time."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import threading
from pathlib import Path

import pytest

from daemon.host.disk import Disk
from daemon.photos import Contents


class Hands:
    """A clock that a test sets."""

    at = 0.0

    def now(self) -> float:
        """Epoch seconds."""
        return self.at

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return self.at


def test_a_disk_that_is_read_for_hours_answers_all_the_time(tmp_path: Path) -> None:
    """Each file that was read and each call that failed counts as progress of the call."""
    data = b"x" * 1000
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(data)

    async def work() -> list[float]:
        clock = Hands()
        disk = Disk(clock)
        moved = [disk.answered_at]
        contents = Contents(disk)
        for name in ("a.jpg", "b.jpg"):
            clock.at += 3600.0
            assert await contents.sha256(str(tmp_path), name) == hashlib.sha256(data).hexdigest()
            moved.append(disk.answered_at)
        clock.at += 3600.0
        with pytest.raises(FileNotFoundError):
            await disk(os.stat, tmp_path / "none")
        return [*moved, disk.answered_at]

    assert asyncio.run(work()) == [0.0, 3600.0, 7200.0, 10800.0]


def test_a_disk_that_hangs_is_an_error_in_time() -> None:
    """A call that does not return in time is given up and reported as a disk error."""
    let_go = threading.Event()

    async def work() -> None:
        with pytest.raises(OSError, match="is not responding") as caught:
            await Disk(Hands(), patience=0.01)(let_go.wait)
        let_go.set()
        assert caught.value.errno == errno.ETIMEDOUT

    asyncio.run(work())

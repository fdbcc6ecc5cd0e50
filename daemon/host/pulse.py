"""The daemon's heartbeat for other programs, without any write to a disk.

A daemon that is frozen, or whose disk or memory hangs, still holds the instance lock, which only shows that its process
exists. A file with the time of the last heartbeat would have to be written constantly. Instead, the kernel keeps the
time as a record lock (fcntl(2), F_SETLK): the *offset* of the locked byte in ``bracketd.pulse`` is the *time* of the
last heartbeat, in tenths of a second of the monotonic clock, which all processes share. The file stays empty. The locks
end with the process, and reading them (F_GETLK) only requires opening the file.

Another byte is locked while the daemon waits for free space on the state's disk, where it cannot write.

The kernel drops a process's locks on a file when the process closes any descriptor of it. So in the daemon only
``Pulse`` opens this file; there, ``look`` asks the ``Pulse`` itself.
"""

from __future__ import annotations

import fcntl
import os
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

FILE = "bracketd.pulse"

TICKS = 10
"""Byte offsets per second."""

FULL = 1 << 40
"""The byte that is locked while the state's disk is full. The clock reaches this offset after 3,000 years."""

SILENT = 30.0
"""Seconds without a heartbeat after which the daemon counts as not responding. The heartbeat comes every second, and
during the start at least every 20 seconds."""

# struct flock, up to the last field of interest: type, start, length and process.
_LINUX = sys.platform == "linux"
_LOCK = struct.Struct("hhqqi" if _LINUX else "qqihh")


_beating: dict[Path, Pulse] = {}
"""The pulses of this process, by file."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A reading of the pulse: the heartbeat's ``age`` in seconds, and ``full`` if the state's disk is full.

    ``pid`` is the daemon's process ID, None if it is in another PID namespace.
    """

    age: float
    full: bool = False
    pid: int | None = None

    @property
    def silent(self) -> bool:
        """True if the daemon is not responding."""
        return self.age > SILENT


class Pulse:
    """A context manager that provides the heartbeat. If the file cannot be created, there is none, without an error.

    ``monotonic`` returns the time.
    """

    def __init__(self, state_dir: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path, self._monotonic = state_dir / FILE, monotonic
        self._file: int | None = None
        self._at: int | None = None
        self._full = False

    def __enter__(self) -> Self:
        with suppress(OSError):
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            _beating[self._path] = self
        self.beat()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
            _beating.pop(self._path, None)

    def beat(self) -> None:
        """Record a heartbeat now. Takes microseconds."""
        before, self._at = self._at, int(self._monotonic() * TICKS)
        if before == self._at:
            return
        self._lock(self._at)
        if before is not None:
            self._unlock(before)

    def wait_for_room(self, *, full: bool) -> None:
        """Set or clear the sign that the state's disk is full."""
        self._full = full
        (self._lock if full else self._unlock)(FULL)

    def sign(self, now: float) -> Sign | None:
        """The reading of this pulse. ``now`` is the monotonic time. None before the first heartbeat."""
        return None if self._at is None else Sign(max(0.0, now - self._at / TICKS), self._full, os.getpid())

    def _lock(self, byte: int) -> None:
        if self._file is not None:
            with suppress(OSError):  # a file system without such locks
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)

    def _unlock(self, byte: int) -> None:
        if self._file is not None:
            with suppress(OSError):
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, byte)


def look(state_dir: Path, now: float | None = None) -> Sign | None:
    """Read the pulse of the daemon on ``state_dir``. None if there is none, or if the file cannot be opened.

    ``now`` is the monotonic time. Does not wait and changes nothing.
    """
    now = time.monotonic() if now is None else now
    if (own := _beating.get(state_dir / FILE)) is not None:
        return own.sign(now)
    try:
        file = os.open(state_dir / FILE, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        beat = _locked(file, 0, FULL)
        if beat is None:
            return None
        at, pid = beat
        age = now - at / TICKS
        return Sign(max(0.0, age), full=_locked(file, FULL, 1) is not None, pid=pid if pid > 0 else None)
    except OSError:
        return None
    finally:
        os.close(file)


def _locked(file: int, begin: int, length: int) -> tuple[int, int] | None:
    """The offset of another process's lock in a range of a file, and the process ID. None if there is no lock."""
    asked = fcntl.fcntl(file, fcntl.F_GETLK, _flock(begin, length))
    kind, start, pid = _fields(asked)
    return None if kind == fcntl.F_UNLCK else (start, pid)


def _flock(begin: int, length: int) -> bytes:
    """The F_GETLK request for a lock that conflicts with a read lock."""
    if _LINUX:
        return _LOCK.pack(fcntl.F_RDLCK, os.SEEK_SET, begin, length, 0)
    return _LOCK.pack(begin, length, 0, fcntl.F_RDLCK, os.SEEK_SET)


def _fields(answer: bytes) -> tuple[int, int, int]:
    """Type, start and process of the lock in the result of F_GETLK."""
    if _LINUX:
        kind, _, start, _, pid = _LOCK.unpack(answer)
    else:
        start, _, pid, kind, _ = _LOCK.unpack(answer)
    return kind, start, pid

"""The daemon's sign of life, for other programs, without a single write to a disk.

A daemon that is frozen, or whose disk or memory hangs, still holds the instance lock: that says only that its process
exists. A file with the time of its last turn would have to be written again and again. So the time is kept in memory
of the kernel, as a record lock (fcntl(2), F_SETLK): *where* in ``bracketd.pulse`` a byte is locked says *when* the
daemon last turned, in tenths of a second of the monotonic clock, which all processes share. The file stays empty. The
locks end with the process, whatever ends it, and looking at them (F_GETLK) needs no more than to open the file.

One more byte is locked while the daemon waits for room on the state's disk: it cannot write that down there.

The kernel drops a process's locks on a file when the process closes any descriptor of it. Nothing but ``Pulse`` may
open this file in the daemon.
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
"""Bytes of the file for each second."""

FULL = 1 << 40
"""The byte that is locked while there is no room for the state. No clock gets so far: that would take 3,000 years."""

SILENT = 30.0
"""Seconds without a turn after which the daemon counts as not answering. It turns every second, and at the start at
least every twenty."""

# struct flock, up to the last field of interest: the type, the beginning, the length and the process.
_LINUX = sys.platform == "linux"
_LOCK = struct.Struct("hhqqi" if _LINUX else "qqihh")


@dataclass(frozen=True, slots=True)
class Sign:
    """What a look shows: how many seconds ago the daemon last turned, and whether it waits for room for its state.

    ``pid`` is its process, None if that is not one of those that are seen from here.
    """

    age: float
    full: bool = False
    pid: int | None = None

    @property
    def silent(self) -> bool:
        """Whether the daemon does not answer."""
        return self.age > SILENT


class Pulse:
    """Gives the sign of life from ``with`` to its end. Where the file cannot be made there is none, which is no error.

    ``monotonic`` tells the time.
    """

    def __init__(self, state_dir: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path, self._monotonic = state_dir / FILE, monotonic
        self._file: int | None = None
        self._at: int | None = None

    def __enter__(self) -> Self:
        with suppress(OSError):
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.beat()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def beat(self) -> None:
        """The daemon is alive now. Takes microseconds."""
        before, self._at = self._at, int(self._monotonic() * TICKS)
        if before == self._at:
            return
        self._lock(self._at)
        if before is not None:
            self._unlock(before)

    def wait_for_room(self, *, full: bool) -> None:
        """Say whether the daemon waits for room for its state."""
        (self._lock if full else self._unlock)(FULL)

    def _lock(self, byte: int) -> None:
        if self._file is not None:
            with suppress(OSError):  # a file system without such locks
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)

    def _unlock(self, byte: int) -> None:
        if self._file is not None:
            with suppress(OSError):
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, byte)


def look(state_dir: Path, now: float | None = None) -> Sign | None:
    """The sign of life of the daemon on ``state_dir``; None if there is none, or if its file may not be opened.

    ``now`` is the monotonic time. Waits for nothing, and changes nothing.
    """
    try:
        file = os.open(state_dir / FILE, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        beat = _locked(file, 0, FULL)
        if beat is None:
            return None
        at, pid = beat
        age = (time.monotonic() if now is None else now) - at / TICKS
        return Sign(max(0.0, age), full=_locked(file, FULL, 1) is not None, pid=pid if pid > 0 else None)
    except OSError:
        return None
    finally:
        os.close(file)


def _locked(file: int, begin: int, length: int) -> tuple[int, int] | None:
    """Where another process holds a lock in a range of a file, and its process id; None where none does."""
    asked = fcntl.fcntl(file, fcntl.F_GETLK, _flock(begin, length))
    kind, start, pid = _fields(asked)
    return None if kind == fcntl.F_UNLCK else (start, pid)


def _flock(begin: int, length: int) -> bytes:
    """A question for a lock that would be in the way of reading."""
    if _LINUX:
        return _LOCK.pack(fcntl.F_RDLCK, os.SEEK_SET, begin, length, 0)
    return _LOCK.pack(begin, length, 0, fcntl.F_RDLCK, os.SEEK_SET)


def _fields(answer: bytes) -> tuple[int, int, int]:
    """The type, the beginning and the process of the lock in an answer."""
    if _LINUX:
        kind, _, start, _, pid = _LOCK.unpack(answer)
    else:
        start, _, pid, kind, _ = _LOCK.unpack(answer)
    return kind, start, pid

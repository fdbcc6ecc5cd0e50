"""The instance lock: at most one daemon per state directory.

It is an operating system lock on ``bracketd.lock`` (``flock`` or similar, through filelock), so a crash, a kill or a
power cut releases it. The holder's process ID is in ``bracketd.pid``, for people and for ``status``. It is valid only
while the lock is held.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from daemon.errors import AlreadyRunning, StateError, StateFull
from daemon.host import pulse
from daemon.host.room import NO_ROOM
from daemon.regular import read_regular

LOCK, PID = "bracketd.lock", "bracketd.pid"

GRACE = 1.0
"""Seconds to wait for the lock, because a process that calls ``running_pid`` holds it for an instant."""


class InstanceLock:
    """A context manager that holds the lock. Creates the state directory if it does not exist.

    Entering raises AlreadyRunning if another process still holds the lock after a second, and StateError if the
    directory cannot be used.
    """

    def __init__(self, state_dir: Path) -> None:
        from filelock import FileLock  # noqa: PLC0415 - only the daemon holds it

        self._directory = state_dir
        self._lock = FileLock(state_dir / LOCK, thread_local=False)

    def __enter__(self) -> Self:
        from filelock import Timeout  # noqa: PLC0415 - only the daemon holds it

        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire(timeout=GRACE, poll_interval=0.02)
            self._publish_pid()
        except Timeout:
            raise AlreadyRunning(str(self._directory), running_pid(self._directory)) from None
        except OSError as error:
            self._lock.release()
            if error.errno in NO_ROOM:
                raise StateFull(
                    f"cannot create the state directory {self._directory}: its disk is full or your quota is used up. "
                    "Free up space there."
                ) from error
            raise StateError(
                f"cannot use the state directory {self._directory}: {error.strerror or error}. "
                "Set state_dir to a writable folder on a local disk."
            ) from error
        return self

    def _publish_pid(self) -> None:
        """Write the pid file. On a full disk the daemon runs without it, and ``running_pid`` uses the pulse file."""
        try:
            _write_pid(self._directory)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            (self._directory / PID).unlink(missing_ok=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            (self._directory / PID).unlink(missing_ok=True)
        self._lock.release()


def running_pid(state_dir: Path) -> int | None:
    """The process ID of the daemon on ``state_dir``; None if no daemon runs. Does not wait and creates nothing.

    If the lock cannot be opened because it belongs to another account, the pid file counts if that process exists.
    """
    lock, pid = state_dir / LOCK, _read_pid(state_dir)
    if pid is None or not _lives(pid):
        sign = pulse.look(state_dir)
        return sign.pid if sign is not None else None
    if not lock.exists():
        return None
    from filelock import FileLock, Timeout  # noqa: PLC0415 - most calls return before they need it

    try:
        with FileLock(lock, thread_local=False).acquire(blocking=False):
            return None
    except (Timeout, OSError):
        return pid


def _write_pid(state_dir: Path) -> None:
    part = state_dir / f".{PID}.part"
    part.write_text(f"{os.getpid()}\n", encoding="ascii")
    part.replace(state_dir / PID)


def _read_pid(state_dir: Path) -> int | None:
    try:
        return int(read_regular(state_dir / PID, 64))
    except (OSError, ValueError):
        return None


def _lives(pid: int) -> bool:
    """True if a process ``pid`` exists. The pid file may be stale while two other processes call ``running_pid``."""
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True

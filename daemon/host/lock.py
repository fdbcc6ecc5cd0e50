"""One daemon a state directory.

The lock is the operating system's own on ``bracketd.lock`` (``flock`` or its like, by filelock), so a crash, a kill
or a power cut frees it. The holder's process id stands beside it in ``bracketd.pid``, for people and for ``status``;
only the lock says whether it still counts.
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
"""Seconds to wait for the lock: another process that only asks ``running_pid`` may hold it for an instant."""


class InstanceLock:
    """Held from ``with`` to its end; makes the state directory if there is none.

    Entering raises AlreadyRunning when another process holds it after a second, and StateError when the directory
    cannot be used.
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
            self._tell_pid()
        except Timeout:
            raise AlreadyRunning(str(self._directory), running_pid(self._directory)) from None
        except OSError as error:
            self._lock.release()
            if error.errno in NO_ROOM:
                raise StateFull(
                    f"cannot make the state directory {self._directory}: its disk is full, or your quota is used up. "
                    "Make room there."
                ) from error
            raise StateError(
                f"cannot use the state directory {self._directory}: {error.strerror or error}. "
                "Give bracketd a state_dir on a local disk that it may write to."
            ) from error
        return self

    def _tell_pid(self) -> None:
        """On a full disk the daemon works without; ``running_pid`` then learns it from the sign of life."""
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
    """The process id of the daemon on ``state_dir``, None when none runs. Waits for nothing and creates nothing.

    Where the lock may not be opened, because it is another account's, the pid file's word is taken if a process of
    that number lives.
    """
    lock, pid = state_dir / LOCK, _read_pid(state_dir)
    if pid is None or not _lives(pid):
        sign = pulse.look(state_dir)
        return sign.pid if sign is not None else None
    if not lock.exists():
        return None
    from filelock import FileLock, Timeout  # noqa: PLC0415 - most looks are answered before they need it

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
    """Whether there is a process ``pid``; a stale number can be seen while two others ask at the same moment."""
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True

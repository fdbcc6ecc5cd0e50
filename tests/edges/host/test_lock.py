from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from daemon.errors import AlreadyRunning, StateError
from daemon.host.lock import LOCK, PID, InstanceLock, running_pid

HOLD = """
import sys
from pathlib import Path
from daemon.host.lock import InstanceLock
with InstanceLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_daemon(state_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock until its input ends or it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, state_dir], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_daemon_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    """Only one process holds a state directory; the other gets its process ID."""
    with another_daemon(tmp_path) as first, pytest.raises(AlreadyRunning) as caught, InstanceLock(tmp_path):
        pass
    assert caught.value.pid == first.pid
    assert f"pid {first.pid}" in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_second_lock_in_the_same_process_is_refused(tmp_path: Path) -> None:
    """The lock is not reentrant: a second daemon in the same process is rejected."""
    with InstanceLock(tmp_path):
        with pytest.raises(AlreadyRunning) as caught, InstanceLock(tmp_path):
            pass
        assert caught.value.pid == os.getpid()
        assert running_pid(tmp_path) == os.getpid()


def test_a_killed_daemon_leaves_nothing_behind(tmp_path: Path) -> None:
    """After a kill no daemon runs, whatever the pid file contains, and the next one can start."""
    with another_daemon(tmp_path) as first:
        assert running_pid(tmp_path) == first.pid
        first.kill()
        first.wait()
        assert (tmp_path / PID).exists()
        assert running_pid(tmp_path) is None
        with InstanceLock(tmp_path):
            assert running_pid(tmp_path) == os.getpid()


def test_a_stopped_daemon_is_not_running(tmp_path: Path) -> None:
    """After a clean exit the directory is free and the pid file is deleted."""
    with InstanceLock(tmp_path):
        pass
    assert running_pid(tmp_path) is None
    assert not (tmp_path / PID).exists()
    with InstanceLock(tmp_path):
        pass


def test_the_state_directory_is_made_for_its_owner_only(tmp_path: Path) -> None:
    """A missing state directory is created, closed to others."""
    with InstanceLock(tmp_path / "a" / "state"):
        assert (tmp_path / "a" / "state").stat().st_mode & 0o777 == 0o700


def test_asking_makes_nothing(tmp_path: Path) -> None:
    """``running_pid`` does not change a directory without a daemon and does not create a missing one."""
    assert running_pid(tmp_path / "none") is None
    assert running_pid(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_being_asked_does_not_keep_a_daemon_from_starting(tmp_path: Path) -> None:
    """``running_pid`` holds the lock for an instant; a daemon that starts at that moment waits for it."""
    over = threading.Event()
    seen: set[int | None] = set()

    def ask() -> None:
        while not over.is_set():
            seen.add(running_pid(tmp_path))

    with InstanceLock(tmp_path):
        pass
    asking = [threading.Thread(target=ask) for _ in range(2)]
    for thread in asking:
        thread.start()
    try:
        for _ in range(20):
            with InstanceLock(tmp_path):
                pass
    finally:
        over.set()
        for thread in asking:
            thread.join()
    assert seen <= {None, os.getpid()}


def test_a_held_lock_without_a_readable_pid_is_still_held(tmp_path: Path) -> None:
    """A second daemon is rejected even if the pid cannot be read."""
    with FileLock(tmp_path / LOCK):
        (tmp_path / PID).write_text("nonsense")
        with pytest.raises(AlreadyRunning, match="pid unknown") as caught, InstanceLock(tmp_path):
            pass
    assert caught.value.pid is None


def test_a_directory_that_cannot_be_used_is_a_state_error(tmp_path: Path) -> None:
    """A file in the directory's place is reported with a remedy, without a traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="Set state_dir to a writable"), InstanceLock(tmp_path / "file" / "state"):
        pass

"""SIGHUP: from a service manager or a script, which is ignored, and from a closed terminal window."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from daemon.store.sqlite.reader import SqliteReader
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.program import COMMAND, STOP, Bracketd, environment, until
from tests.whole.test_stops import large

OAK = "12 Oak St"


class Window:
    """A terminal window in which the program runs. Its output goes to a log file or to the window."""

    def __init__(self, program: Bracketd, *, shows: bool, words: tuple[str, ...] = ()) -> None:
        program.write_config()
        self._master, slave = pty.openpty()
        log = slave if shows else os.open(program.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        take_terminal = (sys.executable, "-c", TAKE_TERMINAL, *words)
        self.process = subprocess.Popen(
            (*take_terminal, COMMAND, "--config", str(program.config), "run"),
            stdin=slave,
            stdout=log,
            stderr=log,
            env=environment(program.home),
            start_new_session=True,
        )
        for descriptor in {slave, log}:
            os.close(descriptor)

    def close(self) -> None:
        """Close the window. The system then sends SIGHUP."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def end(self) -> None:
        """Close the window and end the program."""
        self.close()
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()


TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""

WITHOUT_TERMINAL = "import os, sys; os.setsid(); os.execv(sys.argv[1], sys.argv[1:])"


def has_started(program: Bracketd) -> bool:
    """True if the daemon watches its folder. Does not need its log."""
    with SqliteReader(program.state) as reader:
        return reader.notes().watching


@pytest.fixture
def windows() -> Iterator[list[Window]]:
    """Windows that are closed after the test."""
    opened: list[Window] = []
    yield opened
    for window in opened:
        window.end()


@pytest.mark.parametrize("shows", [False, True], ids=["log in a file", "log in the window"])
def test_closing_the_window_stops_the_daemon(
    program: Bracketd, sandbox: Sandbox, windows: list[Window], shows: bool
) -> None:
    """A daemon whose terminal window is closed stops as after Ctrl-C. The next start finishes the shoot."""
    sandbox.faults(["upload slow skip=1 next=2 seconds=60"])
    window = Window(program, shows=shows)
    windows.append(window)
    until(lambda: has_started(program))
    program.drop(OAK, large(shoot(1)))
    program.when(OAK, lambda order: order["brackets"]["uploaded"] == 1)
    window.close()
    assert window.process.wait(STOP) == 0
    if not shows:
        assert program.logged("stopping")[0]["signal"] == "SIGHUP"
        assert program.logged("stopped")
    sandbox.faults([])
    program.start()
    program.reach(OAK, "downloaded")


def test_a_hangup_never_counts_as_the_second_signal(program: Bracketd, sandbox: Sandbox, windows: list[Window]) -> None:
    """If shell and system both send SIGHUP when a window is closed, the stop is still graceful."""
    sandbox.faults(["upload slow skip=1 next=2 seconds=60"])
    window = Window(program, shows=False)
    windows.append(window)
    until(lambda: has_started(program))
    program.drop(OAK, large(shoot(1)))
    program.when(OAK, lambda order: order["brackets"]["uploaded"] == 1)
    for number in (signal.SIGHUP, signal.SIGHUP, signal.SIGTERM, signal.SIGHUP):
        window.process.send_signal(number)
    assert window.process.wait(STOP) == 0
    assert program.logged("stopped")


def test_nohup_outlives_the_window(program: Bracketd, windows: list[Window]) -> None:
    """A daemon that was started with nohup(1) continues when the window is closed."""
    window = Window(program, shows=False, words=("/usr/bin/env", "nohup"))
    windows.append(window)
    until(lambda: bool(program.logged("watching")))
    window.close()
    program.drop(OAK, shoot(1))
    program.reach(OAK, "downloaded")
    window.process.terminate()
    assert window.process.wait(STOP) == 0


@pytest.mark.parametrize("name", ["SIGHUP", "SIGUSR1", "SIGUSR2"])
def test_a_signal_that_means_nothing(program: Bracketd, name: str) -> None:
    """Without a terminal, SIGHUP and the user signals are logged, and the daemon continues."""
    program.launcher = (sys.executable, "-c", WITHOUT_TERMINAL)
    program.start()
    program.signal(getattr(signal, name))
    until(lambda: [event for event in program.logged("signal ignored") if event["signal"] == name])
    program.drop(OAK, shoot(1))
    program.reach(OAK, "downloaded")
    assert program.stop() == 0

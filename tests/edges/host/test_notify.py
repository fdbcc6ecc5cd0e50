from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from daemon.host.notify import Notifier


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[socket.socket]:
    """The service manager's socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        bound.bind(str(tmp_path / "notify"))
        bound.settimeout(5)
        yield bound


def notifier(ear: socket.socket) -> Notifier:
    """A notifier for the socket."""
    return Notifier.from_environ({"NOTIFY_SOCKET": ear.getsockname()})


def test_each_word_is_one_datagram_of_the_protocol(ear: socket.socket) -> None:
    """The messages are READY with a status, STATUS, WATCHDOG and STOPPING, spelled as in sd_notify(3)."""
    tells = notifier(ear)
    tells.ready("watching 2 folders")
    tells.status("uploading 3 of 60")
    tells.alive()
    tells.stopping()
    assert [ear.recv(4096) for _ in range(4)] == [
        b"READY=1\nSTATUS=watching 2 folders",
        b"STATUS=uploading 3 of 60",
        b"WATCHDOG=1",
        b"STOPPING=1",
    ]


def test_a_status_cannot_add_words_of_its_own(ear: socket.socket) -> None:
    """A line end in a folder's name, or a name that is not UTF-8, stays within the status line."""
    notifier(ear).status("sending a\nSTOPPING=1 \udcff")
    assert ear.recv(4096) == b"STATUS=sending a STOPPING=1 \\udcff"


@pytest.mark.skipif(sys.platform != "linux", reason="abstract sockets are Linux's")
def test_an_abstract_socket_is_spoken_to() -> None:
    """An address that starts with @ is an abstract socket."""
    name = f"bracketd-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(f"\0{name}")
        ear.settimeout(5)
        Notifier.from_environ({"NOTIFY_SOCKET": f"@{name}"}).alive()
        assert ear.recv(4096) == b"WATCHDOG=1"


@pytest.mark.parametrize("named", [None, "", "vsock:2:9999", "relative", "/no/such/socket", "/" + "x" * 300])
def test_without_a_listening_ear_nothing_happens(named: str | None) -> None:
    """Without a socket, or with a missing one or one of another kind, nothing is sent and nothing fails."""
    tells = Notifier.from_environ({} if named is None else {"NOTIFY_SOCKET": named})
    tells.ready("x")
    tells.alive()
    tells.stopping()


def test_a_manager_that_does_not_listen_does_not_stop_the_daemon(ear: socket.socket) -> None:
    """If the socket's queue is full, a message is dropped without waiting for ever."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                other.sendto(b"x", ear.getsockname())
        notifier(ear).alive()


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"),
    [
        ("30000000", None, 30.0),
        ("500000", "us", 0.5),
        ("30000000", "1", None),
        ("0", None, None),
        ("soon", None, None),
        (None, None, None),
    ],
)
def test_the_watchdog_is_ours_or_none(usec: str | None, pid: str | None, seconds: float | None) -> None:
    """``watchdog_s`` is the unit's WatchdogSec if it is for this process (sd_watchdog_enabled(3))."""
    given = {
        "NOTIFY_SOCKET": "/x",
        "WATCHDOG_USEC": usec,
        "WATCHDOG_PID": str(os.getpid()) if pid == "us" else pid,
    }
    environ = {name: value for name, value in given.items() if value is not None}
    assert Notifier.from_environ(environ).watchdog_s == seconds

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from pathlib import Path

import pytest

from tests.edges.sandbox.shots import shoot
from tests.edges.service.hosts import Exchange, Host
from tests.sandbox_process import Sandbox
from tests.whole.books import of_order
from tests.whole.program import STOP, Bracketd, until

OAK = "12 Oak St"


def test_sigterm_in_the_middle_of_uploads(program: Bracketd, sandbox: Sandbox) -> None:
    """A stop during transfers takes at most ten seconds and has status 0. The next start finishes the shoot."""
    sandbox.faults(["upload slow skip=1 next=2 seconds=60"])
    program.start()
    program.drop(OAK, large(shoot(1)))
    program.when(OAK, lambda order: order["brackets"]["uploaded"] == 1)
    assert program.stop(signal.SIGTERM) == 0
    order = program.order(OAK) or {}
    assert (order["phase"], order["brackets"]["uploaded"], order["messages"]) == ("uploading", 1, [])
    program.start()
    program.reach(OAK, "downloaded")


def test_sigterm_while_the_start_waits(program: Bracketd, tmp_path: Path) -> None:
    """A stop while the start waits for a watched folder's disk takes at most ten seconds and has status 0."""
    over = threading.Event()

    def silent(_exchange: Exchange) -> None:
        program.signal(signal.SIGTERM)
        over.wait(STOP)

    (tmp_path / "key").write_text("a-key")
    with Host(silent) as syncthing:
        program.settings["syncthing"] = {"address": syncthing.url, "key_file": str(tmp_path / "key")}
        with pytest.raises(AssertionError, match="stopping; send a second signal"):
            program.start()
        over.set()
    assert program.ended(STOP) == 0
    assert program.logged("stopped")


def test_ctrl_c_in_the_middle_of_a_merge(program: Bracketd, sandbox: Sandbox) -> None:
    """Ctrl-C while the service merges ends with status 0, and the next start downloads the pictures."""
    sandbox.faults(["merge slow-grouping seconds=3"])
    program.start()
    program.drop(OAK, shoot(1))
    program.reach(OAK, "merging")
    assert program.stop(signal.SIGINT) == 0
    program.start()
    program.reach(OAK, "downloaded")


def test_a_second_signal_stops_at_once(program: Bracketd, sandbox: Sandbox) -> None:
    """A second signal ends transfers at once, without losing anything."""
    sandbox.faults(["upload slow next=2 seconds=60"])
    program.start()
    program.drop(OAK, large(shoot(1)))
    until(lambda: sandbox.report()["faults"][0]["happened"] == 2)
    program.signal(signal.SIGTERM)
    until(lambda: program.logged("stopping"))
    program.signal(signal.SIGTERM)
    assert program.ended(STOP) == 128 + signal.SIGTERM
    program.start()
    program.reach(OAK, "downloaded")


@pytest.mark.parametrize(
    ("flow", "where"),
    [
        ("images", "create_image"),
        ("images", "merge_order"),
        ("images", "download"),
        ("brackets", "create_bracket"),
        ("brackets", "process_order"),
    ],
)
def test_killed_before_an_answer_arrived(program: Bracketd, sandbox: Sandbox, flow: str, where: str) -> None:
    """A kill between a request and its response leads to no second purchase or merge."""
    program.settings["api"]["flow"] = flow
    sandbox.faults([f"{where} stall seconds=60"])
    program.start()
    program.drop(OAK, shoot(1))
    until(lambda: sandbox.report()["faults"][0]["happened"] == 1)
    order = program.order(OAK)
    assert order is not None
    if where in ("merge_order", "process_order"):
        until(lambda: of_order(sandbox, order)["merges"])
    program.kill()
    program.start()
    program.reach(OAK, "downloaded")


@pytest.mark.parametrize("seed", range(2))
def test_killed_again_and_again(program: Bracketd, sandbox: Sandbox, seed: int) -> None:
    """After any number of kills, anywhere, a shoot is merged once and each picture is bought once."""
    chance = random.Random(seed)
    program.settings["api"]["flow"] = chance.choice(["images", "brackets"])
    slow = ["upload slow rate=1 seconds=0.2", "download slow next=4 seconds=0.7", "merge slow-grouping seconds=1"]
    sandbox.faults(slow)
    program.start()
    program.drop(OAK, shoot(4))
    for stored in sorted(chance.sample(range(6), 2)):
        program.when(OAK, lambda order, least=stored: order["brackets"]["uploaded"] >= least)  # type: ignore[misc]
        program.kill()
        program.start()
    for phase in ("merging", "downloading"):
        order = program.reach(OAK, phase, "downloaded")
        until(lambda order=order: any(f["fact"] in ("Merged", "Seen") for f in program.journal(order["order_id"])))  # type: ignore[misc]
        program.kill()
        program.start()
    program.reach(OAK, "downloaded")


def test_a_second_daemon_refuses(program: Bracketd) -> None:
    """A second daemon on the same state directory does not start, and names the first daemon's process id."""
    program.start()
    second = program.run("run")
    assert second.returncode == 1
    assert f"already running on {program.state} (pid {program.pid})" in second.stderr
    assert "Traceback" not in second.stderr
    assert program.status()["daemon"]["pid"] == program.pid
    program.kill()
    assert program.status()["daemon"] == program.status()["daemon"] | {"running": False, "pid": None}
    program.start()
    assert program.stop() == 0


def test_python_m_daemon(program: Bracketd) -> None:
    """``python -m daemon`` is the same program."""
    program.start(sys.executable, "-m", "daemon")
    program.drop(OAK, shoot(1))
    program.reach(OAK, "downloaded")
    assert program.stop() == 0


def large(files: dict[str, bytes], size: int = 8_000_000) -> dict[str, bytes]:
    """The same pictures in files larger than a socket's buffers. Bytes after a JPEG's end are ignored."""
    return {name: data + os.urandom(1000) * ((size - len(data)) // 1000) for name, data in files.items()}

"""The disk with the state is full, then has space again."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.edges.full_disk import SmallDisk, small_disk
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.books import of_order
from tests.whole.program import STOP, Bracketd, until

OAK, ELM = "12 Oak St", "1 Elm St"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A small disk. Skips if it cannot be mounted."""
    with small_disk(tmp_path / "disk", size="24m") as found:
        yield found


@pytest.fixture
def program(disk: SmallDisk, program: Bracketd) -> Bracketd:
    """The program, with its state on the small disk."""
    program.state = disk.point / "state"
    program.settings["state_dir"] = str(program.state)
    return program


def is_waiting(program: Bracketd) -> bool:
    """True if the daemon says that it waits for disk space."""
    return bool(program.logged("state disk full"))


def test_the_disk_fills_up_while_a_shoot_is_sent(program: Bracketd, sandbox: Sandbox, disk: SmallDisk) -> None:
    """The daemon waits, and every verb says so. With space again everything continues and is paid for once."""
    sandbox.faults(["upload slow skip=1 next=9 seconds=3"])
    program.start()
    program.drop(OAK, shoot(2))
    order = program.when(OAK, lambda order: order["brackets"]["uploaded"] >= 1)
    disk.fill()
    until(lambda: is_waiting(program))
    status = program.run("status")
    assert status.returncode == 0
    assert "there is no disk space for the state" in " ".join(status.stdout.split())
    for verb in ("check", "doctor"):
        said = program.run(verb)
        assert said.returncode == 1
        assert "there is no disk space for the state" in said.stderr
        assert "no problems found" not in said.stdout
    asked = program.run("submit", "--again", str(program.watched / OAK))
    assert asked.returncode == 1
    assert "Traceback" not in asked.stderr
    assert of_order(sandbox, order)["merges"] == []
    disk.free()
    program.reach(OAK, "downloaded")
    until(lambda: program.logged("state disk has space again"))
    until(lambda: not program.peek()["daemon"]["messages"])
    assert [image["charged"] for image in of_order(sandbox, order)["images"]] == [1, 1]
    assert program.stop() == 0


def test_the_disk_is_full_while_pictures_are_bought(program: Bracketd, sandbox: Sandbox, disk: SmallDisk) -> None:
    """A picture whose purchase could not be stored is neither bought again nor lost."""
    sandbox.faults(["download slow next=2 seconds=2"])
    program.start()
    program.drop(OAK, shoot(2))
    order = program.reach(OAK, "downloading")
    until(lambda: sandbox.report()["faults"][0]["happened"])
    disk.fill()
    until(lambda: is_waiting(program))
    disk.free()
    program.reach(OAK, "downloaded")
    images = of_order(sandbox, order)["images"]
    assert [(image["charged"], image["downloads"]["full"]) for image in images] == [(1, 1), (1, 1)]


def test_the_disk_is_full_at_the_start(program: Bracketd, disk: SmallDisk) -> None:
    """A daemon that starts on a full disk waits, says so, and begins automatically when there is space."""
    program.start()
    program.drop(OAK, shoot(1))
    program.reach(OAK, "downloaded")
    assert program.stop() == 0
    disk.fill()

    def free_once_it_waits() -> None:
        until(lambda: is_waiting(program))
        disk.free()

    with ThreadPoolExecutor(1) as person:
        freed = person.submit(free_once_it_waits)
        program.start()
        freed.result()
    assert program.logged("state disk has space again")
    program.drop(ELM, {f"ELM_{name}": data for name, data in shoot(1).items()})
    program.reach(ELM, "downloaded")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_while_the_disk_is_full(
    program: Bracketd, sandbox: Sandbox, disk: SmallDisk, number: signal.Signals
) -> None:
    """A stop does not wait for a full disk and reports unfinished work. Nothing is done or paid twice."""
    sandbox.faults(["upload slow skip=1 next=9 seconds=3"])
    program.start()
    program.drop(OAK, shoot(1))
    order = program.when(OAK, lambda order: order["brackets"]["uploaded"] >= 1)
    disk.fill()
    until(lambda: is_waiting(program))
    program.signal(number)
    assert program.ended(STOP) == 1
    assert program.logged("stopped while the state disk is full")
    assert "Traceback" not in program.log.read_text()
    disk.free()
    program.start()
    done = program.reach(OAK, "downloaded")
    assert done["order_id"] == order["order_id"]

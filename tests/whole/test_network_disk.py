"""Watched and output folders on a disk that fails like network disks, access lists and encrypted folders."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.edges.sandbox.shots import shoot
from tests.mirror import Mirror
from tests.sandbox_process import Sandbox
from tests.whole.program import Bracketd, until

OAK = "12 Oak St"
PATIENCE = 120.0


@pytest.fixture
def watching(mirror: Mirror, program: Bracketd) -> Iterator[Bracketd]:
    """The program, which watches a folder on the failing disk."""
    program.folder.update(watch=str(mirror.point), observer="polling", poll_interval="0.5s")
    program.watched = mirror.below
    yield program
    program.close()


@pytest.fixture
def delivering(mirror: Mirror, program: Bracketd) -> Iterator[Bracketd]:
    """The program, which delivers to the failing disk."""
    program.folder["output"] = str(mirror.point)
    program.output = mirror.point
    yield program
    program.close()


@pytest.mark.parametrize("bad_files", ["hold", "leave_out"])
def test_a_disk_that_wakes_up_while_photos_are_sent(
    watching: Bracketd, mirror: Mirror, sandbox: Sandbox, bad_files: str
) -> None:
    """Reads that fail for some seconds delay an order. Nothing is held, and no photo is left out."""
    watching.folder["bad_files"] = bad_files
    sandbox.faults(["upload slow skip=1 next=4 seconds=3"])
    watching.start()
    watching.drop(OAK, shoot(4))
    order = watching.when(OAK, lambda order: order["brackets"]["uploaded"] >= 1)
    mirror.fails(read_error=errno.EIO)
    watching.message(OAK, "cannot be read (Input/output error)")
    until(lambda: failures(watching, order["order_id"])["unreadable"] >= 3)
    mirror.fails()
    done = watching.reach(OAK, "held", "downloaded", patience=PATIENCE)
    assert (done["phase"], done["health"], done["messages"]) == ("downloaded", "ok", [])
    assert (done["order_id"], done["brackets"]) == (order["order_id"], {"total": 12, "uploaded": 12})
    assert set(failures(watching, order["order_id"])) == {"unreadable"}


def failures(program: Bracketd, order_id: str) -> Counter[str]:
    """The failures of an order, by kind."""
    return Counter(entry["detail"]["kind"] for entry in program.journal(order_id) if entry["fact"] == "Failed")


def test_what_access_denies_and_open_allows(watching: Bracketd, mirror: Mirror) -> None:
    """Photos that access(2) calls unreadable are sent if they can be read, and ``check`` finds no problem."""
    mirror.fails(denies=True)
    watching.start()
    folder = watching.drop(OAK, shoot(1))
    assert not os.access(mirror.point / folder.name / "IMG_0001.JPG", os.R_OK)
    assert watching.reach(OAK, "downloaded")["brackets"]["total"] == 3
    checked = watching.run("check")
    assert (checked.returncode, checked.stderr) == (0, "")


def test_what_access_allows_and_open_denies(watching: Bracketd, mirror: Mirror) -> None:
    """Photos that cannot be opened make their shoot wait with a message. They are sent when they can be opened."""
    mirror.fails(open_error=errno.EACCES)
    watching.start()
    folder = watching.drop(OAK, shoot(1))
    assert os.access(mirror.point / folder.name / "IMG_0001.JPG", os.R_OK)
    watching.wait_until_it_says("IMG_0001.JPG cannot be read (Permission denied)")
    assert watching.order(OAK) is None
    mirror.fails()
    assert watching.reach(OAK, "downloaded", patience=PATIENCE)["brackets"]["total"] == 3


def test_photos_that_cannot_be_looked_at_for_a_while(watching: Bracketd, mirror: Mirror) -> None:
    """If a disk lists a shoot but stat(2) of its photos fails, the shoot waits, and no photo is left out."""
    watching.folder["bad_files"] = "leave_out"
    mirror.fails(look_error=errno.ESTALE)
    watching.start()
    watching.drop(OAK, shoot(1))
    watching.wait_until_it_says("IMG_0001.JPG cannot be read (Stale file handle)")
    mirror.fails()
    assert watching.reach(OAK, "downloaded", patience=PATIENCE)["brackets"]["total"] == 3


@pytest.mark.parametrize(
    ("name", "faults"),
    [("Long Street " * 12 + "number twelve", {"longest": 143}), ("5:30 pm", {"forbidden": ":"})],
    ids=["names of 143 bytes", "no colons"],
)
def test_an_output_that_does_not_take_the_shoots_name(
    delivering: Bracketd, mirror: Mirror, name: str, faults: dict[str, object]
) -> None:
    """If the disk refuses the name, the output folder gets another name, which is shown before anything is sent."""
    mirror.fails(**faults)
    delivering.start()
    photos = {f"{'x' * 150} {number}.JPG": data for number, data in enumerate(shoot(1).values())}
    delivering.drop(name, photos)
    order = delivering.reach(name, "downloaded")
    assert os.path.dirname(order["output"]) == str(mirror.point)
    assert order["output"].endswith(f" {order['order_id'][:8]}")
    assert order["messages"] == [
        f"the output's disk does not allow the shoot's name; the pictures go to {order['output']}"
    ]
    assert order["health"] == "ok"
    facts = [entry["fact"] for entry in delivering.journal(order["order_id"])]
    assert facts.index("OutputRenamed") < facts.index("Registered")
    (picture,) = [file for file in os.listdir(order["output"]) if file != "order.json"]
    assert picture.startswith("x" * 100)
    assert delivering.logged("output folder renamed")

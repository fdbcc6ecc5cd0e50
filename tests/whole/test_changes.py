from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.books import of_order
from tests.whole.program import Bracketd, Json, until

OAK = "12 Oak St"

HELD_UP = ["upload slow skip=1 next=2 seconds=3"]
"""One bracket is stored at once, two take a while."""


@pytest.fixture
def uploading(program: Bracketd, sandbox: Sandbox) -> Json:
    """An order of three brackets during its uploads. The quiet period is short."""
    sandbox.faults(HELD_UP)
    program.start()
    program.drop(OAK, shoot(1))
    order = program.when(OAK, lambda order: order["brackets"]["uploaded"] == 1)
    until(lambda: sandbox.report()["faults"][0]["happened"] == 2)
    return order


def test_a_shoot_removed_while_it_is_sent(program: Bracketd, sandbox: Sandbox, uploading: Json) -> None:
    """A shoot that is removed during its upload ends its order: nothing is merged, nothing is paid for."""
    shutil.rmtree(program.watched / OAK)
    order = program.reach(OAK, "cancelled")
    assert order["order_id"] == uploading["order_id"]
    assert "was removed or renamed; nothing was merged or paid for" in order["messages"][0]
    assert of_order(sandbox, order)["merges"] == []


def test_a_shoot_renamed_while_it_is_sent(program: Bracketd, sandbox: Sandbox, uploading: Json) -> None:
    """A shoot that is renamed during its upload keeps its order, and is merged and bought once."""
    (program.watched / OAK).rename(program.watched / "12 Oak Street")
    done = program.reach("12 Oak Street", "downloaded")
    assert done["order_id"] == uploading["order_id"]
    assert done["output"] == str(program.output / OAK), "the output folder stays the same"
    assert len(of_order(sandbox, uploading)["merges"]) == 1


def test_a_photo_removed_while_it_is_sent(program: Bracketd, uploading: Json) -> None:
    """A removed photo holds its order and is named. After it is put back, ``retry`` continues the same order."""
    photo = program.watched / OAK / "IMG_0002.JPG"
    aside = program.home / photo.name
    photo.rename(aside)
    order = program.reach(OAK, "held")
    assert order["health"] == "attention"
    assert f"{photo.name} is missing. Put it back, then run `bracketd retry`" in order["messages"][0]
    aside.rename(photo)
    done = program.run("retry", OAK)
    assert (done.returncode, done.stderr) == (0, "")
    assert program.reach(OAK, "downloaded")["order_id"] == uploading["order_id"]


def test_a_held_shoot_can_be_submitted_without_a_photo(program: Bracketd, sandbox: Sandbox, uploading: Json) -> None:
    """If a photo is lost, ``submit`` ends the held order and sends the remaining photos as a new order."""
    (program.watched / OAK / "IMG_0002.JPG").unlink()
    program.reach(OAK, "held")
    program.run("submit", str(program.watched / OAK))
    order = program.reach(OAK, "downloaded")
    assert order["brackets"]["total"] == 2
    assert order["output"] == uploading["output"]
    assert of_order(sandbox, uploading)["merges"] == []
    phases = {order["order_id"]: order["phase"] for order in program.status()["orders"]}
    assert phases == {uploading["order_id"]: "cancelled", order["order_id"]: "downloaded"}


@pytest.mark.parametrize(("flow", "number"), [("images", 1), ("images", 3), ("brackets", 1)])
def test_a_photo_changed_while_it_is_sent(program: Bracketd, sandbox: Sandbox, flow: str, number: int) -> None:
    """If a photo changes before the merge, stored or not, only its new content is merged."""
    program.settings["api"]["flow"] = flow
    sandbox.faults(HELD_UP)
    program.start()
    program.drop(OAK, shoot(1))
    program.when(OAK, lambda order: order["brackets"]["uploaded"] == 1)
    photo = program.watched / OAK / f"IMG_{number:04}.JPG"
    photo.write_bytes(photo.read_bytes() + b"edited")
    program.message(OAK, f"{photo.name} changed after the shoot was locked")
    order = program.reach(OAK, "downloaded")
    assert order["messages"] == []
    assert order["bytes"]["total"] == sum(path.stat().st_size for path in photo.parent.iterdir())


@pytest.mark.parametrize("how", ["written over", "replaced"])
def test_a_photo_rewritten_with_its_size_and_time(program: Bracketd, sandbox: Sandbox, how: str) -> None:
    """A stored photo with new content and its old time is sent again. A chmod alone changes nothing."""
    sandbox.faults(HELD_UP)
    program.start()
    program.drop(OAK, shoot(1))
    order = program.when(OAK, lambda order: order["brackets"]["uploaded"] == 1)
    stored = next(e["detail"]["bracket"] for e in program.journal(order["order_id"]) if e["fact"] == "Stored")
    photo, touched = (program.watched / OAK / f"IMG_000{number}.JPG" for number in (stored + 1, (stored + 1) % 3 + 1))
    rewrite(photo, in_place=how == "written over")
    touched.chmod(0o640)
    done = program.reach(OAK, "downloaded")
    assert (done["order_id"], done["messages"]) == (order["order_id"], [])
    facts = Counter(entry["fact"] for entry in program.journal(order["order_id"]))
    assert (facts["Changed"], facts["Stored"]) == (1, 4)


def rewrite(photo: Path, *, in_place: bool) -> None:
    """Give a photo other content of the same length, and its old mtime, as ``touch -r`` or ``rsync -t`` does."""
    before, data = photo.stat(), photo.read_bytes()
    new = photo if in_place else photo.with_name("new")
    new.write_bytes(data.replace(b"drop 1", b"drop X"))
    os.utime(new, ns=(before.st_atime_ns, before.st_mtime_ns))
    new.rename(photo)
    after = photo.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert photo.read_bytes() != data


def test_a_photo_that_is_not_whole_is_waited_for(program: Bracketd) -> None:
    """An incomplete photo makes its shoot wait, with a message. It is sent when it is complete."""
    whole = shoot(1)
    half = {name: data[: len(data) // 2] for name, data in whole.items()}
    program.start()
    program.drop(OAK, half)
    waiting = program.wait_until_it_says("Replace it, or run `bracketd submit`")
    assert waiting["reason"].startswith("IMG_0001.JPG ")
    folder = program.drop(OAK, whole)
    order = program.reach(OAK, "downloaded")
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert order["bytes"] == {"total": size, "uploaded": size}


def test_a_missing_disk_is_waited_for(program: Bracketd, sandbox: Sandbox) -> None:
    """When the watched folder disappears, as with its disk, its order waits and continues when it is back."""
    program.folder.update(observer="polling", poll_interval="0.5s")
    sandbox.faults(HELD_UP)
    program.start()
    program.drop(OAK, shoot(1))
    order = program.when(OAK, lambda order: order["brackets"]["uploaded"] == 1)
    away = Path(f"{program.watched} away")
    program.watched.rename(away)
    program.message(OAK, "Is its disk mounted?")
    until(lambda: program.peek()["daemon"]["messages"])
    assert "cannot be read: No such file or directory" in program.status()["daemon"]["messages"][0]
    away.rename(program.watched)
    assert program.reach(OAK, "downloaded")["order_id"] == order["order_id"]

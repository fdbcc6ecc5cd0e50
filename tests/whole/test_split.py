"""A card with photos of two properties: reported or held, and split into an order of each."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from daemon.grouping.property import TO
from tests.edges.sandbox.shots import NOON, bracket
from tests.sandbox_process import Sandbox
from tests.whole.books import audit, of_order
from tests.whole.program import Bracketd, Json, until
from tests.whole.test_sets import as_planned, lay, made

OAK = "12 Oak St"
FIRST, SECOND = f"{OAK} (1 of 2)", f"{OAK} (2 of 2)"
STOPS = (-2.0, 0.0, 2.0)
LATER = timedelta(hours=1)


def house(begin: timedelta, number: int, scenes: int = 4) -> dict[str, bytes]:
    """Sets of three at a house, half a minute apart. ``number`` is that of the first file."""
    files: dict[str, bytes] = {}
    for scene in range(scenes):
        for stop in STOPS:
            taken = NOON + begin + timedelta(seconds=30 * scene + 0.3 * (len(files) % 3))
            files[f"IMG_{number + len(files):04}.JPG"] = bracket(number + scene, stop, taken)
    return files


def card() -> dict[str, bytes]:
    """Two houses of four sets each, and a photo in the pause, soon after the first house."""
    after = timedelta(minutes=3)
    between = {"IMG_0013.JPG": bracket(90, 1.0, NOON + after)}
    return house(timedelta(), 1) | between | house(LATER, 14)


def of_property(plan: Json, number: int) -> list[list[str]]:
    """The planned pictures of one property, each with its photos."""
    files = {path for part in plan["properties"] if part["property"] == number for path in part["files"]}
    sets = [sorted(one["files"]) for one in plan["sets"]] + [[one["file"]] for one in plan["singles"]]
    assert all(files.issuperset(one) or files.isdisjoint(one) for one in sets), "no set is torn"
    return sorted(one for one in sets if files.issuperset(one))


def held(program: Bracketd, **folder: str) -> Path:
    """Drop the card into a folder with ``split: ask``, and wait until its order is held."""
    program.settings["api"]["flow"] = "brackets"
    program.folder.update({"grouping": "sets", "singles": "send", "split": "ask", "existing": "process", **folder})
    place = lay(program, card())
    program.start()
    program.reach(OAK, "held")
    return place


def test_two_properties_become_two_orders(program: Bracketd, sandbox: Sandbox) -> None:
    """A shoot of two properties is held; ``split`` makes two orders, which become exactly the planned pictures."""
    place = held(program)
    order = program.reach(OAK, "held")
    (problem,) = [one for one in order["problems"] if one["code"] == "several-properties"]
    assert problem["next"] == "bracketd split"
    assert f"looks like 2 properties: 12:00{TO}12:03 5 sets, 13:00{TO}13:01 4 sets (after 57 min)" in problem["text"]
    assert order["order_id"] not in sandbox.report()["orders"], "nothing is sent before a person decides"
    plan = as_planned(program, place)
    done = program.asks("split", OAK)
    expected = f"{OAK}: split into 2 orders: “{FIRST}” (13 photos), “{SECOND}” (12 photos)."
    assert (done.stdout.strip(), done.returncode) == (expected, 0), done.stderr
    orders = [program.reach(shoot, "downloaded", patience=90) for shoot in (FIRST, SECOND)]
    assert [made(sandbox, order) for order in orders] == [of_property(plan, 1), of_property(plan, 2)]
    assert [Path(order["output"]).name for order in orders] == [FIRST, SECOND]
    assert [len(list(Path(order["output"]).glob("*.jpg"))) for order in orders] == [5, 4]
    audit(program, sandbox)

    program.stop()
    program.start()
    assert [program.reach(shoot, "downloaded")["messages"] for shoot in (FIRST, SECOND)] == [[], []]
    again = program.asks("submit", str(place))
    assert (again.returncode, "has no new photos" in again.stderr) == (1, True), again.stderr
    late = program.asks("split", FIRST)
    assert (late.returncode, "already been delivered" in late.stderr) == (1, True), late.stderr
    assert len([one for one in program.peek()["orders"] if one["phase"] == "downloaded"]) == 2


def test_an_approval_sends_them_as_one(program: Bracketd, sandbox: Sandbox) -> None:
    """A person who approves the held shoot gets one order with all pictures, and then it is too late to split it."""
    held(program)
    assert program.asks("approve", OAK).returncode == 0
    order = program.reach(OAK, "downloaded", patience=90)
    assert len(of_order(sandbox, order)["images"]) == 9
    done = program.run("split", OAK)
    assert (done.returncode, "already been delivered" in done.stderr) == (1, True), done.stderr


def test_a_report_holds_nothing(program: Bracketd, sandbox: Sandbox) -> None:
    """By default the shoot is sent as one order; ``status``, ``show`` and the log say what it looks like."""
    held_at = lay(program, card())
    program.folder["existing"] = "process"
    program.start()
    order = program.reach(OAK, "downloaded", patience=90)
    assert [one["code"] for one in order["problems"]] == ["several-properties"]
    assert order["health"] == "ok"
    assert "looks like 2 properties" in program.run("show", OAK).stdout
    (said,) = program.logged("shoot looks like several properties")
    assert said["held"] is False
    assert len(of_order(sandbox, order)["merges"]) == 1
    assert held_at.is_dir()


@pytest.mark.parametrize("own", ["split: never\n", "split: ask\n"])
def test_the_shoot_itself_says_what_it_is(program: Bracketd, own: str) -> None:
    """``split: never`` in the shoot's own file says that it is one property; ``split: ask`` holds it."""
    program.folder["existing"] = "process"
    if "never" in own:
        program.folder["split"] = "ask"
    lay(program, card() | {"bracketd.yaml": own.encode()})
    program.start()
    order = program.reach(OAK, "downloaded" if "never" in own else "held", patience=90)
    assert [one["code"] for one in order["problems"]] == ([] if "never" in own else ["several-properties"])


def test_a_late_photo_goes_to_its_property(program: Bracketd, sandbox: Sandbox) -> None:
    """A photo that arrives after the split is sent with the pictures of the property that is nearest in time."""
    place = held(program, poll_interval="0.5s", observer="polling")
    assert program.asks("split", OAK).returncode == 0
    for shoot in (FIRST, SECOND):
        program.reach(shoot, "downloaded", patience=90)
    (place / "IMG_0099.JPG").write_bytes(bracket(95, 0.0, NOON + LATER + timedelta(minutes=2)))
    until(lambda: len(ended := of_shoot(program, SECOND)) == 2 and all(one["phase"] == "downloaded" for one in ended))
    late, first = sorted(of_shoot(program, SECOND), key=lambda order: order["brackets"]["total"])
    assert (late["supplement_of"], late["output"]) == (first["order_id"], first["output"])
    assert late["brackets"]["total"] == 1
    assert len(of_shoot(program, FIRST)) == 1
    audit(program, sandbox)


def of_shoot(program: Bracketd, shoot: str) -> list[Json]:
    """The orders with this name."""
    return [order for order in program.peek()["orders"] if order["shoot"] == shoot]


def test_a_waiting_shoot_is_split(program: Bracketd, sandbox: Sandbox) -> None:
    """A shoot that has not settled yet is locked by ``split``, and sent as two orders."""
    program.folder.update(quiet_period="1h", grouping="sets", singles="send", existing="process")
    program.settings["api"]["flow"] = "brackets"
    lay(program, card())
    program.start()
    until(lambda: program.peek()["waiting"])
    assert "split into 2 orders" in program.asks("split", OAK).stdout
    for shoot in (FIRST, SECOND):
        program.reach(shoot, "downloaded", patience=90)
    audit(program, sandbox)


def test_one_property_is_not_split(program: Bracketd) -> None:
    """A shoot that looks like one property is not split, and still waits; the answer says so."""
    program.folder.update(quiet_period="1h", existing="process")
    lay(program, house(timedelta(), 1, 8))
    program.start()
    until(lambda: program.peek()["waiting"])
    done = program.asks("split", OAK)
    assert (done.returncode, "looks like one property" in done.stderr) == (1, True), done
    assert [waits["shoot"] for waits in program.peek()["waiting"]] == [OAK], "it still waits, and is sent later"

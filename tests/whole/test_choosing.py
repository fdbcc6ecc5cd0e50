"""A person, or the shoot's own file, chooses which pictures are bought."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image

from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.books import of_order
from tests.whole.program import Bracketd, Json

OAK = "12 Oak St"


def charges(sandbox: Sandbox, order: Json) -> int:
    """How many images of an order the sandbox charged for."""
    return sum(image["charged"] for image in of_order(sandbox, order)["images"])


def pictures(program: Bracketd) -> list[str]:
    """The finished pictures."""
    return sorted(path.name for path in (program.output / OAK).glob("*.jpg"))


def start(program: Bracketd, own: str = "", flow: str = "brackets", **folder: str) -> Json:
    """Drop a shoot of two scenes with its own file. Returns its order once it is held or delivered."""
    program.settings["api"]["flow"] = flow
    program.folder.update({"grouping": "sets" if flow == "brackets" else "automatic", **folder})
    program.start()
    program.drop(OAK, shoot(2) | ({"bracketd.yaml": own.encode()} if own else {}))
    return program.reach(OAK, "held", "downloaded")


@pytest.mark.parametrize("flow", ["images", "brackets"])
def test_nothing_is_bought_before_the_choice(program: Bracketd, sandbox: Sandbox, flow: str) -> None:
    """With ``buy: ask`` the order waits with a contact sheet. Only what a person chooses is bought, and more later."""
    order = start(program, flow=flow, buy="ask")
    assert (order["phase"], [problem["code"] for problem in order["problems"]]) == (
        "held",
        ["waits-for-choice", "deadline"],
    )
    assert charges(sandbox, order) == 0
    shown = program.run("show", OAK).stdout
    path = program.state / order["sheet"]
    assert f"  sheet    {path}" in shown
    with Image.open(path, formats=("JPEG",)) as sheet:
        assert sheet.width > 1000
    copy = program.home / "sheet.jpg"
    assert program.run("show", OAK, "--sheet", str(copy)).returncode == 0
    with Image.open(io.BytesIO(copy.read_bytes()), formats=("JPEG",)) as drawn:
        assert drawn.width > 1000
    assert "1 image will be bought, 1 will not" in program.asks("approve", OAK, "--only", "IMG_0004").stdout
    order = program.reach(OAK, "downloaded")
    assert (pictures(program), charges(sandbox, order)) == (["IMG_0004.jpg"], 1)
    assert program.asks("approve", OAK, "--only", "1").returncode == 0
    program.when(OAK, lambda order: order["phase"] == "downloaded" and order["images"]["downloaded"] == 2)
    assert (pictures(program), charges(sandbox, order)) == (["IMG_0001.jpg", "IMG_0004.jpg"], 2)


def test_all_can_be_bought(program: Bracketd, sandbox: Sandbox) -> None:
    """A shoot's own file can ask, although the settings do not. ``approve`` buys all pictures."""
    order = start(program, "buy: ask\n")
    assert (order["phase"], charges(sandbox, order)) == ("held", 0)
    assert program.asks("retry", OAK).returncode == 1
    assert program.asks("approve", OAK).returncode == 0
    order = program.reach(OAK, "downloaded")
    assert (pictures(program), charges(sandbox, order)) == (["IMG_0001.jpg", "IMG_0004.jpg"], 2)


def test_a_shoot_cannot_undo_it(program: Bracketd, sandbox: Sandbox) -> None:
    """``buy: all`` in a shoot's own file does not undo ``buy: ask`` of the settings."""
    order = start(program, "buy: all\n", buy="ask")
    assert (order["phase"], charges(sandbox, order)) == ("held", 0)


@pytest.mark.parametrize("flow", ["images", "brackets"])
def test_the_shoot_chooses(program: Bracketd, sandbox: Sandbox, flow: str) -> None:
    """With ``keep`` in the shoot's own file only these pictures are bought, without a question."""
    order = start(program, "keep: [IMG_0005.JPG]\n", flow, buy="ask")
    assert (order["phase"], [problem["code"] for problem in order["problems"]]) == ("downloaded", ["images-not-picked"])
    assert (pictures(program), charges(sandbox, order)) == (["IMG_0004.jpg"], 1)
    note = json.loads((program.output / OAK / "order.json").read_text())
    assert len(note["dismissed"]) == 1


def test_a_mistake_in_keep_is_held(program: Bracketd, sandbox: Sandbox) -> None:
    """A wrong name in ``keep`` holds the shoot before it is sent; sent anyway, it waits for the choice."""
    order = start(program, "prefer: jpeg\nkeep: [IMG_0001.JPG, IMG_9999.JPG]\n")
    problem = order["problems"][0]
    assert (order["phase"], problem["code"], order["brackets"]["uploaded"]) == ("held", "doubtful-photos", 0)
    assert "bracketd.yaml:2: keep[1]: IMG_9999.JPG is not a photo of this shoot" in problem["text"]
    assert program.asks("approve", OAK).returncode == 0
    order = program.when(OAK, lambda order: order["phase"] == "held" and order["images"]["total"] == 2)
    assert (order["problems"][0]["code"], charges(sandbox, order)) == ("waits-for-choice", 0)

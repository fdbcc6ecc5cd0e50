"""A service that groups the photos differently from the plan: held before anything is bought."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.books import of_order
from tests.whole.conftest import prompt_sandbox
from tests.whole.program import Bracketd, Json, until

OAK = "12 Oak St"
KINDS = ("misgroup", "split", "join", "swap", "stray")


@pytest.fixture(scope="module")
def secretive() -> Iterator[Sandbox]:
    """A sandbox that does not say which brackets an image was made of."""
    with prompt_sandbox(240, "bracket_image=hidden") as sandbox:
        yield sandbox


def charges(sandbox: Sandbox, order: Json) -> int:
    """How many images of an order the sandbox charged for."""
    return sum(image["charged"] for image in of_order(sandbox, order)["images"])


def ended(program: Bracketd) -> list[Json]:
    """The orders that have ended."""
    return [one for one in program.peek()["orders"] if one["phase"] in ("downloaded", "cancelled")]


def misgroup(program: Bracketd, sandbox: Sandbox, kind: str, flow: str = "brackets", grouping: str = "sets") -> Json:
    """Drop a shoot of two sets that the service groups wrongly. Returns its order once it is held or delivered."""
    sandbox.faults([f"merge {kind}"])
    program.settings["api"] |= {"flow": flow, "base_url": sandbox.api, "key": sandbox.key}
    program.folder["grouping"] = grouping
    program.start()
    program.drop(OAK, shoot(2))
    return program.reach(OAK, "held", "downloaded")


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_grouping_is_held(program: Bracketd, sandbox: Sandbox, kind: str) -> None:
    """An order whose sets the service changed is held before a cent is spent, and an approval buys it as it is."""
    order = misgroup(program, sandbox, kind)
    problem, kept = order["problems"]
    assert (order["phase"], problem["code"], problem["next"]) == ("held", "misgrouped", "bracketd approve")
    assert (kept["code"], kept["next"], order["kept_until"] > order["created_at"]) == (
        "deadline",
        "bracketd approve",
        True,
    )
    assert "expected 3 photos, got " in problem["text"]
    assert "images that differ from the planned ones:" in program.run("show", OAK).stdout
    assert "keep the images for 24 hours, until " in " ".join(program.run("status").stdout.split())
    assert charges(sandbox, order) == 0
    assert program.asks("retry", OAK).returncode == 1
    assert charges(sandbox, order) == 0
    assert program.asks("approve", OAK).returncode == 0
    order = program.reach(OAK, "downloaded")
    assert charges(sandbox, order) == order["images"]["total"] == len(list((program.output / OAK).glob("*.jpg")))


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_grouping_of_an_unknown_kind_is_held(program: Bracketd, secretive: Sandbox, kind: str) -> None:
    """If the service does not say which photos are in an image, the number of images or their names show it."""
    order = misgroup(program, secretive, kind)
    assert (order["phase"], [problem["code"] for problem in order["problems"]]) == ("held", ["misgrouped", "deadline"])
    assert charges(secretive, order) == 0
    assert "not compared: the service does not say which photos became 2 of 2 images" in program.run("show", OAK).stdout
    program.stop()


@pytest.mark.parametrize(("flow", "hidden"), [("brackets", False), ("brackets", True), ("images", False)])
def test_pictures_of_other_scenes_are_held(
    program: Bracketd, sandbox: Sandbox, secretive: Sandbox, flow: str, hidden: bool
) -> None:
    """If two pictures show each other's scene, the free previews show it before a cent is spent, in each flow."""
    service = secretive if hidden else sandbox
    order = misgroup(program, service, "swap-pictures", flow, "sets" if flow == "brackets" else "automatic")
    problem, _ = order["problems"]
    assert (order["phase"], problem["code"]) == ("held", "misgrouped")
    assert "IMG_0001.JPG: expected this scene, got a picture that looks like IMG_0004.JPG" in problem["text"]
    shown = program.run("show", OAK).stdout
    assert "IMG_0004.JPG: expected this scene, got a picture that looks like IMG_0001.JPG" in shown
    assert "  looks like IMG_0004.JPG" in shown
    assert charges(service, order) == 0
    previews = [image["downloads"]["preview"] for image in of_order(service, order)["images"]]
    assert previews == [1, 1]
    assert list(program.output.rglob("*")) == [], "a preview is never in the output folder"
    if hidden:  # the books of the other sandbox are not audited
        program.stop()
        return
    assert program.asks("approve", OAK).returncode == 0
    program.reach(OAK, "downloaded")
    assert charges(service, order) == 2


def test_restaged_pictures_are_not_compared(program: Bracketd, sandbox: Sandbox) -> None:
    """With ``restage`` a picture may show other furniture, so its look holds nothing, and no preview is fetched."""
    program.folder["enhance"] = {"restage": "modern"}
    order = misgroup(program, sandbox, "swap-pictures")
    assert order["phase"] == "downloaded"
    assert [image["downloads"]["preview"] for image in of_order(sandbox, order)["images"]] == [0, 0]


def test_previews_that_fail_hold_nothing(program: Bracketd, sandbox: Sandbox) -> None:
    """If no preview can be fetched, the order is delivered as without them, after a few tries."""
    sandbox.faults(["enhanced 500 next=6"])
    program.settings["api"] |= {"flow": "brackets", "base_url": sandbox.api, "key": sandbox.key}
    program.folder["grouping"] = "sets"
    program.start()
    program.drop(OAK, shoot(2))
    order = program.reach(OAK, "held", "downloaded")
    assert order["phase"] == "downloaded"
    assert [image["downloads"]["preview"] for image in of_order(sandbox, order)["images"]] == [0, 0]
    assert charges(sandbox, order) == 2


def test_some_images_are_bought(program: Bracketd, sandbox: Sandbox) -> None:
    """``approve --only`` buys the picture of one scene; later another one is bought and delivered beside it."""
    order = misgroup(program, sandbox, "stray")
    assert program.asks("approve", OAK, "--only", "IMG_9999").returncode == 1
    done = program.asks("approve", OAK, "--only", "IMG_0004")
    assert "1 image will be bought, 2 will not" in done.stdout
    order = program.reach(OAK, "downloaded")
    assert [path.name for path in (program.output / OAK).glob("*.jpg")] == ["IMG_0004.jpg"]
    assert (charges(sandbox, order), [problem["code"] for problem in order["problems"]]) == (1, ["images-not-picked"])
    assert "not picked" in program.run("show", OAK).stdout
    assert "1 image will be bought, 1 will not" in program.asks("approve", OAK, "--only", "1").stdout
    program.when(OAK, lambda order: order["phase"] == "downloaded" and order["images"]["downloaded"] == 2)
    assert sorted(path.name for path in (program.output / OAK).glob("*.jpg")) == ["IMG_0001.jpg", "IMG_0004.jpg"]
    assert charges(sandbox, order) == 2


@pytest.mark.parametrize(("flow", "kind", "again"), [("brackets", "stray", 1), ("images", "misgroup", 2)])
def test_wrong_scenes_are_sent_again(program: Bracketd, sandbox: Sandbox, flow: str, kind: str, again: int) -> None:
    """``regroup`` sends the wrong scenes as the planned sets; each scene becomes one picture, paid once."""
    program.folder["on_mismatch"] = "always"
    order = misgroup(program, sandbox, kind, flow, "automatic" if flow == "images" else "sets")
    done = program.asks("regroup", OAK)
    assert f"sending {again} scene{'s' if again > 1 else ''} again ({3 * again} photos)" in done.stdout, done.stderr
    until(lambda: len(ended(program)) == 2)
    program.stop()
    program.start()
    program.drop("1 Elm St", shoot(1))
    program.reach("1 Elm St", "downloaded")
    assert len(ended(program)) == len(program.peek()["orders"]) == 3, "a later scan sends nothing again"
    assert sorted(path.name for path in (program.output / OAK).glob("*.jpg")) == ["IMG_0001.jpg", "IMG_0004.jpg"]
    assert charges(sandbox, order) == 2 - again
    (new,) = [one for one in ended(program) if one["shoot"] == OAK and one["order_id"] != order["order_id"]]
    assert charges(sandbox, new) == again
    made = [image["bracket_ids"] for image in of_order(sandbox, new)["images"]]
    assert [len(ids) for ids in made] == [3] * again
    assert program.asks("regroup", OAK).returncode == 1


def test_dismissed_images_cost_nothing(program: Bracketd, sandbox: Sandbox) -> None:
    """A dismissal ends an order whose images differ, and nothing was charged."""
    order = misgroup(program, sandbox, "join")
    assert program.asks("dismiss", OAK).returncode == 0
    program.reach(OAK, "cancelled")
    assert charges(sandbox, order) == 0


@pytest.mark.parametrize("flow", ["images", "brackets"])
def test_a_difference_that_is_not_certain_is_noted(program: Bracketd, sandbox: Sandbox, flow: str) -> None:
    """If the service groups by itself and the sets are only likely, the order is delivered, and ``show`` says it."""
    order = misgroup(program, sandbox, "stray", flow, "automatic")
    assert (order["phase"], order["health"], order["messages"]) == ("downloaded", "ok", [])
    assert "expected 2 images, got 3" in program.run("show", OAK).stdout


@pytest.mark.parametrize(("setting", "phase"), [("always", "held"), ("never", "downloaded")])
def test_the_setting_decides(program: Bracketd, sandbox: Sandbox, setting: str, phase: str) -> None:
    """``always`` holds for any difference, ``never`` for none."""
    program.folder["on_mismatch"] = setting
    assert misgroup(program, sandbox, "stray", grouping="automatic" if phase == "held" else "sets")["phase"] == phase

"""A mixed shoot whose sets bracketd plans: the service makes exactly the planned pictures of it."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from tests.edges.exif.build import Plain, Subs, longs, ratio, shorts, sub, text, tiff
from tests.edges.sandbox.shots import NOON, bracket, shoot
from tests.sandbox_process import Sandbox
from tests.whole.books import note_of, of_order
from tests.whole.program import Bracketd, Json

OAK = "12 Oak St"
FIVE, THREE = (0.0, -4.0, -2.0, 2.0, 4.0), (0.0, -2.0, 2.0)
JPEG, RAW = "Card2/DCIM/100CANON/IMG_{:04}.JPG", "Card1/DCIM/100CANON/IMG_{:04}.CR2"
NOISE = random.Random(7).randbytes(120_000)

Exposure = tuple[int, float, timedelta]
"""Scene, stops and time of an exposure."""


def exposures() -> list[Exposure]:
    """A test shot, two sets of five, a set of three, and a single photo, as a photographer takes them."""
    taken: list[Exposure] = [(90, 0.0, timedelta(0))]
    begins = (120, 160, 200)
    for scene, (begin, stops) in enumerate(zip(begins, (FIVE, FIVE, THREE), strict=True)):
        taken += [(scene, stop, timedelta(seconds=begin + 0.3 * n)) for n, stop in enumerate(stops)]
    taken.append((91, 1.0, timedelta(minutes=10)))
    return taken


def raw(stops: float, after: timedelta) -> bytes:
    """A RAW file with the metadata of ``bracket``, and noise instead of sensor data."""
    taken = NOON + after
    exif: dict[int, Plain | Subs] = {
        0x829A: ratio(round(1000 * 2.0**stops), 60_000),
        0x829D: ratio(8, 1),
        0x8827: shorts(200),
        0x9003: text(f"{taken:%Y:%m:%d %H:%M:%S}"),
        0x9291: text(f"{taken.microsecond // 10_000:02}"),
    }
    size = {0x0100: longs(240), 0x0101: longs(160)}
    return tiff({0x010F: text("Canon"), 0x0110: text("Canon EOS 6D"), 0x8769: sub(exif), **size}) + NOISE


def card() -> dict[str, bytes]:
    """The shoot on two cards: each exposure as RAW on one, as JPEG on the other."""
    files = {}
    for number, (scene, stops, after) in enumerate(exposures(), 1):
        files[JPEG.format(number)] = bracket(scene, stops, NOON + after)
        files[RAW.format(number)] = raw(stops, after)
    return files


def lay(program: Bracketd, files: Mapping[str, bytes]) -> Path:
    """Move a shoot into the watched folder, complete."""
    place = program.home / "card"
    for name, data in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)
    return place.rename(program.watched / OAK)


def as_planned(program: Bracketd, folder: Path) -> Json:
    """The document of ``bracketd plan --json``."""
    done = program.run("plan", str(folder), "--json")
    assert done.returncode == 0, done.stderr
    document: Json = json.loads(done.stdout)
    return document


def made(sandbox: Sandbox, order: Json) -> list[list[str]]:
    """The photos that the service made each picture of, by the content of what it received."""
    report = of_order(sandbox, order)
    files = {one["sha256"]: one["file"] for one in note_of(order)["brackets"]}
    stored = {one["id"]: files[one["stored"]["sha256"]] for one in report["registered"] if one["stored"]}
    return sorted(sorted(stored[one] for one in image["bracket_ids"]) for image in report["images"])


def pictures(plan: Json) -> list[list[str]]:
    """The planned pictures, each with its photos."""
    return sorted([sorted(one["files"]) for one in plan["sets"]] + [[one["file"]] for one in plan["singles"]])


@pytest.mark.parametrize("prefer", ["jpeg", "raw"])
@pytest.mark.parametrize("flow", ["brackets", "images"])
def test_a_mixed_shoot_becomes_the_planned_pictures(
    program: Bracketd, sandbox: Sandbox, flow: str, prefer: str
) -> None:
    """Sets of five and three, a single photo and a test shot, on two cards, become exactly the planned pictures."""
    program.settings["api"]["flow"] = flow
    program.folder.update(grouping="sets", prefer=prefer)
    own = f"skip: [{RAW.format(1)}]\nsingle: [{RAW.format(15)}]\n"
    folder = lay(program, card() | {"bracketd.yaml": own.encode()})
    program.folder["existing"] = "process"
    program.start()
    order = program.reach(OAK, "downloaded", "held", patience=90)
    assert order["phase"] == "downloaded", order["messages"]
    plan = as_planned(program, folder)
    kind = {"jpeg": JPEG, "raw": RAW}[prefer]
    sets = [[kind.format(n) for n in numbers] for numbers in (range(2, 7), range(7, 12), range(12, 15), [15])]
    assert made(sandbox, order) == pictures(plan) == sorted(sets)
    (merge,) = of_order(sandbox, order)["merges"]
    assert len(merge["body"].get("images", [])) == (4 if flow == "brackets" else 0)
    assert any("`flow: brackets`" in message for message in order["messages"]) is (flow == "images")
    assert order["images"]["downloaded"] == 4


def test_a_stray_photo_is_bought_only_after_an_approval(program: Bracketd, sandbox: Sandbox) -> None:
    """A shoot with a test shot waits. A person who approves it buys a picture of the test shot too."""
    program.settings["api"]["flow"] = "brackets"
    program.folder["grouping"] = "sets"
    program.start()
    program.drop(OAK, {name: data for name, data in card().items() if name.endswith("JPG")})
    held = program.reach(OAK, "held")
    assert any("2 photo(s) belong to no set" in message for message in held["messages"])
    assert not sandbox.report()["orders"].get(held["order_id"], {}).get("registered")
    program.asks("approve", OAK)
    order = program.reach(OAK, "downloaded", patience=90)
    assert [len(photos) for photos in made(sandbox, order)] == [1, 5, 5, 3, 1]


def test_even_sets_are_a_number_in_the_images_flow(program: Bracketd, sandbox: Sandbox) -> None:
    """The images flow requests a fixed number for a shoot whose sets a written plan has fixed, and gets these sets."""
    program.folder["grouping"] = "sets"
    folder = lay(program, shoot(3))
    program.write_config()
    assert program.run("plan", str(folder), "--write").returncode == 0
    program.folder["existing"] = "process"
    program.start()
    order = program.reach(OAK, "downloaded", patience=90)
    (merge,) = of_order(sandbox, order)["merges"]
    assert merge["body"]["number_of_brackets_per_image"] == 3
    assert made(sandbox, order) == pictures(as_planned(program, folder))
    assert order["messages"] == []

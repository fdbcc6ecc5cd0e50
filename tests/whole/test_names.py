from __future__ import annotations

import contextlib
import json
import os
import unicodedata
from pathlib import Path

import pytest

from tests.edges.sandbox.shots import shoot
from tests.whole.program import Bracketd
from tests.whole.rights import without_privileges

HOUSES = [
    "with  two spaces ",
    'quo\'te "double" `back` $(sub) ; & | * ?',
    "new\nline\ttab\x1b[31m",
    "🏡 casa",
    unicodedata.normalize("NFC", "Café"),
    unicodedata.normalize("NFD", "Café"),
    "x" * 255,
    "ö" * 127,
    os.fsdecode(b"not \xff\xfe utf-8"),
    "-rf",
]
FLOWS = pytest.mark.parametrize("flow", ["images", "brackets"])


@FLOWS
def test_every_name_of_a_folder(program: Bracketd, flow: str) -> None:
    """A shoot's folder may have any name that the disk allows. Its pictures are in a folder of the same name."""
    program.settings["api"]["flow"] = flow
    program.start()
    houses = those_the_disk_takes(HOUSES, program.home / "try")
    for house in houses:
        program.drop(house, shoot(1, stops=(0,)))
    for house in houses:
        order = program.reach(house, "downloaded")
        assert order["output"] == os.path.join(program.output, house)
    assert sorted(os.listdir(program.output)) == houses
    assert sorted(order["shoot"] for order in program.status()["orders"]) == houses
    for house in houses:
        shown = program.run("show", "--", house)
        assert shown.returncode == 0, shown.stderr
        assert "\x1b" not in shown.stdout
        assert ": downloaded, ok\n" in shown.stdout.partition("  folder")[0]
    assert "\x1b[31m" not in program.run("status", "--all").stdout


@FLOWS
def test_every_name_of_a_file(program: Bracketd, flow: str) -> None:
    """A photo may have any name. Its picture has the same stem, and two Unicode forms of one name stay distinct."""
    program.settings["api"]["flow"] = flow
    program.start()
    stems = those_the_disk_takes(
        [house[:125] if "ö" in house else house[:251] for house in HOUSES], program.home / "try"
    )
    pictures = iter(shoot(len(stems), stops=(0,)).values())
    program.drop("12 Oak St", {f"{stem}.JPG": next(pictures) for stem in stems})
    order = program.reach("12 Oak St", "downloaded")
    assert order["images"]["total"] == len(stems)
    assert sorted(os.listdir(order["output"])) == sorted([*(f"{stem}.jpg" for stem in stems), "order.json"])


def test_equal_names_in_a_shoot(program: Bracketd) -> None:
    """If several photos have the same file name, every picture gets a different name."""
    program.start()
    first, second = (data for name, data in shoot(2, stops=(0,)).items())
    program.drop("12 Oak St", {"A/100CANON/IMG_0001.JPG": first, "B/100CANON/IMG_0001.JPG": second})
    order = program.reach("12 Oak St", "downloaded")
    assert sorted(os.listdir(order["output"])) == ["IMG_0001-2.jpg", "IMG_0001.jpg", "order.json"]


def test_loops_and_strangers(program: Bracketd) -> None:
    """Links to parent folders, devices, sockets and files that are not photos do no harm and are not sent."""
    program.start()
    folder = program.drop("12 Oak St", shoot(1) | {"movie.mp4": b"x", "IMG_0001.xmp": b"x", "catalog.lrcat": b"x"})
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "up").symlink_to("..", target_is_directory=True)
    (folder / "self.JPG").symlink_to("self.JPG")
    os.mkfifo(folder / "pipe.JPG")
    program.wait_until_it_says("self.JPG cannot be read (Too many levels of symbolic links)")
    (folder / "self.JPG").unlink()
    assert program.reach("12 Oak St", "downloaded")["brackets"]["total"] == 3


@pytest.mark.parametrize("trouble", ["empty", "dangling", "forbidden"])
def test_a_photo_that_cannot_be_used(program: Bracketd, trouble: str) -> None:
    """A photo that is empty or unreadable makes its shoot wait, with the reason. ``submit`` sends the rest."""
    program.launcher = without_privileges()
    program.start()
    files = shoot(1)
    bad = program.watched / "12 Oak St" / "IMG_0003.JPG"
    program.watched.joinpath("12 Oak St").mkdir()
    match trouble:
        case "empty":
            files[bad.name] = b""
        case "dangling":
            bad.symlink_to(program.home / "nowhere.JPG")
            del files[bad.name]
        case "forbidden":
            bad.write_bytes(files.pop(bad.name))
            bad.chmod(0)
    program.drop("12 Oak St", files)
    reason = {
        "empty": "is empty (0 bytes)",
        "dangling": "is a link to",
        "forbidden": "cannot be read (Permission denied)",
    }
    waiting = program.wait_until_it_says(f"{bad.name} {reason[trouble]}")
    assert waiting["shoot"] == "12 Oak St"
    assert "bracketd submit" in waiting["reason"]
    assert program.order("12 Oak St") is None
    program.run("submit", str(program.watched / "12 Oak St"))
    order = program.reach("12 Oak St", "downloaded")
    assert order["brackets"]["total"] == 2
    assert json.loads(Path(order["output"], "order.json").read_text())["left_out"] == [bad.name]
    assert bad.name in program.run("show", "12 Oak St").stdout


def test_a_folder_that_cannot_be_read(program: Bracketd) -> None:
    """A folder that cannot be opened may contain photos, so its shoot waits until it can be opened."""
    program.launcher = without_privileges()
    program.start()
    folder = program.drop("12 Oak St", {f"100CANON/{name}": data for name, data in shoot(1).items()})
    (folder / "101CANON").mkdir(mode=0)
    program.wait_until_it_says("folder 101CANON cannot be read")
    (folder / "101CANON").chmod(0o755)
    program.drop("12 Oak St", {"IMG_0004.JPG": shoot(1)["IMG_0001.JPG"]})
    assert program.reach("12 Oak St", "downloaded")["brackets"]["total"] == 4


def those_the_disk_takes(names: list[str], trial: Path) -> list[str]:
    """The names in a folder, sorted. Some disks allow only UTF-8, or only one Unicode form."""
    trial.mkdir()
    for name in names:
        with contextlib.suppress(OSError):
            (trial / name).mkdir()
    return sorted(os.listdir(trial))

"""Tests of ``bracketd plan``."""

from __future__ import annotations

import io
import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from PIL import Image

from daemon.cli import cli
from daemon.cli.speed import speed_of
from daemon.config.shoot import NAME
from daemon.errors import ConfigError
from daemon.grouping import Frame
from daemon.order import Bracket
from daemon.reports.exposure import exposure
from tests.core.orders import order
from tests.edges.sandbox.shots import NOON, bracket, shoot


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder without a configuration file."""
    for name in [name for name in os.environ if name.startswith(("BRACKETD", "XDG", "AUTOENHANCE"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A shoot of two sets of three, on no watched folder."""
    return put(tmp_path / "shoots" / "12 Oak St", shoot(2))


def put(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files into a folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def run(*words: str | Path) -> Result:
    """Run the program."""
    return CliRunner().invoke(cli, [str(word) for word in words])


def plan(*words: str | Path) -> dict[str, Any]:
    """The document of ``plan --json``."""
    done = run("plan", *words, "--json")
    assert done.exit_code == 0, done.output
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_a_plan_needs_no_configuration_and_no_key(folder: Path) -> None:
    """Any folder can be planned: its sets in shooting order, with relative paths, and unknown values as null."""
    assert plan(folder) == {
        "version": 1,
        "sets": [
            {
                "files": ["IMG_0001.JPG", "IMG_0002.JPG", "IMG_0003.JPG"],
                "confidence": "likely",
                "reasons": plan(folder)["sets"][0]["reasons"],
                "lacking": 0,
            },
            {
                "files": ["IMG_0004.JPG", "IMG_0005.JPG", "IMG_0006.JPG"],
                "confidence": "likely",
                "reasons": plan(folder)["sets"][1]["reasons"],
                "lacking": 0,
            },
        ],
        "singles": [],
        "not_sent": [],
        "images": 2,
        "price": None,
        "bytes": sum(len(data) for data in shoot(2).values()),
        "seconds": None,
        "properties": [],
    }
    assert all(one["reasons"] for one in plan(folder)["sets"])


def test_a_card_of_two_properties_is_planned_as_such(tmp_path: Path) -> None:
    """``plan`` lists the properties of a card, and each photo that is sent is in exactly one part of the JSON."""
    for begin, number in ((0, 1), (3600, 13)):
        for n in range(12):
            taken = NOON + timedelta(seconds=begin + 30 * (n // 3) + 0.3 * (n % 3))
            (tmp_path / f"IMG_{number + n:04}.JPG").write_bytes(bracket(number + n // 3, 2.0 * (n % 3 - 1), taken))
    one, two = plan(tmp_path)["properties"]
    names = [f"IMG_{number:04}.JPG" for number in range(1, 25)]
    day = f"{NOON:%Y-%m-%d}"
    first = {"property": 1, "begin": f"{day}T12:00:00", "end": f"{day}T12:01:30", "images": 4, "why": []}
    assert one == {**first, "files": names[:12]}
    assert (two["property"], two["why"], two["images"], two["files"]) == (2, ["pause"], 4, names[12:])
    said = CliRunner().invoke(cli, ["plan", str(tmp_path)]).output
    assert "looks like 2 properties: 12:00" in said
    assert said.index("--- property 1 ---") < said.index("IMG_0001") < said.index("--- property 2 ---")


def test_planning_changes_nothing(folder: Path, home: Path) -> None:
    """A plan writes no file: not in the folder, and no state."""
    before = sorted(folder.rglob("*"))
    plan(folder)
    assert sorted(folder.rglob("*")) == before
    assert not home.exists()


def test_every_file_is_accounted_for(folder: Path) -> None:
    """Copies, exports and unreadable photos are listed with the reason, and copies with their originals."""
    photos = shoot(2)
    put(
        folder,
        {
            "card 2/IMG_0001.JPG": photos["IMG_0001.JPG"],
            "IMG_0002-HDR.JPG": bracket(0, 0.0, NOON + timedelta(seconds=0.3), size=(120, 80)),
            "IMG_0009.JPG": b"",
        },
    )
    found = plan(folder)
    assert found["not_sent"] == [
        {"file": "IMG_0002-HDR.JPG", "why": "derived", "copy_of": "IMG_0002.JPG"},
        {"file": "IMG_0009.JPG", "why": "unreadable", "copy_of": None},
        {"file": "card 2/IMG_0001.JPG", "why": "copy", "copy_of": "IMG_0001.JPG"},
    ]
    assert found["images"] == 2


def test_the_settings_of_a_watched_folder_apply(folder: Path, tmp_path: Path) -> None:
    """In a watched folder, the folder's grouping applies. The price is that of all images, as exact text."""
    config = tmp_path / "config.yaml"
    config.write_text(
        f"folders: [{{watch: {json.dumps(str(folder.parent))}, output: {tmp_path / 'home' / 'out'}, grouping: 6}}]\n"
        f"state_dir: {tmp_path / 'home' / 'state'}\nprice_per_image: 0.75\n"
    )
    found = plan("--config", config, folder)
    assert [len(one["files"]) for one in found["sets"]] == [6]
    assert (found["images"], found["price"]) == (1, "0.75")


def test_a_shoot_can_fix_its_sets(folder: Path) -> None:
    """The shoot's own file fixes sets, and a mistake in it names file, line and remedy."""
    (folder / NAME).write_text("sets: [[IMG_0001.JPG, IMG_0002.JPG]]\nskip:\n  - IMG_0003.JPG\n")
    found = plan(folder)
    assert found["sets"][0]["files"] == ["IMG_0001.JPG", "IMG_0002.JPG"]
    assert found["not_sent"] == [{"file": "IMG_0003.JPG", "why": "skipped", "copy_of": None}]
    (folder / NAME).write_text("sets: [[IMG_0001.JPG, IMG_0002.JPG]]\nskip:\n  - IMG_0060.JPG\n")
    mistake = run("plan", folder).exception
    assert isinstance(mistake, ConfigError)
    assert mistake.problems[0].where == f"{folder / NAME}:3: skip[0]"
    assert mistake.problems[0].remedy == "Did you mean IMG_0006.JPG?"


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("IMG_0060.JPG", "Did you mean IMG_0006.JPG?"),
        ("IMG_0003.CR3", "Did you mean IMG_0003.JPG?"),
        ("IMG_0008.JPG", "Correct the name, or remove it."),
        ("IMG_0006.JGP", "Did you mean IMG_0006.JPG?"),
    ],
)
def test_a_wrong_file_name(folder: Path, written: str, remedy: str) -> None:
    """The remedy suggests a photo with another extension or a similar name, but never one with another number."""
    (folder / NAME).write_text(f"skip: [{written}]\n")
    mistake = run("plan", folder).exception
    assert isinstance(mistake, ConfigError)
    assert [problem.remedy for problem in mistake.problems] == [remedy]


def test_a_written_plan_plans_the_same(folder: Path) -> None:
    """``--write`` writes the sets as YAML that gives the same plan, and never replaces a file."""
    before = plan(folder)
    assert run("plan", folder, "--write").exit_code == 0
    written = yaml.safe_load((folder / NAME).read_text())
    assert written["sets"] == [one["files"] for one in before["sets"]]
    after = plan(folder)
    assert [one["files"] for one in after["sets"]] == [one["files"] for one in before["sets"]]
    assert after["images"] == before["images"]
    again = run("plan", folder, "--write")
    assert again.exit_code != 0
    assert "exists. Edit it, or remove it" in again.output


def test_singles_beside_sets_are_counted_apart(tmp_path: Path) -> None:
    """A single photo in a shoot with sets is listed with its reason, and the text says that it waits."""
    photos = shoot(3)
    photos["IMG_0011.JPG"] = bracket(5, 0.0, NOON + timedelta(hours=1))
    folder = put(tmp_path / "shoot", photos)
    found = plan(folder)
    assert [(one["file"], bool(one["why"])) for one in found["singles"]] == [("IMG_0011.JPG", True)]
    assert found["images"] == 4
    assert "wait for your approval" in run("plan", folder).stdout


@pytest.mark.parametrize("grouping", ["automatic", "2"])
def test_singles_wait_only_if_bracketd_decides(folder: Path, tmp_path: Path, grouping: str) -> None:
    """If the service groups the shoot, no single photo waits for an approval and none is left out."""
    put(folder, {"IMG_0011.JPG": bracket(5, 0.0, NOON + timedelta(hours=1))})
    config = tmp_path / "config.yaml"
    watched = f"watch: {json.dumps(str(folder.parent))}, output: {tmp_path / 'home' / 'out'}, grouping: {grouping}"
    config.write_text(f"folders: [{{{watched}, singles: leave_out}}]\nstate_dir: {tmp_path / 'home' / 'state'}\n")
    found = plan("--config", config, folder)
    assert [one["file"] for one in found["singles"]] == ["IMG_0011.JPG"]
    assert found["not_sent"] == []
    assert "wait for your approval" not in run("--config", config, "plan", folder).stdout


def test_a_sheet_shows_every_frame(folder: Path, tmp_path: Path) -> None:
    """``--sheet`` writes one picture with a strip for each set, even if a file has no preview."""
    put(folder, {"IMG_0099.JPG": b"\xff\xd8 broken"})
    sheet = tmp_path / "sheet.jpg"
    done = run("plan", folder, "--sheet", sheet)
    assert done.exit_code == 0, done.output
    with Image.open(io.BytesIO(sheet.read_bytes())) as picture:
        assert picture.format == "JPEG"
        assert picture.width > 1000
        assert picture.height > 700


def test_an_empty_folder_is_said_to_have_no_photos(tmp_path: Path) -> None:
    """A folder without photos has no images, and the text says so."""
    (tmp_path / "empty").mkdir()
    assert plan(tmp_path / "empty")["images"] == 0
    assert "no photos to send" in run("plan", tmp_path / "empty").stdout


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (Frame("a", exposure_s=1 / 60, f_number=8.0, iso=100), "1/60 s  f/8  ISO 100"),
        (Frame("a", exposure_s=2.5, f_number=5.6), "2.5 s  f/5.6"),
        (Frame("a", exposure_s=0.3), "0.3 s"),
        (Frame("a"), ""),
    ],
)
def test_exposures_are_written_as_photographers_do(frame: Frame, text: str) -> None:
    """Short times are fractions, long ones are seconds; unknown values are left out."""
    assert exposure(frame) == text


def test_the_speed_is_that_of_the_latest_large_upload() -> None:
    """The speed is bytes per second from the first stored file to the last; None for orders that are too small."""

    def stored(*at: float, size: int) -> tuple[Bracket, ...]:
        return tuple(Bracket(f"{n}.jpg", size, 1, n, stored_at=time) for n, time in enumerate(at))

    small = replace(order(0), brackets=stored(0.0, 1.0, size=10))
    large = replace(order(0), brackets=stored(0.0, 5.0, 10.0, size=10_000_000))
    assert speed_of([small, large]) == 2_000_000
    assert speed_of([small]) is None
    assert speed_of([]) is None


def refused(folder: Path, *words: str) -> str:
    """The message of ``--write`` for a plan that it does not write."""
    done = run(*words, "plan", folder, "--write")
    assert done.exit_code == 1, done.output
    assert not isinstance(done.exception, UnicodeError)
    assert not (folder / NAME).exists()
    return done.output


def test_only_a_plan_that_can_be_read_again_is_written(tmp_path: Path) -> None:
    """A plan with a name that is not UTF-8, or with a folder of too many photos, is refused with the reason."""
    data = bracket(0, 0.0, NOON)
    odd = tmp_path / "odd"
    odd.mkdir()
    (odd / os.fsdecode(b"\xff0.jpg")).write_bytes(data)
    assert "not UTF-8" in refused(odd)
    many = put(
        tmp_path / "in" / "many", {f"one/{n}.jpg": bracket(n, 0.0, NOON + timedelta(seconds=n)) for n in range(12)}
    )
    config = tmp_path / "config.yaml"
    config.write_text(
        f"folders: [{{watch: {tmp_path / 'in'}, output: {tmp_path / 'home' / 'out'}, grouping: folders}}]\n"
        f"state_dir: {tmp_path / 'home' / 'state'}\n"
    )
    assert "A set has 2 to 9 photos" in refused(many, "--config", str(config))


@pytest.mark.parametrize("name", ["a\u202fb.jpg", "a\\b.jpg", "K\u00fcche.jpg"])
def test_a_written_plan_can_name_every_photo(tmp_path: Path, name: str) -> None:
    """Names with narrow spaces, as of macOS's screenshots, backslashes and accents are read as they were written."""
    folder = put(tmp_path / "shoot", {name: bracket(0, 0.0, NOON)})
    assert run("plan", folder, "--write").exit_code == 0
    assert plan(folder)["singles"][0]["file"] == name

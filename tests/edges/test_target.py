"""Which shoot ``bracketd submit`` finds for a path."""

from __future__ import annotations

import os
import shlex
import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from tests.edges.test_asks import OAK, Asking

Form = Literal["NFC", "NFD"]


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    """A watched folder with a shoot of one photo."""
    return Asking(tmp_path)


def refused(asking: Asking, path: Path | str, status: int = 1) -> str:
    """The error for a path that is not submitted; no ask is left."""
    done = asking.says("submit", str(path))
    assert (done.exit_code, done.stdout) == (status, "")
    assert asking.asked == []
    return done.stderr


@pytest.mark.parametrize("inside", ["DCIM", "DCIM/", "DCIM/IMG_0431.JPG", "DCIM/..//DCIM", "./DCIM/."])
def test_a_part_of_a_shoot(asking: Asking, inside: str) -> None:
    """The error for a path inside a shoot names the shoot and the command that sends it."""
    said = refused(asking, f"{asking.watched}/{OAK}/{inside}")
    assert f"is part of the shoot “{OAK}”. Shoots are sent as a whole:" in said
    assert f"`bracketd submit '{asking.watched}/{OAK}'`" in said


def test_the_command_that_is_named_works(asking: Asking) -> None:
    """A command in backticks works as it is, also for names that need quoting."""
    shoot = asking.watched / "Anna's $HOME; `x`"
    (shoot / "DCIM").mkdir(parents=True)
    (shoot / "IMG_1.JPG").write_bytes(b"x")
    said = refused(asking, shoot / "DCIM")
    words = shlex.split(said[said.index("bracketd submit") :].rstrip().rstrip("`"))
    assert words == ["bracketd", "submit", str(shoot)]
    assert asking.says(*words[1:]).exit_code == 0


@pytest.mark.parametrize("path", ["{top}/in", "{top}/in/", "{top}", "/"])
def test_the_watched_folder_itself(asking: Asking, path: str) -> None:
    """The error for a watched folder, or a folder above it, gives a command for a shoot in it."""
    said = refused(asking, path.format(top=asking.watched.parent))
    assert str(asking.watched) in said
    assert f"Specify the shoot's folder: `bracketd submit '{asking.watched}/{OAK}'`" in said


def test_a_watched_folder_with_many_shoots_or_none(asking: Asking) -> None:
    """The error gives a few shoots as examples and counts the rest; without shoots it says how to add one."""
    for number in range(9):
        (asking.watched / f"Elm {number}").mkdir()
    said = refused(asking, asking.watched)
    assert said.count("bracketd submit ") == 3
    assert "and 7 more" in said
    for folder in asking.watched.iterdir():
        folder.rename(asking.watched.parent / folder.name)
    assert f"There are no shoots yet. Move a folder of photos into {asking.watched}." in refused(asking, asking.watched)


def test_a_photo_beside_the_shoots(asking: Asking) -> None:
    """The error for a file directly in the watched folder says how to make it a shoot."""
    (asking.watched / "IMG_1.JPG").write_bytes(b"x")
    said = refused(asking, asking.watched / "IMG_1.JPG")
    assert f"Move it into a new folder in {asking.watched}; that folder is then a shoot." in said


@pytest.mark.parametrize("inside", ["", OAK, f"{OAK}/IMG_1.jpg"])
def test_finished_pictures(asking: Asking, inside: str) -> None:
    """The error for a path in an output folder says so, and gives the command that shows its shoot."""
    picture = asking.watched.parent / "out" / OAK / "IMG_1.jpg"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"x")
    path = os.path.join(asking.watched.parent, "out", inside).rstrip("/")
    said = refused(asking, path)
    assert "is in an output folder, which holds finished pictures" in said
    assert f"`bracketd show {shlex.quote(path)}` shows which shoot" in said


def test_a_folder_elsewhere(asking: Asking, tmp_path: Path) -> None:
    """The error for a folder elsewhere says to move it into a watched folder."""
    (tmp_path / "elsewhere").mkdir()
    said = refused(asking, tmp_path / "elsewhere")
    assert f"is not directly in a watched folder ({asking.watched}). Move or copy" in said


@pytest.mark.parametrize("name", [OAK, OAK.upper(), f"./{OAK}/"])
def test_a_shoot_by_its_name_alone(asking: Asking, name: str) -> None:
    """A plain name that is not a path is a usage error that suggests the shoot with that name."""
    said = refused(asking, name, status=2)
    assert "does not exist" in said
    assert f"`bracketd submit '{asking.watched}/{OAK}'`" in said


@pytest.mark.parametrize(("written", "on_disk"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_name_in_another_form_of_unicode(asking: Asking, written: Form, on_disk: Form) -> None:
    """A name with accents finds the same shoot in any Unicode form."""
    shoot = asking.watched / unicodedata.normalize(on_disk, "Café Müller")
    shoot.mkdir()
    (shoot / "IMG_1.JPG").write_bytes(b"x")
    path = asking.watched / unicodedata.normalize(written, "Café Müller")
    if path.exists():
        assert asking.says("submit", str(path)).exit_code == 0
        assert asking.asked == [("submit", str(shoot))]
    else:
        assert f"`bracketd submit '{shoot}'`" in refused(asking, path, status=2)


def test_a_path_over_links(asking: Asking, tmp_path: Path) -> None:
    """Links to the watched folder, to a shoot, and from the watched folder to a shoot elsewhere find the shoot."""
    other = tmp_path / "elsewhere" / "1 Elm St"
    other.mkdir(parents=True)
    (other / "IMG_1.JPG").write_bytes(b"x")
    (asking.watched / "linked").symlink_to(other)
    (tmp_path / "shoots").symlink_to(asking.watched)
    (tmp_path / "oak").symlink_to(asking.watched / OAK)
    assert "“linked”" in refused(asking, asking.watched / "linked" / "IMG_1.JPG")
    for path, target in (
        (tmp_path / "shoots" / OAK, asking.watched / OAK),
        (tmp_path / "oak", asking.watched / OAK),
        (asking.watched / "linked", asking.watched / "linked"),
    ):
        assert asking.says("submit", str(path)).exit_code == 0
        assert asking.asked[-1] == ("submit", str(target))


def test_a_name_does_not_steer_the_terminal(asking: Asking) -> None:
    """Control characters in a path are replaced in the output."""
    (asking.watched / "a\x1b[2J" / "b").mkdir(parents=True)
    assert "\x1b" not in refused(asking, asking.watched / "a\x1b[2J" / "b")
    assert "\x1b" not in refused(asking, asking.watched)

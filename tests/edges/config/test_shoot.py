"""Tests of ``bracketd.yaml`` in a shoot's folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from daemon.config.shoot import LARGEST, NAME, ShootSettings, read_shoot
from daemon.errors import ConfigError, Problem


def read(folder: Path, text: str) -> ShootSettings:
    """The settings of a shoot with this file."""
    (folder / NAME).write_text(text, encoding="utf-8")
    found = read_shoot(folder)
    assert found is not None
    return found[0]


def problems(folder: Path, text: str) -> tuple[Problem, ...]:
    """The mistakes in a shoot's file."""
    with pytest.raises(ConfigError) as error:
        read(folder, text)
    return error.value.problems


def test_every_setting_of_a_shoot_is_read(tmp_path: Path) -> None:
    """A shoot's own file can set the look, the grouping, the format, singles, the name, and fix sets by file names."""
    own = read(
        tmp_path,
        "enhance: {sky_replacement: false}\n"
        "grouping: folders\n"
        "prefer: raw\n"
        "singles: leave_out\n"
        'name: "12 Oak St"\n'
        "sets:\n  - [IMG_0001.JPG, IMG_0002.JPG]\n  - [DCIM/100CANON/IMG_0004.JPG, IMG_0005.JPG, IMG_0006.JPG]\n"
        "skip: [IMG_0007.JPG]\n"
        "single: [IMG_0008.JPG]\n"
        "buy: ask\n"
        "keep: [IMG_0001.JPG, IMG_0008.JPG]\n",
    )
    assert own.enhance is not None
    assert own.enhance.wire() == {"sky_replacement": False}
    assert (own.grouping, own.prefer, own.singles, own.name) == ("folders", "raw", "leave_out", "12 Oak St")
    assert own.sets == (
        ("IMG_0001.JPG", "IMG_0002.JPG"),
        ("DCIM/100CANON/IMG_0004.JPG", "IMG_0005.JPG", "IMG_0006.JPG"),
    )
    assert (own.skip, own.single) == (("IMG_0007.JPG",), ("IMG_0008.JPG",))
    assert (own.buy, own.keep) == ("ask", ("IMG_0001.JPG", "IMG_0008.JPG"))


@pytest.mark.parametrize("mode", ["5", "automatic"])
@pytest.mark.parametrize("lists", ["sets: [[a.JPG, b.JPG]]\n", "single: [a.JPG]\n"])
def test_lists_that_would_not_be_sent(tmp_path: Path, mode: str, lists: str) -> None:
    """Sets and single photos beside a grouping that does not use them are a mistake, in the line of the grouping."""
    (problem,) = problems(tmp_path, f"{lists}grouping: {mode}\n")
    assert problem.where == f"{tmp_path / NAME}:2: grouping"
    assert problem.what == f"`grouping: {mode}` does not use `sets` and `single`"
    assert read(tmp_path, f"skip: [a.JPG]\ngrouping: {mode}\n").skip == ("a.JPG",)


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_an_empty_file_changes_nothing(tmp_path: Path, text: str) -> None:
    """A file without settings is as good as no file."""
    assert read_shoot(tmp_path) is None
    (tmp_path / NAME).write_text(text, encoding="utf-8")
    assert read_shoot(tmp_path) is None


@pytest.mark.parametrize(
    "line",
    [
        "api: {key: x}",
        "watch: /etc",
        "output: /etc",
        "limits: {images_per_day: 1}",
        "state_dir: /tmp",
        "existing: process",
        "late_files: ignore",
        "price_per_image: 1",
    ],
)
def test_a_shoot_cannot_change_settings_that_are_not_its_own(tmp_path: Path, line: str) -> None:
    """Key, folders, limits and everything else that is not about this shoot's pictures is refused, with its line."""
    (problem,) = problems(tmp_path, f"grouping: 5\n{line}\n")
    name = line.partition(":")[0]
    assert problem.where == f"{tmp_path / NAME}:2: {name}"
    assert "cannot set" in problem.what


def test_every_mistake_has_its_line(tmp_path: Path) -> None:
    """All mistakes are reported together, each with file, line, and remedy."""
    found = problems(
        tmp_path,
        "grouping: set\n"
        "singles: ask_me\n"
        "sets:\n"
        "  - [IMG_0001.JPG]\n"
        "  - [IMG_0002.JPG, ../IMG_0003.JPG]\n"
        "  - [IMG_0004.JPG, 5]\n"
        "skip: [IMG_0002.JPG]\n"
        "enhance: {sky_replacment: true}\n"
        "colour: red\n",
    )
    places = {problem.where.removeprefix(f"{tmp_path / NAME}:") for problem in found}
    assert places == {
        "1: grouping",
        "2: singles",
        "4: sets[0]",
        "5: sets[1][1]",
        "6: sets[2][1]",
        "5: sets[1][0]",
        "8: enhance.sky_replacment",
        "9: colour",
    }
    assert all(problem.remedy for problem in found)


@pytest.mark.parametrize(
    "name",
    ["", " ", "..", ".hidden", "a/b", "a\\b", "CON", "con.txt", "nul", "a:b", "a?", "ends.", "a\tb", "x" * 151, " a"],
)
def test_the_name_is_one_safe_path_component(tmp_path: Path, name: str) -> None:
    """The output name is a name that Linux, macOS, Windows and SMB allow for a folder; anything else is refused."""
    escaped = name.replace("\\", "\\\\").replace("\t", "\\t")
    (problem,) = problems(tmp_path, f'name: "{escaped}"\n')
    assert problem.where == f"{tmp_path / NAME}:1: name"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A link in a foreign shoot cannot make bracketd read a file elsewhere."""
    secret = tmp_path / "secret"
    secret.write_text("grouping: 5\n", encoding="utf-8")
    shoot = tmp_path / "shoot"
    shoot.mkdir()
    (shoot / NAME).symlink_to(secret)
    with pytest.raises(ConfigError, match="not a regular file"):
        read_shoot(shoot)


def test_other_things_than_a_small_file_are_refused(tmp_path: Path) -> None:
    """A pipe, a folder, and a file of more than 64 KiB are refused at once, with a remedy."""
    file = tmp_path / NAME
    file.write_bytes(b"# " + b"x" * LARGEST)
    with pytest.raises(ConfigError, match="at most 64 KiB"):
        read_shoot(tmp_path)
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(ConfigError, match="not a regular file"):
        read_shoot(tmp_path)
    file.unlink()
    file.mkdir()
    with pytest.raises(ConfigError, match="text file"):
        read_shoot(tmp_path)


@pytest.mark.parametrize("text", ["- a\n", "just text\n", "a: [\n", "\x00", "&a [*a]\n"])
def test_a_broken_file_is_explained(tmp_path: Path, text: str) -> None:
    """A file that is not a list of settings is refused with a message that names the file."""
    for problem in problems(tmp_path, text):
        assert str(tmp_path / NAME) in problem.where

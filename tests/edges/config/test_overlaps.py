from __future__ import annotations

import os
from pathlib import Path

import pytest

from daemon.config import load

from .conftest import Load, Problems, Write


def folders(*pairs: tuple[str, str]) -> str:
    """A configuration with these watched and output folders and the state elsewhere."""
    entries = "".join(f"  - watch: {watch}\n    output: {output}\n" for watch, output in pairs)
    return f"state_dir: state\nfolders:\n{entries}"


@pytest.mark.parametrize(
    ("pairs", "where"),
    [
        ([("in", "in/out")], ["4: folders[0].output"]),
        ([("in", "in")], ["4: folders[0].output"]),
        ([("in", "a/../in/x")], ["4: folders[0].output"]),
        ([("a", "out"), ("b", "a/x")], ["6: folders[1].output"]),
        ([("a", "b/x"), ("b", "out")], ["4: folders[0].output"]),
        ([("a", "out"), ("a/b", "out")], ["5: folders[1].watch"]),
        ([("a/b", "out"), ("a", "out")], ["3: folders[0].watch"]),
        ([("a", "out"), ("a", "out")], ["5: folders[1].watch"]),
        ([("a", "out"), ("b", "out2"), ("a", "out3")], ["7: folders[2].watch"]),
        ([("Shoots", "out"), ("shoots", "out")], ["5: folders[1].watch"]),
        ([("in", "IN/out")], ["4: folders[0].output"]),
        ([("caf\u00e9", "out"), ("cafe\u0301", "out")], ["5: folders[1].watch"]),
    ],
)
def test_folders_in_one_another_are_refused(problems: Problems, pairs: list[tuple[str, str]], where: list[str]) -> None:
    """A folder whose pictures would become shoots, or whose shoots would be sent twice, is rejected."""
    found = problems(folders(*pairs))
    assert [problem.where.rpartition("config.yaml:")[2] for problem in found] == where


@pytest.mark.parametrize(
    "pairs",
    [
        [("in", "out")],
        [("in", "in-finished")],
        [("a", "out"), ("ab", "out")],
        [("a", "out"), ("b", "out")],
        [("photos/in", "photos")],
    ],
)
def test_neighbours_are_fine(loaded: Load, pairs: list[tuple[str, str]]) -> None:
    """Neighbouring folders, names with a common prefix and a shared output are valid."""
    assert len(loaded(folders(*pairs)).folders) == len(pairs)


def test_a_link_does_not_hide_a_folder(problems: Problems, tmp_path: Path) -> None:
    """Watched and output folders are compared after their links are resolved."""
    (tmp_path / "in").mkdir()
    (tmp_path / "link").symlink_to("in")
    found = problems(folders(("in", "link/out"), ("link", "elsewhere")))
    assert [problem.where.rpartition(" ")[2] for problem in found] == ["folders[0].output", "folders[1].watch"]


def test_two_folders_that_differ_in_case_are_two_where_the_file_system_says_so(config: Write, tmp_path: Path) -> None:
    """Names that differ only in case are fine if both exist as different folders."""
    (tmp_path / "Shoots").mkdir()
    try:
        (tmp_path / "shoots").mkdir()
    except FileExistsError:
        pytest.skip("this file system ignores case")
    assert len(load(config(folders(("Shoots", "out"), ("shoots", "out"))), {}).folders) == 2


@pytest.mark.parametrize("state", ["in", "in/state", "out", "out/x/state"])
def test_the_state_lies_in_no_watched_or_output_folder(problems: Problems, state: str) -> None:
    """The state directory cannot be inside a watched or output folder."""
    (problem,) = problems(folders(("in", "out")).replace("state_dir: state", f"state_dir: {state}"))
    assert problem.where.endswith("config.yaml:1: state_dir")


def test_the_default_state_directory_is_looked_at_too(problems: Problems, tmp_path: Path) -> None:
    """Watching the whole home folder is rejected, even if the file does not set ``state_dir``."""
    text = folders((".", "../out")).replace("state_dir: state\n", "")
    (problem,) = problems(text, XDG_STATE_HOME=str(tmp_path / ".local/state"))
    assert problem.where.endswith("state_dir")


def test_folders_need_not_exist(loaded: Load, tmp_path: Path) -> None:
    """A watched folder on a disk that is not mounted is not an error, and no folder is created."""
    loaded(folders(("/no/such/disk/in", "/no/such/disk/out")))
    assert os.listdir(tmp_path) == ["config.yaml"]

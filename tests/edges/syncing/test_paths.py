from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from daemon.syncing.paths import below


@pytest.mark.parametrize(
    ("folder", "root", "names"),
    [
        ("a/b/c", "a", ("b", "c")),
        ("a/b", "a/b", ()),
        ("a/b/", "a/b", ()),
        ("a", "a/b", None),
        ("ab", "a", None),
        ("a/b/../c", "a", ("c",)),
    ],
)
def test_names_that_lead_down(tmp_path: Path, folder: str, root: str, names: tuple[str, ...] | None) -> None:
    """The names are the path between the two folders, None if one does not contain the other."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert below(f"{tmp_path}/{folder}", f"{tmp_path}/{root}") == names


def test_links_on_both_sides(tmp_path: Path) -> None:
    """A folder below a root is found through links in either path."""
    (tmp_path / "disk" / "Shoots" / "12 Oak St").mkdir(parents=True)
    (tmp_path / "mine").symlink_to(tmp_path / "disk" / "Shoots")
    (tmp_path / "sync").symlink_to(tmp_path / "disk")
    assert below(str(tmp_path / "mine" / "12 Oak St"), str(tmp_path / "sync")) == ("Shoots", "12 Oak St")


def test_one_folder_at_two_places(tmp_path: Path) -> None:
    """A folder that is mounted at a second place is found below the first one."""
    there, here = tmp_path / "there", tmp_path / "here"
    (there / "12 Oak St").mkdir(parents=True)
    here.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "--bind", there, here], check=False).returncode:
        pytest.skip("needs the right to mount")
    try:
        assert below(str(here / "12 Oak St"), str(there)) == ("12 Oak St",)
        assert below(str(there / "12 Oak St"), str(here)) == ("12 Oak St",)
    finally:
        subprocess.run(["umount", here], check=True)


def test_invalid_paths(tmp_path: Path) -> None:
    """An invalid path contains nothing and is inside nothing."""
    assert below(str(tmp_path), "\0") is None
    assert below(os.sep, str(tmp_path)) is None

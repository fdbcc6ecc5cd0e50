from __future__ import annotations

import os
from pathlib import Path

from daemon.files.incoming import part_name
from daemon.files.leftovers import sweep


def test_only_unneeded_part_files_are_removed(tmp_path: Path) -> None:
    """In an output folder, only bracketd's part files of images that are no longer needed are removed."""
    ours = [part_name("lost"), ".order.json.part", ".order-0123abcd.json.part"]
    theirs = ["IMG_1.jpg", ".hidden", "movie.part", ".movie.part", ".0123.part", ".order.json", part_name("wanted")]
    for name in (*ours, *theirs):
        (tmp_path / name).touch()
    (tmp_path / part_name("a folder")).mkdir()
    (tmp_path / part_name("a link")).symlink_to("IMG_1.jpg")
    removed = sweep([str(tmp_path), str(tmp_path / "not there")], ["wanted"], lambda: False)
    assert sorted(removed) == sorted(str(tmp_path / name) for name in ours)
    assert sorted(os.listdir(tmp_path)) == sorted([*theirs, part_name("a folder"), part_name("a link")])


def test_a_late_clean_up_removes_nothing(tmp_path: Path) -> None:
    """If the disk hung until the daemon was working, nothing is removed, because it may be in use."""
    (tmp_path / part_name("lost")).touch()
    assert sweep([str(tmp_path)], [], lambda: True) == []
    assert os.listdir(tmp_path) == [part_name("lost")]

"""Names on disks that accept only short names, or not every character."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.files.fitting import LONGEST_NAME, folder_limit, name_limit, plain, shortened, takes
from tests.mirror import Mirror

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
"""One emoji of three, joined."""


def test_the_disk_is_asked_how_long_a_name_may_be(mirror: Mirror) -> None:
    """The limit is the disk's, even for a folder that does not exist yet, but never more than 255 bytes."""
    mirror.fails(longest=143)
    assert name_limit(str(mirror.point)) == 143
    assert name_limit(str(mirror.point / "to be" / "made")) == 143
    mirror.fails(longest=1530)
    assert name_limit(str(mirror.point)) == LONGEST_NAME


def test_a_disk_that_does_not_say_takes_what_most_take(tmp_path: Path) -> None:
    """The limit is 255 bytes if the disk's is unknown, and less if the path is nearly too long."""
    assert name_limit("/nowhere/at/all") == LONGEST_NAME
    deep = str(tmp_path) + "/x" * ((os.pathconf("/", "PC_PATH_MAX") - len(str(tmp_path)) - 60) // 2)
    assert 0 < name_limit(deep) < 70
    assert folder_limit(deep, LONGEST_NAME) < 0


@given(st.text(max_size=120), st.integers(1, 80))
def test_names_are_cut_between_characters(name: str, room: int) -> None:
    """A shortened name is the longest start of the name that fits and does not split a character."""
    name = name.encode("utf-8", "ignore").decode()
    cut = shortened(name, room)
    assert name.startswith(cut)
    assert len(os.fsencode(cut)) <= room
    if cut != name and cut:
        rest = name[len(cut) :]
        assert len(os.fsencode(cut)) > room - 60 or unicodedata.combining(rest[0])


@pytest.mark.parametrize(
    ("name", "room", "cut"),
    [
        ("kitchen", 7, "kitchen"),
        ("kitchen", 4, "kitc"),
        ("ééé", 5, "éé"),
        (unicodedata.normalize("NFD", "ééé"), 5, unicodedata.normalize("NFD", "é")),
        (f"a{FAMILY}{FAMILY}", 20, f"a{FAMILY}"),
        ("ab\U0001f44d\U0001f3fd", 9, "ab"),
        ("e" + "\u0301" * 9, 5, "e\u0301\u0301"),
        (os.fsdecode(b"\xff\xfe\xfd"), 2, os.fsdecode(b"\xff\xfe")),
        ("é", 1, ""),
    ],
    ids=["fits", "letters", "accents", "accents apart", "a family", "a skin", "accents alone", "not UTF-8", "nothing"],
)
def test_where_a_name_is_cut(name: str, room: int, cut: str) -> None:
    """Letters keep their accents and emoji their parts; bytes that are not UTF-8 count as one each."""
    assert shortened(name, room) == cut


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("12 Oak St", "12 Oak St"),
        ("Café 🏡", "Café 🏡"),
        ('a\\b:c*d?e"f<g>h|i', "a_b_c_d_e_f_g_h_i"),
        ("No. 5 ...", "No. 5"),
        ("a\nb\x1b", "a_b_"),
        (os.fsdecode(b"a\xff"), "a_"),
    ],
)
def test_what_stands_in_for_an_unusual_name(name: str, safe: str) -> None:
    """Characters that some disks reject become underscores, and dots and blanks at the end are removed."""
    assert plain(name) == safe


def test_an_unusual_name_is_tried(mirror: Mirror) -> None:
    """A colon is tried on the disk, and the test file is removed; usual names are not tried."""
    folder = str(mirror.point)
    assert takes(folder, "12:30")
    mirror.fails(forbidden=":1")
    assert not takes(folder, "12:30")
    assert takes(folder, "12 Oak St"), "not tried"
    assert takes(folder + "/away", "12:30"), "nothing is made where the disk may be away"
    assert os.listdir(folder) == []
    (mirror.below / "7:7").mkdir()
    (mirror.below / "7:7" / "mine").touch()
    mirror.fails()
    assert takes(folder, "7:7")
    assert os.listdir(mirror.below / "7:7") == ["mine"]

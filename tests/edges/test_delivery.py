from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.delivery import fitting_output, output_folder, stem_of
from daemon.errors import OutputError
from daemon.order import Image, Order, Preset
from tests.core.orders import order
from tests.mirror import Mirror

ORDER = order(3)


@pytest.mark.parametrize(
    ("image", "stem"),
    [
        (Image("i", "whatever", brackets=(1, 2)), "IMG_0432"),
        (Image("i", ORDER.bracket_name(2)), "IMG_0433"),
        (Image("i", ORDER.bracket_name(2).removesuffix(".JPG")), "IMG_0433"),
        (Image("i", ORDER.bracket_name(0).replace(".JPG", ".jpeg")), "IMG_0431"),
        (Image("i", "12 Oak St IMG_0431 6f1d1f0e-11.JPG"), "12 Oak St IMG_0431 6f1d1f0e-11"),
        (Image("i", "../../etc/passwd"), "_.._etc_passwd"),
        (Image("i", "a/b:c*?\n.jpg"), "a_b_c___"),
        (Image("the-id", "..."), "the-id"),
        (Image("the-id", ""), "the-id"),
    ],
    ids=[
        "by the service",
        "named",
        "no extension",
        "other extension",
        "a longer number",
        "way up",
        "odd",
        "dots",
        "nameless",
    ],
)
def test_a_picture_bears_its_brackets_own_stem(image: Image, stem: str) -> None:
    """A picture is named after its first bracket's file; a name from the service is made safe."""
    assert stem_of(ORDER, image) == stem


def test_a_renamed_shoot_still_knows_its_pictures() -> None:
    """A picture's brackets are found by the unique part of its name, even if the shoot was renamed."""
    assert stem_of(replace(ORDER, shoot="Oak Street 12"), Image("i", ORDER.bracket_name(1))) == "IMG_0432"


LONG = "Long Street " * 13
"""A name of 156 bytes."""


def delivering(shoot: str, parent: Path, *, dev_mode: bool = False) -> Order:
    """An order whose output folder has its shoot's name."""
    output = output_folder(str(parent), shoot, (), dev_mode=dev_mode)
    return replace(ORDER, shoot=shoot, output=output, preset=Preset(dev_mode=dev_mode))


def fitted(of: Order, longest: int = 255) -> str | None:
    """The new name of an order's output folder, if it needs one."""
    other = fitting_output(of, lambda _folder: longest)
    if other is None:
        return None
    assert os.path.dirname(other) == os.path.dirname(of.output)
    os.makedirs(other)
    assert fitting_output(replace(of, output=other), lambda _folder: longest) is None
    return os.path.basename(other)


@pytest.mark.parametrize(
    ("shoot", "longest"),
    [(LONG, 143), ("ö" * 70 + "x", 140), ("🏡" * 36, 143), (os.fsdecode(b"\xff" * 150), 143)],
    ids=["ascii", "umlauts", "emoji", "not UTF-8"],
)
def test_a_name_that_is_too_long_is_shortened(tmp_path: Path, shoot: str, longest: int) -> None:
    """On a disk with short names the folder's name is cut between characters and ends with the order's id."""
    name = fitted(delivering(shoot, tmp_path), longest)
    assert name is not None
    assert name.endswith(f" {ORDER.id[:8]}")
    assert longest - 4 < len(os.fsencode(name)) <= longest
    assert shoot.startswith(name.removesuffix(f" {ORDER.id[:8]}"))


def test_a_name_that_fits_is_kept(tmp_path: Path) -> None:
    """If the disk accepts the shoot's name, it is kept byte for byte; the name of an existing folder is always kept."""
    assert fitted(delivering("x" * 143, tmp_path), 143) is None
    assert fitted(delivering('quo"te: 1?', tmp_path)) is None
    there = delivering(LONG, tmp_path)
    os.makedirs(there.output)
    assert fitted(there, 143) is None


def test_dev_mode_stays_in_a_shortened_name(tmp_path: Path) -> None:
    """A name of 250 bytes is too long with the dev-mode mark; the shortened name keeps the mark."""
    name = fitted(delivering("x" * 250, tmp_path, dev_mode=True))
    assert name is not None
    assert name.endswith(f"x {ORDER.id[:8]} (dev mode)")
    assert len(name) == 255


def test_a_name_with_characters_that_the_disk_refuses_is_made_plain(mirror: Mirror) -> None:
    """On a disk without colons an underscore is used, and if almost nothing is accepted, only the order's id."""
    of = delivering("5:30 pm. ", mirror.point)
    mirror.fails(forbidden=":")
    assert fitted(of) == f"5_30 pm {ORDER.id[:8]}"
    other = replace(of, id=of.id.replace("6f1d1f0e", "00000000"))
    mirror.fails(forbidden=":_")
    assert fitting_output(other) == f"{mirror.point}/5_30 pm 00000000", "a usual name is not tried"


def test_a_path_without_room_for_pictures_is_reported(tmp_path: Path) -> None:
    """If the output's path is too long for any name, an error with a remedy is raised before anything is sent."""
    deep = Path(str(tmp_path) + "/x" * ((4000 - len(str(tmp_path))) // 2))
    with pytest.raises(OutputError, match="Set `output` to a folder with a shorter path"):
        fitting_output(delivering("12 Oak St", deep))

"""Tests of the names of an order's pictures."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.order import Bracket, Image, ImageState, Order, Preset
from daemon.picture_names import picture_names
from daemon.shoot import Shot
from daemon.template import FORBIDDEN, RESERVED, parse
from tests.changed import changed
from tests.core.orders import order

MORNING = 1_780_218_753
"""2026-05-31 09:12:33 of a camera's clock."""

ROOM = 251


def bracket(path: str, second: int | None = None, fraction: float | None = None) -> Bracket:
    """A photo that was taken at this time."""
    return Bracket(path, 1, 1, 1, shot=Shot(second=second, fraction=fraction))


def of(names: str, brackets: Sequence[Bracket], *images: tuple[int, ...], shoot: str = "12 Oak St") -> Order:
    """An order with a template and with images of these brackets."""
    made = tuple(Image(f"i{n}", f"image {n}", numbers) for n, numbers in enumerate(images))
    return changed(order(0), shoot=shoot, preset=Preset(names=names), brackets=tuple(brackets), images=made)


def named(names: str, brackets: Sequence[Bracket], *images: tuple[int, ...], room: int = ROOM) -> list[str]:
    """The names of the pictures of such an order, by image."""
    made = of(names, brackets, *images)
    given = picture_names(made, room)
    return [given[image.id] for image in made.images]


DUSK = [
    bracket("A/IMG_0001.JPG", MORNING),
    bracket("A/IMG_0002.JPG", MORNING + 1),
    bracket("B/IMG_0001.JPG", MORNING - 3600),
    bracket("B/IMG_0002.JPG", MORNING - 3599),
]


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("{seq:02}-{stem}", ["02-IMG_0001", "01-IMG_0001"]),
        ("{shoot} {seq}", ["12 Oak St 2", "12 Oak St 1"]),
        ("{date} {time}", ["2026-05-31 091233", "2026-05-31 081233"]),
        ("{stem}", ["IMG_0001-2", "IMG_0001"]),
        ("img {stem}", ["img IMG_0001-2", "img IMG_0001"]),
    ],
)
def test_pictures_are_named_in_shooting_order(template: str, names: list[str]) -> None:
    """Pictures are numbered by the time of their first photo, whatever order the service lists them in."""
    assert named(template, DUSK, (0, 1), (2, 3)) == names
    assert named(template, DUSK, (2, 3), (0, 1)) == names[::-1]


def test_a_number_takes_no_other_picture_s_name() -> None:
    """A number added to equal names never gives the name of another photo, whatever its case."""
    photos = [bracket(f"{card}.JPG", MORNING + n) for n, card in enumerate(("a/X", "b/x", "a/X-2", "c/X"))]
    for template, start in (("{stem}", ""), ("a {stem}", "a ")):
        names = named(template, photos, (0,), (1,), (2,), (3,))
        assert names == [f"{start}X", f"{start}x-3", f"{start}X-2", f"{start}X-4"]


def test_a_picture_has_the_name_of_its_first_photo() -> None:
    """The first photo of a set is the earliest one, even if the camera's numbers restarted within the set."""
    rolled = [bracket("IMG_0001.JPG", MORNING, 0.9), bracket("IMG_9999.JPG", MORNING, 0.2)]
    assert named("{stem}", rolled, (0, 1)) == ["IMG_9999"]
    assert named("{stem}", [replace(one, shot=Shot()) for one in rolled], (0, 1)) == ["IMG_0001"]


def test_photos_without_a_time_count_with_the_photo_before() -> None:
    """A picture of photos without a time is numbered after the picture of the photos before them."""
    photos = [bracket("a", MORNING + 9), bracket("b"), bracket("c", MORNING)]
    assert named("{seq}", photos, (0,), (1,), (2,)) == ["2", "3", "1"]


@pytest.mark.parametrize("second", [None, 0, -5, 315_532_800, 253_402_300_800, 2**61])
def test_a_clock_that_was_never_set_has_no_date(second: int | None) -> None:
    """If the camera's time is missing or impossible, the fields say so."""
    assert named("{date} {time} {stem}", [bracket("a.JPG", second)], (0,)) == ["no-date no-time a"]


def test_a_failed_image_leaves_a_gap() -> None:
    """If an image fails or is dismissed, the names of the others stay as they are, and its own name stays free."""
    photos = [bracket(f"{card}/IMG_0001.JPG", MORNING + n) for n, card in enumerate("ABC")]
    for template in ("{seq:02}", "{stem}", "{date}-{stem}"):
        whole = of(template, photos, (0,), (1,), (2,))
        before = picture_names(whole, ROOM)
        for state in (ImageState.FAILED, ImageState.DISMISSED, ImageState.PLACED):
            images = (replace(whole.images[0], state=state), *whole.images[1:])
            assert picture_names(replace(whole, images=images), ROOM) == before


def test_the_default_keeps_a_photo_s_name() -> None:
    """By default the name of a photo's file is kept as it is: odd characters, and each Unicode form of it."""
    stems = ["5:30?", "con", ".hidden", "a ", "Caf\u00e9", "Cafe\u0301", "\udcff", "-rf"]
    photos = [bracket(f"{stem}.JPG") for stem in stems]
    assert named("{stem}", photos, *((n,) for n in range(len(stems)))) == stems


def test_another_template_gives_names_for_every_disk() -> None:
    """Names from a template have no characters that a disk or share may refuse, and are not reserved by Windows."""
    photos = [bracket(f"{stem}.JPG", MORNING) for stem in ("5:30?", "\udcff", "x\n")]
    assert named("{stem}-{seq}", photos, (0,), (1,), (2,)) == ["5_30_-1", "_-2", "x_-3"]
    above = of("{shoot}{seq}", photos[:1], (0,), shoot="a/b")
    assert list(picture_names(above, ROOM).values()) == ["a_b1"]
    device = of("{shoot}{seq}", photos[:1], (0,), shoot="COM")
    assert list(picture_names(device, ROOM).values()) == ["_COM1"]
    dots = of("{shoot}{seq}", photos[:1], (0,), shoot="..")
    assert list(picture_names(dots, ROOM).values()) == ["1"]


def test_a_long_name_keeps_its_number() -> None:
    """If a name is too long, the shoot's name is shortened first, then the file's; the rest is kept."""
    photos = [bracket(f"{'s' * 40}.JPG", MORNING)]
    long = of("{shoot} {stem} {seq:03}", photos, (0,), shoot="o" * 200)
    assert list(picture_names(long, 100).values()) == ["o" * 50 + " " + "s" * 40 + " 001"]
    assert list(picture_names(long, 30).values()) == ["s" * 20 + " 001"]


def test_a_stored_template_that_is_not_valid_counts_as_the_default() -> None:
    """A manipulated template in an order's record cannot lead out of the folder or reach attributes."""
    photos = [bracket("IMG_0001.JPG", MORNING)]
    for template in ("../../{stem}", "{stem.__class__}", ""):
        assert named(template, photos, (0,)) == ["IMG_0001"]


def test_images_of_unknown_photos_come_last() -> None:
    """An image whose photos are not known has its name at the service and comes after the others."""
    photos = [bracket("IMG_0001.JPG", MORNING)]
    assert named("{seq}-{stem}", photos, (), (0,)) == ["2-image 0", "1-IMG_0001"]


STEMS = st.one_of(
    st.sampled_from(
        ["IMG_0001", "img_0001", "IMG_0001-2", "con", "COM1", ".", "..", " ", "Caf\u00e9", "Cafe\u0301", "ß"]
    ),
    st.binary(min_size=1, max_size=80).filter(lambda name: not {0, ord("/")} & set(name)).map(os.fsdecode),
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=80),
)
TEMPLATES = st.sampled_from(
    [
        "{stem}",
        "x{stem}",
        "{seq}",
        "{seq:02}-{stem}",
        "{stem}{shoot}",
        "{shoot}-{time}",
        "{date} {time}",
        "{shoot}{stem}",
    ]
)


@given(
    TEMPLATES,
    st.lists(st.tuples(STEMS, st.none() | st.integers(MORNING, MORNING + 9)), min_size=1, max_size=12),
    STEMS,
    st.integers(24, 251),
    st.randoms(use_true_random=False),
)
def test_names_are_always_unique_and_safe(
    template: str, photos: list[tuple[str, int | None]], shoot: str, room: int, random: Random
) -> None:
    """Names of an order are distinct if case is ignored, fit, and do not depend on the order of the service's list."""
    made = of(template, [bracket(f"{n}/{stem}", second) for n, (stem, second) in enumerate(photos)], shoot=shoot)
    images = [Image(f"i{n}", f"name {n}", (n,)) for n in range(len(photos))]
    names = picture_names(replace(made, images=tuple(images)), room)
    random.shuffle(images)
    assert picture_names(replace(made, images=tuple(images)), room) == names
    assert len({name.casefold() for name in names.values()}) == len(photos)
    for name in names.values():
        assert 0 < len(name.encode("utf-8", "surrogateescape")) <= room
        assert "/" not in name
        if template != "{stem}":
            assert name.isprintable()
            assert not FORBIDDEN & set(name)
            assert name == name.strip(" .")
            assert name.partition(".")[0].strip().casefold() not in RESERVED
    if template != "{stem}":
        assert len({unicodedata.normalize("NFC", name).casefold() for name in names.values()}) == len(photos)


def test_the_templates_of_these_tests_are_valid() -> None:
    """The property above is about valid templates, not about the default that replaces invalid ones."""
    for template in ("x{stem}", "{seq:02}-{stem}", "{stem}{shoot}", "{shoot}-{time}", "{date} {time}", "{shoot}{stem}"):
        assert parse(template).pieces

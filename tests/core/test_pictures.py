"""Tests of the bounds for the size of a picture."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.errors import Mismatch
from daemon.order import Image, Order, Preset, pictures
from daemon.shoot import Shot
from tests.core.orders import processed

FULL = (6000, 4000)


def brackets(*sizes: tuple[int, int] | None, **preset: object) -> Order:
    """An order of brackets of these sizes in pixels."""
    start = processed(True)
    first = start.brackets[0]
    made = tuple(replace(first, shot=Shot(pixels=size)) for size in sizes)
    return replace(start, brackets=made, preset=Preset(**preset))  # type: ignore[arg-type]


def is_small(of: Order, pixels: tuple[int, int] | None, image: Image | None = None) -> bool:
    """True if a picture of this size is refused."""
    wrong = pictures.too_small(of, image or of.images[0], pixels)
    assert wrong is None or wrong.mismatch is Mismatch.SMALL_PICTURE
    return wrong is not None


@pytest.mark.parametrize(
    ("pixels", "small"),
    [
        ((64, 48), True),
        ((2998, 1999), True),
        ((1999, 2998), True),
        ((3000, 2000), False),
        ((2000, 3000), False),
        ((5700, 3800), False),
        ((12000, 8000), False),
        (None, False),
    ],
)
def test_a_picture_is_half_as_large_as_its_brackets_at_least(pixels: tuple[int, int] | None, small: bool) -> None:
    """A picture with less than half its brackets' longer edge is a preview; a cropped or turned one is not."""
    assert is_small(brackets(FULL, FULL, FULL), pixels) is small


def test_the_message_names_both_sizes() -> None:
    """The message has the received and the expected size."""
    wrong = pictures.too_small(brackets(FULL), Image("i", "IMG_1.JPG"), (64, 48))
    assert str(wrong) == (
        "The picture of IMG_1.JPG has 64 x 48 pixels, but 6000 on the longer edge were expected: "
        "it is a preview, not the full size."
    )


@pytest.mark.parametrize(
    ("width", "pixels", "small"),
    [(2000, (2000, 1333), False), (2000, (1333, 2000), False), (2000, (64, 48), True), (9000, (2000, 1333), True)],
)
def test_a_width_that_was_asked_for_is_not_a_preview(width: int, pixels: tuple[int, int], small: bool) -> None:
    """With ``max_width`` a smaller picture is expected, but not a tiny one."""
    assert is_small(brackets(FULL, max_width=width), pixels) is small


def test_nothing_is_said_where_the_size_is_not_known() -> None:
    """Brackets without a stated size, and pictures in dev mode, are not compared."""
    assert not is_small(brackets(None, None), (64, 48))
    assert not is_small(brackets((1 << 40, 1 << 40)), (64, 48)), "nonsense in a file does not count"
    assert not is_small(brackets(FULL, dev_mode=True), (64, 48))


def test_an_image_is_compared_with_its_own_brackets() -> None:
    """With two cameras in a shoot, each picture is compared with its own photos, if they are known."""
    of = brackets(FULL, FULL, (1600, 1200), (1600, 1200))
    made_of_large, made_of_small = Image("a", "n", brackets=(0, 1)), Image("b", "n", brackets=(2, 3))
    named_after_large = Image("c", of.bracket_name(0))
    assert is_small(of, (1600, 1200), made_of_large)
    assert is_small(of, (1600, 1200), named_after_large)
    assert not is_small(of, (1600, 1200), made_of_small)
    assert not is_small(of, (1600, 1200), Image("d", "who knows")), "it may be made of the small ones"


def test_how_many_bytes_a_picture_can_have() -> None:
    """A download is always bounded by its brackets' pixels, and never too tightly."""
    assert pictures.most_bytes(brackets(FULL, FULL)) == 256 << 20
    assert pictures.most_bytes(brackets((11_648, 8736), FULL)) == 11_648 * 8736 * 8
    assert pictures.most_bytes(brackets(FULL, enhance={"upscale": True})) == 6000 * 4000 * 8 * 4
    assert pictures.most_bytes(brackets(None)) == 1 << 30

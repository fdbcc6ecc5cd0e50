from __future__ import annotations

import hashlib
import io
from itertools import combinations

import pytest
from PIL import Image, ImageChops

from daemon.previews import Cell, Failure, FailureKind, Limits, Strip, Tone
from daemon.previews.drawing import FONT, SHEET, TILE, UNKNOWN, font, readable, shortened, wrapped
from daemon.previews.sheet import ACROSS, ACROSS_QUIET, MOST_PIXELS, TALLEST, Plan, placed, sheet

Colour = tuple[int, int, int]
RED, GREEN, BLUE, GOLD = (210, 30, 30), (30, 170, 40), (30, 40, 210), (220, 170, 40)
NEAR = 24


def cell(colour: Colour | None, *caption: str, size: tuple[int, int] = (300, 200)) -> Cell:
    """A frame of one colour."""
    if colour is None:
        return Cell(None, caption, "no preview")
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, "JPEG", quality=95)
    return Cell(stream.getvalue(), caption)


def drawn(*strips: Strip, title: str = "12 Oak Street") -> Image.Image:
    """The sheet of these strips."""
    found = sheet(title, strips, Limits())
    assert isinstance(found, bytes)
    return Image.open(io.BytesIO(found)).convert("RGB")


def area(image: Image.Image, colour: Colour) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what has this colour, which must be on the sheet."""
    distance = ImageChops.difference(image, Image.new("RGB", image.size, colour))
    like = [band.point([255 if value < NEAR else 0 for value in range(256)]) for band in distance.split()]
    box = ImageChops.multiply(ImageChops.multiply(like[0], like[1]), like[2]).getbbox()
    assert box, f"{colour} is not on the sheet"
    return box


def test_frames_are_in_order() -> None:
    """A set's frames stand beside each other in the given order, and the next set below."""
    first = Strip("Set 1", (cell(RED, "1/60 s"), cell(GREEN, "1/15 s")))
    image = drawn(first, Strip("Set 2", (cell(BLUE, "1/4 s"),)))
    red, green, blue = (area(image, colour) for colour in (RED, GREEN, BLUE))
    assert red[2] < green[0]
    assert green[1] == pytest.approx(red[1], abs=2)
    assert blue[0] == pytest.approx(red[0], abs=2)
    assert blue[1] > red[3]


def test_long_sets_continue_in_the_next_row() -> None:
    """A set of more frames than fit beside each other continues below."""
    cells = [cell(RED)] + [cell(GREEN)] * (ACROSS - 1) + [cell(BLUE)]
    image = drawn(Strip("Set 1", tuple(cells)))
    assert area(image, BLUE)[0] == pytest.approx(area(image, RED)[0], abs=2)
    assert area(image, BLUE)[1] > area(image, RED)[3]


def test_quiet_strips_are_below_and_smaller() -> None:
    """Frames that are not sent stand below all sets and are smaller, wherever they are in the list."""
    image = drawn(Strip("Not sent", (cell(RED),), quiet=True), Strip("Set 1", (cell(GREEN),)))
    red, green = area(image, RED), area(image, GREEN)
    assert red[1] > green[3]
    assert red[2] - red[0] < green[2] - green[0]
    assert ACROSS_QUIET > ACROSS


def test_portraits_keep_their_shape() -> None:
    """A portrait is as high as a landscape, and narrower."""
    image = drawn(Strip("Set 1", (cell(RED), cell(GREEN, size=(200, 300)))))
    red, green = area(image, RED), area(image, GREEN)
    assert green[3] - green[1] == pytest.approx(red[3] - red[1], abs=2)
    assert (green[2] - green[0]) * 3 == pytest.approx((green[3] - green[1]) * 2, abs=6)


def test_every_text_is_drawn() -> None:
    """Title, marks, details and captions change the sheet."""
    plain = Strip("Set 1", (cell(RED, "1/60 s"),))
    sheets = [
        drawn(plain),
        drawn(plain, title="14 Oak Street"),
        drawn(Strip("Set 2", plain.cells)),
        drawn(Strip("Set 1", plain.cells, mark="certain", tone=Tone.GOOD)),
        drawn(Strip("Set 1", plain.cells, mark="certain", tone=Tone.POOR)),
        drawn(Strip("Set 1", plain.cells, detail="the usual pattern")),
        drawn(Strip("Set 1", (cell(RED, "1/80 s"),))),
    ]
    assert all(ImageChops.difference(one, other).getbbox() for one, other in combinations(sheets, 2))


@pytest.mark.parametrize("jpeg", [None, b"", b"not a JPEG", b"\xff\xd8\xff" + bytes(100)])
def test_missing_thumbnails_are_tiles(jpeg: bytes | None) -> None:
    """A frame without a valid thumbnail is a neutral tile."""
    image = drawn(Strip("Set 1", (Cell(jpeg, ("1/60 s",), "no preview"), cell(RED))))
    left, top, _, bottom = area(image, RED)
    for y in (top + 10, bottom - 10):
        assert image.getpixel((left - 60, y)) == pytest.approx(TILE, abs=4)


def test_a_sheet_without_sets() -> None:
    """A sheet of no sets has its title only."""
    image = drawn()
    assert image.getpixel((5, 5)) == pytest.approx(SHEET, abs=3)


def overlaps(plan: Plan) -> bool:
    """True if two strips overlap or one is outside of the sheet."""
    boxes = [(x, y, x + plan.measures.strip, y + plan.measures.height(strip)) for strip, x, y in plan.places]
    crossing = any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for a, b in combinations(boxes, 2))
    return crossing or any(box[2] > plan.width or box[3] > plan.height for box in boxes)


@pytest.mark.parametrize("sets", [1, 2, 7, 25, 60, 150, 400, 600])
def test_plans(sets: int) -> None:
    """Strips never overlap, and a sheet of many sets has several columns and smaller frames."""
    shape = [Strip(f"Set {number}", (Cell(None, ("", "")),) * (3 + number % 7)) for number in range(sets)]
    plan = placed([*shape, Strip("Not sent", (Cell(None, ()),) * 20, quiet=True)])
    assert not overlaps(plan)
    assert len(plan.places) == sets + 1
    assert plan.height < TALLEST
    assert plan.width * plan.height <= 2 * MOST_PIXELS
    assert sets < 150 or plan.height < 6 * plan.width


def test_too_many_sets() -> None:
    """A sheet that would be too large is a failure, not an endless picture."""
    strips = [Strip("Set", (Cell(None, ("", "")),) * 5)] * 20_000
    found = sheet("much", strips, Limits())
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.TOO_MANY_PIXELS


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("IMG_0431.JPG", "IMG_0431.JPG"),
        ("Küche", "Küche"),
        ("Ku\N{COMBINING DIAERESIS}che", "Küche"),
        ("Straße Ærø Łódź Čeština İstanbul Ngũ Phòng tắm", "Straße Ærø Łódź Čeština İstanbul Ngũ Phòng tắm"),
        ("Κουζίνα", "Κουζίνα"),
        ("Кухня їжа ћуприја", "Кухня їжа ћуприја"),
        ("a\nb\udcff\x07", f"a{UNKNOWN}b{UNKNOWN}{UNKNOWN}"),
        ("台所", UNKNOWN * 2),
        ("🏡", UNKNOWN),
        ("two\N{NO-BREAK SPACE}words", "two words"),
        ("A\N{EN DASH}B · C…", "A\N{EN DASH}B · C…"),
    ],
)
def test_texts_are_readable(text: str, shown: str) -> None:
    """Latin, Greek and Cyrillic are shown as they are, other characters as a replacement. A text is always one line."""
    assert readable(text) == shown
    assert font(20).getmask(UNKNOWN).getbbox() is not None


def test_the_font_is_unchanged() -> None:
    """The font is the published file: its SHA-256 is the one beside its licence."""
    licence = (FONT.parent / "OFL.txt").read_text()
    assert f"SHA-256: {hashlib.sha256(FONT.read_bytes()).hexdigest()}\n" in licence
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence


@pytest.mark.parametrize("letters", ["aouAOU", "äöüÄÖÜ", "αβγΑΒΓ", "абвАБВ"])
def test_each_letter_has_a_shape_of_its_own(letters: str) -> None:
    """Different letters are drawn differently: an accent is visible, and no letter is an empty box."""
    shapes = {bytes(font(40).getmask(letter)) for letter in (*letters, "\ufffe")}
    assert len(shapes) == len(set(letters)) + 1


def test_long_texts() -> None:
    """A long text loses its middle, and fits."""
    text = readable("a" * 100_000 + ".JPG")
    assert len(text) < 500
    assert text.endswith(".JPG")
    short = shortened(text, font(20), 200)
    assert font(20).getlength(short) <= 200
    assert "…" in short


def test_wrapped_texts() -> None:
    """A text takes no more lines than it may, and says if something is left out."""
    lines = wrapped("one two three four five six seven eight", font(20), 120, 2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(font(20).getlength(line) <= 120 for line in lines)
    assert wrapped("one two", font(20), 500, 2) == ["one two"]
    assert wrapped("", font(20), 500, 2) == []

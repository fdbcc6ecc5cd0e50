from __future__ import annotations

from collections.abc import Callable
from colorsys import hsv_to_rgb
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from daemon.demo.contact_sheet import ContactRow, contact_sheet, exposure, seconds
from daemon.previews.drawing import SHEET, TILE
from tests.edges.previews.raws import MAKERS

Colour = tuple[int, int, int]
Maker = Callable[..., Path]
NEAR = 12
"""Tolerance of a colour after JPEG compression."""
GRID = 3
"""Step between the pixels that are checked."""


@pytest.fixture
def painted(tmp_path: Path) -> Maker:
    """Write a picture of one colour, with an exposure time if given."""

    def make(
        name: str, colour: Colour, size: tuple[int, int] = (300, 200), time: Fraction | None = None, turned: int = 1
    ) -> Path:
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = turned
        if time is not None:
            exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExposureTime] = IFDRational(time.numerator, time.denominator)
        path = tmp_path / name
        Image.new("RGB", size, colour).save(path, quality=95, exif=exif)
        return path

    return make


def sheet_of(rows: list[ContactRow], folder: Path) -> NDArray[np.int16]:
    """The sheet's pixels."""
    target = folder / "sheet.jpg"
    contact_sheet(rows, target)
    with Image.open(target) as image:
        assert image.format == "JPEG"
        return np.asarray(image.convert("RGB"), np.int16)


def area(sheet: NDArray[np.int16], colour: Colour) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the area with this colour, which must exist."""
    rows, columns = np.nonzero((np.abs(sheet[::GRID, ::GRID] - np.array(colour, np.int16)) < NEAR).all(axis=2))
    assert rows.size, f"{colour} is not on the sheet"
    left, right = np.percentile(columns * GRID, [0.2, 99.8])
    top, bottom = np.percentile(rows * GRID, [0.2, 99.8])
    return int(left), int(top), int(right), int(bottom)


def size_of(sheet: NDArray[np.int16], colour: Colour) -> tuple[int, int]:
    """Width and height of the area with this colour."""
    left, top, right, bottom = area(sheet, colour)
    return right - left, bottom - top


def test_row(painted: Maker, tmp_path: Path) -> None:
    """A row shows its brackets small, from dark to bright by their Exif, and the finished picture large beside them."""
    red, green, blue, gold = (200, 30, 30), (30, 160, 40), (30, 40, 190), (210, 170, 40)
    brackets = (
        painted("a.jpg", green, time=Fraction(1, 60)),
        painted("b.jpg", blue, time=Fraction(4)),
        painted("c.jpg", red, time=Fraction(1, 250)),
    )
    sheet = sheet_of([ContactRow(brackets, painted("done.jpg", gold, (600, 400)))], tmp_path)
    tops = [area(sheet, colour)[1] for colour in (red, green, blue)]
    assert tops == sorted(tops)
    assert tops[0] < tops[2]
    for colour in (red, green, blue):
        assert area(sheet, colour)[2] < area(sheet, gold)[0]
        assert size_of(sheet, colour)[0] * 4 < size_of(sheet, gold)[0]
    width, height = size_of(sheet, gold)
    assert width / height == pytest.approx(1.5, rel=0.02)


def test_captions(painted: Maker, tmp_path: Path) -> None:
    """There is text under every bracket, under the finished picture and at the top."""
    red, gold = (200, 30, 30), (210, 170, 40)
    row = ContactRow((painted("a.jpg", red, time=Fraction(1, 60)),), painted("done.jpg", gold, (600, 400)))
    sheet = sheet_of([row], tmp_path)
    for colour in (red, gold):
        left, _, _, bottom = area(sheet, colour)
        assert sheet[bottom + 4 : bottom + 36, left : left + 90].min() < 160
    assert sheet[:200, 100:700].min() < 80


@pytest.mark.parametrize("count", [1, 3, 6, 7, 20])
def test_many_rows(painted: Maker, tmp_path: Path, count: int) -> None:
    """One to twenty sets fit on a sheet of reasonable proportions, in their order."""
    hues = [hsv_to_rgb(n / 20, 1, 0.95 if n % 2 else 0.6) for n in range(count)]
    colours = [(int(255 * red), int(255 * green), int(255 * blue)) for red, green, blue in hues]
    dark = painted("bracket.jpg", (90, 90, 92), time=Fraction(1, 8))
    rows = [ContactRow((dark,) * 5, painted(f"{n}.jpg", colour)) for n, colour in enumerate(colours)]
    sheet = sheet_of(rows, tmp_path)
    height, width, _ = sheet.shape
    assert 1800 < width < 3000
    assert 0.4 < height / width < 4
    places = [area(sheet, colour)[:2] for colour in colours]
    assert places == sorted(places, key=lambda place: (place[1], place[0]))
    assert len(set(places)) == count


def test_portrait(painted: Maker, tmp_path: Path) -> None:
    """Portraits are upright, by their pixels or by their orientation tag, and are not cropped."""
    gold, blue = (210, 170, 40), (30, 40, 190)
    rows = [
        ContactRow((painted("a.jpg", (120, 20, 90), (200, 300)),), painted("b.jpg", gold, (400, 600))),
        ContactRow((painted("c.jpg", (20, 120, 90), (200, 300)),), painted("d.jpg", blue, (600, 400), turned=6)),
    ]
    sheet = sheet_of(rows, tmp_path)
    for colour in (gold, blue):
        width, height = size_of(sheet, colour)
        assert width / height == pytest.approx(2 / 3, rel=0.02)


def test_mixed_sets(painted: Maker, tmp_path: Path) -> None:
    """Sets of no, one, nine and thirteen brackets fit on one sheet without overlaps."""
    rows = []
    for n, count in enumerate((0, 1, 9, 13)):
        brackets = tuple(
            painted(f"{n}-{i}.jpg", (100, 140, 30 + 60 * n), time=Fraction(1, i + 1)) for i in range(count)
        )
        rows.append(ContactRow(brackets, painted(f"{n}.jpg", (200, 60, 30 + 60 * n))))
    sheet = sheet_of(rows, tmp_path)
    for n, row in enumerate(rows):
        left, top, right, bottom = area(sheet, (200, 60, 30 + 60 * n))
        assert (np.abs(sheet[top + 4 : bottom - 3, left + 4 : right - 3] - (200, 60, 30 + 60 * n)) < NEAR).all()
        if row.brackets:
            assert area(sheet, (100, 140, 30 + 60 * n))[2] < left


@pytest.mark.parametrize("content", [b"II*\0\x08\0\0\0not a picture", b"", b"\xff\xd8\xff\xe0 half a picture", None])
def test_unreadable(painted: Maker, tmp_path: Path, content: bytes | None) -> None:
    """A RAW without a preview, an empty, damaged or missing file gets a tile with text, as bracket and as picture."""
    raw = tmp_path / "DSC_2041.NEF"
    if content is not None:
        raw.write_bytes(content)
    sheet = sheet_of([ContactRow((raw, painted("a.jpg", (30, 40, 190))), raw)], tmp_path)
    left, top, right, bottom = area(sheet, TILE)
    assert right - left > 1000
    assert sheet[top:bottom, left:right].min() < 160


def test_raw_with_preview(tmp_path: Path) -> None:
    """A RAW file is shown by the preview that the camera stored inside."""
    raw, green = tmp_path / "IMG_1.CR2", (20, 190, 40)
    preview = BytesIO()
    Image.new("RGB", (600, 400), green).save(preview, "JPEG")
    raw.write_bytes(MAKERS["cr2"](preview.getvalue(), b"", 1))
    width, height = size_of(sheet_of([ContactRow((), raw)], tmp_path), green)
    assert width / height == pytest.approx(1.5, rel=0.02)


@pytest.mark.parametrize(
    "name", ["two\nlines.NEF", "tab\t“quotes” 'single'.NEF", "🏡 Küche 廚房.NEF", "x" * 240 + ".NEF", "\udcff.NEF"]
)
def test_strange_names(tmp_path: Path, name: str) -> None:
    """Any file name is written on its tile in one line."""
    sheet = sheet_of([ContactRow((Path(name), Path(name)), Path(name))], tmp_path)
    left, top, right, bottom = area(sheet, TILE)
    assert sheet[top:bottom, left:right].min() < 160


def test_damaged_exif(painted: Maker, tmp_path: Path) -> None:
    """Damage in a file's head affects its caption or its picture, never the rest of the sheet."""
    whole = painted("a.jpg", (30, 40, 190), time=Fraction(1, 60)).read_bytes()
    chance = np.random.default_rng(1)
    damaged = tmp_path / "b.jpg"
    for _ in range(400):
        content = bytearray(whole)
        for place in chance.integers(0, 250, 4):
            content[place] = chance.integers(256)
        damaged.write_bytes(content)
        assert (exposure(damaged) or 1) > 0
    contact_sheet([ContactRow((damaged,), damaged)], tmp_path / "sheet.jpg")


def test_no_sets(tmp_path: Path) -> None:
    """A sheet without sets is refused."""
    with pytest.raises(ValueError, match="at least one set"):
        contact_sheet([], tmp_path / "sheet.jpg")


def test_margins(painted: Maker, tmp_path: Path) -> None:
    """Nothing touches the edge of the sheet."""
    sheet = sheet_of([ContactRow((), painted("a.jpg", (10, 10, 10)))], tmp_path)
    frame = np.concatenate([sheet[:60].reshape(-1, 3), sheet[-60:].reshape(-1, 3), sheet[:, :60].reshape(-1, 3)])
    assert (np.abs(frame - np.array(SHEET)) < NEAR).all()


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (1 / 8000, "1/8000 s"),
        (1 / 60, "1/60 s"),
        (0.25, "1/4 s"),
        (0.3, "0.3 s"),
        (1.0, "1 s"),
        (1.3, "1.3 s"),
        (30, "30 s"),
    ],
)
def test_seconds(time: float, text: str) -> None:
    """Exposure times have the usual notation."""
    assert seconds(time) == text


def test_exposure(painted: Maker, tmp_path: Path) -> None:
    """The exposure time is read from the file. It is None for a file without one."""
    assert exposure(painted("a.jpg", (1, 2, 3), time=Fraction(1, 250))) == pytest.approx(0.004)
    assert exposure(painted("b.jpg", (1, 2, 3))) is None
    assert exposure(painted("c.jpg", (1, 2, 3), time=Fraction(0))) is None
    assert exposure(tmp_path / "gone.jpg") is None

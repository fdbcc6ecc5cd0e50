"""A before-and-after sheet: small brackets with their exposure, and the large finished picture beside them."""

from __future__ import annotations

import math
import struct
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import ExifTags, Image, ImageDraw, ImageFont, ImageOps

WIDTH, WIDER = 1900, 500
"""Width of a sheet with one column of sets, and what each further column adds."""
SETS_DOWN = 6
"""A sheet of n sets has ceil(sqrt(n / SETS_DOWN)) columns of sets."""
MARGIN, COLUMN_GAP, ROW_GAP = 110, 70, 76
LADDER, GUTTER, SMALL_GAP = 0.138, 0.022, 0.008
"""Width of one column of small pictures and the gaps beside it, as shares of a set's width."""
LADDER_ROWS = 5
"""Usual number of small pictures in one column."""
TALLEST = 0.72
"""Largest height of a finished picture, as a share of a set's width. It limits portraits only."""
TITLE, LEAD, NOTE, NOTE_LEAST = 68, 29, 22, 14
"""Sizes of type."""
HEAD = 210
"""Position of the line below the title."""
BELOW = 9
"""Gap between a picture and its caption."""

Colour = tuple[int, int, int]
SHEET, INK, QUIET, TILE, RULE = (250, 248, 244), (38, 36, 33), (132, 126, 117), (229, 225, 217), (214, 209, 200)

Image.init()
FORMATS = tuple(name for name in ("JPEG", "PNG", "WEBP", "AVIF") if name in Image.OPEN)
"""The formats that are shown. Not RAW: Pillow would open some as TIFF and show a thumbnail or noise."""
UNREADABLE = (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, ArithmeticError, struct.error)
"""Errors of Pillow for damaged files and damaged Exif, besides ``Image.DecompressionBombError``."""


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One set: its brackets, in any order, and the finished picture."""

    brackets: tuple[Path, ...]
    finished: Path


def contact_sheet(sets: Sequence[ContactRow], target: Path) -> None:
    """Write the sheet of these sets, row by row, as a JPEG. It has two columns for over 6 sets, three for over 24.

    Brackets are sorted from dark to bright by the exposure in their files. A file that cannot be shown (RAW, damaged,
    missing) gets a neutral tile with its name. Raises ValueError for no sets, OSError if ``target`` cannot be written.
    """
    if not sets:
        raise ValueError("A contact sheet needs at least one set.")
    columns = math.ceil(math.sqrt(len(sets) / SETS_DOWN))
    width = WIDTH + WIDER * (columns - 1)
    each = (width - 2 * MARGIN - COLUMN_GAP * (columns - 1)) // columns
    rows = [[_drawn(one, each) for one in sets[begin : begin + columns]] for begin in range(0, len(sets), columns)]
    heights = [max(one.height for one in row) for row in rows]
    sheet = Image.new("RGB", (width, HEAD + 2 * MARGIN + sum(heights) + ROW_GAP * (len(rows) - 1)), SHEET)
    _headline(sheet, sets)
    top = HEAD + MARGIN
    for row, height in zip(rows, heights, strict=True):
        for number, one in enumerate(row):
            sheet.paste(one, (MARGIN + number * (each + COLUMN_GAP), top))
        top += height + ROW_GAP
    sheet.save(target, "JPEG", quality=90, optimize=True)


def exposure(path: Path) -> float | None:
    """The exposure time in a file, in seconds; None if it is missing or impossible."""
    try:
        with _opened(path) as image:
            time = float(image.getexif().get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExposureTime])
    except (*UNREADABLE, Image.DecompressionBombError):
        return None
    return time if 0 < time < math.inf else None


def seconds(time: float) -> str:
    """An exposure time in the usual notation: "1/60 s", "0.4 s", "2 s"."""
    return f"1/{1 / time:.0f} s" if time < 0.28 else f"{time:.1f}".removesuffix(".0") + " s"


def _headline(sheet: Image.Image, sets: Sequence[ContactRow]) -> None:
    draw, right = ImageDraw.Draw(sheet), sheet.width - MARGIN
    brackets = sum(len(row.brackets) for row in sets)
    lead = f"{_count(brackets, 'bracket')} in, {_count(len(sets), 'finished picture')} out"
    draw.text((MARGIN - 4, MARGIN), "Before and after", INK, _font(TITLE), anchor="lt")
    draw.text((MARGIN, HEAD), lead, QUIET, _font(LEAD), anchor="ls")
    draw.text((right, HEAD), "bracketd", QUIET, _font(LEAD), anchor="rs")
    draw.line((MARGIN, HEAD + MARGIN // 3, right, HEAD + MARGIN // 3), RULE, 2)


def _drawn(row: ContactRow, width: int) -> Image.Image:
    """One set, ``width`` wide: brackets in columns on the left, the finished picture on the right, edges aligned."""
    small, gap, gutter = round(width * LADDER), round(width * SMALL_GAP), round(width * GUTTER)
    font = _font(max(NOTE_LEAST, round(NOTE * min(1, width / (WIDTH - 2 * MARGIN)))))
    caption = BELOW + round(font.getbbox("Ag", anchor="lt")[3])
    timed = [(exposure(path), path) for path in row.brackets]
    brackets = sorted(timed, key=lambda pair: (pair[0] is None, pair[0] or 0))
    columns = math.ceil(len(brackets) / LADDER_ROWS)
    left = columns * (small + gap) - gap + gutter if columns else 0
    finished = _shown(row.finished, (width - left, round(width * TALLEST)))
    canvas = Image.new("RGB", (width, finished.height + caption + gap), SHEET)
    draw = ImageDraw.Draw(canvas)
    lines = math.ceil(len(brackets) / columns) if columns else 1
    step = (finished.height + caption + gap) / lines
    tiles = [_shown(path, (small, round(step) - caption - gap)) for _, path in brackets]
    if finished.width < width - left:
        small = max((tile.width for tile in tiles), default=0)
        left = columns * (small + gap) - gap + gutter if columns else 0
    step = min(step, max((tile.height for tile in tiles), default=0) + caption + 2 * gap)
    for number, ((time, path), tile) in enumerate(zip(brackets, tiles, strict=True)):
        x, y = number // lines * (small + gap), round(number % lines * step)
        canvas.paste(tile, (x, y))
        draw.rectangle((x, y, x + tile.width - 1, y + tile.height - 1), outline=RULE)
        note = seconds(time) if time else _readable(path.suffix).removeprefix(".").upper()
        draw.text((x, y + tile.height + BELOW), note, QUIET, font, anchor="lt")
    canvas.paste(finished, (left, 0))
    draw.text((left, finished.height + BELOW), _readable(row.finished.name), INK, font, anchor="lt")
    return canvas


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """The picture, without Pillow's warnings about damaged Exif and huge sizes."""
    with warnings.catch_warnings(action="ignore"), Image.open(path, formats=FORMATS) as image:
        yield image


def _shown(path: Path, room: tuple[int, int]) -> Image.Image:
    """The upright picture, as large as fits, or a tile with the file's name."""
    try:
        with _opened(path) as image:
            image.draft("RGB", (room[0] * 2, room[1] * 2))
            return ImageOps.contain(ImageOps.exif_transpose(image).convert("RGB"), room, Image.Resampling.LANCZOS)
    except (*UNREADABLE, Image.DecompressionBombError):
        return _tile(_readable(path.name), room)


def _tile(name: str, room: tuple[int, int]) -> Image.Image:
    """A neutral tile of landscape shape with a name in it."""
    size = ImageOps.contain(Image.new("L", (3, 2)), room).size
    tile = Image.new("RGB", size, TILE)
    font = _font(max(12, min(NOTE, size[0] // 12)))
    while len(name) > 4 and font.getlength(name) > size[0] * 0.9:
        name = name[: len(name) // 2 - 1] + "…" + name[len(name) // 2 + 1 :]
    ImageDraw.Draw(tile).text((size[0] / 2, size[1] / 2), name, QUIET, font, anchor="mm")
    return tile


def _readable(name: str) -> str:
    """A file's name in one line. A name may contain line breaks, and bytes that are not text."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)

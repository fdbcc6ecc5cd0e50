"""A before-and-after sheet: small brackets with their exposure, and the large finished picture beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from daemon.errors import FileGone, FileUnreadable
from daemon.exif import read
from daemon.previews import Failure, Limits
from daemon.previews.decode import picture
from daemon.previews.drawing import INK, QUIET, RULE, SHEET, font, readable, tile

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


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One set: its brackets, in any order, and the finished picture."""

    brackets: tuple[Path, ...]
    finished: Path


def contact_sheet(sets: Sequence[ContactRow], target: Path) -> None:
    """Write the sheet of these sets, row by row, as a JPEG. It has two columns for over 6 sets, three for over 24.

    Brackets are sorted from dark to bright by the exposure in their files. A raw file is shown by the preview inside. A
    file that cannot be shown (damaged, missing) gets a neutral tile with its name. Raises ValueError for no sets,
    OSError if ``target`` cannot be written.
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
        return read(path).exposure_s
    except (FileGone, FileUnreadable):
        return None


def seconds(time: float) -> str:
    """An exposure time in the usual notation: "1/60 s", "0.4 s", "2 s"."""
    return f"1/{1 / time:.0f} s" if time < 0.28 else f"{time:.1f}".removesuffix(".0") + " s"


def _headline(sheet: Image.Image, sets: Sequence[ContactRow]) -> None:
    draw, right = ImageDraw.Draw(sheet), sheet.width - MARGIN
    brackets = sum(len(row.brackets) for row in sets)
    lead = f"{_count(brackets, 'bracket')} in, {_count(len(sets), 'finished picture')} out"
    draw.text((MARGIN - 4, MARGIN), "Before and after", INK, font(TITLE), anchor="lt")
    draw.text((MARGIN, HEAD), lead, QUIET, font(LEAD), anchor="ls")
    draw.text((right, HEAD), "bracketd", QUIET, font(LEAD), anchor="rs")
    draw.line((MARGIN, HEAD + MARGIN // 3, right, HEAD + MARGIN // 3), RULE, 2)


def _drawn(row: ContactRow, width: int) -> Image.Image:
    """One set, ``width`` wide: brackets in columns on the left, the finished picture on the right, edges aligned."""
    small, gap, gutter = round(width * LADDER), round(width * SMALL_GAP), round(width * GUTTER)
    small_type = font(max(NOTE_LEAST, round(NOTE * min(1, width / (WIDTH - 2 * MARGIN)))))
    caption = BELOW + round(small_type.getbbox("Ag", anchor="lt")[3])
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
        small = max((one.width for one in tiles), default=0)
        left = columns * (small + gap) - gap + gutter if columns else 0
    step = min(step, max((one.height for one in tiles), default=0) + caption + 2 * gap)
    for number, ((time, path), small_one) in enumerate(zip(brackets, tiles, strict=True)):
        x, y = number // lines * (small + gap), round(number % lines * step)
        canvas.paste(small_one, (x, y))
        draw.rectangle((x, y, x + small_one.width - 1, y + small_one.height - 1), outline=RULE)
        note = seconds(time) if time else readable(path.suffix).removeprefix(".").upper()
        draw.text((x, y + small_one.height + BELOW), note, QUIET, small_type, anchor="lt")
    canvas.paste(finished, (left, 0))
    draw.text((left, finished.height + BELOW), readable(row.finished.name), INK, small_type, anchor="lt")
    return canvas


def _shown(path: Path, room: tuple[int, int]) -> Image.Image:
    """The upright picture, as large as fits, or a tile with the file's name."""
    found = picture(path, room, Limits())
    if isinstance(found, Failure):
        size = ImageOps.contain(Image.new("L", (3, 2)), room).size
        return tile(path.name, size, font(max(12, min(NOTE, size[0] // 12))))
    return ImageOps.contain(found, room, Image.Resampling.LANCZOS)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

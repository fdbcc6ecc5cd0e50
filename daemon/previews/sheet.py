"""A contact sheet: every set a strip of frames in shooting order, and below them the frames that are not sent.

``placed`` decides where everything goes; ``sheet`` draws it. Runs in the decoding process only.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, UnidentifiedImageError

from daemon.previews.drawing import INK, QUIET, RULE, SHEET, Colour, font, readable, shortened, tile, wrapped
from daemon.previews.values import Cell, Failure, FailureKind, Limits, Strip, Tone

MOST_PIXELS = 48_000_000
"""A larger sheet is drawn with smaller frames."""
SCALES = (1.0, 0.85, 0.7, 0.6, 0.5, 0.4, 0.33)
TALLEST = 60_000
"""Pixels. A JPEG has at most 65,535 rows."""
SHAPE = 2.0
"""A sheet of many sets has a second and a third column of strips once it is this much taller than wide."""
JPEG_QUALITY = 88

ACROSS, ACROSS_QUIET = 5, 7
"""Frames beside each other in a strip, and in a quiet one. More go into further rows."""
_FILLS: Final[dict[Tone, tuple[Colour, Colour]]] = {
    Tone.GOOD: ((222, 238, 224), (38, 98, 56)),
    Tone.FAIR: ((250, 236, 204), (126, 86, 12)),
    Tone.POOR: ((250, 222, 214), (150, 48, 28)),
    Tone.PLAIN: ((235, 231, 224), (96, 90, 82)),
}
"""Field and letters of a mark."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Lengths in pixels at a scale."""

    scale: float

    def of(self, length: float) -> int:
        """A length that is given for scale 1."""
        return max(1, round(length * self.scale))

    @property
    def strip(self) -> int:
        """Width of a strip."""
        return self.of(1600)

    @property
    def margin(self) -> int:
        """Space around the sheet's contents."""
        return self.of(80)

    @property
    def gap(self) -> int:
        """Space between frames."""
        return self.of(16)

    def cell(self, *, quiet: bool) -> int:
        """Width of a frame."""
        across = ACROSS_QUIET if quiet else ACROSS
        return (self.strip - (across - 1) * self.gap) // across

    def type_size(self, size: float) -> int:
        """Size of type, which never gets too small to read."""
        return max(11, round(size * self.scale))

    def row(self, strip: Strip) -> int:
        """Height of a row of frames with their captions."""
        lines = max((len(cell.caption) for cell in strip.cells), default=0)
        return self.frame(quiet=strip.quiet) + self.of(10) + lines * round(self.type_size(19) * 1.3) + self.of(14)

    def frame(self, *, quiet: bool) -> int:
        """Height of a frame. A portrait is shown smaller."""
        return round(self.cell(quiet=quiet) * 2 / 3)

    @property
    def head(self) -> int:
        """Height of a strip's title."""
        return round(self.type_size(28) * 1.9)

    def height(self, strip: Strip) -> int:
        """Height of a strip with the space below it."""
        rows = math.ceil(len(strip.cells) / (ACROSS_QUIET if strip.quiet else ACROSS))
        return self.of(22) + self.head + rows * self.row(strip) + self.of(18)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything is on a sheet: its size, and the left and top of each strip."""

    measures: Measures
    width: int
    height: int
    places: tuple[tuple[Strip, int, int], ...]


def placed(strips: Sequence[Strip]) -> Plan:
    """The plan of a sheet: strips one below the other, in columns if there are many; quiet strips below all columns."""
    for scale in SCALES[:-1]:
        plan = _placed(strips, Measures(scale))
        if plan.width * plan.height <= MOST_PIXELS:
            return plan
    return _placed(strips, Measures(SCALES[-1]))


def _placed(strips: Sequence[Strip], measures: Measures) -> Plan:
    loud = [strip for strip in strips if not strip.quiet]
    total = sum(map(measures.height, loud))
    columns = max(1, round(math.sqrt(total / (SHAPE * measures.strip))))
    top = measures.margin + measures.of(130)
    step = measures.strip + measures.of(70)
    places, column, y, lowest = [], 0, top, top
    for strip in loud:
        height = measures.height(strip)
        if y > top and y - top + height / 2 > total / columns and column < columns - 1:
            column, y = column + 1, top
        places.append((strip, measures.margin + column * step, y))
        y += height
        lowest = max(lowest, y)
    y = lowest + measures.of(24)
    for strip in strips:
        if strip.quiet:
            places.append((strip, measures.margin, y))
            y += measures.height(strip)
    width = 2 * measures.margin + measures.strip + column * step
    return Plan(measures, width, max(y, lowest) + measures.margin // 2, tuple(places))


def sheet(title: str, strips: Sequence[Strip], limits: Limits) -> bytes | Failure:
    """Draw the sheet as a JPEG. A frame without a thumbnail, or with an invalid one, is a neutral tile."""
    plan = placed(strips)
    if plan.height > TALLEST or plan.width * plan.height > limits.pixels:
        return Failure(FailureKind.TOO_MANY_PIXELS, limits.pixels, f"{plan.width} x {plan.height} pixels")
    image = Image.new("RGB", (plan.width, plan.height), SHEET)
    _headline(image, title, strips, plan.measures)
    for strip, x, y in plan.places:
        _strip(image, strip, (x, y), plan.measures)
    written = io.BytesIO()
    image.save(written, "JPEG", quality=JPEG_QUALITY)
    return written.getvalue()


def _headline(image: Image.Image, title: str, strips: Sequence[Strip], measures: Measures) -> None:
    draw, margin = ImageDraw.Draw(image), measures.margin
    large, small = font(measures.type_size(52)), font(measures.type_size(22))
    line = margin + measures.of(60)
    sets = sum(not strip.quiet for strip in strips)
    frames = sum(len(strip.cells) for strip in strips)
    lead = f"{_count(sets, 'set')}  ·  {_count(frames, 'frame')}"
    if [strip.mark for strip in strips] == [""]:
        lead = _count(frames, "picture")
    right = image.width - margin
    room = right - margin - small.getlength(lead) - measures.of(40)
    draw.text((margin, line), shortened(readable(title), large, room), INK, large, anchor="ls")
    draw.text((right, line), lead, QUIET, small, anchor="rs")


def _strip(image: Image.Image, strip: Strip, at: tuple[int, int], measures: Measures) -> None:
    draw, (x, y) = ImageDraw.Draw(image), at
    draw.line((x, y, x + measures.strip, y), RULE, max(1, measures.of(2)))
    y += measures.of(22)
    _title(draw, strip, (x, y), measures)
    y += measures.head
    across = ACROSS_QUIET if strip.quiet else ACROSS
    cell = measures.cell(quiet=strip.quiet)
    for number, one in enumerate(strip.cells):
        place = x + number % across * (cell + measures.gap), y + number // across * measures.row(strip)
        _cell(image, one, place, (cell, measures.frame(quiet=strip.quiet)), measures)


def _title(draw: ImageDraw.ImageDraw, strip: Strip, at: tuple[int, int], measures: Measures) -> None:
    """Title, mark and detail in one line; a detail that is too long takes two lines of smaller type."""
    x, y = at
    large, small = font(measures.type_size(28)), font(measures.type_size(19))
    middle = y + measures.of(18)
    text = shortened(readable(strip.title), large, measures.strip * 0.5)
    draw.text((x, middle), text, QUIET if strip.quiet else INK, large, anchor="lm")
    left = x + large.getlength(text) + measures.of(18)
    if strip.mark:
        field, letters = _FILLS[strip.tone]
        mark = shortened(readable(strip.mark), small, measures.strip * 0.2)
        wide, half = small.getlength(mark) + measures.of(24), measures.of(16)
        draw.rounded_rectangle((left, middle - half, left + wide, middle + half), half, field)
        draw.text((left + wide / 2, middle), mark, letters, small, anchor="mm")
        left += wide + measures.of(18)
    lines = wrapped(readable(strip.detail), small, x + measures.strip - left, 2)
    lead = round(measures.type_size(19) * 1.25)
    for number, line in enumerate(lines):
        draw.text((left, middle + (number - (len(lines) - 1) / 2) * lead), line, QUIET, small, anchor="lm")


def _cell(image: Image.Image, cell: Cell, at: tuple[int, int], size: tuple[int, int], measures: Measures) -> None:
    """A frame in the middle of its place, and the caption below it."""
    draw, small = ImageDraw.Draw(image), font(measures.type_size(19))
    picture = _thumbnail(cell, size) or tile(cell.missing, size, small)
    left, top = at[0] + (size[0] - picture.width) // 2, at[1] + (size[1] - picture.height) // 2
    image.paste(picture, (left, top))
    draw.rectangle((left, top, left + picture.width - 1, top + picture.height - 1), outline=RULE)
    y = at[1] + size[1] + measures.of(10)
    for number, line in enumerate(cell.caption):
        text = shortened(readable(line), small, size[0])
        draw.text((at[0], y), text, QUIET if number else INK, small, anchor="la")
        y += round(measures.type_size(19) * 1.3)


def _thumbnail(cell: Cell, size: tuple[int, int]) -> Image.Image | None:
    if cell.jpeg is None:
        return None
    try:
        with Image.open(io.BytesIO(cell.jpeg), formats=("JPEG",)) as image:
            ratio = min(size[0] / image.width, size[1] / image.height)
            fitting = max(1, round(image.width * ratio)), max(1, round(image.height * ratio))
            return image.convert("RGB").resize(fitting, Image.Resampling.LANCZOS)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

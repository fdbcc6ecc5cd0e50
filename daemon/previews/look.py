"""Compares how two pictures look, to find out which scene a finished picture shows.

Brightness, colours, a replaced sky, straightened verticals and a slight crop must not matter, so edges are compared:
for each of 12 x 9 parts of a picture, how strong its edges are in six directions (N. Dalal, B. Triggs, "Histograms of
oriented gradients for human detection", 2005). Each part is normalised, so that contrast does not matter, and the
picture's mean over all parts is subtracted, because every room has many vertical and horizontal edges. The similarity
is the correlation of these numbers, for the best of some shifts and scales, and for the whole picture or its lower
part, which has no sky: whichever is better.

``LEAST`` and ``MARGIN`` follow from a measurement (``python -m bench --only look``, docs/benchmarks.md): 50 views of
ten scenes, five overlapping ones of each, and 18 variants of each finished picture. The right frame was the most
similar one for all 900 pictures, with a similarity of 0.63 to 1 and a lead of at least 0.20. Other frames reached 0.62,
because some views show mostly the same. Without the right frame, a wrong one was clearly better for one picture.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle, pairwise, product
from operator import mul
from typing import TypeAlias

LOOK_WIDTH, LOOK_HEIGHT = 64, 48
"""The size of a ``Look`` in pixels, whatever the picture's shape is."""

LEAST = 0.6
"""A less similar frame is not recognised. The right frame reached at least 0.63."""
MARGIN = 0.1
"""A frame is clearly more similar than another by this much: half of the right frame's least lead, 0.20."""

_ACROSS, _DOWN = 12, 9
_BELOW_SKY = 4
"""The first row of parts that counts as below the sky."""
_DIRECTIONS = 6
_CALM = 0.5
"""Edges weaker than this per pixel count little: noise."""
_SCALES = (1.0, 0.95)
"""A finished picture may show only the inner part of a frame, after a crop."""
_SHIFTS = (-1.5, 0.0, 1.5)
"""In pixels of a look."""
_SUM_WIDTH = LOOK_WIDTH + 1

Parts: TypeAlias = "tuple[array[float], array[float]]"
"""The edges of all parts of a picture, and of those below the sky: row by row, six numbers each."""


@dataclass(frozen=True, slots=True)
class Look:
    """A picture as 64 x 48 pixels for comparison: three bytes each (red, green, blue), row by row, upright."""

    pixels: bytes

    def __post_init__(self) -> None:
        if len(self.pixels) != LOOK_WIDTH * LOOK_HEIGHT * 3:
            raise ValueError(f"A look has {LOOK_WIDTH * LOOK_HEIGHT * 3} bytes, not {len(self.pixels)}.")


def similarity(finished: Look, frame: Look) -> float:
    """How similar a finished picture and a frame are: 1 for the same picture, about 0 for unrelated ones.

    ``frame`` should be the middle exposure of its set. It may be larger than the finished picture by a slight crop.
    """
    wanted = _whole(finished)
    pairs = (pair for found in _variants(frame) for pair in zip(wanted, found, strict=True))
    return max(float(sum(map(mul, one, other))) for one, other in pairs)


def clearly_better(one: float, other: float) -> bool:
    """True if a frame of similarity ``one`` shows the scene, and one of similarity ``other`` does not."""
    return one >= LEAST and one - other >= MARGIN


def clear_match(finished: Look, frames: Sequence[Look]) -> int | None:
    """The position of the frame that is clearly more similar than all others, None if there is none."""
    found = sorted(((similarity(finished, frame), number) for number, frame in enumerate(frames)), reverse=True)
    others = found[1][0] if len(found) > 1 else -1.0
    return found[0][1] if found and clearly_better(found[0][0], others) else None


@lru_cache(maxsize=8)
def _whole(look: Look) -> Parts:
    """The parts of a finished picture."""
    return _parts(_edges(look), 1.0, 0.0, 0.0)


@lru_cache(maxsize=320)
def _variants(frame: Look) -> tuple[Parts, ...]:
    """The parts of a frame for each scale and shift. Takes 140 KB."""
    edges = _edges(frame)
    return tuple(_parts(edges, *where) for where in product(_SCALES, _SHIFTS, _SHIFTS))


def _edges(look: Look) -> tuple[array[float], ...]:
    """The strength of edges in each direction, as sums over the pixels above and to the left (65 x 49 values)."""
    pixels = look.pixels
    light = [
        math.sqrt((3 * red + 6 * green + blue) / 10)
        for red, green, blue in zip(pixels[::3], pixels[1::3], pixels[2::3], strict=True)
    ]
    sums = tuple(array("d", bytes(8 * _SUM_WIDTH * (LOOK_HEIGHT + 1))) for _ in range(_DIRECTIONS))
    for y in range(LOOK_HEIGHT):
        row, above, below = (min(max(line, 0), LOOK_HEIGHT - 1) * LOOK_WIDTH for line in (y, y - 1, y + 1))
        so_far = [0.0] * _DIRECTIONS
        for x in range(LOOK_WIDTH):
            across = light[row + min(x + 1, LOOK_WIDTH - 1)] - light[row + max(x - 1, 0)]
            down = light[below + x] - light[above + x]
            strength = math.hypot(across, down)
            if strength:
                place = math.atan2(down, across) / math.pi * _DIRECTIONS % _DIRECTIONS
                first = int(place) % _DIRECTIONS
                share = place - int(place)
                so_far[first] += strength * (1 - share)
                so_far[(first + 1) % _DIRECTIONS] += strength * share
            at = (y + 1) * _SUM_WIDTH + x + 1
            for direction, total in enumerate(so_far):
                sums[direction][at] = sums[direction][at - _SUM_WIDTH] + total
    return sums


def _parts(edges: tuple[array[float], ...], scale: float, right: float, down: float) -> Parts:
    """The normalised edges of all parts, and of those below the sky."""
    columns = _bounds(_ACROSS, LOOK_WIDTH, scale, right)
    rows = [bound * _SUM_WIDTH for bound in _bounds(_DOWN, LOOK_HEIGHT, scale, down)]
    found = array("d")
    for top, bottom in pairwise(rows):
        for left, end in pairwise(columns):
            area = max(1, (end - left) * (bottom - top) // _SUM_WIDTH)
            part = [(one[bottom + end] - one[bottom + left] - one[top + end] + one[top + left]) / area for one in edges]
            length = math.sqrt(sum(map(mul, part, part)) + _CALM * _CALM)
            found.extend(value / length for value in part)
    return _centred(found), _centred(found[_BELOW_SKY * _ACROSS * _DIRECTIONS :])


def _centred(parts: array[float]) -> array[float]:
    """The parts with mean 0 in each direction and length 1."""
    means = [sum(values) / len(values) for values in (parts[one::_DIRECTIONS] for one in range(_DIRECTIONS))]
    centred = [value - mean for value, mean in zip(parts, cycle(means), strict=False)]
    length = math.sqrt(sum(map(mul, centred, centred))) or 1.0
    return array("d", (value / length for value in centred))


def _bounds(parts: int, size: int, scale: float, shift: float) -> list[int]:
    """The edges of parts along one side, in pixels."""
    middle = size / 2
    places = (round((size * part / parts - middle) * scale + middle + shift) for part in range(parts + 1))
    return [min(size, max(0, place)) for place in places]

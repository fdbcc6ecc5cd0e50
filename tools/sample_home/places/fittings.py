"""Fixed parts of a house: windows, curtains, skirting, cabinets and shelves. Each has its back at y 0."""

from __future__ import annotations

import numpy as np

from tools.sample_home.places.decor import books
from tools.sample_home.places.materials import BRASS, GAP, OAK, STEEL, WHITE, glazed
from tools.sample_home.places.paints import folds, woven
from tools.sample_home.places.patterns import spines
from tools.sample_home.raytrace.place import Opening, Shell
from tools.sample_home.raytrace.shapes import Shape, Thing, blob, box, cone, placed
from tools.sample_home.raytrace.surfaces import Surface
from tools.sample_home.raytrace.vectors import Bundle, vector

TURNS = {0: 90, 1: -90, 2: 180, 3: 0}
"""The turn, for each wall, of a thing that is made for a wall to its north."""
VASES = (vector(0.55, 0.50, 0.43), vector(0.10, 0.13, 0.14), vector(0.42, 0.20, 0.10))


def on_wall(shell: Shell, wall: int, along: float, thing: Thing, height: float = 0, *, off: float = 0) -> Thing:
    """The thing with its back to a wall, ``off`` metres from it."""
    plane = shell.plane(wall) + (off if wall % 2 == 0 else -off)
    return placed(thing, (plane, along, height) if wall < 2 else (along, plane, height), TURNS[wall])


def window(shell: Shell, opening: Opening, bars: int, frame: Surface) -> Thing:
    """The frame of an opening, with ``bars`` uprights in it, and the sides of the hole."""
    (left, right), (low, high) = opening.along, opening.up
    w, h, edge, side, deep = (right - left) / 2, high - low, 0.055, 0.03, (0.06, 0.14)
    hole = (0.001, shell.thick)
    uprights = [-w + (2 * w - edge) * i / (bars + 1) for i in range(bars + 2)]
    parts = (
        box((-w, w), deep, (0, edge), frame),
        box((-w, w), deep, (h - edge, h), frame),
        *(box((x, x + edge), deep, (edge, h - edge), frame) for x in uprights),
        box((-w - side, w + side), hole, (-side, 0), WHITE, casts=False),
        box((-w - side, w + side), hole, (h, h + side), WHITE, casts=False),
        box((-w - side, -w), hole, (0, h), WHITE, casts=False),
        box((w, w + side), hole, (0, h), WHITE, casts=False),
    )
    return on_wall(shell, opening.wall, (left + right) / 2, parts, low)


def curtains(shell: Shell, opening: Opening, colour: Bundle, rail: Surface, *, width: float = 0.46) -> Thing:
    """Drawn-back curtains on both sides of an opening, on a rail."""
    (left, right), height = opening.along, 2.5
    cloth = Surface(colour, paint=woven(colour, depth=0.3), relief=folds(0.11, 0.75))
    one = (box((-width / 2, width / 2), (-0.05, 0.05), (0.02, height), cloth),)
    half = (right - left) / 2 + width / 2
    parts = (
        *placed(one, (-half, 0, 0)),
        *placed(one, (half, 0, 0)),
        box((-half - 0.35, half + 0.35), (-0.015, 0.015), (height + 0.02, height + 0.045), rail, casts=False),
    )
    return on_wall(shell, opening.wall, (left + right) / 2, parts, off=0.1)


def skirting(shell: Shell, wall: int) -> Thing:
    """A white board along the foot of a wall, except at openings that reach the floor."""
    axis = 1 if wall < 2 else 0
    begin = float(shell.low[axis])
    parts: list[Shape] = []
    gaps = sorted(o.along for o in shell.openings if o.wall == wall and o.up[0] < 0.1)
    for left, right in [*gaps, (float(shell.high[axis]), 0.0)]:
        w = (left - begin) / 2
        board = (box((-w, w), (-0.016, 0), (0, 0.10), WHITE, casts=False),)
        parts += on_wall(shell, wall, begin + w, board)
        begin = right
    return tuple(parts)


def cabinets(
    width: float, doors: int, front: Surface, top: Surface, *, depth: float = 0.6, height: float = 0.9
) -> Thing:
    """A run of floor cabinets with a worktop."""
    w, door = width / 2, width / doors
    parts = [
        box((-w, w), (-depth + 0.02, 0), (0.1, height - 0.03), front),
        box((-w + 0.004, w - 0.004), (-depth + 0.018, -depth + 0.02), (0.104, height - 0.03), GAP, casts=False),
        box((-w, w), (-depth + 0.07, 0), (0, 0.1), STEEL, casts=False),
        box((-w - 0.01, w + 0.01), (-depth - 0.02, 0), (height - 0.03, height), top),
    ]
    for left in (-w + i * door for i in range(doors)):
        parts += _door((left, left + door), (0.105, height - 0.04), -depth, front)
        parts.append(_handle(left + door / 2, -depth, height - 0.11))
    return tuple(parts)


def wall_cabinets(width: float, doors: int, front: Surface, *, low: float = 1.5, high: float = 2.3) -> Thing:
    """Wall cabinets."""
    w, door, depth = width / 2, width / doors, 0.34
    parts = [
        box((-w, w), (-depth + 0.02, 0), (low, high), front),
        box((-w + 0.004, w - 0.004), (-depth + 0.018, -depth + 0.02), (low, high), GAP, casts=False),
    ]
    for left in (-w + i * door for i in range(doors)):
        parts += _door((left, left + door), (low, high), -depth, front)
        parts.append(_handle(left + door / 2, -depth, low + 0.05))
    return tuple(parts)


def _door(x: tuple[float, float], z: tuple[float, float], y: float, front: Surface) -> Thing:
    """A door with a raised panel."""
    return (
        box((x[0] + 0.004, x[1] - 0.004), (y, y + 0.018), z, front, casts=False),
        box((x[0] + 0.06, x[1] - 0.06), (y - 0.005, y), (z[0] + 0.07, z[1] - 0.07), front, casts=False),
    )


def _handle(x: float, y: float, z: float) -> Shape:
    return box((x - 0.07, x + 0.07), (y - 0.03, y - 0.018), (z, z + 0.012), BRASS, casts=False)


def shelf(width: float, height: float, boards: int, seed: int = 2) -> Thing:
    """Open shelves with books, vases and gaps, 0.32 m deep."""
    chance = np.random.default_rng(seed)
    w, gap, back, front = width / 2, (height - 0.03) / boards, -0.02, -0.32
    parts = [
        box((-w, w), (back, 0), (0, height), OAK),
        box((-w, -w + 0.03), (front, back), (0, height), OAK),
        box((w - 0.03, w), (front, back), (0, height), OAK),
        *(box((-w, w), (front, back), (i * gap, i * gap + 0.03), OAK) for i in range(boards + 1)),
    ]
    for floor in (i * gap + 0.03 for i in range(boards)):
        x = -w + 0.05
        while x < w - 0.25:
            run = min(float(chance.uniform(0.22, 0.62)), w - 0.04 - x)
            things, run = _on_shelf(chance, run, gap * float(chance.uniform(0.66, 0.84)))
            parts += placed(things, (x + run / 2, -0.16, floor))
            x += run + float(chance.uniform(0.02, 0.12))
    return tuple(parts)


def _on_shelf(chance: np.random.Generator, run: float, high: float) -> tuple[Thing, float]:
    """An object for a shelf, mostly books, and its width."""
    kind = int(chance.integers(5))
    if kind == 0:
        return books(), min(run, 0.34)
    if kind == 1:
        r, glaze = min(run / 2, 0.085), glazed(VASES[int(chance.integers(len(VASES)))])
        neck = cone((-r / 3, r / 3), (-r / 3, r / 3), (high * 0.6, high * 0.8), glaze, casts=False)
        return (blob((-r, r), (-r, r), (0, high * 0.68), glaze, casts=False), neck), min(run, 0.3)
    paint = spines(high, float(chance.uniform(0, 50)))
    return (box((-run / 2, run / 2), (-0.1, 0.1), (0, high), Surface(vector(0.25, 0.22, 0.18), paint=paint)),), run

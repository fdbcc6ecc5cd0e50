"""Sofas, chairs, beds: each around its own origin on the floor, facing south (towards y low)."""

from __future__ import annotations

from tools.sample_home.places.materials import BRASS, OAK, STEEL, WALNUT, cloth
from tools.sample_home.places.paints import dented, woven
from tools.sample_home.raytrace.shapes import Shape, Thing, blob, box, cone, placed
from tools.sample_home.raytrace.surfaces import Surface
from tools.sample_home.raytrace.vectors import Bundle

ARM = 0.2
PANELS = 4


def pillow(
    size: tuple[float, float], surface: Surface, at: tuple[float, float, float], lean: float, turn: float = 0
) -> Thing:
    """A loose pillow; ``lean`` is 0 for lying and 90 for upright."""
    w, h = size[0] / 2, size[1] / 2
    lying = (blob((-w, w), (-h, h), (-0.085, 0.085), surface, wide=4, tall=2),)
    return placed(placed(lying, tilt=lean), at, turn)


def legs(x: float, y: float, height: float, surface: Surface, thick: float = 0.018) -> Thing:
    """Four round legs at ``±x, ±y``, thinner at the foot."""
    return tuple(
        cone((i - thick, i + thick), (j - thick, j + thick), (0, height), surface, foot=0.6, casts=False)
        for i in (-x, x)
        for j in (-y, y)
    )


def sofa(width: float, colour: Bundle, accent: Bundle, second: Bundle) -> Thing:
    """A three-seater with loose cushions and three pillows."""
    fabric, half, seat = cloth(colour), width / 2, (width - 2 * ARM) / 3
    parts: list[Shape] = [
        box((-half + 0.05, half - 0.05), (-0.44, 0.42), (0.12, 0.30), fabric),
        blob((-half, half), (0.2, 0.47), (0.14, 0.74), fabric, wide=8, tall=8),
        blob((-half, -half + ARM), (-0.46, 0.46), (0.13, 0.60), fabric, wide=8, tall=8),
        blob((half - ARM, half), (-0.46, 0.46), (0.13, 0.60), fabric, wide=8, tall=8),
        *legs(half - 0.1, 0.36, 0.13, WALNUT),
    ]
    back = (blob((-seat / 2 + 0.01, seat / 2 - 0.01), (-0.10, 0.10), (-0.22, 0.24), fabric, wide=8, tall=4),)
    for left in (-half + ARM + i * seat for i in range(3)):
        parts.append(blob((left + 0.004, left + seat - 0.004), (-0.47, 0.24), (0.25, 0.46), fabric, wide=8, tall=4))
        parts += placed(back, (left + seat / 2, 0.16, 0.63), tilt=-12)
    parts += pillow((0.46, 0.46), cloth(accent), (-half + 0.42, -0.03, 0.64), 68, 14)
    parts += pillow((0.40, 0.40), cloth(second), (-half + 0.74, -0.03, 0.64), 68, -8)
    parts += pillow((0.46, 0.46), cloth(accent), (half - 0.43, -0.03, 0.64), 68, -16)
    return tuple(parts)


def armchair(colour: Bundle) -> Thing:
    """A round-backed easy chair on thin legs."""
    fabric = cloth(colour)
    back = (blob((-0.36, 0.36), (-0.09, 0.11), (-0.30, 0.34), fabric, wide=4, tall=4),)
    return (
        blob((-0.33, 0.33), (-0.36, 0.28), (0.26, 0.46), fabric, wide=4, tall=4),
        blob((-0.43, -0.29), (-0.32, 0.36), (0.30, 0.60), fabric, wide=4, tall=4),
        blob((0.29, 0.43), (-0.32, 0.36), (0.30, 0.60), fabric, wide=4, tall=4),
        *placed(back, (0, 0.30, 0.62), tilt=-14),
        *legs(0.3, 0.28, 0.30, WALNUT),
    )


def pouf(colour: Bundle) -> Thing:
    """A round, soft seat."""
    return (blob((-0.27, 0.27), (-0.27, 0.27), (0, 0.36), cloth(colour, dents=0.2), wide=2, tall=4),)


def stool(colour: Bundle) -> Thing:
    """A bar stool, 0.68 m high."""
    return (
        blob((-0.19, 0.19), (-0.19, 0.19), (0.61, 0.68), cloth(colour), wide=4, tall=4),
        *legs(0.165, 0.165, 0.64, STEEL, 0.014),
        box((-0.165, 0.165), (-0.172, -0.158), (0.22, 0.236), BRASS, casts=False),
        box((-0.165, 0.165), (0.158, 0.172), (0.22, 0.236), STEEL, casts=False),
    )


def bench(width: float, colour: Bundle) -> Thing:
    """An upholstered bench, 0.47 m high."""
    w = width / 2
    return (
        blob((-w, w), (-0.21, 0.21), (0.33, 0.47), cloth(colour), wide=8, tall=4),
        *(
            box((x - 0.02, x + 0.02), (y - 0.02, y + 0.02), (0, 0.36), OAK)
            for x in (-w + 0.06, w - 0.06)
            for y in (-0.16, 0.16)
        ),
    )


def bed(width: float, linen: Bundle, throw: Bundle, head: Bundle) -> Thing:
    """A double bed, its head at y 0, 2.1 m long towards y low."""
    w, panel, back = width / 2, width / PANELS + 0.05, cloth(head)
    sheet = Surface(linen, paint=woven(linen, depth=0.2), relief=dented(0.35, 0.6))
    cover = Surface(linen * 0.92, paint=woven(linen * 0.92, depth=0.25), relief=dented(0.6, 0.5))
    wool = Surface(throw, paint=woven(throw, depth=0.9, scale=0.6), relief=dented(0.6, 0.7))
    parts: list[Shape] = [
        box((-w - 0.03, w + 0.03), (-2.08, -0.1), (0.1, 0.32), back),
        blob((-w, w), (-2.08, -0.08), (0.26, 0.56), sheet, wide=8, tall=8),
        blob((-w - 0.05, w + 0.05), (-2.12, -0.72), (0.20, 0.64), cover, wide=8, tall=8),
        blob((-w - 0.045, w + 0.045), (-0.98, -0.68), (0.44, 0.665), sheet, wide=8, tall=4),
        blob((-w - 0.07, w + 0.07), (-1.96, -1.42), (0.22, 0.66), wool, wide=8, tall=8),
        *(
            blob((x + 0.002, x + panel - 0.002), (-0.12, 0), (0.25, 1.16), back, wide=8, tall=8)
            for x in ((i - PANELS / 2) * panel for i in range(PANELS))
        ),
    ]
    for x in (-w / 2, w / 2):
        parts += pillow((0.8, 0.52), sheet, (x, -0.24, 0.74), 62)
        parts += pillow((0.7, 0.44), cloth(head), (x, -0.40, 0.74), 52)
    parts += pillow((0.6, 0.34), cloth(throw), (0, -0.56, 0.70), 48)
    return tuple(parts)


def lounger(colour: Bundle) -> Thing:
    """A sun lounger, its head to the north."""
    cushion = cloth(colour)
    return (
        box((-0.32, 0.32), (-0.95, 0.95), (0.2, 0.26), OAK),
        blob((-0.31, 0.31), (-0.93, 0.4), (0.25, 0.36), cushion, wide=8, tall=4),
        *placed((blob((-0.31, 0.31), (-0.4, 0.4), (-0.05, 0.05), cushion, wide=8, tall=4),), (0, 0.66, 0.5), tilt=35),
        *legs(0.28, 0.85, 0.2, OAK, 0.03),
    )

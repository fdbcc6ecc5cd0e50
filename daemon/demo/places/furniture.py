"""Furniture, each piece around its own origin on the floor, facing south (towards y low)."""

from __future__ import annotations

import numpy as np

from daemon.demo.places.paints import abstract, folds, grained, leafy, rumpled, spines, woven
from daemon.demo.raytrace.shapes import Shape, Thing, blob, box, cone, placed
from daemon.demo.raytrace.surfaces import Surface, glowing, plain
from daemon.demo.raytrace.vectors import Bundle, rotation, vector

OAK = Surface(vector(0.36, 0.23, 0.12), paint=grained(vector(0.44, 0.29, 0.16), vector(0.26, 0.155, 0.075)), sheen=0.03, rough=0.2)
WALNUT = Surface(vector(0.13, 0.075, 0.042), paint=grained(vector(0.19, 0.11, 0.06), vector(0.085, 0.047, 0.027)), sheen=0.035, rough=0.16)
STEEL = plain(0.035, 0.035, 0.037, sheen=0.06, rough=0.2)
BRASS = plain(0.45, 0.30, 0.10, sheen=0.25, rough=0.2)
WHITE = plain(0.76, 0.75, 0.72)
GAP = plain(0.02, 0.02, 0.02)
"""The dark between cabinet doors."""
PORCELAIN = plain(0.72, 0.71, 0.68, sheen=0.04, rough=0.08)


def cloth(colour: Bundle, *, dents: float = 0.12) -> Surface:
    """Upholstery."""
    return Surface(colour, paint=woven(colour), relief=rumpled(dents))


def sofa(width: float, colour: Bundle, accent: Bundle, second: Bundle) -> Thing:
    """A three-seater with loose cushions and three pillows."""
    fabric = cloth(colour)
    half, arm = width / 2, 0.2
    seat = (width - 2 * arm) / 3
    parts = [
        box((-half + 0.05, half - 0.05), (-0.44, 0.42), (0.12, 0.30), fabric),
        blob((-half, half), (0.2, 0.47), (0.14, 0.74), fabric, wide=8, tall=8),
        blob((-half, -half + arm), (-0.46, 0.46), (0.13, 0.60), fabric, wide=8, tall=8),
        blob((half - arm, half), (-0.46, 0.46), (0.13, 0.60), fabric, wide=8, tall=8),
    ]
    for i in range(3):
        left = -half + arm + i * seat
        parts.append(blob((left + 0.004, left + seat - 0.004), (-0.47, 0.24), (0.25, 0.46), fabric, wide=8, tall=4))
        parts += placed((blob((-seat / 2 + 0.01, seat / 2 - 0.01), (-0.10, 0.10), (-0.22, 0.24), fabric, wide=8, tall=8),), (left + seat / 2, 0.16, 0.63), tilt=-12)
    for x, turn, tone, size in ((-half + 0.42, 14, accent, 0.23), (-half + 0.74, -8, second, 0.2), (half - 0.43, -16, accent, 0.23)):
        pillow = blob((-size, size), (-size, size), (-0.085, 0.085), cloth(tone), wide=4, tall=2)
        parts += placed(placed((pillow,), tilt=68), (x, -0.03, 0.64), turn=turn)
    for x in (-half + 0.1, half - 0.1):
        for y in (-0.36, 0.36):
            parts.append(cone((x - 0.02, x + 0.02), (y - 0.02, y + 0.02), (0, 0.13), WALNUT, foot=0.6, casts=False))
    return tuple(parts)


def armchair(colour: Bundle) -> Thing:
    """A round-backed easy chair on thin legs."""
    fabric = cloth(colour)
    parts = [
        blob((-0.33, 0.33), (-0.36, 0.28), (0.26, 0.46), fabric, wide=4, tall=4),
        *placed((blob((-0.36, 0.36), (-0.09, 0.11), (-0.30, 0.34), fabric, wide=4, tall=4),), (0, 0.30, 0.62), tilt=-14),
        blob((-0.43, -0.29), (-0.32, 0.36), (0.30, 0.60), fabric, wide=4, tall=4),
        blob((0.29, 0.43), (-0.32, 0.36), (0.30, 0.60), fabric, wide=4, tall=4),
    ]
    for x in (-0.3, 0.3):
        for y in (-0.28, 0.28):
            parts.append(cone((x - 0.018, x + 0.018), (y - 0.018, y + 0.018), (0, 0.30), WALNUT, foot=0.6))
    return tuple(parts)


def coffee_table(top: Surface, width: float = 1.15, depth: float = 0.62) -> Thing:
    """A low table with books, a bowl and a vase on it."""
    parts = [cone((-width / 2, width / 2), (-depth / 2, depth / 2), (0.355, 0.395), top)]
    for x in (-width * 0.3, width * 0.3):
        for y in (-depth * 0.28, depth * 0.28):
            parts.append(cone((x - 0.02, x + 0.02), (y - 0.02, y + 0.02), (0, 0.36), STEEL))
    return (*parts, *placed(books_lying(), (-0.2, 0.02, 0.395), turn=12), *placed(vase(vector(0.62, 0.60, 0.56)), (0.24, 0.08, 0.395)))


def books_lying() -> Thing:
    """Three large books on top of each other."""
    tones = (vector(0.62, 0.60, 0.55), vector(0.08, 0.13, 0.17), vector(0.50, 0.20, 0.10))
    return tuple(
        box((-0.15 + i * 0.012, 0.15 - i * 0.016), (-0.11 + i * 0.01, 0.11 - i * 0.006), (i * 0.032, i * 0.032 + 0.03), Surface(tone))
        for i, tone in enumerate(tones)
    )


def vase(colour: Bundle) -> Thing:
    """A round vase with a few twigs."""
    glaze = Surface(colour, sheen=0.04, rough=0.1)
    parts: list[Shape] = [
        blob((-0.075, 0.075), (-0.075, 0.075), (0, 0.15), glaze),
        cone((-0.03, 0.03), (-0.03, 0.03), (0.13, 0.19), glaze, foot=0.9, head=1),
    ]
    leaf = Surface(vector(0.10, 0.16, 0.06), paint=leafy(vector(0.20, 0.27, 0.11), vector(0.07, 0.12, 0.05)))
    chance = np.random.default_rng(4)
    for stem in range(6):
        turn, lean = stem * 61 + float(chance.uniform(-15, 15)), float(chance.uniform(10, 26))
        length = float(chance.uniform(0.24, 0.38))
        twig: list[Shape] = [cone((-0.003, 0.003), (-0.003, 0.003), (0, length), plain(0.10, 0.08, 0.04), casts=False)]
        for n in range(7):
            z = length * (0.3 + 0.7 * n / 6)
            twig += placed((blob((-0.012, 0.012), (0, 0.055), (-0.003, 0.003), leaf, casts=False),), (0, 0, z), turn=n * 137.5, tilt=35)
        parts += placed(tuple(twig), (0, 0, 0.17), turn=turn, tilt=lean)
    return tuple(parts)


def floor_lamp(*, lit: bool) -> Thing:
    """A drum shade on a thin stand, 1.6 m high."""
    shade = glowing(330, 215, 110) if lit else plain(0.7, 0.66, 0.58)
    return (
        cone((-0.15, 0.15), (-0.15, 0.15), (0, 0.025), STEEL),
        cone((-0.012, 0.012), (-0.012, 0.012), (0.02, 1.35), STEEL, casts=False),
        cone((-0.2, 0.2), (-0.2, 0.2), (1.3, 1.6), shade, head=0.86, casts=False),
    )


def plant(height: float, seed: int, *, leaves: int = 34, size: float = 0.3) -> Thing:
    """A fiddle-leaf fig in a pot."""
    chance = np.random.default_rng(seed)
    green = Surface(
        vector(0.06, 0.13, 0.035), paint=leafy(vector(0.11, 0.21, 0.055), vector(0.035, 0.085, 0.022)), sheen=0.03, rough=0.25
    )
    parts: list[Shape] = [
        cone((-0.19, 0.19), (-0.19, 0.19), (0, 0.36), plain(0.66, 0.64, 0.60), foot=0.78),
        cone((-0.17, 0.17), (-0.17, 0.17), (0.35, 0.364), plain(0.03, 0.02, 0.015)),
        cone((-0.02, 0.02), (-0.02, 0.02), (0.3, height * 0.86), plain(0.12, 0.08, 0.05), head=0.5),
    ]
    for n in range(leaves):
        z = height * (0.42 + 0.56 * (n / leaves))
        reach = size * float(chance.uniform(0.75, 1.15)) * (1 - 0.35 * (n / leaves))
        leaf = blob((-reach * 0.33, reach * 0.33), (0.03, 0.03 + reach), (-0.006, 0.006), green, casts=n % 3 == 0)
        tilt = float(chance.uniform(5, 50)) + 30 * (n / leaves)
        parts += placed((leaf,), (0, 0, z), turn=n * 137.5 + float(chance.uniform(-20, 20)), tilt=tilt)
    return tuple(parts)


def picture(width: float, height: float, tones: tuple[Bundle, Bundle, Bundle], frame: Surface = OAK) -> Thing:
    """A framed picture on a wall to its north, centred on its origin."""
    w, h = width / 2, height / 2
    art = Surface(vector(0.55, 0.52, 0.48), paint=abstract(*tones, half=(w, h)))
    bar = 0.022
    return (
        box((-w, w), (-0.018, 0), (-h, h), art),
        box((-w - bar, w + bar), (-0.03, 0), (h, h + bar), frame),
        box((-w - bar, w + bar), (-0.03, 0), (-h - bar, -h), frame),
        box((-w - bar, -w), (-0.03, 0), (-h, h), frame),
        box((w, w + bar), (-0.03, 0), (-h, h), frame),
    )


def shelf(width: float, height: float, boards: int, seed: int = 2) -> Thing:
    """Open shelves with books, vases and gaps, 0.32 m deep."""
    chance = np.random.default_rng(seed)
    w, gap = width / 2, (height - 0.03) / boards
    parts = [
        box((-w, w), (0.30, 0.32), (0, height), OAK),
        box((-w, -w + 0.03), (0, 0.3), (0, height), OAK),
        box((w - 0.03, w), (0, 0.3), (0, height), OAK),
        *(box((-w, w), (0, 0.3), (i * gap, i * gap + 0.03), OAK) for i in range(boards + 1)),
    ]
    for i in range(boards):
        x, floor = -w + 0.05, i * gap + 0.03
        while x < w - 0.25:
            run = min(float(chance.uniform(0.22, 0.62)), w - 0.04 - x)
            high = gap * float(chance.uniform(0.66, 0.84))
            kind = chance.integers(5)
            if kind < 3:
                books = Surface(vector(0.25, 0.22, 0.18), paint=spines(high=high, kind=float(chance.uniform(0, 50))))
                parts.append(box((x, x + run), (0.07, 0.27), (floor, floor + high), books))
            elif kind == 3:
                tone = (vector(0.55, 0.50, 0.43), vector(0.10, 0.13, 0.14), vector(0.42, 0.20, 0.10))[chance.integers(3)]
                run, high = min(run, 0.30), high * 0.8
                middle, r = x + run / 2, min(run / 2, 0.085)
                parts.append(blob((middle - r, middle + r), (0.14 - r, 0.14 + r), (floor, floor + high * 0.85), Surface(tone, sheen=0.04)))
                parts.append(cone((middle - r / 3, middle + r / 3), (0.14 - r / 3, 0.14 + r / 3), (floor + high * 0.8, floor + high), Surface(tone)))
            else:
                run = min(run, 0.34)
                parts += placed(books_lying(), (x + run / 2, 0.15, floor))
            x += run + float(chance.uniform(0.02, 0.12))
    return tuple(parts)


def lantern(radius: float, drop: float, *, lit: bool) -> Thing:
    """A paper lantern on a cable; its origin is the ceiling."""
    paper = glowing(420, 310, 185) if lit else plain(0.72, 0.69, 0.62)
    return (
        blob((-radius, radius), (-radius, radius), (-drop - radius * 1.5, -drop), paper, casts=False),
        cone((-0.004, 0.004), (-0.004, 0.004), (-drop, 0), STEEL, casts=False),
        cone((-0.06, 0.06), (-0.06, 0.06), (-0.025, 0), STEEL, casts=False),
    )


def pouf(colour: Bundle) -> Thing:
    """A round, knitted seat."""
    return (blob((-0.27, 0.27), (-0.27, 0.27), (0, 0.36), cloth(colour, dents=0.2), wide=2, tall=4),)


def stool(seat: Surface) -> Thing:
    """A bar stool, 0.66 m high."""
    parts = [blob((-0.19, 0.19), (-0.19, 0.19), (0.61, 0.68), seat, wide=4, tall=4)]
    for x in (-0.14, 0.14):
        for y in (-0.14, 0.14):
            leg = cone((-0.014, 0.014), (-0.014, 0.014), (0, 0.64), STEEL, casts=False)
            parts += placed((leg,), (x * 1.18, y * 1.18, 0))
    parts.append(box((-0.165, 0.165), (-0.172, -0.158), (0.22, 0.236), BRASS, casts=False))
    parts.append(box((-0.165, 0.165), (0.158, 0.172), (0.22, 0.236), STEEL, casts=False))
    return tuple(parts)


def cabinets(width: float, doors: int, front: Surface, top: Surface, *, depth: float = 0.6, height: float = 0.9) -> Thing:
    """A run of floor cabinets whose back is at y 0, with a worktop."""
    w, door = width / 2, width / doors
    parts = [
        box((-w, w), (-depth + 0.02, 0), (0.1, height - 0.03), front),
        box((-w + 0.004, w - 0.004), (-depth + 0.018, -depth + 0.02), (0.104, height - 0.03), GAP, casts=False),
        box((-w, w), (-depth + 0.07, 0), (0, 0.1), STEEL, casts=False),
        box((-w - 0.01, w + 0.01), (-depth - 0.02, 0), (height - 0.03, height), top),
    ]
    for i in range(doors):
        left = -w + i * door
        parts.append(box((left + 0.004, left + door - 0.004), (-depth, -depth + 0.02), (0.105, height - 0.04), front))
        parts.append(box((left + 0.06, left + door - 0.06), (-depth - 0.004, -depth), (0.17, height - 0.17), front, casts=False))
        middle = left + door / 2
        parts.append(box((middle - 0.07, middle + 0.07), (-depth - 0.03, -depth - 0.018), (height - 0.11, height - 0.098), BRASS, casts=False))
    return tuple(parts)


def wall_cabinets(width: float, doors: int, front: Surface, *, depth: float = 0.34, low: float = 1.5, high: float = 2.3) -> Thing:
    """Wall cabinets whose back is at y 0."""
    w, door = width / 2, width / doors
    parts = [box((-w, w), (-depth + 0.02, 0), (low, high), front), box((-w, w), (-depth + 0.018, -depth + 0.02), (low, high), GAP, casts=False)]
    for i in range(doors):
        left = -w + i * door
        parts.append(box((left + 0.004, left + door - 0.004), (-depth, -depth + 0.02), (low, high), front, casts=False))
        middle = left + door / 2
        parts.append(box((middle - 0.06, middle + 0.06), (-depth - 0.03, -depth - 0.018), (low + 0.05, low + 0.062), BRASS, casts=False))
    return tuple(parts)


def pendant(drop: float, shade: Surface) -> Thing:
    """A metal bell on a cable; its origin is the ceiling."""
    return (
        cone((-0.15, 0.15), (-0.15, 0.15), (-drop - 0.2, -drop), shade, head=0.25, casts=False),
        cone((-0.135, 0.135), (-0.135, 0.135), (-drop - 0.206, -drop - 0.2), glowing(900, 700, 430), casts=False),
        cone((-0.004, 0.004), (-0.004, 0.004), (-drop, 0), STEEL, casts=False),
        cone((-0.05, 0.05), (-0.05, 0.05), (-0.02, 0), shade, casts=False),
    )


def bowl_of_fruit() -> Thing:
    """Lemons and oranges in a wide bowl."""
    parts = [cone((-0.17, 0.17), (-0.17, 0.17), (0, 0.085), PORCELAIN, foot=0.45)]
    for n in range(9):
        r, reach = 0.042, 0.0 if n == 8 else 0.09
        x, y = reach * np.cos(n * 0.785), reach * np.sin(n * 0.785)
        tone = plain(0.62, 0.43, 0.03) if n % 3 else plain(0.62, 0.22, 0.02)
        z = 0.075 + (0.045 if n == 8 else 0.012 * (n % 2))
        parts.append(blob((x - r, x + r), (y - r, y + r), (z, z + 2 * r), tone, casts=n == 8))
    return tuple(parts)


def bed(width: float, linen: Bundle, throw: Bundle, head: Bundle) -> Thing:
    """A double bed, its head at y 0, 2.1 m long towards y low."""
    w = width / 2
    sheet = Surface(linen, paint=woven(linen, depth=0.2), relief=rumpled(0.35, 0.6))
    cover = Surface(linen * 0.92, paint=woven(linen * 0.92, depth=0.25), relief=rumpled(0.6, 0.5))
    wool = Surface(throw, paint=woven(throw, depth=0.9, scale=0.6), relief=rumpled(0.6, 0.7))
    back = cloth(head)
    parts = [
        box((-w - 0.03, w + 0.03), (-2.08, -0.1), (0.1, 0.32), back),
        blob((-w, w), (-2.08, -0.08), (0.26, 0.56), sheet, wide=8, tall=8),
        blob((-w - 0.05, w + 0.05), (-2.12, -0.72), (0.20, 0.64), cover, wide=8, tall=8),
        blob((-w - 0.045, w + 0.045), (-0.98, -0.68), (0.44, 0.665), sheet, wide=8, tall=4),
        blob((-w - 0.07, w + 0.07), (-1.96, -1.42), (0.22, 0.66), wool, wide=8, tall=8),
    ]
    panel = width / 4 + 0.05
    for i in range(4):
        x = -2 * panel + i * panel
        parts.append(blob((x + 0.002, x + panel - 0.002), (-0.12, 0), (0.25, 1.16), back, wide=8, tall=8))
    for x in (-w / 2, w / 2):
        for y, lean, tone, size in ((-0.24, 62, sheet, 0.36), (-0.40, 52, Surface(head, paint=woven(head), relief=rumpled(0.3)), 0.31)):
            pillow = blob((-size * 1.12, size * 1.12), (-size * 0.72, size * 0.72), (-0.09, 0.09), tone, wide=4, tall=2)
            parts += placed((pillow,), (x, y, 0.74), tilt=lean)
    pillow = blob((-0.3, 0.3), (-0.17, 0.17), (-0.08, 0.08), cloth(throw), wide=4, tall=2)
    parts += placed((pillow,), (0, -0.56, 0.70), tilt=48)
    return tuple(parts)


def nightstand() -> Thing:
    """A drawer on legs, its back at y 0, with a lit lamp and a book."""
    shade = glowing(520, 350, 185)
    parts = [
        box((-0.24, 0.24), (-0.4, 0), (0.26, 0.52), OAK),
        box((-0.225, 0.225), (-0.408, -0.4), (0.275, 0.505), OAK, casts=False),
        blob((-0.012, 0.012), (-0.428, -0.404), (0.38, 0.404), BRASS, casts=False),
        *(cone((x - 0.016, x + 0.016), (y - 0.016, y + 0.016), (0, 0.26), OAK, foot=0.6) for x in (-0.2, 0.2) for y in (-0.36, -0.04)),
        blob((-0.075, 0.075), (-0.265, -0.115), (0.52, 0.70), Surface(vector(0.5, 0.48, 0.44), sheen=0.04, rough=0.1)),
        cone((-0.01, 0.01), (-0.20, -0.18), (0.69, 0.78), BRASS, casts=False),
        cone((-0.14, 0.14), (-0.33, -0.05), (0.76, 0.96), shade, head=0.78, casts=False),
        box((-0.2, -0.07), (-0.37, -0.18), (0.52, 0.545), Surface(vector(0.10, 0.14, 0.19)), casts=False),
    ]
    return tuple(parts)


def bench(width: float, seat: Bundle) -> Thing:
    """An upholstered bench, 0.45 m high."""
    w = width / 2
    legs = (box((x - 0.02, x + 0.02), (y - 0.02, y + 0.02), (0, 0.36), OAK) for x in (-w + 0.06, w - 0.06) for y in (-0.16, 0.16))
    return (blob((-w, w), (-0.21, 0.21), (0.33, 0.47), cloth(seat), wide=8, tall=4), *legs)


def skirting(width: float) -> Thing:
    """A white board along the foot of a wall to its north."""
    return (box((-width / 2, width / 2), (-0.016, 0), (0, 0.10), WHITE, casts=False),)


def curtain(width: float, height: float, colour: Bundle) -> Thing:
    """A drawn-back curtain hanging along x, its folds towards the room."""
    surface = Surface(colour, paint=woven(colour, depth=0.3), relief=folds(0.11, 0.75))
    return (box((-width / 2, width / 2), (-0.05, 0.05), (0.02, height), surface),)


def framed_window(width: float, height: float, bars: int, surface: Surface, *, depth: float = 0.08) -> Thing:
    """Window frame and mullions in an opening along x whose lower middle is the origin."""
    w, edge = width / 2, 0.055
    y = (0.06, 0.06 + depth)
    parts = [
        box((-w, w), y, (0, edge), surface),
        box((-w, w), y, (height - edge, height), surface),
    ]
    for i in range(bars + 2):
        x = -w + (width - edge) * i / (bars + 1)
        thick = edge if i in (0, bars + 1) else edge * 0.9
        parts.append(box((x, x + thick), y, (0, height), surface))
    return tuple(parts)


def reveal(width: float, height: float, depth: float, surface: Surface) -> Thing:
    """The sides of a hole in a wall, seen from the room, in an opening whose lower middle is the origin."""
    w, t = width / 2, 0.03
    return (
        box((-w - t, w + t), (0.001, depth), (-t, 0), surface, casts=False),
        box((-w - t, w + t), (0.001, depth), (height, height + t), surface, casts=False),
        box((-w - t, -w), (0.001, depth), (0, height), surface, casts=False),
        box((w, w + t), (0.001, depth), (0, height), surface, casts=False),
    )


__all__ = ["rotation"]

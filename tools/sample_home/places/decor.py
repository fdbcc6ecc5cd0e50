"""Lamps, plants, books, vases, prints and small tables: each around its own origin."""

from __future__ import annotations

import math

import numpy as np

from tools.sample_home.places.materials import (
    BRASS,
    BULB,
    LEAF,
    OAK,
    PAPER,
    PAPER_LIT,
    PORCELAIN,
    SHADE_LIT,
    STEEL,
    glazed,
)
from tools.sample_home.places.patterns import lattice
from tools.sample_home.places.seating import legs
from tools.sample_home.raytrace.shapes import Shape, Span, Thing, blob, box, cone, placed
from tools.sample_home.raytrace.surfaces import Paint, Surface, plain
from tools.sample_home.raytrace.vectors import Bundle, vector

GOLDEN_ANGLE = 137.5
"""Degrees from one leaf of a plant to the next."""


def coffee_table(top: Surface, width: float = 1.15, depth: float = 0.66) -> Thing:
    """A low oval table with books and a vase on it."""
    x, y = width / 2, depth / 2
    return (
        cone((-x, x), (-y, y), (0.355, 0.39), top),
        *legs(x * 0.6, y * 0.56, 0.36, STEEL, 0.02),
        *placed(books(), (-0.2, 0.02, 0.39), turn=12),
        *placed(vase(vector(0.62, 0.60, 0.56)), (0.24, 0.08, 0.39)),
    )


def woven_rug(ground: Bundle, thread: Bundle, x: Span, y: Span) -> Thing:
    """A rug on the floor between two corners."""
    paint = lattice(ground, thread, ((x[1] - x[0]) / 2, (y[1] - y[0]) / 2))
    return (box(x, y, (0, 0.014), Surface(ground * 0.85, paint=paint), casts=False),)


def books() -> Thing:
    """Three large books on top of each other."""
    tones = (vector(0.62, 0.60, 0.55), vector(0.08, 0.13, 0.17), vector(0.50, 0.20, 0.10))
    return tuple(
        box((0.012 * i - 0.15, 0.15 - 0.016 * i), (0.01 * i - 0.11, 0.11 - 0.006 * i), (low, low + 0.03), Surface(tone))
        for i, (tone, low) in enumerate(zip(tones, (0, 0.032, 0.064), strict=True))
    )


def vase(colour: Bundle) -> Thing:
    """A round vase with a few twigs."""
    chance = np.random.default_rng(4)
    parts: list[Shape] = [
        blob((-0.075, 0.075), (-0.075, 0.075), (0, 0.15), glazed(colour)),
        cone((-0.03, 0.03), (-0.03, 0.03), (0.13, 0.19), glazed(colour), foot=0.9),
    ]
    for stem in range(6):
        turn, lean, length = (
            float(chance.uniform(low, high)) for low, high in ((stem * 61 - 15, stem * 61 + 15), (10, 26), (0.24, 0.38))
        )
        twig: list[Shape] = [cone((-0.003, 0.003), (-0.003, 0.003), (0, length), plain(0.10, 0.08, 0.04), casts=False)]
        leaf = (blob((-0.012, 0.012), (0, 0.055), (-0.003, 0.003), LEAF, casts=False),)
        for n in range(7):
            twig += placed(leaf, (0, 0, length * (0.3 + 0.1 * n)), turn=n * GOLDEN_ANGLE, tilt=35)
        parts += placed(tuple(twig), (0, 0, 0.17), turn=turn, tilt=lean)
    return tuple(parts)


def plant(height: float, seed: int, *, leaves: int = 34, size: float = 0.3) -> Thing:
    """A fiddle-leaf fig in a pot. The pot's width depends on the leaves' ``size``."""
    chance = np.random.default_rng(seed)
    r, pot, trunk = size * 0.6, size * 1.2, size * 0.07
    earth = plain(0.03, 0.02, 0.015)
    parts: list[Shape] = [
        cone((-r, r), (-r, r), (0, pot), plain(0.66, 0.64, 0.60), foot=0.78),
        cone((-r * 0.9, r * 0.9), (-r * 0.9, r * 0.9), (pot - 0.01, pot + 0.004), earth, casts=False),
        cone((-trunk, trunk), (-trunk, trunk), (pot * 0.9, height * 0.86), plain(0.12, 0.08, 0.05), head=0.5),
    ]
    for n in range(leaves):
        upper = n / leaves
        reach = size * float(chance.uniform(0.75, 1.15)) * (1 - 0.35 * upper)
        leaf = blob((-reach * 0.33, reach * 0.33), (0.03, 0.03 + reach), (-0.006, 0.006), LEAF, casts=n % 3 == 0)
        turn, tilt = n * GOLDEN_ANGLE + float(chance.uniform(-20, 20)), float(chance.uniform(5, 50)) + 30 * upper
        parts += placed((leaf,), (0, 0, height * (0.42 + 0.56 * upper)), turn, tilt)
    return tuple(parts)


def floor_lamp() -> Thing:
    """A lit drum shade on a thin stand, 1.6 m high; its bulb hangs at 1.45 m."""
    return (
        cone((-0.15, 0.15), (-0.15, 0.15), (0, 0.025), STEEL),
        cone((-0.012, 0.012), (-0.012, 0.012), (0.02, 1.35), STEEL, casts=False),
        cone((-0.2, 0.2), (-0.2, 0.2), (1.3, 1.6), SHADE_LIT, head=0.86, casts=False),
    )


def lantern(radius: float, drop: float, *, lit: bool) -> Thing:
    """A paper lantern on a cable; its origin is the ceiling."""
    paper, low = PAPER_LIT if lit else PAPER, -drop - radius * 1.5
    return (
        blob((-radius, radius), (-radius, radius), (low, -drop), paper, casts=False),
        cone((-0.004, 0.004), (-0.004, 0.004), (-drop, 0), STEEL, casts=False),
        cone((-0.06, 0.06), (-0.06, 0.06), (-0.025, 0), STEEL, casts=False),
    )


def pendant(drop: float, shade: Surface) -> Thing:
    """A lit metal bell on a cable; its origin is the ceiling."""
    return (
        cone((-0.15, 0.15), (-0.15, 0.15), (-drop - 0.2, -drop), shade, head=0.25, casts=False),
        cone((-0.135, 0.135), (-0.135, 0.135), (-drop - 0.206, -drop - 0.2), BULB, casts=False),
        cone((-0.004, 0.004), (-0.004, 0.004), (-drop, 0), STEEL, casts=False),
        cone((-0.05, 0.05), (-0.05, 0.05), (-0.02, 0), shade, casts=False),
    )


def nightstand() -> Thing:
    """A drawer on legs, its back at y 0, with a lit lamp (bulb at 0.86 m) and a book."""
    stand = (
        box((-0.24, 0.24), (-0.4, 0), (0.26, 0.52), OAK),
        box((-0.225, 0.225), (-0.408, -0.4), (0.275, 0.505), OAK, casts=False),
        blob((-0.012, 0.012), (-0.428, -0.404), (0.38, 0.404), BRASS, casts=False),
        box((-0.2, -0.07), (-0.37, -0.18), (0.52, 0.545), plain(0.10, 0.14, 0.19), casts=False),
        *placed(legs(0.2, 0.16, 0.26, OAK), (0, -0.2, 0)),
    )
    lamp = (
        blob((-0.075, 0.075), (-0.265, -0.115), (0.52, 0.70), glazed(vector(0.5, 0.48, 0.44))),
        cone((-0.01, 0.01), (-0.20, -0.18), (0.69, 0.78), BRASS, casts=False),
        cone((-0.14, 0.14), (-0.33, -0.05), (0.76, 0.96), SHADE_LIT, head=0.78, casts=False),
    )
    return stand + lamp


def bowl_of_fruit() -> Thing:
    """Lemons and oranges in a wide bowl."""
    parts = [cone((-0.17, 0.17), (-0.17, 0.17), (0, 0.085), PORCELAIN, foot=0.45)]
    r, last = 0.042, 8
    for n in range(last + 1):
        reach, low = (0.0, 0.12) if n == last else (0.09, 0.075 + 0.012 * (n % 2))
        x, y = reach * math.cos(n * math.pi / 4), reach * math.sin(n * math.pi / 4)
        tone = plain(0.62, 0.43, 0.03) if n % 3 else plain(0.62, 0.22, 0.02)
        parts.append(blob((x - r, x + r), (y - r, y + r), (low, low + 2 * r), tone, casts=False))
    return tuple(parts)


def print_on_wall(half: tuple[float, float], paint: Paint, frame: Surface = OAK) -> Thing:
    """A framed print with the half sizes ``half``, on a wall to its north, centred on its origin."""
    (w, h), bar = half, 0.022
    return (
        box((-w, w), (-0.018, 0), (-h, h), Surface(vector(0.55, 0.52, 0.48), paint=paint)),
        box((-w - bar, w + bar), (-0.03, 0), (h, h + bar), frame),
        box((-w - bar, w + bar), (-0.03, 0), (-h - bar, -h), frame),
        box((-w - bar, -w), (-0.03, 0), (-h, h), frame),
        box((w, w + bar), (-0.03, 0), (-h, h), frame),
    )

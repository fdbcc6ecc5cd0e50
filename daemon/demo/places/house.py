"""A house by its pool at dusk, every room lit."""

from __future__ import annotations

import numpy as np

from daemon.demo.places import furniture as f
from daemon.demo.places.dusk import Dusk
from daemon.demo.places.paints import grained, leafy, planks, plastered, rumpled, tiled
from daemon.demo.raytrace.place import Lamp, Place
from daemon.demo.raytrace.shapes import Thing, blob, box, cone, placed
from daemon.demo.raytrace.surfaces import Surface, glowing, plain
from daemon.demo.raytrace.vectors import unit, vector
from daemon.demo.raytrace.view import Eye

STUCCO = Surface(vector(0.66, 0.64, 0.60), paint=plastered(vector(0.66, 0.64, 0.60)))
CEDAR = Surface(vector(0.26, 0.135, 0.065), paint=tiled(vector(0.27, 0.14, 0.068), vector(0.05, 0.03, 0.02), wide=30.0, high=0.12, vary=0.5))
FRAME = plain(0.03, 0.03, 0.032)
INSIDE = plain(0.72, 0.68, 0.60)


def _room(x: tuple[float, float], z: tuple[float, float], front: float, depth: float, panes: int) -> Thing:
    """A room open to the south behind ``panes`` of glass: floor, ceiling, three walls and mullions."""
    (left, right), (low, high), back = x, z, front + depth
    bars = [box((at - 0.03, at + 0.03), (front + 0.04, front + 0.1), z, FRAME) for at in np.linspace(left, right, panes + 1)]
    return (
        box(x, (front, back), (low - 0.02, low), Surface(f.OAK.tone, paint=planks(vector(0.44, 0.29, 0.16), vector(0.28, 0.17, 0.09)))),
        box(x, (back - 0.02, back), z, INSIDE),
        box((left, left + 0.02), (front + 0.1, back), z, INSIDE),
        box((right - 0.02, right), (front + 0.1, back), z, INSIDE),
        box(x, (front, back), (high, high + 0.02), plain(0.8, 0.79, 0.77)),
        box(x, (front + 0.04, front + 0.1), (high - 0.05, high), FRAME),
        *bars,
    )


def house() -> tuple[Place, Eye]:
    """The place, and where the photographer stands."""
    dusk = Dusk(unit(vector(-0.75, 0.66, 0)), seed=0.45)
    lawn = Surface(vector(0.05, 0.09, 0.025), paint=leafy(vector(0.075, 0.125, 0.035), vector(0.03, 0.06, 0.018)))
    paving = Surface(vector(0.40, 0.38, 0.35), paint=tiled(vector(0.42, 0.40, 0.37), vector(0.16, 0.15, 0.14), wide=1.0, high=0.6, vary=0.16), sheen=0.02, rough=0.12)
    water = Surface(vector(0.02, 0.07, 0.08), sheen=0.03, rough=0.02, glow=vector(0.25, 2.3, 2.6))
    hedge = Surface(vector(0.04, 0.08, 0.025), paint=leafy(vector(0.07, 0.13, 0.035), vector(0.015, 0.035, 0.01)), relief=rumpled(2.0, 3))
    lit = glowing(160, 112, 60)
    ground = (box((-60, 60), (-30, 80), (-0.6, -0.02), lawn),)
    things = (
        ground,
        (box((-7.5, 8.5), (4.2, 10.3), (-0.4, 0.0), paving),),
        (box((-5.2, 3.4), (5.3, 8.3), (-0.3, 0.006), water),),
        # ground floor: the long living room, the hall in cedar, the kitchen
        _room((-6.0, 1.2), (0.06, 2.75), 11.0, 4.5, 4),
        _room((3.2, 6.6), (0.06, 2.75), 11.0, 4.0, 2),
        (
            box((-6.25, -6.0), (10.9, 16), (0, 3.0), STUCCO), box((1.2, 3.2), (10.95, 15.5), (0, 2.77), CEDAR),
            box((6.6, 6.9), (10.9, 15.5), (0, 3.0), STUCCO), box((-6.0, 6.6), (15.5, 15.7), (0, 3.0), STUCCO),
            box((1.75, 2.65), (10.92, 10.95), (0.05, 2.25), plain(0.05, 0.055, 0.06)),
            box((2.52, 2.54), (10.88, 10.92), (0.9, 1.6), f.BRASS, casts=False),
            box((-6.9, 7.5), (9.7, 16.2), (2.79, 3.08), STUCCO),
            box((-6.9, 7.5), (9.69, 9.7), (3.0, 3.09), FRAME, casts=False),
        ),
        # upper floor, set back
        _room((-0.6, 4.6), (3.25, 5.55), 11.9, 3.4, 3),
        (
            box((-3.6, -0.6), (11.8, 15.5), (3.08, 5.6), CEDAR), box((4.6, 4.85), (11.8, 15.5), (3.08, 5.6), STUCCO),
            box((-0.6, 4.6), (15.3, 15.5), (3.08, 5.6), STUCCO), box((-4.1, 5.5), (11.0, 15.9), (5.58, 5.84), STUCCO),
            box((-2.7, -1.5), (11.76, 11.8), (4.0, 5.2), lit, casts=False),
        ),
        # inside
        placed(f.sofa(2.6, vector(0.35, 0.34, 0.31), vector(0.55, 0.24, 0.09), vector(0.6, 0.57, 0.5)), (-2.6, 14.4, 0.06)),
        placed(f.floor_lamp(lit=True), (-4.6, 14.6, 0.06)),
        placed(f.picture(1.7, 1.0, (vector(0.7, 0.62, 0.52), vector(0.68, 0.27, 0.12), vector(0.1, 0.17, 0.19))), (-2.6, 15.47, 1.75)),
        placed(f.lantern(0.4, 0.4, lit=True), (-2.4, 13.0, 2.73)),
        placed(f.plant(1.7, 5), (0.4, 14.0, 0.06)),
        placed(f.shelf(1.6, 2.1, 5), (-5.2, 15.1, 0.06)),
        placed(f.cabinets(2.8, 5, plain(0.17, 0.21, 0.16), f.WHITE), (4.9, 14.9, 0.06)),
        placed(f.wall_cabinets(2.8, 5, f.WHITE), (4.9, 14.95, 0.06)),
        *(placed(f.pendant(0.5, f.BRASS), (x, 12.8, 2.73)) for x in (4.3, 5.4)),
        (box((3.9, 5.8), (12.5, 13.2), (0.06, 0.95), f.WHITE),),
        placed(f.bed(1.7, vector(0.7, 0.69, 0.66), vector(0.5, 0.24, 0.115), vector(0.5, 0.47, 0.42)), (1.2, 15.1, 3.25)),
        placed(f.nightstand(), (2.6, 15.2, 3.25)),
        placed(f.lantern(0.28, 0.25, lit=True), (3.4, 13.4, 5.53)),
        # outside
        *(placed(_lounger(), (x, 9.35, 0), turn=t) for x, t in ((-4.6, 8), (-3.2, 4))),
        *((cone((x - 0.32, x + 0.32), (9.95, 10.59), (0, 0.55), FRAME, foot=0.8), blob((x - 0.42, x + 0.42), (9.85, 10.69), (0.45, 1.29), hedge)) for x in (1.35, 3.05)),
        (box((-13, -7.6), (8.5, 9.3), (0, 1.3), hedge), box((7.8, 14), (9.5, 10.3), (0, 1.2), hedge)),
        placed(_tree(3), (-8.8, 12.5, 0)), placed(_tree(8), (9.6, 13.0, 0)),
        *((cone((x - 0.05, x + 0.05), (4.75, 4.85), (0, 0.42), FRAME, casts=False), cone((x - 0.05, x + 0.05), (4.75, 4.85), (0.34, 0.4), glowing(600, 430, 240), casts=False)) for x in (-6.3, 4.6)),
    )
    warm = vector(1.0, 0.72, 0.42)
    lamps = (
        Lamp(vector(-2.4, 12.9, 2.0), warm * 210, radius=0.3), Lamp(vector(-4.6, 14.6, 1.5), warm * 60, shade=True),
        Lamp(vector(4.9, 12.8, 2.2), warm * 190, radius=0.3), Lamp(vector(2.6, 13.6, 5.0), warm * 150, radius=0.3),
        *(Lamp(vector(x, 10.2, 2.74), warm * 55, spot=True) for x in (-5, -1.4, 2.2, 5.6)),
        *(Lamp(vector(x, 4.8, 0.45), warm * 9, radius=0.05) for x in (-6.3, 4.6)),
    )
    place = Place(things, dusk, dusk.skylight, lamps=lamps)
    return place, Eye(vector(4.6, -1.6, 1.45), 15, 0.021, rise=0.09)


def _lounger() -> Thing:
    cushion = f.cloth(vector(0.62, 0.60, 0.55))
    return (
        box((-0.32, 0.32), (-0.95, 0.95), (0.2, 0.26), f.OAK),
        blob((-0.31, 0.31), (-0.93, 0.4), (0.25, 0.36), cushion, wide=8, tall=4),
        *placed((blob((-0.31, 0.31), (-0.4, 0.4), (-0.05, 0.05), cushion, wide=8, tall=4),), (0, 0.66, 0.5), tilt=35),
        *(box((x - 0.03, x + 0.03), (y - 0.03, y + 0.03), (0, 0.2), f.OAK) for x in (-0.28, 0.28) for y in (-0.85, 0.85)),
    )


def _tree(seed: int) -> Thing:
    chance = np.random.default_rng(seed)
    leaf = Surface(vector(0.05, 0.085, 0.03), paint=leafy(vector(0.08, 0.13, 0.04), vector(0.02, 0.04, 0.015)), relief=rumpled(2.5, 2))
    parts = [cone((-0.13, 0.13), (-0.13, 0.13), (0, 3.0), plain(0.10, 0.075, 0.055), head=0.6)]
    for n in range(16):
        r = float(chance.uniform(0.5, 0.95))
        x, y = (float(v) for v in chance.uniform(-1.3, 1.3, 2))
        z = float(chance.uniform(2.4, 4.6))
        parts.append(blob((x - r, x + r), (y - r, y + r), (z - r * 0.8, z + r * 0.8), leaf, casts=n % 4 == 0))
    return tuple(parts)


__all__ = ["grained"]

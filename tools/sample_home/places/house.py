"""A house by its pool at dusk, every room lit."""

from __future__ import annotations

import numpy as np

from tools.sample_home.places.decor import floor_lamp, lantern, nightstand, pendant, plant, print_on_wall
from tools.sample_home.places.dusk import Dusk
from tools.sample_home.places.fittings import cabinets, shelf, wall_cabinets
from tools.sample_home.places.materials import BLACK_FRAME, BRASS, BULB, CREAM, PETROL, SAGE, SAND, WHITE
from tools.sample_home.places.paints import dented, leafy, tiled
from tools.sample_home.places.patterns import hills
from tools.sample_home.places.rooms import Composition, Mood, boards, painted
from tools.sample_home.places.seating import bed, lounger, sofa
from tools.sample_home.raytrace.place import Lamp, Place
from tools.sample_home.raytrace.shapes import Span, Thing, blob, box, cone, placed
from tools.sample_home.raytrace.surfaces import Surface, glowing, plain
from tools.sample_home.raytrace.vectors import unit, vector
from tools.sample_home.raytrace.view import Eye

STUCCO = painted(vector(0.66, 0.64, 0.60))
CEDAR_BOARDS = tiled(vector(0.27, 0.14, 0.068), vector(0.05, 0.03, 0.02), wide=30, high=0.12, vary=0.5)
CEDAR = Surface(vector(0.26, 0.135, 0.065), paint=CEDAR_BOARDS)
INSIDE, CEILING = plain(0.72, 0.68, 0.60), plain(0.8, 0.79, 0.77)
FLOOR = boards(vector(0.44, 0.29, 0.16), vector(0.28, 0.17, 0.09), 0.16)
DOOR = plain(0.05, 0.055, 0.06)
LAWN = Surface(vector(0.06, 0.09, 0.023), paint=leafy(vector(0.092, 0.125, 0.03), vector(0.037, 0.058, 0.015)))
SLABS = tiled(vector(0.42, 0.40, 0.37), vector(0.16, 0.15, 0.14), wide=1, high=0.6, vary=0.16)
PAVING = Surface(vector(0.40, 0.38, 0.35), paint=SLABS, sheen=0.02, rough=0.12)
WATER = Surface(vector(0.02, 0.07, 0.08), sheen=0.04, rough=0.015, glow=vector(0.14, 1.25, 1.45))
HEDGE = Surface(
    vector(0.04, 0.08, 0.025),
    paint=leafy(vector(0.082, 0.125, 0.03), vector(0.017, 0.034, 0.009)),
    relief=dented(2.0, 3),
)
WARM = vector(1.0, 0.72, 0.42)
STEP = 0.06
"""Height of the ground floor above the terrace."""
UPSTAIRS = 3.25
ART = (0.85, 0.5)
BLIND = glowing(120, 84, 45)
CYPRESSES = ((-8.6, 11, 5.6), (-9.9, 12.4, 6.4), (9.4, 12.4, 6.0))


def house(mood: Mood) -> Composition:
    """The house from across the pool."""
    dusk = Dusk(unit(vector(-0.75, 0.66, 0)), mood.drift)
    things = (
        (box((-60, 60), (-30, 80), (-0.6, -0.02), LAWN),),
        (box((-7.5, 8.5), (4.2, 10.9), (-0.4, 0), PAVING), box((-6.3, 6.9), (10.9, 16), (-0.4, STEP - 0.02), PAVING)),
        (box((-5.2, 3.4), (5.3, 8.3), (-0.3, 0.006), WATER),),
        *_walls(),
        *_furniture(mood),
        *(placed(lounger(vector(0.62, 0.60, 0.55)), (x, 9.4, 0), turn) for x, turn in ((-4.6, 8), (-3.2, 4))),
        *(placed(_box_ball(), (x, 10.3, 0)) for x in (1.3, 3.1)),
        (box((-15, -7.6), (8.5, 9.3), (-0.02, 1.3), HEDGE), box((7.9, 16), (9.5, 10.3), (-0.02, 1.2), HEDGE)),
        *(placed(_cypress(height), (x, y, 0)) for x, y, height in CYPRESSES),
        *(placed(_bollard(), (x, 4.8, 0)) for x in (-6.3, 4.6)),
    )
    lamps = (
        Lamp(vector(-2.4, 12.9, 2.0), WARM * 210, radius=0.3),
        Lamp(vector(-4.6, 14.6, 1.5), WARM * 60, throw="shade"),
        Lamp(vector(4.9, 12.8, 2.2), WARM * 190, radius=0.3),
        Lamp(vector(2.6, 13.6, 5.0), WARM * 150, radius=0.3),
        *(Lamp(vector(x, 10.2, 2.74), WARM * 55, throw="spot") for x in (-5, -1.4, 2.2, 5.6)),
        *(Lamp(vector(x, 4.8, 0.5), WARM * 9, radius=0.05) for x in (-6.3, 4.6)),
    )
    return Place(things, dusk, lamps=lamps), Eye(vector(4.6, -1.6, 1.45), 15, 0.021, rise=0.09)


def _walls() -> tuple[Thing, ...]:
    """The long living room, the cedar hall and the kitchen, with the bedroom set back above them."""
    return (
        _glass_room((-6.0, 1.2), (STEP, 2.75), 11.0, 4.5, 4),
        _glass_room((3.2, 6.6), (STEP, 2.75), 11.0, 4.0, 2),
        (
            box((-6.25, -6.0), (10.9, 16), (0, 2.8), STUCCO),
            box((1.2, 3.2), (10.95, 15.5), (0, 2.77), CEDAR),
            box((6.6, 6.9), (10.9, 15.5), (0, 2.8), STUCCO),
            box((1.75, 2.65), (10.92, 10.95), (STEP, 2.25), DOOR),
            box((2.52, 2.54), (10.88, 10.92), (0.9, 1.6), BRASS, casts=False),
            box((-6.9, 7.5), (9.7, 16.2), (2.79, 3.08), STUCCO),
            box((-6.9, 7.5), (9.69, 9.7), (3.0, 3.09), BLACK_FRAME, casts=False),
        ),
        _glass_room((-0.6, 4.6), (UPSTAIRS, 5.55), 11.9, 3.4, 3),
        (
            box((-3.6, -0.6), (11.8, 15.5), (3.08, 5.6), CEDAR),
            box((4.6, 4.85), (11.8, 15.5), (3.08, 5.6), STUCCO),
            box((-4.1, 5.5), (11.0, 15.9), (5.58, 5.84), STUCCO),
            box((-4.1, 5.5), (10.99, 11.0), (5.76, 5.85), BLACK_FRAME, casts=False),
            box((-2.7, -1.5), (11.77, 11.8), (4.0, 5.2), BLACK_FRAME, casts=False),
            *(box((x, x + 0.54), (11.76, 11.77), (4.05, 5.15), BLIND, casts=False) for x in (-2.66, -2.08)),
        ),
    )


def _glass_room(x: Span, z: Span, front: float, depth: float, panes: int) -> Thing:
    """A room open to the south behind ``panes`` of glass: floor, ceiling, three walls and uprights."""
    (left, right), (low, high), back = x, z, front + depth
    return (
        box(x, (front, back), (low - 0.02, low), FLOOR),
        box(x, (front, back), (high, high + 0.02), CEILING),
        box(x, (back, back + 0.2), z, INSIDE),
        box((left, left + 0.02), (front + 0.1, back), z, INSIDE),
        box((right - 0.02, right), (front + 0.1, back), z, INSIDE),
        box(x, (front + 0.04, front + 0.1), (high - 0.05, high), BLACK_FRAME),
        *(
            box((at - 0.03, at + 0.03), (front + 0.04, front + 0.1), z, BLACK_FRAME)
            for at in np.linspace(left, right, panes + 1).tolist()
        ),
    )


def _furniture(mood: Mood) -> tuple[Thing, ...]:
    art = hills(SAND, mood.second * 1.2, PETROL * 0.9, ART)
    return (
        placed(sofa(2.6, vector(0.35, 0.34, 0.31), mood.accent, CREAM), (-2.6, 14.4, STEP)),
        placed(floor_lamp(), (-4.6, 14.6, STEP)),
        placed(print_on_wall(ART, art), (-2.6, 15.5, 1.75)),
        placed(lantern(0.4, 0.4, lit=True), (-2.4, 13.0, 2.73)),
        placed(plant(1.7, 5), (0.4, 14.0, STEP)),
        placed(shelf(1.6, 2.1, 5), (-5.0, 15.48, STEP)),
        placed(cabinets(2.8, 5, Surface(SAGE * 0.7), WHITE), (4.9, 14.98, STEP)),
        placed(wall_cabinets(2.8, 5, WHITE), (4.9, 14.98, STEP)),
        *(placed(pendant(0.5, BRASS), (x, 12.8, 2.73)) for x in (4.3, 5.4)),
        (box((3.9, 5.8), (12.5, 13.2), (STEP, 0.95), WHITE),),
        placed(bed(1.7, vector(0.7, 0.69, 0.66), mood.accent, vector(0.5, 0.47, 0.42)), (1.2, 15.2, UPSTAIRS)),
        placed(nightstand(), (2.6, 15.25, UPSTAIRS)),
        placed(lantern(0.28, 0.25, lit=True), (3.4, 13.4, 5.53)),
    )


def _box_ball() -> Thing:
    """A round box shrub in a pot."""
    return (
        cone((-0.32, 0.32), (-0.32, 0.32), (0, 0.55), BLACK_FRAME, foot=0.8),
        blob((-0.42, 0.42), (-0.42, 0.42), (0.45, 1.29), HEDGE),
    )


def _cypress(height: float) -> Thing:
    return (
        blob((-0.62, 0.62), (-0.62, 0.62), (-0.6, height), HEDGE),
        blob((-0.5, 0.56), (-0.6, 0.4), (-0.4, height * 0.7), HEDGE, casts=False),
    )


def _bollard() -> Thing:
    return (
        cone((-0.05, 0.05), (-0.05, 0.05), (0, 0.34), BLACK_FRAME, casts=False),
        cone((-0.045, 0.045), (-0.045, 0.045), (0.34, 0.41), BULB, casts=False),
        cone((-0.05, 0.05), (-0.05, 0.05), (0.41, 0.44), BLACK_FRAME, casts=False),
    )

"""A kitchen at noon: sage cabinets, a marble island, a window over the sink."""

from __future__ import annotations

from tools.sample_home.places.decor import books, bowl_of_fruit, pendant, plant, print_on_wall, vase
from tools.sample_home.places.fittings import cabinets, on_wall, skirting, wall_cabinets, window
from tools.sample_home.places.garden import Garden
from tools.sample_home.places.materials import (
    BLACK_FRAME,
    BRASS,
    GAP,
    GLASS_BLACK,
    OAK_UPRIGHT,
    PAPER_TONE,
    STEEL,
    TERRACOTTA,
    WALNUT,
    WHITE,
    glazed,
)
from tools.sample_home.places.paints import tiled, veined
from tools.sample_home.places.patterns import arches
from tools.sample_home.places.rooms import DAYLIGHT, Composition, Mood, boards, room
from tools.sample_home.places.seating import stool
from tools.sample_home.raytrace.place import Lamp, Opening, Place
from tools.sample_home.raytrace.shapes import Thing, box, cone, placed
from tools.sample_home.raytrace.surfaces import Surface, plain
from tools.sample_home.raytrace.vectors import vector
from tools.sample_home.raytrace.view import Eye

WIDTH, DEPTH, HEIGHT = 5.6, 5.0, 2.62
TOP = 0.9
"""Height of the worktop."""
ISLAND = 0.93
PENDANTS = (1.95, 2.7, 3.45)
ART = (0.35, 0.475)
MARBLE = Surface(
    vector(0.74, 0.73, 0.71), paint=veined(vector(0.78, 0.77, 0.75), vector(0.33, 0.32, 0.32)), sheen=0.04, rough=0.05
)
SPLASH = Surface(
    vector(0.70, 0.69, 0.65),
    paint=tiled(vector(0.72, 0.71, 0.67), vector(0.45, 0.43, 0.40), wide=0.2, high=0.075, bond=True, vary=0.14),
    sheen=0.04,
    rough=0.06,
)
GREEN = plain(0.175, 0.215, 0.165, sheen=0.02, rough=0.3)


def kitchen(mood: Mood) -> Composition:
    """The room."""
    sun = mood.sun(69, 40)
    sink, door = Opening(3, (2.35, 4.05), (1.02, 2.22)), Opening(0, (1.3, 3.3), (0.02, 2.2))
    shell = room((WIDTH, DEPTH, HEIGHT), boards(vector(0.47, 0.345, 0.22), vector(0.31, 0.21, 0.125), 0.19), sink, door)
    things = (
        window(shell, sink, 1, WHITE),
        window(shell, door, 1, BLACK_FRAME),
        skirting(shell, 0),
        skirting(shell, 1),
        on_wall(shell, 3, 2.45, cabinets(3.9, 6, GREEN, MARBLE)),
        on_wall(shell, 3, 1.4, wall_cabinets(1.75, 3, WHITE)),
        (
            box((0.5, 4.4), (DEPTH - 0.015, DEPTH), (TOP, 1.02), SPLASH),
            box((0.5, 2.35), (DEPTH - 0.015, DEPTH), (1.02, 1.5), SPLASH),
            box((4.05, 4.4), (DEPTH - 0.015, DEPTH), (1.02, HEIGHT), SPLASH),
        ),
        placed(_tall_units(), (4.4, DEPTH, 0)),
        placed(_on_worktop(), (0, DEPTH, TOP)),
        placed(_island(), (2.7, 2.5, 0)),
        *(placed(stool(mood.accent * 0.8), (x, 1.95, 0), turn) for x, turn in ((1.95, 5), (2.7, -4), (3.45, 3))),
        placed(bowl_of_fruit(), (2.35, 2.6, ISLAND)),
        placed(vase(vector(0.55, 0.53, 0.5)), (3.3, 2.7, ISLAND)),
        placed(books(), (1.85, 2.55, ISLAND), turn=20),
        *(placed(pendant(0.62, BRASS), (x, 2.55, HEIGHT)) for x in PENDANTS),
        on_wall(shell, 1, 2.9, print_on_wall(ART, arches(PAPER_TONE, mood.second * 1.1, TERRACOTTA, ART)), 1.5),
    )
    lamps = tuple(Lamp(vector(x, 2.55, 1.76), vector(46, 35, 21), radius=0.08, throw="spot") for x in PENDANTS)
    place = Place(things, Garden(sun.toward, mood.drift), shell, sun, lamps, DAYLIGHT)
    return place, Eye(vector(4.75, 0.2, 1.35), 24, 0.0185, rise=-0.04)


def _tall_units() -> Thing:
    """A larder, a fridge and an oven behind doors, 1.2 m wide, with their back at y 0."""
    front = -0.66
    doors = (
        ((0.004, 0.594), (0.1, 0.60)),
        ((0.004, 0.594), (1.27, 2.4)),
        ((0.606, 1.196), (0.1, 1.0)),
        ((0.606, 1.196), (1.012, 2.4)),
    )
    return (
        box((0, 1.2), (front + 0.02, 0), (0.1, 2.4), GREEN),
        box((0.002, 1.198), (front + 0.018, front + 0.02), (0.1, 2.4), GAP, casts=False),
        box((0, 1.2), (front + 0.07, 0), (0, 0.1), STEEL, casts=False),
        *(box(x, (front, front + 0.018), z, GREEN, casts=False) for x, z in doors),
        box((0.004, 0.594), (front, front + 0.018), (0.612, 1.258), GLASS_BLACK, casts=False),
        box((0.05, 0.55), (front - 0.045, front - 0.03), (1.17, 1.185), BRASS, casts=False),
        box((0.05, 0.55), (front - 0.002, front), (1.205, 1.25), STEEL, casts=False),
        *(
            box((x, x + 0.014), (front - 0.035, front - 0.02), z, BRASS, casts=False)
            for x, z in ((0.545, (1.32, 1.6)), (0.65, (1.06, 1.34)), (0.65, (0.68, 0.96)))
        ),
    )


def _on_worktop() -> Thing:
    """Tap, sink, hob and pots; y 0 is the wall."""
    tap = (
        cone((3.19, 3.21), (-0.18, -0.16), (0, 0.3), BRASS, casts=False),
        box((3.19, 3.21), (-0.38, -0.16), (0.29, 0.31), BRASS, casts=False),
        cone((3.19, 3.21), (-0.39, -0.37), (0.23, 0.31), BRASS, casts=False),
        box((2.85, 3.55), (-0.52, -0.22), (0, 0.002), plain(0.25, 0.25, 0.25, sheen=0.1), casts=False),
    )
    hob = (
        box((1.1, 1.7), (-0.52, -0.1), (0, 0.006), GLASS_BLACK, casts=False),
        cone((1.2, 1.42), (-0.38, -0.16), (0.006, 0.15), STEEL),
        box((1.86, 2.2), (-0.07, -0.045), (0, 0.4), WALNUT),
        cone((0.66, 0.76), (-0.26, -0.16), (0, 0.18), glazed(vector(0.62, 0.6, 0.55))),
        cone((0.80, 0.89), (-0.24, -0.15), (0, 0.12), glazed(vector(0.30, 0.14, 0.08))),
    )
    return (*tap, *hob, *placed(plant(0.5, 9, leaves=18, size=0.14), (3.86, -0.16, 0)))


def _island() -> Thing:
    """An oak island under a marble top that continues down both ends."""
    low, thick, half = ISLAND - 0.05, 0.05, 1.25
    return (
        box((-1.15, 1.15), (-0.25, 0.5), (0, low), OAK_UPRIGHT),
        box((-half, half), (-0.5, 0.55), (low, ISLAND), MARBLE),
        box((-half, -half + thick), (-0.5, 0.55), (0, low), MARBLE),
        box((half - thick, half), (-0.5, 0.55), (0, low), MARBLE),
    )

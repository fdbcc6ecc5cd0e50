"""A bedroom in the afternoon: a tall window beside the bed, both bedside lamps lit."""

from __future__ import annotations

from tools.sample_home.places.decor import books, lantern, nightstand, plant, print_on_wall, vase, woven_rug
from tools.sample_home.places.fittings import cabinets, curtains, on_wall, skirting, window
from tools.sample_home.places.garden import Garden
from tools.sample_home.places.materials import BRASS, OAK, PAPER_TONE, PETROL, SAND, WHITE
from tools.sample_home.places.patterns import arches, hills
from tools.sample_home.places.rooms import DAYLIGHT, Composition, Mood, boards, painted, room
from tools.sample_home.places.seating import bed, bench, pouf
from tools.sample_home.raytrace.place import Lamp, Opening, Place
from tools.sample_home.raytrace.shapes import placed
from tools.sample_home.raytrace.vectors import vector
from tools.sample_home.raytrace.view import Eye

WIDTH, DEPTH, HEIGHT = 5.0, 4.9, 2.65
BED = 2.45
"""The middle of the bed, metres from the west wall."""
RUG = ((BED - 1.5, BED + 1.5), (1.75, 3.85))
ART, DRESSER_ART = (0.31, 0.4), (0.5, 0.36)
BESIDE = (BED - 1.25, BED + 1.25)


def bedroom(mood: Mood) -> Composition:
    """The room."""
    sun = mood.sun(-118, 37)
    tall = Opening(1, (1.75, 3.45), (0.35, 2.3))
    floor = boards(vector(0.50, 0.375, 0.25), vector(0.33, 0.23, 0.145), 0.18)
    shell = room((WIDTH, DEPTH, HEIGHT), floor, tall, north=painted(vector(0.155, 0.195, 0.215)))
    rug = woven_rug(vector(0.64, 0.61, 0.55), vector(0.42, 0.36, 0.30), *RUG)
    linen, wool = vector(0.74, 0.73, 0.70), mood.accent * 0.95
    left, right = arches(PAPER_TONE, mood.accent, PETROL * 1.2, ART), hills(SAND, mood.second * 1.2, mood.accent, ART)
    above = hills(SAND, mood.second * 1.2, PETROL * 0.9, DRESSER_ART)
    things = (
        window(shell, tall, 1, WHITE),
        curtains(shell, tall, vector(0.60, 0.57, 0.51), BRASS),
        *(skirting(shell, wall) for wall in (0, 1, 3)),
        on_wall(shell, 3, BED, bed(1.7, linen, wool, vector(0.52, 0.49, 0.43)), off=0.02),
        *(on_wall(shell, 3, x, nightstand(), off=0.02) for x in BESIDE),
        rug,
        placed(bench(1.3, vector(0.42, 0.40, 0.35)), (BED, 2.42, 0.01)),
        on_wall(shell, 3, BED - 0.4, print_on_wall(ART, left), 1.72),
        on_wall(shell, 3, BED + 0.4, print_on_wall(ART, right), 1.72),
        placed(plant(1.5, 11), (0.5, 4.4, 0)),
        placed(pouf(vector(0.5, 0.35, 0.22)), (4.3, 2.2, 0)),
        placed(lantern(0.3, 0.3, lit=False), (BED, 2.7, HEIGHT)),
        on_wall(shell, 0, 2.6, cabinets(1.5, 3, OAK, OAK, depth=0.42, height=0.8)),
        placed(vase(vector(0.6, 0.58, 0.54)), (0.22, 2.9, 0.8)),
        placed(books(), (0.22, 2.3, 0.8), turn=80),
        on_wall(shell, 0, 2.6, print_on_wall(DRESSER_ART, above), 1.55),
    )
    lamps = tuple(Lamp(vector(x, DEPTH - 0.21, 0.86), vector(46, 31, 16), radius=0.05, throw="shade") for x in BESIDE)
    place = Place(things, Garden(sun.toward, mood.drift), shell, sun, lamps, DAYLIGHT)
    return place, Eye(vector(1.15, 0.25, 1.3), -16, 0.019, rise=-0.05)

"""A living room in the morning: a glass front to the garden, sun on the floor, the lamps still on."""

from __future__ import annotations

from tools.sample_home.places.decor import coffee_table, floor_lamp, lantern, plant, print_on_wall, woven_rug
from tools.sample_home.places.fittings import curtains, on_wall, shelf, skirting, window
from tools.sample_home.places.garden import Garden
from tools.sample_home.places.materials import BLACK_FRAME, CREAM, PETROL, SAND, STEEL, WALNUT, WHITE
from tools.sample_home.places.paints import grained
from tools.sample_home.places.patterns import hills
from tools.sample_home.places.rooms import DAYLIGHT, Composition, Mood, boards, room
from tools.sample_home.places.seating import armchair, pouf, sofa
from tools.sample_home.raytrace.place import Lamp, Opening, Place
from tools.sample_home.raytrace.shapes import box, placed
from tools.sample_home.raytrace.surfaces import Surface
from tools.sample_home.raytrace.vectors import vector
from tools.sample_home.raytrace.view import Eye

WIDTH, DEPTH, HEIGHT = 6.6, 6.3, 2.68
RUG = ((1.5, 4.7), (2.5, 4.8))
ART = (0.75, 0.5)
BEAM_PAINT = grained(vector(0.27, 0.165, 0.085), vector(0.14, 0.08, 0.04), scale=2.5)
BEAM = Surface(vector(0.22, 0.13, 0.065), paint=BEAM_PAINT)


def living_room(mood: Mood) -> Composition:
    """The room."""
    sun = mood.sun(36, 34)
    front, side = Opening(3, (1.75, 5.05), (0.02, 2.30)), Opening(0, (0.9, 2.0), (0.85, 2.25))
    floor = boards(vector(0.43, 0.285, 0.165), vector(0.24, 0.145, 0.075), 0.16)
    shell = room((WIDTH, DEPTH, HEIGHT), floor, front, side)
    rug = woven_rug(vector(0.60, 0.555, 0.475), vector(0.16, 0.17, 0.19), *RUG)
    art = hills(SAND, mood.accent * 1.25, PETROL * 0.9, ART)
    things = (
        window(shell, front, 2, BLACK_FRAME),
        window(shell, side, 1, WHITE),
        curtains(shell, front, vector(0.66, 0.63, 0.57), STEEL),
        *(skirting(shell, wall) for wall in (0, 1, 3)),
        *((box((0, WIDTH), (y - 0.08, y + 0.08), (HEIGHT - 0.18, HEIGHT), BEAM),) for y in (2.1, 4.3)),
        rug,
        placed(sofa(2.5, vector(0.30, 0.31, 0.30), mood.accent, CREAM), (0.62, 3.65, 0), turn=90),
        placed(coffee_table(WALNUT), (2.75, 3.6, 0.01), turn=80),
        placed(armchair(vector(0.50, 0.40, 0.27)), (4.75, 4.75, 0), turn=-42),
        placed(pouf(vector(0.62, 0.60, 0.55)), (4.35, 2.75, 0)),
        placed(plant(1.75, 3), (0.62, 5.6, 0)),
        placed(floor_lamp(), (0.45, 2.1, 0)),
        on_wall(shell, 0, 3.65, print_on_wall(ART, art), 1.55),
        on_wall(shell, 1, 3.7, shelf(2.4, 2.1, 6)),
        placed(lantern(0.32, 0.35, lit=True), (2.9, 3.6, HEIGHT)),
    )
    lamps = (
        Lamp(vector(0.45, 2.1, 1.45), vector(70, 48, 26), throw="shade"),
        Lamp(vector(2.9, 3.6, 2.08), vector(60, 46, 29), radius=0.25),
    )
    place = Place(things, Garden(sun.toward, mood.drift), shell, sun, lamps, DAYLIGHT)
    return place, Eye(vector(3.55, 0.2, 1.28), 0, 0.0185, rise=-0.05)

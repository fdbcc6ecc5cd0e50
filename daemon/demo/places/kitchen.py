"""A kitchen at noon: sage cabinets, a marble island, a window over the sink."""

from __future__ import annotations

from daemon.demo.places import furniture as f
from daemon.demo.places.garden import Garden
from daemon.demo.places.paints import grained, planks, plastered, tiled, veined
from daemon.demo.raytrace.place import Lamp, Opening, Place, Shell, Sun, window_pane
from daemon.demo.raytrace.shapes import blob, box, cone, placed
from daemon.demo.raytrace.surfaces import Surface, plain
from daemon.demo.raytrace.vectors import unit, vector
from daemon.demo.raytrace.view import Eye


def kitchen() -> tuple[Place, Eye]:
    """The place, and where the photographer stands."""
    sun = Sun(unit(vector(-0.80, 0.30, 0.72)), vector(84000, 77000, 66000))
    paint = vector(0.78, 0.765, 0.73)
    wall = Surface(paint, paint=plastered(paint))
    floor = Surface(vector(0.40, 0.29, 0.18), paint=planks(vector(0.47, 0.345, 0.22), vector(0.31, 0.21, 0.125), wide=0.19), sheen=0.03, rough=0.12)
    ceiling = plain(0.82, 0.81, 0.79)
    splash = Surface(vector(0.70, 0.69, 0.65), paint=tiled(vector(0.72, 0.71, 0.67), vector(0.45, 0.43, 0.40), wide=0.2, high=0.075, bond=True, vary=0.14), sheen=0.04, rough=0.06)
    marble = Surface(vector(0.74, 0.73, 0.71), paint=veined(vector(0.78, 0.77, 0.75), vector(0.33, 0.32, 0.32)), sheen=0.04, rough=0.05)
    sage = plain(0.175, 0.215, 0.165, sheen=0.02, rough=0.3)
    white = plain(0.76, 0.75, 0.72, sheen=0.02, rough=0.3)
    oak = Surface(vector(0.36, 0.23, 0.12), paint=grained(vector(0.44, 0.29, 0.16), vector(0.27, 0.165, 0.08), axis=2))
    shell = Shell(
        vector(0, 0, 0), vector(5.6, 5.0, 2.62), (wall, wall, wall, wall, floor, ceiling),
        (Opening(3, (2.35, 4.05), (1.02, 2.22)), Opening(0, (1.3, 3.3), (0.02, 2.2))),
    )
    garden = Garden(sun.toward, seed=0.7)
    things = (
        placed(f.framed_window(1.7, 1.2, 1, white), (3.2, 5.0, 1.02)),
        placed(f.reveal(1.7, 1.2, 0.24, white), (3.2, 5.0, 1.02)),
        placed(f.framed_window(2.0, 2.18, 1, plain(0.05, 0.052, 0.055)), (0, 2.3, 0.02), turn=90),
        placed(f.reveal(2.0, 2.18, 0.24, white), (0, 2.3, 0.02), turn=90),
        placed(f.cabinets(3.9, 6, sage, marble), (2.45, 5.0, 0)),
        (box((0.5, 4.4), (4.985, 5.0), (0.9, 1.02), splash), box((0.5, 2.35), (4.985, 5.0), (1.02, 1.5), splash), box((4.05, 4.4), (4.985, 5.0), (1.02, 2.62), splash)),
        placed(f.wall_cabinets(1.75, 3, white), (1.4, 5.0, 0)),
        # tall units on the right, with an oven
        (
            box((4.4, 5.6), (4.36, 5.0), (0, 2.4), sage),
            box((4.42, 4.99), (4.34, 4.36), (0.1, 0.62), sage, casts=False),
            box((4.42, 4.99), (4.34, 4.36), (0.66, 1.26), plain(0.02, 0.02, 0.022, sheen=0.05, rough=0.05), casts=False),
            box((4.46, 4.95), (4.30, 4.315), (1.17, 1.185), f.BRASS, casts=False),
            box((4.42, 4.99), (4.34, 4.36), (1.30, 2.38), sage, casts=False),
            box((5.01, 5.58), (4.34, 4.36), (0.1, 2.38), sage, casts=False),
            box((4.94, 4.955), (4.31, 4.325), (1.5, 1.75), f.BRASS, casts=False),
            box((5.045, 5.06), (4.31, 4.325), (1.1, 1.5), f.BRASS, casts=False),
        ),
        # tap and sink
        (
            cone((3.19, 3.21), (4.82, 4.84), (0.9, 1.2), f.BRASS, casts=False),
            box((3.19, 3.21), (4.62, 4.84), (1.19, 1.21), f.BRASS, casts=False),
            cone((3.19, 3.21), (4.61, 4.63), (1.13, 1.21), f.BRASS, casts=False),
            box((2.85, 3.55), (4.48, 4.78), (0.9, 0.902), plain(0.25, 0.25, 0.25, sheen=0.1), casts=False),
        ),
        # hob, pots
        (
            box((1.1, 1.7), (4.48, 4.9), (0.9, 0.906), plain(0.015, 0.015, 0.017, sheen=0.05, rough=0.05), casts=False),
            cone((1.2, 1.42), (4.62, 4.84), (0.906, 1.05), f.STEEL),
            cone((0.66, 0.76), (4.74, 4.84), (0.9, 1.08), plain(0.62, 0.6, 0.55)),
            cone((0.80, 0.89), (4.76, 4.85), (0.9, 1.02), plain(0.30, 0.14, 0.08)),
            box((1.86, 2.2), (4.93, 4.95), (0.9, 1.3), f.WALNUT),
        ),
        placed(f.plant(0.62, 9, leaves=18, size=0.16), (3.86, 4.84, 0.78)),
        # the island
        (
            box((1.55, 3.85), (2.25, 3.0), (0.0, 0.88), oak),
            box((1.45, 3.95), (2.0, 3.05), (0.88, 0.93), marble),
            box((1.45, 1.50), (2.0, 3.05), (0.0, 0.88), marble),
            box((3.90, 3.95), (2.0, 3.05), (0.0, 0.88), marble),
        ),
        *(placed(f.stool(f.cloth(vector(0.40, 0.25, 0.14))), (x, 1.95, 0), turn=t) for x, t in ((1.95, 5), (2.7, -4), (3.45, 3))),
        placed(f.bowl_of_fruit(), (2.35, 2.6, 0.93)),
        placed(f.vase(vector(0.55, 0.53, 0.5)), (3.3, 2.7, 0.93)),
        placed(f.books_lying(), (1.85, 2.55, 0.93), turn=20),
        *(placed(f.pendant(0.62, f.BRASS), (x, 2.55, 2.62)) for x in (1.95, 2.7, 3.45)),
        placed(f.skirting(5.0), (5.6, 2.5, 0), turn=-90),
        placed(f.picture(0.7, 0.95, (vector(0.70, 0.64, 0.55), vector(0.60, 0.40, 0.12), vector(0.16, 0.24, 0.17))), (5.6, 2.9, 1.5), turn=-90),
        (box((1.2, 4.2), (0.9, 1.7), (0, 0.012), Surface(vector(0.4, 0.35, 0.3), paint=f.cloth(vector(0.46, 0.41, 0.34)).paint), casts=False),) if False else (blob((9, 9.1), (9, 9.1), (9, 9.1), white, casts=False),),
    )
    lamps = tuple(Lamp(vector(x, 2.55, 1.76), vector(46, 35, 21), radius=0.08, spot=True) for x in (1.95, 2.7, 3.45))
    panes = tuple(window_pane(opening, shell) for opening in shell.openings)
    place = Place(things, garden, garden.skylight, shell, sun, panes, lamps, daylight=0.3)
    return place, Eye(vector(4.75, 0.2, 1.35), 24, 0.0185, rise=-0.04)

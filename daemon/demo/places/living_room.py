"""A living room in the morning: a glass front on to the garden, a low sun across the floor."""

from __future__ import annotations

from daemon.demo.places import furniture as f
from daemon.demo.places.garden import Garden
from daemon.demo.places.paints import grained, planks, plastered, striped_rug
from daemon.demo.raytrace.place import Lamp, Opening, Place, Shell, Sun, window_pane
from daemon.demo.raytrace.shapes import box, placed
from daemon.demo.raytrace.surfaces import Surface, plain
from daemon.demo.raytrace.vectors import unit, vector
from daemon.demo.raytrace.view import Eye


def living_room() -> tuple[Place, Eye]:
    """The place, and where the photographer stands."""
    sun = Sun(unit(vector(-0.55, 0.75, 0.62)), vector(86000, 78000, 66000))
    wall = Surface(vector(0.76, 0.745, 0.71), paint=plastered(vector(0.76, 0.745, 0.71)))
    accent = Surface(vector(0.30, 0.36, 0.34), paint=plastered(vector(0.30, 0.36, 0.34)))
    floor = Surface(vector(0.34, 0.22, 0.125), paint=planks(vector(0.43, 0.285, 0.165), vector(0.24, 0.145, 0.075)), sheen=0.035, rough=0.09)
    ceiling = plain(0.82, 0.81, 0.79)
    front = Opening(3, (1.75, 5.05), (0.02, 2.30))
    side = Opening(0, (0.9, 2.0), (0.85, 2.25))
    shell = Shell(vector(0, 0, 0), vector(6.6, 6.3, 2.68), (wall, wall, wall, wall, floor, ceiling), (front, side))
    rug = Surface(vector(0.55, 0.50, 0.42), paint=striped_rug(vector(0.60, 0.555, 0.475), vector(0.16, 0.17, 0.19), (1.6, 1.15)))
    garden = Garden(sun.toward, seed=0.3)
    beam = Surface(vector(0.22, 0.13, 0.065), paint=grained(vector(0.27, 0.165, 0.085), vector(0.14, 0.08, 0.04), scale=2.5))
    white = plain(0.80, 0.79, 0.77)
    tones = (vector(0.70, 0.62, 0.52), vector(0.68, 0.27, 0.12), vector(0.10, 0.17, 0.19))
    things = (
        placed(f.framed_window(3.3, 2.28, 2, plain(0.05, 0.052, 0.055)), (3.4, 6.3, 0.02)),
        placed(f.reveal(3.3, 2.28, 0.26, white), (3.4, 6.3, 0.02)),
        placed(f.framed_window(1.1, 1.4, 1, white), (0, 1.45, 0.85), turn=90),
        placed(f.reveal(1.1, 1.4, 0.26, white), (0, 1.45, 0.85), turn=90),
        placed(f.curtain(0.46, 2.5, vector(0.66, 0.63, 0.57)), (1.5, 6.2, 0)),
        placed(f.curtain(0.46, 2.5, vector(0.66, 0.63, 0.57)), (5.3, 6.2, 0)),
        (box((1.1, 5.7), (6.16, 6.19), (2.52, 2.545), f.STEEL, casts=False),),
        placed(f.skirting(6.6), (3.3, 6.3, 0)),
        placed(f.skirting(6.3), (0, 3.15, 0), turn=90),
        placed(f.skirting(6.3), (6.6, 3.15, 0), turn=-90),
        (box((1.5, 4.7), (2.5, 4.8), (0.0, 0.014), rug, casts=False),),
        placed(f.sofa(2.5, vector(0.30, 0.31, 0.30), vector(0.55, 0.24, 0.09), vector(0.62, 0.58, 0.50)), (0.62, 3.65, 0), turn=90),
        placed(f.coffee_table(f.WALNUT), (2.75, 3.6, 0.01), turn=80),
        placed(f.armchair(vector(0.50, 0.40, 0.27)), (4.75, 4.75, 0), turn=-42),
        placed(f.pouf(vector(0.62, 0.60, 0.55)), (4.35, 2.75, 0)),
        placed(f.plant(1.75, 3), (0.62, 5.6, 0)),
        placed(f.floor_lamp(lit=True), (0.45, 2.1, 0)),
        placed(f.picture(1.5, 1.0, tones), (0, 3.65, 1.55), turn=90),
        placed(f.shelf(2.4, 2.1, 6), (6.26, 3.7, 0), turn=-90),
        *((box((0, 6.6), (y - 0.08, y + 0.08), (2.5, 2.68), beam),) for y in (2.3, 4.4)),
        placed(f.lantern(0.32, 0.35, lit=True), (2.9, 3.6, 2.68)),
    )
    lamps = (
        Lamp(vector(0.45, 2.1, 1.45), vector(70, 48, 26), shade=True),
        Lamp(vector(2.9, 3.6, 2.08), vector(60, 46, 29), radius=0.25),
    )
    panes = tuple(window_pane(opening, shell) for opening in shell.openings)
    place = Place(things, garden, garden.skylight, shell, sun, panes, lamps, daylight=0.3)
    return place, Eye(vector(3.55, 0.2, 1.28), 0, 0.0185, rise=-0.05)

"""A bedroom in the afternoon: a tall window beside the bed, both bedside lamps lit."""

from __future__ import annotations

from daemon.demo.places import furniture as f
from daemon.demo.places.garden import Garden
from daemon.demo.places.paints import planks, plastered, striped_rug
from daemon.demo.raytrace.place import Lamp, Opening, Place, Shell, Sun, window_pane
from daemon.demo.raytrace.shapes import box, placed
from daemon.demo.raytrace.surfaces import Surface, plain
from daemon.demo.raytrace.vectors import unit, vector
from daemon.demo.raytrace.view import Eye


def bedroom() -> tuple[Place, Eye]:
    """The place, and where the photographer stands."""
    sun = Sun(unit(vector(0.78, -0.42, 0.66)), vector(86000, 76000, 62000))
    paint = vector(0.76, 0.74, 0.70)
    wall = Surface(paint, paint=plastered(paint))
    blue = vector(0.155, 0.195, 0.215)
    behind = Surface(blue, paint=plastered(blue))
    floor = Surface(vector(0.42, 0.31, 0.20), paint=planks(vector(0.50, 0.375, 0.25), vector(0.33, 0.23, 0.145), wide=0.18), sheen=0.03, rough=0.12)
    ceiling = plain(0.82, 0.81, 0.79)
    shell = Shell(
        vector(0, 0, 0), vector(5.0, 4.9, 2.65), (wall, wall, wall, behind, floor, ceiling),
        (Opening(1, (1.75, 3.45), (0.35, 2.3)),),
    )
    rug = Surface(vector(0.6, 0.57, 0.5), paint=striped_rug(vector(0.64, 0.61, 0.55), vector(0.42, 0.36, 0.30), (1.5, 1.05)))
    white = plain(0.80, 0.79, 0.77)
    linen = vector(0.60, 0.57, 0.51)
    tones = (vector(0.66, 0.60, 0.52), vector(0.62, 0.40, 0.24), vector(0.14, 0.20, 0.23))
    garden = Garden(sun.toward, seed=0.1)
    bed_x = 2.45
    things = (
        placed(f.framed_window(1.7, 1.95, 1, white), (5.0, 2.6, 0.35), turn=-90),
        placed(f.reveal(1.7, 1.95, 0.24, white), (5.0, 2.6, 0.35), turn=-90),
        placed(f.curtain(0.42, 2.5, linen), (4.91, 1.5, 0), turn=-90),
        placed(f.curtain(0.42, 2.5, linen), (4.91, 3.7, 0), turn=-90),
        (box((4.90, 4.93), (1.1, 4.1), (2.52, 2.545), f.BRASS, casts=False),),
        placed(f.bed(1.7, vector(0.74, 0.73, 0.70), vector(0.50, 0.24, 0.115), vector(0.52, 0.49, 0.43)), (bed_x, 4.88, 0)),
        placed(f.nightstand(), (bed_x - 1.25, 4.88, 0)),
        placed(f.nightstand(), (bed_x + 1.25, 4.88, 0)),
        (box((bed_x - 1.5, bed_x + 1.5), (1.75, 3.85), (0, 0.014), rug, casts=False),),
        placed(f.bench(1.3, vector(0.42, 0.40, 0.35)), (bed_x, 2.42, 0.01)),
        placed(f.picture(0.62, 0.8, tones), (bed_x - 0.4, 4.9, 1.72)),
        placed(f.picture(0.62, 0.8, (tones[2] * 3, tones[0], tones[1] * 0.6)), (bed_x + 0.4, 4.9, 1.72)),
        placed(f.plant(1.5, 11), (0.5, 4.4, 0)),
        placed(f.armchair(vector(0.36, 0.20, 0.12)), (4.35, 4.15, 0), turn=-50) if False else placed(f.pouf(vector(0.5, 0.35, 0.22)), (4.3, 2.2, 0)),
        placed(f.skirting(5.0), (2.5, 4.9, 0)),
        placed(f.skirting(4.9), (0, 2.45, 0), turn=90),
        placed(f.skirting(4.9), (5.0, 2.45, 0), turn=-90),
        placed(f.lantern(0.3, 0.3, lit=False), (bed_x, 2.7, 2.65)),
        placed(f.cabinets(1.5, 3, f.OAK, f.OAK, depth=0.42, height=0.8), (0, 2.6, 0), turn=90),
        placed(f.vase(vector(0.6, 0.58, 0.54)), (0.22, 2.9, 0.8)),
        placed(f.books_lying(), (0.22, 2.3, 0.8), turn=80),
        placed(f.picture(1.0, 0.72, (tones[0], tones[1], tones[2])), (0, 2.6, 1.55), turn=90),
    )
    lamps = tuple(Lamp(vector(x, 4.69, 0.86), vector(46, 31, 16), radius=0.05, shade=True) for x in (bed_x - 1.25, bed_x + 1.25))
    panes = tuple(window_pane(opening, shell) for opening in shell.openings)
    place = Place(things, garden, garden.skylight, shell, sun, panes, lamps, daylight=0.3)
    return place, Eye(vector(1.15, 0.25, 1.3), -16, 0.019, rise=-0.05)

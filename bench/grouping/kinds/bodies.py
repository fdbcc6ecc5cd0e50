"""Several bodies or several properties in one shoot."""

from __future__ import annotations

import random

from bench.grouping.altering import bare
from bench.grouping.begin import photographer
from bench.grouping.bracketing import drawn
from bench.grouping.camera import Camera
from bench.grouping.kinds.kind import kind
from bench.grouping.makers import CANON, DJI, FUJIFILM, IPHONE, MARKING, NIKON, SONY
from bench.grouping.photographer import INDOORS, OUTDOORS, Photographer
from bench.grouping.shoot import Shoot


def pair(rng: random.Random, cameras: tuple[Camera, Camera], *, in_one_folder: bool = False) -> list[Photographer]:
    """Two photographers who work at the same time, each with a card, or with their files in one folder.

    In one folder the bodies' file numbers are far apart.
    """
    roots = ("", "") if in_one_folder else ("Card1/", "Card2/")
    first = photographer(rng, cameras[:1], root=roots[0], is_flat=in_one_folder)
    begins = first.now + rng.uniform(-120, 120)
    second = photographer(rng, cameras[1:], roll=first.roll, root=roots[1], is_flat=in_one_folder, begins=begins)
    if in_one_folder:
        first.body.number, second.body.number = rng.randint(1, 3500), rng.randint(5000, 8500)
    return [first, second]


@kind()
def house_and_drone(rng: random.Random) -> Shoot:
    """A camera indoors and a drone outside, one after the other."""
    visit = photographer(rng, CANON + NIKON + SONY, root="Camera/")
    visit.walk(rng.randint(8, 20))
    flight = photographer(rng, DJI, roll=visit.roll, root="Drone/", begins=visit.now + rng.uniform(-600, 600))
    flight.zooms, flight.place = 0.0, OUTDOORS
    flight.walk(rng.randint(3, 8))
    return visit.roll.shoot()


@kind()
def two_bodies_with_serials(rng: random.Random) -> Shoot:
    """Two bodies of one model with serial numbers, at the same time."""
    camera = rng.choice((*CANON, *NIKON, FUJIFILM[0]))
    both = pair(rng, (camera, camera), in_one_folder=rng.random() < 0.5)
    for visit in both:
        visit.walk(rng.randint(6, 14))
    return both[0].roll.shoot()


@kind()
def two_bodies_without_serials(rng: random.Random) -> Shoot:
    """Two bodies of one model without serial numbers, at the same time, two cards."""
    camera = rng.choice(SONY[:2])
    both = pair(rng, (camera, camera))
    for visit in both:
        visit.walk(rng.randint(6, 14))
    return both[0].roll.shoot()


@kind(judging_only=True)
def two_bodies_in_one_folder(rng: random.Random) -> Shoot:
    """Two bodies of one model without serial numbers, at the same time, all files in one folder."""
    camera = rng.choice((*SONY[:2], FUJIFILM[1]))
    both = pair(rng, (camera, camera), in_one_folder=True)
    for visit in both:
        visit.walk(rng.randint(6, 14))
    return both[0].roll.shoot()


@kind(judging_only=True)
def two_bodies_unmarked(rng: random.Random) -> Shoot:
    """Two bodies of two models without marks, at the same time."""
    both = pair(rng, (rng.choice(CANON), rng.choice(NIKON)))
    for visit in both:
        visit.walk(rng.randint(6, 14))
    return bare(both[0].roll.shoot())


@kind()
def camera_and_phone(rng: random.Random) -> Shoot:
    """A camera for the sets, and a phone for single photos at the same time."""
    visit = photographer(rng, MARKING, root="Camera/")
    phone = photographer(rng, IPHONE, roll=visit.roll, root="Phone/", begins=visit.now)
    visit.walk(rng.randint(8, 20))
    phone.walk(rng.randint(3, 12), phone.single)
    return visit.roll.shoot()


@kind()
def three_properties(rng: random.Random) -> Shoot:
    """Three properties on one card, with settings of their own."""
    visit = photographer(rng, [camera for camera in MARKING if len(camera.sizes) > 1])
    for _ in range(3):
        visit.bracketing = drawn(rng, visit.body.camera)
        visit.walk(rng.randint(4, 12))
        visit.wait(2400, 0.4)
    return visit.roll.shoot()


@kind(judging_only=True)
def two_properties_unmarked(rng: random.Random) -> Shoot:
    """Two properties on one card without marks, with settings of their own."""
    visit = photographer(rng, CANON[:3] + NIKON)
    for place in (INDOORS, INDOORS):
        visit.bracketing = drawn(rng, visit.body.camera)
        visit.walk(rng.randint(7, 14), place=place)
        visit.wait(2400, 0.4)
    return bare(visit.roll.shoot())

"""Ordinary visits to a house with the cameras of each maker, whose marks differ."""

from __future__ import annotations

import random
from collections.abc import Sequence

from bench.grouping import makers
from bench.grouping.begin import photographer
from bench.grouping.camera import Camera
from bench.grouping.kinds.kind import kind
from bench.grouping.photographer import INDOORS, OUTDOORS
from bench.grouping.shoot import Shoot


def house(rng: random.Random, cameras: Sequence[Camera]) -> Shoot:
    """Eight to thirty views indoors, and a few outdoors."""
    visit = photographer(rng, cameras)
    visit.walk(rng.randint(8, 26), place=INDOORS)
    visit.walk(rng.randint(0, 4), place=OUTDOORS)
    return visit.roll.shoot()


@kind()
def canon(rng: random.Random) -> Shoot:
    """Canon: the offset of each frame."""
    return house(rng, makers.CANON)


@kind(judging_only=True)
def nikon(rng: random.Random) -> Shoot:
    """Nikon: the offset of each frame, and the shutter count."""
    return house(rng, makers.NIKON)


@kind()
def sony(rng: random.Random) -> Shoot:
    """Sony: place in the sequence, and its length."""
    return house(rng, makers.SONY)


@kind()
def sony_old(rng: random.Random) -> Shoot:
    """Older Sony: place in the sequence without its length, full seconds."""
    return house(rng, makers.SONY_OLD)


@kind()
def fujifilm(rng: random.Random) -> Shoot:
    """Fujifilm: place in the sequence."""
    return house(rng, makers.FUJIFILM)


@kind(judging_only=True)
def panasonic(rng: random.Random) -> Shoot:
    """Panasonic: place in the sequence, and 999 files a folder."""
    return house(rng, makers.PANASONIC)


@kind()
def olympus(rng: random.Random) -> Shoot:
    """Olympus and OM System: place in the sequence."""
    return house(rng, makers.OLYMPUS)


@kind(judging_only=True)
def pentax(rng: random.Random) -> Shoot:
    """Pentax: place in the sequence, and its length."""
    return house(rng, makers.PENTAX)


@kind()
def nine_frames(rng: random.Random) -> Shoot:
    """Nine frames a set."""
    visit = photographer(rng, makers.NIKON[:1] + makers.FUJIFILM[:1] + makers.SONY[:2], size=9)
    visit.walk(rng.randint(6, 14))
    return visit.roll.shoot()


@kind()
def drone(rng: random.Random) -> Shoot:
    """A drone: no marks, steps of 0.7 EV, full seconds."""
    visit = photographer(rng, makers.DJI)
    visit.zooms, visit.place = 0.0, OUTDOORS
    visit.walk(rng.randint(5, 16))
    return visit.roll.shoot()


@kind(judging_only=True, is_counted=False)
def pixel(rng: random.Random) -> Shoot:
    """A bracketing app on a Pixel phone: no marks, the time as name."""
    visit = photographer(rng, makers.PIXEL)
    visit.walk(rng.randint(5, 16))
    return visit.roll.shoot()


@kind()
def iphone(rng: random.Random) -> Shoot:
    """A bracketing app on an iPhone: no marks."""
    visit = photographer(rng, makers.IPHONE)
    visit.walk(rng.randint(5, 16))
    return visit.roll.shoot()

"""Light and tempo: dusk, bright sun, hurry, full buffers."""

from __future__ import annotations

import random
from dataclasses import replace

from bench.grouping.altering import bare
from bench.grouping.begin import photographer
from bench.grouping.kinds.kind import kind
from bench.grouping.makers import CANON, MARKING, NIKON, SONY
from bench.grouping.photographer import DUSK, INDOORS, OUTDOORS, Tempo
from bench.grouping.shoot import Shoot


@kind()
def five_in_three_out(rng: random.Random) -> Shoot:
    """Five frames indoors, three outdoors."""
    visit = photographer(rng, CANON[:3] + NIKON + SONY + MARKING[-2:], size=5)
    visit.walk(rng.randint(8, 20), place=INDOORS)
    visit.bracketing = replace(visit.bracketing, size=3)
    visit.walk(rng.randint(3, 8), place=OUTDOORS)
    return visit.roll.shoot()


@kind()
def dusk(rng: random.Random) -> Shoot:
    """Dusk: exposures of up to 30 s."""
    visit = photographer(rng, MARKING)
    visit.iso = rng.choice((0, 3))
    visit.walk(rng.randint(2, 8), place=INDOORS)
    visit.walk(rng.randint(4, 9), place=DUSK)
    return visit.roll.shoot()


@kind()
def dusk_dark_frames(rng: random.Random) -> Shoot:
    """Dusk with long exposure noise reduction: each long exposure takes twice its time."""
    visit = photographer(rng, MARKING)
    visit.body.dark_frames, visit.iso = True, rng.choice((0, 3))
    visit.walk(rng.randint(6, 12), place=DUSK)
    return visit.roll.shoot()


@kind(judging_only=True)
def dusk_dark_frames_unmarked(rng: random.Random) -> Shoot:
    """Dusk with long exposure noise reduction, without marks."""
    visit = photographer(rng, CANON + NIKON)
    visit.body.dark_frames, visit.iso = True, rng.choice((0, 3))
    visit.walk(rng.randint(2, 6), place=INDOORS)
    visit.walk(rng.randint(6, 12), place=DUSK)
    return bare(visit.roll.shoot())


@kind()
def limits(rng: random.Random) -> Shoot:
    """Bright sun: exposures repeat at the shortest shutter time."""
    visit = photographer(rng, CANON[:3] + NIKON, size=5)
    visit.bracketing = replace(visit.bracketing, step=max(6, visit.bracketing.step))
    visit.iso, visit.stop = 9, 3
    visit.walk(rng.randint(4, 10), place=OUTDOORS)
    visit.iso = 3
    visit.walk(rng.randint(4, 10), place=INDOORS)
    return visit.roll.shoot()


@kind()
def fast(rng: random.Random) -> Shoot:
    """A photographer in a hurry: 1 to 4 s between sets, with marks."""
    visit = photographer(rng, MARKING)
    visit.tempo, visit.iso = Tempo(2.0, 12, 1.0), 6
    visit.walk(rng.randint(15, 40))
    return visit.roll.shoot()


@kind(judging_only=True)
def slow(rng: random.Random) -> Shoot:
    """A careful photographer: minutes between sets."""
    visit = photographer(rng, MARKING)
    visit.tempo = Tempo(90, 240, 20, spread=0.8)
    visit.walk(rng.randint(6, 15))
    return visit.roll.shoot()


@kind()
def pressed(rng: random.Random) -> Shoot:
    """A press of the shutter for every frame of a set."""
    visit = photographer(rng, MARKING)
    visit.tempo = replace(visit.tempo, press_s=rng.uniform(0.5, 1.5), least_s=4.0)
    visit.walk(rng.randint(8, 24))
    return visit.roll.shoot()


@kind(judging_only=True)
def full_buffer(rng: random.Random) -> Shoot:
    """A slow card: a full buffer delays frames within sets."""
    visit = photographer(rng, MARKING)
    visit.body.camera = replace(visit.body.camera, buffer=rng.randint(6, 12))
    visit.body.writes_s = rng.uniform(0.6, 1.8)
    visit.tempo = replace(visit.tempo, between_s=5, least_s=2)
    visit.walk(rng.randint(10, 24))
    return visit.roll.shoot()


@kind()
def zooms_and_turns(rng: random.Random) -> Shoot:
    """Frequent zooming, and portrait format."""
    visit = photographer(rng, MARKING)
    visit.zooms, visit.turns = 0.5, 0.4
    visit.walk(rng.randint(8, 24))
    return visit.roll.shoot()


@kind()
def auto_iso(rng: random.Random) -> Shoot:
    """Auto ISO: the bracket varies ISO, alone or with the shutter time."""
    visit = photographer(rng, NIKON + SONY, step=rng.choice((3, 4)))
    visit.iso = 9 if visit.bracketing.size < 7 else 10
    visit.bracketing = replace(visit.bracketing, varies=rng.choice(("iso", "both")), size=min(5, visit.bracketing.size))
    visit.walk(rng.randint(8, 24))
    return visit.roll.shoot()

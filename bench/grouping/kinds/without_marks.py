"""Brackets without marks: set by hand or by a remote control, exported, or from old cameras."""

from __future__ import annotations

import random
from dataclasses import replace

from bench.grouping.altering import bare, stripped
from bench.grouping.begin import photographer
from bench.grouping.kinds.kind import kind
from bench.grouping.makers import CANON, FUJIFILM, MARKING, NIKON, OLYMPUS, SONY, SONY_OLD
from bench.grouping.photographer import DUSK, INDOORS, OUTDOORS, Tempo
from bench.grouping.shoot import Shoot


@kind()
def maker_note_gone(rng: random.Random) -> Shoot:
    """Edited files: the maker note is gone, exposure mode and bias remain; in manual exposure the bias is 0."""
    visit = photographer(rng, CANON + NIKON)
    visit.walk(rng.randint(8, 24))
    return stripped(visit.roll.shoot())


@kind()
def unmarked(rng: random.Random) -> Shoot:
    """Exported files without any mark."""
    visit = photographer(rng, MARKING)
    visit.walk(rng.randint(8, 26))
    return bare(visit.roll.shoot())


@kind()
def unmarked_fast(rng: random.Random) -> Shoot:
    """Without marks, 3 to 8 s between sets."""
    visit = photographer(rng, CANON + NIKON)
    visit.tempo, visit.iso = Tempo(4.5, 15, 3.0, spread=0.4), 6
    visit.walk(rng.randint(10, 26))
    return bare(visit.roll.shoot())


@kind(judging_only=True)
def unmarked_seconds(rng: random.Random) -> Shoot:
    """Without marks, full seconds."""
    visit = photographer(rng, SONY[1:] + SONY_OLD + FUJIFILM[1:] + OLYMPUS[:1])
    visit.walk(rng.randint(8, 26))
    return bare(visit.roll.shoot())


@kind()
def unmarked_mixed(rng: random.Random) -> Shoot:
    """Without marks, five frames indoors and three outdoors."""
    visit = photographer(rng, CANON[:3] + NIKON, size=5)
    visit.walk(rng.randint(8, 18), place=INDOORS)
    visit.bracketing = replace(visit.bracketing, size=3)
    visit.walk(rng.randint(3, 8), place=OUTDOORS)
    return bare(visit.roll.shoot())


@kind(judging_only=True)
def unmarked_dusk(rng: random.Random) -> Shoot:
    """Without marks, at dusk."""
    visit = photographer(rng, CANON + NIKON)
    visit.iso = 3
    visit.walk(rng.randint(3, 8), place=INDOORS)
    visit.walk(rng.randint(4, 9), place=DUSK)
    return bare(visit.roll.shoot())


@kind()
def by_hand(rng: random.Random) -> Shoot:
    """Each exposure set by hand on the dial."""
    visit = photographer(rng, CANON + NIKON + SONY, size=rng.choice((3, 5)))
    visit.by_hand = True
    visit.bracketing = replace(visit.bracketing, order=rng.choice(("-0+", "+0-")), step=rng.choice((3, 6)))
    visit.tempo = Tempo(rng.uniform(18, 30), 60, 10, press_s=rng.uniform(1.5, 3.0))
    visit.walk(rng.randint(6, 18))
    return visit.roll.shoot()


@kind(judging_only=True)
def by_hand_once(rng: random.Random) -> Shoot:
    """One to three sets set by hand, with up to 12 s between frames."""
    visit = photographer(rng, CANON + NIKON, size=5)
    visit.by_hand = True
    visit.bracketing = replace(visit.bracketing, order=rng.choice(("-0+", "+0-")), step=rng.choice((3, 6)))
    visit.tempo = Tempo(60, 90, 35, press_s=rng.uniform(3, 7))
    visit.walk(rng.randint(1, 3))
    return visit.roll.shoot()


@kind(judging_only=True)
def remote_control(rng: random.Random) -> Shoot:
    """A remote control sets the exposures: the camera says that it was not a bracket."""
    visit = photographer(rng, CANON + NIKON)
    visit.by_hand = True
    visit.tempo = replace(visit.tempo, press_s=rng.uniform(0.5, 1.2), least_s=5.0)
    visit.walk(rng.randint(8, 20))
    return visit.roll.shoot()

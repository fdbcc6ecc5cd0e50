"""Everything drawn by chance."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from bench.grouping.altering import bare, frames_deleted, renamed, stripped
from bench.grouping.begin import photographer
from bench.grouping.bracketing import drawn
from bench.grouping.kinds.kind import kind
from bench.grouping.makers import DJI, IPHONE, MARKING
from bench.grouping.photographer import DUSK, INDOORS, OUTDOORS, Photographer, Tempo
from bench.grouping.shoot import Shoot


@kind(is_chance=True)
def chance(rng: random.Random) -> Shoot:
    """Everything drawn by chance: camera, marks, tempo, light, and what disturbs."""
    return _drawn(rng)


@kind(judging_only=True, is_chance=True)
def chance_judging(rng: random.Random) -> Shoot:
    """Everything drawn by chance, never used for tuning."""
    return _drawn(rng)


def _drawn(rng: random.Random) -> Shoot:
    visit = photographer(rng, (*MARKING, *MARKING, *DJI, *IPHONE))
    visit.body.dark_frames = rng.random() < 0.2
    visit.tempo = Tempo(rng.uniform(5, 30), rng.uniform(15, 120), rng.uniform(3, 6), None, rng.uniform(0.3, 0.8))
    visit.zooms, visit.turns = rng.random() * 0.5, rng.random() * 0.3
    if rng.random() < 0.15:
        visit.by_hand, visit.tempo = True, replace(visit.tempo, press_s=rng.uniform(0.8, 2.5), least_s=8, between_s=20)
    acts = _acts(visit)
    for place in rng.sample((INDOORS, OUTDOORS, DUSK), rng.randint(1, 3)):
        if rng.random() < 0.3:
            visit.bracketing = drawn(rng, visit.body.camera)
        visit.walk(rng.randint(2, 12), acts, place)
    shoot = visit.roll.shoot()
    if rng.random() < 0.2:
        shoot = frames_deleted(rng, shoot, 1)
    if rng.random() < 0.15:
        shoot = renamed(shoot, lambda at: f"house {at:04}")
    return rng.choices((shoot, stripped(shoot), bare(shoot)), (8, 1, 3))[0]


def _acts(visit: Photographer) -> Callable[[], None]:
    """At each view a bracket, or sometimes one of a few things that disturb, chosen once for the shoot."""
    others: list[Callable[[], object]] = [visit.single, visit.test, visit.redo, visit.abort]
    chosen = visit.rng.sample(others, visit.rng.randint(0, 2))

    def act() -> None:
        if chosen and visit.rng.random() < 0.15:
            visit.rng.choice(chosen)()
        else:
            visit.bracket()

    return act

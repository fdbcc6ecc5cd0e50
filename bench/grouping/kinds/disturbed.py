"""What disturbs a row of sets: test shots, second tries, broken off and deleted sets, bursts, single photos."""

from __future__ import annotations

import random
from dataclasses import replace

from bench.grouping.altering import bare, frames_deleted, sets_deleted
from bench.grouping.begin import photographer
from bench.grouping.kinds.acts import before, instead
from bench.grouping.kinds.kind import kind
from bench.grouping.makers import CANON, FUJIFILM, MARKING, NIKON, SAYING, SONY
from bench.grouping.shoot import Shoot


@kind()
def test_shots(rng: random.Random) -> Shoot:
    """Test shots before sets."""
    visit = photographer(rng, MARKING)
    visit.walk(rng.randint(8, 22), before(visit, visit.test))
    return visit.roll.shoot()


@kind(judging_only=True)
def test_shots_unmarked(rng: random.Random) -> Shoot:
    """Test shots before sets, without marks."""
    visit = photographer(rng, CANON + NIKON)
    visit.tempo = replace(visit.tempo, least_s=5.0)
    visit.walk(rng.randint(10, 24), before(visit, visit.test, 0.12))
    return bare(visit.roll.shoot())


@kind()
def redos(rng: random.Random) -> Shoot:
    """Sets taken again."""
    visit = photographer(rng, MARKING)
    visit.walk(rng.randint(8, 22), instead(visit, visit.redo))
    return visit.roll.shoot()


@kind()
def redos_unmarked(rng: random.Random) -> Shoot:
    """Sets taken again, without marks."""
    visit = photographer(rng, CANON + NIKON)
    visit.walk(rng.randint(8, 22), instead(visit, visit.redo))
    return bare(visit.roll.shoot())


@kind()
def aborted(rng: random.Random) -> Shoot:
    """Sets broken off and taken again."""
    visit = photographer(rng, MARKING)
    visit.walk(rng.randint(8, 22), instead(visit, visit.abort, 0.12))
    return visit.roll.shoot()


@kind(judging_only=True)
def aborted_unmarked(rng: random.Random) -> Shoot:
    """Sets broken off and taken again, without marks."""
    visit = photographer(rng, CANON + NIKON, size=5)
    visit.walk(rng.randint(12, 24), instead(visit, visit.abort, 0.08))
    return bare(visit.roll.shoot())


@kind()
def deleted_frames(rng: random.Random) -> Shoot:
    """Single frames of sets deleted."""
    visit = photographer(rng, MARKING)
    visit.walk(rng.randint(10, 24))
    return frames_deleted(rng, visit.roll.shoot(), rng.randint(1, 3))


@kind(judging_only=True)
def deleted_frames_unmarked(rng: random.Random) -> Shoot:
    """Single frames of sets deleted, without marks."""
    visit = photographer(rng, CANON[:3] + NIKON, size=5)
    visit.walk(rng.randint(12, 24))
    return bare(frames_deleted(rng, visit.roll.shoot(), rng.randint(1, 2)))


@kind()
def deleted_sets(rng: random.Random) -> Shoot:
    """Whole sets and test shots deleted."""
    visit = photographer(rng, MARKING)
    visit.walk(rng.randint(12, 26), before(visit, visit.test))
    return sets_deleted(rng, visit.roll.shoot(), rng.randint(1, 4))


@kind(judging_only=True)
def deleted_sets_unmarked(rng: random.Random) -> Shoot:
    """Whole sets deleted, without marks."""
    visit = photographer(rng, CANON + NIKON)
    visit.walk(rng.randint(12, 26))
    return bare(sets_deleted(rng, visit.roll.shoot(), rng.randint(1, 4)))


@kind()
def videos_between_unmarked(rng: random.Random) -> Shoot:
    """Videos between sets, without marks: their numbers are missing."""
    visit = photographer(rng, CANON + NIKON)
    visit.walk(rng.randint(8, 22), before(visit, lambda: visit.body.skip(rng.randint(1, 3))))
    return bare(visit.roll.shoot())


@kind(judging_only=True)
def videos_between(rng: random.Random) -> Shoot:
    """Videos between sets: their numbers are missing."""
    visit = photographer(rng, MARKING)
    visit.walk(rng.randint(8, 22), before(visit, lambda: visit.body.skip(rng.randint(1, 3))))
    return visit.roll.shoot()


@kind()
def bursts(rng: random.Random) -> Shoot:
    """Bursts of one exposure beside sets."""
    visit = photographer(rng, SAYING + SONY)
    visit.walk(rng.randint(8, 20), before(visit, lambda: visit.series(rng.randint(4, 14), 0.15), 0.1))
    return visit.roll.shoot()


@kind()
def focus_stacks(rng: random.Random) -> Shoot:
    """Focus stacks beside sets."""
    visit = photographer(rng, SAYING + FUJIFILM)

    def stack() -> None:
        visit.series(rng.randint(6, 20), rng.uniform(0.3, 0.8), numbered=False)

    visit.walk(rng.randint(8, 20), before(visit, stack, 0.1))
    return visit.roll.shoot()


@kind(judging_only=True)
def pixel_shift(rng: random.Random) -> Shoot:
    """Pixel shift, 4 or 16 frames of one exposure, beside sets."""
    visit = photographer(rng, SONY[:2] + FUJIFILM[:1])
    visit.walk(rng.randint(8, 20), before(visit, lambda: visit.series(rng.choice((4, 16)), 0.6), 0.1))
    return visit.roll.shoot()


@kind()
def panoramas(rng: random.Random) -> Shoot:
    """Panoramas of bracketed views: one set a view, 1 to 3 s apart."""
    visit = photographer(rng, MARKING)

    def panorama() -> None:
        for _ in range(rng.randint(3, 7)):
            visit.bracket()
            visit.wait(1.8, 0.25, 1.0)

    visit.walk(rng.randint(6, 14), instead(visit, panorama, 0.2))
    return visit.roll.shoot()


@kind()
def singles_only(rng: random.Random) -> Shoot:
    """Single photos only."""
    visit = photographer(rng, MARKING)
    visit.bracketing = replace(visit.bracketing, manual=False)
    visit.walk(rng.randint(15, 60), visit.single)
    return visit.roll.shoot()


@kind(judging_only=True)
def singles_only_unmarked(rng: random.Random) -> Shoot:
    """Single photos only, of cameras that say nothing about brackets."""
    visit = photographer(rng, MARKING)
    visit.bracketing = replace(visit.bracketing, manual=False)
    visit.tempo = replace(visit.tempo, between_s=7, least_s=2.0)
    visit.walk(rng.randint(15, 60), visit.single)
    return bare(visit.roll.shoot())


@kind()
def singles_and_sets(rng: random.Random) -> Shoot:
    """Single photos of details among the sets."""
    visit = photographer(rng, MARKING)
    visit.walk(rng.randint(12, 30), instead(visit, visit.single, 0.4))
    return visit.roll.shoot()


@kind(judging_only=True)
def singles_and_sets_unmarked(rng: random.Random) -> Shoot:
    """Single photos of details among the sets, without marks."""
    visit = photographer(rng, CANON + NIKON)
    visit.tempo = replace(visit.tempo, least_s=5.0)
    visit.walk(rng.randint(15, 30), instead(visit, visit.single, 0.3))
    return bare(visit.roll.shoot())

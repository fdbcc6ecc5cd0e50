"""Clocks that are coarse, stopped, never set, or changed during the shoot."""

from __future__ import annotations

import random
from dataclasses import replace

from bench.grouping.altering import bare, changed
from bench.grouping.begin import MORNING, photographer
from bench.grouping.kinds.kind import kind
from bench.grouping.makers import CANON, MARKING, NIKON
from bench.grouping.shoot import Shoot

HOUR = 3600.0


@kind()
def constant_subsec(rng: random.Random) -> Shoot:
    """Fractions of a second that are always 00."""
    visit = photographer(rng, MARKING)
    visit.body.camera = replace(visit.body.camera, resolution_s=1.0)
    visit.walk(rng.randint(8, 22))
    return changed(visit.roll.shoot(), lambda frame: replace(frame, resolution_s=0.01))


@kind(judging_only=True)
def constant_subsec_unmarked(rng: random.Random) -> Shoot:
    """Fractions of a second that are always 00, without marks."""
    visit = photographer(rng, CANON + NIKON)
    visit.body.camera = replace(visit.body.camera, resolution_s=1.0)
    visit.walk(rng.randint(8, 22))
    return bare(changed(visit.roll.shoot(), lambda frame: replace(frame, resolution_s=0.01)))


@kind()
def stopped_clock(rng: random.Random) -> Shoot:
    """All files have one time."""
    visit = photographer(rng, MARKING)
    visit.walk(rng.randint(8, 22))
    stopped = float(int(visit.now))
    return changed(visit.roll.shoot(), lambda frame: replace(frame, taken_at=stopped, resolution_s=1.0))


@kind()
def no_date(rng: random.Random) -> Shoot:
    """No file has a time."""
    visit = photographer(rng, MARKING)
    visit.walk(rng.randint(8, 22))
    return changed(visit.roll.shoot(), lambda frame: replace(frame, taken_at=None))


@kind(judging_only=True)
def no_date_unmarked(rng: random.Random) -> Shoot:
    """No file has a time or a mark; all sets are alike."""
    visit = photographer(rng, CANON + NIKON)
    visit.walk(rng.randint(8, 22))
    return bare(changed(visit.roll.shoot(), lambda frame: replace(frame, taken_at=None)))


@kind(judging_only=True)
def clock_never_set(rng: random.Random) -> Shoot:
    """The battery was empty: the clock began in 1980."""
    visit = photographer(rng, MARKING, begins=10 * 365.25 * 24 * HOUR)
    visit.walk(rng.randint(8, 22))
    return visit.roll.shoot()


@kind()
def clock_changed(rng: random.Random) -> Shoot:
    """The clock jumps an hour between two sets, back or forward."""
    visit = photographer(rng, MARKING)
    visit.walk(rng.randint(4, 12))
    visit.body.clock_s = rng.choice((-HOUR, HOUR))
    visit.walk(rng.randint(4, 12))
    return visit.roll.shoot()


@kind(judging_only=True)
def past_midnight(rng: random.Random) -> Shoot:
    """The shoot passes midnight."""
    visit = photographer(rng, MARKING, begins=MORNING + 14.4 * HOUR)
    visit.walk(rng.randint(8, 22))
    return visit.roll.shoot()

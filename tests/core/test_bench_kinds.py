"""The simulated shoots that judge grouping are plausible."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import pytest

from bench.grouping.bracketing import Bracketing, levels
from bench.grouping.exposure import APERTURES, ISOS, SHUTTER, Exposure, metered
from bench.grouping.kinds import JUDGING, KINDS, TUNING, Kind
from bench.grouping.shoot import Shoot
from daemon.grouping import Frame

SEEDS = TUNING[:2]
EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
FIRST = ("4E1A2303.JPG", 125)
CLOCKLESS = {"no_date", "no_date_unmarked", "stopped_clock"}
RENAMED = {"renamed_in_order", "renamed_without_numbers", "pixel", "pixel_raw", "chance", "chance_judging"}


def frames_of(shoot: Shoot) -> dict[str, Frame]:
    """The frames by path."""
    return {frame.path: frame for frame in shoot.frames}


# --- the kinds ---


def test_there_are_many_kinds_and_some_never_tune_the_rule() -> None:
    """At least forty kinds exist, about a third of them only judges, and tuning and judging never share a seed."""
    held_out = [kind for kind in KINDS.values() if kind.judging_only]
    assert len(KINDS) >= 40
    assert 0.25 <= len(held_out) / len(KINDS) <= 0.45
    assert not set(TUNING) & set(JUDGING)
    assert all(kind.says for kind in KINDS.values())


@EVERY_KIND
def test_a_seed_gives_one_shoot(kind: Kind) -> None:
    """Equal seeds give equal shoots, and different seeds different ones."""
    assert kind.shoot(3) == kind.shoot(3)
    assert kind.shoot(3) != kind.shoot(4)


def test_a_seed_gives_the_same_shoot_in_every_process() -> None:
    """A shoot depends on its kind and seed alone, not on Python's hash seed."""
    shoot = KINDS["canon"].shoot(1)
    assert (shoot.frames[0].path, len(shoot.frames)) == FIRST


@EVERY_KIND
def test_every_frame_has_one_place(kind: Kind) -> None:
    """Every file is in exactly one true set, or is a single photo, a variant or a derived picture."""
    for seed in SEEDS:
        shoot = kind.shoot(seed)
        paths = [path for some in shoot.sets for path in some.paths]
        paths += [*shoot.singles, *shoot.variants, *shoot.derived]
        assert sorted(paths) == [frame.path for frame in shoot.frames]
        assert len(set(paths)) == len(paths)
        assert all(len(some.paths) > 1 for some in shoot.sets)
        assert set(shoot.variants.values()).isdisjoint(shoot.variants)


@EVERY_KIND
def test_exposures_are_those_that_cameras_write(kind: Kind) -> None:
    """Shutter times, apertures and ISO are nominal thirds of a stop; phones and drones write measured times."""
    for frame in kind.shoot(5).frames:
        is_odd = frame.body.startswith(("DJI", "Google", "Apple"))
        assert is_odd or frame.exposure_s in SHUTTER.values()
        assert frame.f_number in APERTURES
        assert frame.iso in ISOS


@EVERY_KIND
def test_a_set_repeats_an_exposure_only_at_a_limit(kind: Kind) -> None:
    """The frames of a set have different exposures, except at the longest or shortest time of the camera."""
    for seed in SEEDS:
        shoot = kind.shoot(seed)
        frames = frames_of(shoot)
        for some in shoot.sets:
            looks = [(frames[path].exposure_s, frames[path].iso) for path in some.paths]
            repeated = {look for look in looks if looks.count(look) > 1}
            assert all(seconds is not None and (seconds >= 30 or seconds <= 1 / 4000) for seconds, _ in repeated)


@EVERY_KIND
def test_numbers_rise_within_a_set(kind: Kind) -> None:
    """File numbers rise in shooting order, until a folder is full."""
    for seed in SEEDS if kind.name not in RENAMED else ():
        for some in kind.shoot(seed).sets:
            numbers = [Frame(path).file_number or 0 for path in some.paths]
            assert all(before < after or after < 10 for before, after in pairwise(numbers))


@EVERY_KIND
def test_time_never_runs_back(kind: Kind) -> None:
    """A body's frames have rising times in the order of their numbers, except when its clock was changed."""
    for seed in SEEDS if kind.name not in RENAMED | CLOCKLESS | {"two_bodies_in_one_folder"} else ():
        shoot = kind.shoot(seed)
        back = [after.time < before.time for row in by_body(shoot) for before, after in pairwise(row)]
        assert sum(back) <= (kind.name == "clock_changed")


def by_body(shoot: Shoot) -> list[list[Frame]]:
    """The frames of each body's sets in shooting order. Bodies of one model have a card each."""
    known = frames_of(shoot)
    bodies: dict[tuple[str, str], list[Frame]] = defaultdict(list)
    for some in shoot.sets:
        frames = [known[path] for path in some.paths]
        bodies[frames[0].body, frames[0].card.partition("/")[0]] += frames
    return list(bodies.values())


@EVERY_KIND
def test_exposures_take_their_time(kind: Kind) -> None:
    """The next frame of a set begins after the exposure before it has ended, within the clock's resolution."""
    for seed in SEEDS if kind.name not in CLOCKLESS else ():
        shoot = kind.shoot(seed)
        frames = frames_of(shoot)
        for some in shoot.sets:
            for before, after in pairwise(frames[path] for path in some.paths):
                open_s = min(before.shutter, after.shutter)
                assert after.time - before.time >= 0.93 * open_s - 1.0


# --- parts of the simulation ---


def test_orders_of_a_bracket() -> None:
    """Each order has every level once."""
    assert levels(5, "0-+") == (0, -1, 1, -2, 2)
    assert levels(5, "0+-") == (0, 1, -1, 2, -2)
    assert levels(5, "0-+ far") == (0, -2, -1, 1, 2)
    assert levels(3, "-0+") == (-1, 0, 1)
    assert levels(4, "+0-") == (1, 0, -1, -2)


def test_an_exposure_meets_the_scene() -> None:
    """The metered exposure of EV 15 at f/16 and ISO 100 is 1/125 s (the sunny 16 rule)."""
    assert metered(15, APERTURES.index(16.0), 0, 39).seconds == pytest.approx(1 / 125)


def test_shutter_times_stop_at_the_limits() -> None:
    """A bracket repeats 30 s and the shortest time instead of going beyond."""
    bracket = Bracketing(3, 9, "-0+")
    assert [bracket.exposure(Exposure(-12, 9), offset, 39).seconds for offset in bracket.offsets] == [2, 15, 30]
    assert bracket.exposure(Exposure(36, 9), -9, 39).seconds == pytest.approx(1 / 8000)

"""Single arrivals at the limits of the promises."""

from __future__ import annotations

import pytest

from tests.shell.arrivals import names, writers
from tests.shell.arrivals.kinds import plan_of
from tests.shell.arrivals.plan import FIXED, End, Hearing, Pace, Plan
from tests.shell.arrivals.promises import judge, last_moment
from tests.shell.arrivals.watch import Watched
from tests.shell.arrivals.writers import Photo, Step

FIRST, SECOND = Photo("IMG_1.NEF", 50_000_000, -600.0), Photo("IMG_2.NEF", 50_000_000, -590.0)


def planned(what: str) -> Plan:
    """An empty arrival, in a folder with a quiet period of one minute."""
    plan = Plan(what, 0)
    plan.quiet, plan.hearing = FIXED, Hearing()
    return plan


def test_a_disk_that_hangs_while_photos_are_looked_into_ends_nothing() -> None:
    """If the disk does not respond while photos are checked, the shoot is checked again later and then locked."""
    plan = planned("a disk that hangs")
    plan.play(writers.at_once([FIRST, SECOND]))
    until = plan.done_at = FIXED.base + 100
    plan.look_hangs = lambda now: now < until
    assert judge(plan).broken == ()


def test_what_happens_while_photos_are_looked_into_is_seen() -> None:
    """If a stalled photo is completed between the last scan and its check, the shoot waits for the next photo."""
    plan = planned("completed between scan and look")
    plan.pace = Pace(look=1.0)
    end = plan.play(writers.preallocated(FIRST, [FIXED.base + 0.7], seen=False))
    plan.play(writers.in_place(SECOND, [1.0]), end + 5)
    assert judge(plan).broken == ()


@pytest.mark.parametrize("pattern", [*names.PLACEHOLDERS, "dataless", ".{name}.{mix}"])
def test_a_shoot_of_which_nothing_was_brought_says_so(pattern: str) -> None:
    """A folder with placeholders or files in flight but no photo waits, and the reason names these files."""
    plan = planned("nothing but placeholders")
    name = FIRST.path if pattern == "dataless" else plan.name(FIRST, pattern)
    plan.play([Step(0, writers.create(name, 200, 200, dataless=pattern == "dataless"))])
    plan.end, plan.named = End.HELD, frozenset({name})
    assert judge(plan).broken == ()


def test_how_a_photo_was_taken_is_read_once() -> None:
    """If a shoot waits for the rest of a set and then gets it, each photo's exposure is read only once."""
    plan = plan_of("the rest of a bracket set after a long pause", 1)
    watched = Watched(plan)
    watched.run(last_moment(plan) + 1.0)
    assert watched.locks
    assert sorted(watched.read) == sorted(photo.path for photo in watched.found.photos)


def test_a_disk_that_hangs_while_sets_are_checked_ends_nothing() -> None:
    """If the disk hangs between checking photos and reading their exposures, the shoot is locked later."""
    plan = plan_of("a bracket set that stays incomplete", 2)
    plan.quiet, plan.hearing, plan.pace = FIXED, Hearing(), Pace(look=1.0)
    plan.look_hangs = lambda now: FIXED.base + 10 < now < FIXED.base + 100
    assert judge(plan).broken == ()

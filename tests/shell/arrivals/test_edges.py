"""Arrivals at the edge of what is promised, one by one."""

from __future__ import annotations

import pytest

from tests.shell.arrivals import names, writers
from tests.shell.arrivals.plan import FIXED, End, Hearing, Pace, Plan
from tests.shell.arrivals.promises import judge
from tests.shell.arrivals.writers import Photo, Step

FIRST, SECOND = Photo("IMG_1.NEF", 50_000_000, -600.0), Photo("IMG_2.NEF", 50_000_000, -590.0)


def planned(what: str) -> Plan:
    """An arrival with nothing in it yet, in a folder with a quiet period of a minute."""
    plan = Plan(what, 0)
    plan.quiet, plan.hearing = FIXED, Hearing()
    return plan


def test_a_disk_that_hangs_while_photos_are_looked_into_ends_nothing() -> None:
    """When a disk does not answer a look into photos, the shoot is looked at again later, and taken then."""
    plan = planned("a disk that hangs")
    plan.play(writers.at_once([FIRST, SECOND]))
    until = plan.done_at = FIXED.base + 100
    plan.look_hangs = lambda now: now < until
    assert judge(plan).broken == ()


def test_what_happens_while_photos_are_looked_into_is_seen() -> None:
    """A stalled photo that is completed between the last scan and the look into it: the next one is waited for."""
    plan = planned("completed between scan and look")
    plan.pace = Pace(look=1.0)
    end = plan.play(writers.preallocated(FIRST, [FIXED.base + 0.7], seen=False))
    plan.play(writers.in_place(SECOND, [1.0]), end + 5)
    assert judge(plan).broken == ()


@pytest.mark.parametrize("pattern", [*names.PLACEHOLDERS, "dataless", ".{name}.{mix}"])
def test_a_shoot_of_which_nothing_was_brought_says_so(pattern: str) -> None:
    """A folder that has placeholders, or files in flight, and no photo yet, waits and names them."""
    plan = planned("nothing but placeholders")
    name = FIRST.path if pattern == "dataless" else plan.name(FIRST, pattern)
    plan.play([Step(0, writers.create(name, 200, 200, dataless=pattern == "dataless"))])
    plan.end, plan.named = End.HELD, frozenset({name})
    assert judge(plan).broken == ()

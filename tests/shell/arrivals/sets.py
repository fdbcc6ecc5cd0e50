"""Kinds of arrivals with bracket sets that the camera marks."""

from __future__ import annotations

from daemon.grouping import Frame
from tests.shell.arrivals import writers
from tests.shell.arrivals.plan import DANGLING, Draw, Plan
from tests.shell.arrivals.writers import Photo, one_by_one

OFFSETS = ((0.0, -2.0, 2.0), (-2.0, 0.0, 2.0), (0.0, -4.0, -2.0, 2.0, 4.0), (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0))
"""Auto exposure bracketing as cameras are set to it: offsets in EV, in the order of the frames."""

JUNE = 1_717_243_200.0
"""When the shoots begin, in seconds from 1970."""


def _shoot(plan: Plan) -> list[list[Photo]]:
    """Three or more sets of one camera that marks them, numbers them, or does neither."""
    draw, offsets = plan.random, plan.random.choice(OFFSETS)
    way, taken = draw.choice(("values", "numbers", "neither")), JUNE
    sets = []
    for _ in range(draw.randint(4, 6)):
        photos = [plan.photo("CR3", "DCIM/100CANON/") for _ in offsets]
        taken += draw.uniform(20, 90)
        metered = draw.choice((1 / 15, 1 / 60, 1 / 250))
        for number, (photo, offset) in enumerate(zip(photos, offsets, strict=True), 1):
            taken += 0.5
            plan.frames[photo.path] = Frame(
                photo.path,
                body="Canon EOS R5 1",
                taken_at=taken,
                exposure_s=metered * 2.0**offset,
                resolution_s=0.01,
                aeb=None if way == "neither" else True,
                value_ev=offset if way == "values" else None,
                number=number if way == "numbers" else None,
                length=len(offsets) if way == "numbers" else None,
            )
        sets.append(photos)
    return sets


def _comes_later(plan: Plan) -> None:
    """A copy pauses within the last set, for longer than the quiet period but less than five minutes beyond it."""
    *before, last = _shoot(plan)
    here = plan.random.randint(2, len(last) - 1)
    first = [photo for one in before for photo in one] + last[:here]
    end = plan.play(one_by_one([writers.in_place(photo, [0.2]) for photo in first], [0.2] * (len(first) - 1)))
    at = end + plan.quiet.base + plan.random.uniform(0.1, 0.9) * DANGLING
    rest = [writers.in_place(photo, plan.pieces()) for photo in last[here:]]
    plan.play(one_by_one(rest, plan.breaths(len(rest) - 1)), at)


def _in_any_order(plan: Plan) -> None:
    """A sync client brings complete sets in any order with pauses. No pause is a reason to wait longer."""
    photos = [photo for one in _shoot(plan) for photo in one]
    plan.random.shuffle(photos)
    work = [writers.under(plan.name(photo, ".{name}.{mix}"), photo, [0.5]) for photo in photos]
    plan.play(one_by_one(work, plan.breaths(len(work) - 1)))


def _never_comes(plan: Plan) -> None:
    """The last photo of the last set was deleted in the camera, or its card is lost."""
    photos = [photo for one in _shoot(plan) for photo in one][:-1]
    plan.play(writers.at_once(photos))
    plan.lacking = True


KINDS: dict[str, Draw] = {
    "the rest of a bracket set after a long pause": _comes_later,
    "bracket sets in any order, whole": _in_any_order,
    "a bracket set that stays incomplete": _never_comes,
}
"""Every kind by what it is."""

"""Arrivals that look complete too early, or that a person declares complete.

A pause longer than the quiet period between two complete photos looks like the end. So does a pause within a file of an
unknown format. Everything after the pause is late. Each late photo must still be in an order. A file that was sent
unfinished must differ afterwards, so that the sender can notice it.
"""

from __future__ import annotations

from tests.shell.arrivals import writers
from tests.shell.arrivals.disk import UNTOLD
from tests.shell.arrivals.plan import Draw, End, Plan
from tests.shell.arrivals.writers import Step, one_by_one


def _pause_between_cards(plan: Plan) -> None:
    first, second = plan.photos(1, 4), plan.photos(1, 4)
    end = plan.play(one_by_one([writers.in_place(p, plan.pieces()) for p in first], plan.breaths(len(first) - 1)))
    at = end + plan.random.uniform(1.5, 20) * plan.quiet.base
    plan.play(one_by_one([writers.in_place(p, plan.pieces()) for p in second], plan.breaths(len(second) - 1)), at)
    plan.end = End.LATER


def _stalled_unknown(plan: Plan) -> None:
    photos = plan.photos(1, 3, sorted(UNTOLD))
    plan.play(one_by_one([writers.in_place(p, plan.stalled()) for p in photos], plan.breaths(len(photos) - 1)))
    plan.end = End.LATER


def _ready(plan: Plan) -> None:
    """A person adds ``.ready`` while photos arrive, some under temporary names and some with stalls."""
    photos = plan.photos(2, 5)
    work = [
        writers.under(plan.name(photo, ".{name}.{mix}"), photo, plan.pieces())
        if plan.random.random() < 0.5
        else writers.in_place(photo, plan.stalled())
        for photo in photos
    ]
    end = plan.play(one_by_one(work, plan.breaths(len(work) - 1)))
    plan.play([Step(0, writers.create(".ready", 0))], plan.random.uniform(0, 1.2) * end)
    plan.end = End.BY_PERSON


KINDS: dict[str, Draw] = {
    "beyond: a long pause between two cards": _pause_between_cards,
    "beyond: a long stall in an unknown format": _stalled_unknown,
    "beyond: a person's .ready before the end": _ready,
}
"""Every kind by what it is."""

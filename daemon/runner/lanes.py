"""Which steps may be under way at once: lanes of a width, who goes next, and steps that exclude each other.

All orders share the lanes. So that no slow order keeps the others waiting:

1. Of the orders that wait for a lane, the one with the fewest steps in it goes next; among equals, the one that waited
   longest.
2. A step that lasts long does not count any more for an order with no step in that lane: such an order goes in beside
   it, as far as ``Lane.most`` allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from daemon.order import facts

UPLOAD_STEPS = (facts.Register, facts.Upload)


@dataclass(frozen=True, slots=True)
class Lane:
    """How many steps a lane holds: ``width``, and with those that last longer than ``long`` seconds up to ``most``."""

    width: int
    long: float
    most: int


@dataclass(frozen=True, slots=True)
class Held:
    """A step in a lane: whose it is, and since when, in monotonic seconds."""

    order_id: str
    since: float


CALLS = Lane(width=4, long=10.0, most=32)
"""Short calls. Many may be stuck at once without harm: they carry next to nothing."""


def lanes(*, uploads: int, downloads: int) -> dict[str, Lane]:
    """The lanes by name. Only one transfer more than the settings say is begun beside slow ones."""
    return {
        "uploads": Lane(uploads, 30.0, uploads + 1),
        "downloads": Lane(downloads, 30.0, downloads + 1),
        "calls": CALLS,
    }


def lane(step: facts.Step) -> str:
    """Which lane a step takes: uploads, downloads, or short calls."""
    if isinstance(step, UPLOAD_STEPS):
        return "uploads"
    return "downloads" if isinstance(step, facts.Fetch) else "calls"


def goes_next(of: Lane, held: Sequence[Held], waiting: Sequence[str], now: float) -> int | None:
    """Which of the orders that wait, longest first, may enter a lane now; None if none may."""
    steps = {order_id: sum(one.order_id == order_id for one in held) for order_id in waiting}
    may = [number for number, order_id in enumerate(waiting) if _admits(of, held, steps[order_id], now)]
    return min(may, key=lambda number: steps[waiting[number]], default=None)


def _admits(of: Lane, held: Sequence[Held], own: int, now: float) -> bool:
    if len(held) < of.width:
        return True
    brief = sum(now < one.since + of.long for one in held)
    return own == 0 and brief < of.width and len(held) < of.most


def next_change(of: Lane, held: Sequence[Held], now: float) -> float | None:
    """In how many seconds the next step counts as long, so that others may enter; None if there is none to come."""
    waits = (one.since + of.long - now for one in held)
    return min((wait for wait in waits if wait > 0), default=None)


def excluded(step: facts.Step, under_way: list[facts.Step]) -> bool:
    """Two steps never concern the same bracket or image at once, and a look at the whole waits for its parts."""
    match step:
        case facts.Register(number) | facts.Upload(number):
            return any(isinstance(other, UPLOAD_STEPS) and other.bracket == number for other in under_way)
        case facts.Fetch(image) | facts.Place(image):
            return any(isinstance(other, facts.Fetch | facts.Place) and other.image == image for other in under_way)
        case facts.Discard():
            return False
        case _:
            return bool(under_way)

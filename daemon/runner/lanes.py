"""Which steps may be under way at once: the lanes, which order is next, and steps that exclude each other.

All orders share the lanes. Two rules keep a slow order from delaying the others:

1. The next place goes to the order with the fewest steps in the lane; among equals, to the one that waited longest.
2. A step that has run longer than ``Lane.long`` no longer keeps out an order with no step in the lane. Such an order
   may enter until the lane holds ``Lane.most`` steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from daemon.order import steps

UPLOAD_STEPS = (steps.Register, steps.Upload)


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane holds ``width`` steps, or up to ``most`` if some have run longer than ``long`` seconds."""

    width: int
    long: float
    most: int


@dataclass(frozen=True, slots=True)
class Held:
    """A step in a lane: its order, and when it entered, in monotonic seconds."""

    order_id: str
    since: float


CALLS = Lane(width=4, long=10.0, most=32)
"""Short calls. Many may be stuck at once without harm, because they transfer almost no data."""


def lanes(*, uploads: int, downloads: int) -> dict[str, Lane]:
    """The lanes by name. Slow transfers let only one more transfer begin than the settings allow."""
    return {
        "uploads": Lane(uploads, 30.0, uploads + 1),
        "downloads": Lane(downloads, 30.0, downloads + 1),
        "calls": CALLS,
    }


def lane(step: steps.Step) -> str:
    """The name of a step's lane: uploads, downloads or calls."""
    if isinstance(step, UPLOAD_STEPS):
        return "uploads"
    return "downloads" if isinstance(step, steps.Fetch) else "calls"


def goes_next(of: Lane, held: Sequence[Held], waiting: Sequence[str], now: float) -> int | None:
    """The index in ``waiting`` (longest wait first) of the order that may enter a lane now; None if no order may."""
    steps = {order_id: sum(one.order_id == order_id for one in held) for order_id in waiting}
    may = [number for number, order_id in enumerate(waiting) if _admits(of, held, steps[order_id], now)]
    return min(may, key=lambda number: steps[waiting[number]], default=None)


def _admits(of: Lane, held: Sequence[Held], own: int, now: float) -> bool:
    if len(held) < of.width:
        return True
    brief = sum(now < one.since + of.long for one in held)
    return own == 0 and brief < of.width and len(held) < of.most


def next_change(of: Lane, held: Sequence[Held], now: float) -> float | None:
    """Seconds until the next step counts as long, so that others may enter; None if no step will."""
    waits = (one.since + of.long - now for one in held)
    return min((wait for wait in waits if wait > 0), default=None)


def excluded(step: steps.Step, under_way: list[steps.Step]) -> bool:
    """True if a step must wait for the steps under way: no two work on the same bracket or image at once."""
    match step:
        case steps.Register(number) | steps.Upload(number):
            return any(isinstance(other, UPLOAD_STEPS) and other.bracket == number for other in under_way)
        case steps.Fetch(image) | steps.PlacePicture(image):
            return any(
                isinstance(other, steps.Fetch | steps.PlacePicture) and other.image == image for other in under_way
            )
        case steps.Preview(image):
            return any(isinstance(other, steps.Preview) and other.image == image for other in under_way)
        case steps.Discard():
            return False
        case _:
            return bool(under_way)

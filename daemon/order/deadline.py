"""How long the service keeps an order's images, and the warnings before that time ends.

The vendor promises to keep brackets and images for 24 hours. An order that waits longer after its merge may lose images
that are not bought yet. Which warning an order shows depends only on its stored times: ``Times.updated_at`` is when a
fact last changed it. So each warning is given once, also across restarts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from daemon.order.hold import CHOICES
from daemon.order.image import NOT_WANTED, ImageState
from daemon.order.phase import Phase
from daemon.order.problem import APPROVE, RETRY, Code, Problem

if TYPE_CHECKING:
    from daemon.order.order import Order

KEPT_FOR = 24 * 3600.0
"""Seconds for which the vendor promises to keep images after the merge (its documentation)."""

SAFE = (ImageState.FETCHED, ImageState.PLACED, *NOT_WANTED)
"""States of images that no longer depend on the service: they are on disk, or nobody wants them."""


class Remaining(StrEnum):
    """How close the deadline is. The order of the members is the order in time."""

    FAR = "more than 6 h left"
    NEAR = "6 h or less left"
    CLOSE = "1 h or less left"
    PASSED = "passed"

    def is_after(self, other: Remaining) -> bool:
        """True if this stage comes later in time than the other one."""
        return list(Remaining).index(self) > list(Remaining).index(other)


@dataclass(frozen=True, slots=True)
class DeadlineNear:
    """The fact that an order's deadline is near or has passed."""

    remaining: Remaining


BEFORE = {Remaining.NEAR: 6 * 3600.0, Remaining.CLOSE: 3600.0, Remaining.PASSED: 0.0}
"""Seconds before the deadline at which each stage begins."""


def deadline(order: Order) -> float | None:
    """Until when the service promises to keep the images of an order that it still needs, in epoch seconds.

    None before the merge, after the order ended, and once every wanted image is on disk. A person's retry of failed
    images starts the time again. ``status --json`` has the same condition in SQL.
    """
    since = order.times.reopened_at or order.merge.asked_at
    if since is None or not order.merge.requested or order.phase in (Phase.DOWNLOADED, Phase.SKIPPED, Phase.CANCELLED):
        return None
    return since + KEPT_FOR if any(i.state not in SAFE for i in order.images) or not order.images else None


def remaining(order: Order, now: float) -> Remaining:
    """How close an order's deadline is. FAR if it has none."""
    until = deadline(order)
    if until is None:
        return Remaining.FAR
    begun = (one for one, before in BEFORE.items() if now >= until - before)
    return max(begun, key=list(Remaining).index, default=Remaining.FAR)


def warned(order: Order) -> Remaining:
    """The stage that the stored order shows: that of its last change."""
    return remaining(order, order.times.updated_at)


def next_warning(order: Order) -> float | None:
    """When the next stage of an order begins, in epoch seconds; None if there is none."""
    until, shown = deadline(order), warned(order)
    if until is None:
        return None
    return min((until - before for one, before in BEFORE.items() if one.is_after(shown)), default=None)


def kept_until(moment: float) -> str:
    """A deadline in words, in UTC."""
    until = datetime.fromtimestamp(moment, UTC)
    return f"{until.day} {until:%b %Y, %H:%M} UTC"


def way_on(order: Order) -> str | None:
    """The command with which an order continues before its deadline; None if it continues without one."""
    if order.purchase.over_limit or order.hold_kind in CHOICES:
        return APPROVE
    return RETRY if order.phase is Phase.HELD or order.troubles else None


def came_nearer(order: Order, fact: DeadlineNear, now: float) -> Order:
    """Record that the deadline is nearer than the stored order shows. A late or repeated fact changes nothing."""
    current = remaining(order, now)
    return replace(order) if fact.remaining is current and current.is_after(warned(order)) else order


def problem(order: Order) -> Problem | None:
    """The message about an order's deadline: always for a held order, for others once a warning is due."""
    until, now = deadline(order), warned(order)
    if until is None or (now is Remaining.FAR and order.phase is not Phase.HELD):
        return None
    promise = f"the vendor promises to keep the images for 24 hours, until {kept_until(until)}"
    command = way_on(order)
    goes_on = f"`{command} SHOOT` continues the order" if command else "bracketd continues by itself"
    match now:
        case Remaining.FAR:
            return Problem(Code.DEADLINE, f"{promise}. {goes_on}")
        case Remaining.PASSED:
            text = f"the vendor promised to keep the images until {kept_until(until)}. It may have deleted them"
            return Problem(
                Code.DEADLINE_PASSED, f"{text}. {goes_on} with what is left. If nothing is, {_new_order(order)}"
            )
        case _:
            left = "less than 1 hour is left" if now is Remaining.CLOSE else "less than 6 hours are left"
            text = f"{left}: {promise}. After that it may delete them, and the shoot must be sent again"
            return Problem(Code.DEADLINE_NEAR, f"{text}. {goes_on}")


def _new_order(order: Order) -> str:
    """How the photos of lost images are sent again. If it is not known which those are, the whole shoot is sent."""
    bought = sum(image.fetched_at is not None for image in order.images)
    if not bought or all(image.brackets for image in order.images if image.state not in SAFE):
        return "`bracketd dismiss SHOOT` and then `bracketd submit SHOOT` send their photos as a new order"
    again = "`bracketd dismiss SHOOT` and then `bracketd submit SHOOT --again` send the shoot as a new order"
    return f"{again}, and buy {bought} image(s) again"


CODES = frozenset({Code.DEADLINE, Code.DEADLINE_NEAR, Code.DEADLINE_PASSED})
"""The codes of messages about a deadline."""

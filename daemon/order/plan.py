"""The images that an order should become, and how the service is asked for them.

| grouping | flow | the request |
|---|---|---|
| automatic, or a fixed number | any | as the setting says |
| sets, folders | brackets | the planned sets |
| sets, folders | images | a fixed number, if every set is certain, of one size, and cut as planned; else automatic |
| sets, folders, without a plan of every bracket | any | automatic |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from daemon.order.order import Order
from daemon.order.planned import PlannedImage
from daemon.shoot.sets import Confidence

NOT_SENT = (
    "The service decides which photos become one picture, because `flow: images` cannot send these sets. Set "
    "`flow: brackets` to send the sets that `bracketd plan` shows"
)
"""The note of an order whose planned sets cannot be sent."""


@dataclass(frozen=True, slots=True)
class GroupingRequest:
    """How the service is asked to group. None for both: automatically. ``sets`` has numbers of brackets."""

    per_image: int | None = None
    sets: tuple[tuple[int, ...], ...] | None = None


def grouping_request(order: Order) -> GroupingRequest:
    """The request for an order: see the table at the top. Brackets that are left out are not part of their sets."""
    if order.preset.grouping == "automatic":
        return GroupingRequest(order.preset.per_image)
    planned = images_planned(order)
    if sorted(number for one in planned for number in one.brackets) != sorted(order.sent):
        return GroupingRequest()
    if order.flow == "brackets":
        return GroupingRequest(sets=tuple(image.brackets for image in planned))
    return GroupingRequest(_fixed_number(order, planned))


def images_planned(order: Order) -> tuple[PlannedImage, ...]:
    """The planned images, with the brackets that are still sent."""
    sent = frozenset(order.sent)
    left = (PlannedImage(tuple(n for n in one.brackets if n in sent), one.confidence) for one in order.plan)
    return tuple(one for one in left if one.brackets)


def shifts_sets(order: Order) -> bool:
    """True if a fixed number no longer cuts the brackets into the planned sets, because one of them was left out."""
    *before, _last = [len(one.brackets) for one in images_planned(order)] or [0]
    return order.preset.per_image is not None and any(size != order.preset.per_image for size in before)


def with_note(order: Order) -> Order:
    """The order; with a note if its planned sets cannot be sent."""
    if not loses_sets(order) or NOT_SENT in order.notes:
        return order
    return replace(order, notes=(*order.notes, NOT_SENT))


def loses_sets(order: Order) -> bool:
    """True if the planned sets of an order cannot be sent, so that the service decides."""
    decides = order.preset.grouping != "automatic" and order.flow == "images" and bool(order.plan)
    return decides and grouping_request(order) == GroupingRequest()


def _fixed_number(order: Order, planned: Iterable[PlannedImage]) -> int | None:
    """The fixed number with which the service cuts the brackets into the planned sets; None if there is none.

    The service sorts by capture time. What it does with equal times is not known, so no set may begin at the time at
    which another ends.
    """
    sets = [one.brackets for one in planned if one.confidence is Confidence.CERTAIN]
    sizes = {len(brackets) for brackets in sets}
    if len(sizes) != 1 or sum(map(len, sets)) != len(order.sent):
        return None
    (size,) = sizes
    times = sorted(sorted(_time(order, number) for number in brackets) for brackets in sets)
    apart = all(before[-1] < after[0] for before, after in pairwise(times))
    return size if apart else None


def _time(order: Order, number: int) -> float:
    """A bracket's capture time by the camera's clock in seconds, 0 if it is not known."""
    shot = order.brackets[number].shot
    return (shot.second or 0) + (shot.fraction or 0.0)

"""The images that an order should become, and how the service is asked for them.

| grouping | flow | the request |
|---|---|---|
| automatic, or a fixed number | any | as the setting says |
| sets, folders | brackets | the planned sets |
| sets, folders | images | a fixed number, if every set is certain, of one size, and cut as planned; else automatic |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from daemon.order.order import Order
from daemon.order.planned import PlannedImage
from daemon.shoot.confidence import Confidence
from daemon.shoot.shot import counted

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
    if not planned:
        return GroupingRequest()
    if order.flow == "brackets":
        return GroupingRequest(sets=tuple(image.brackets for image in planned))
    return GroupingRequest(_fixed_number(order, planned))


def images_planned(order: Order) -> tuple[PlannedImage, ...]:
    """The planned images, with the brackets that are still sent."""
    sent = frozenset(order.sent)
    left = (PlannedImage(tuple(n for n in one.brackets if n in sent), one.confidence) for one in order.plan)
    return tuple(one for one in left if one.brackets)


def loses_sets(order: Order) -> bool:
    """True if the planned sets of an order cannot be sent, so that the service decides."""
    return order.preset.grouping != "automatic" and bool(order.plan) and grouping_request(order) == GroupingRequest()


def _fixed_number(order: Order, planned: Iterable[PlannedImage]) -> int | None:
    """The number that makes the service cut the brackets into the planned sets; None if there is none."""
    sets = [one.brackets for one in planned if one.confidence is Confidence.CERTAIN]
    sizes = {len(brackets) for brackets in sets}
    if len(sizes) != 1 or sum(map(len, sets)) != len(order.sent):
        return None
    (size,) = sizes
    by_time = sorted(order.sent, key=lambda number: _moment(order, number))
    cut = {frozenset(by_time[begin : begin + size]) for begin in range(0, len(by_time), size)}
    return size if cut == {frozenset(brackets) for brackets in sets} else None


def _moment(order: Order, number: int) -> tuple[float, int]:
    """What the service sorts by: capture time with its fraction, then the number in the file's name."""
    bracket = order.brackets[number]
    count = counted(bracket.path)
    return (bracket.shot.second or 0) + (bracket.shot.fraction or 0.0), count[1] if count is not None else 0

"""Finds the part that photos of a shoot belong to, after the shoot was split into its properties."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from daemon.order.again import Judged
from daemon.order.bracket import Bracket
from daemon.order.naming import names_of
from daemon.order.order import Order
from daemon.order.sent import Sent
from daemon.shoot.shot import CLOCK_SET


def part_of_photos(orders: Sequence[Order], photos: Iterable[Bracket]) -> Order | None:
    """The part that all these photos belong to; None if it is not known, or if the shoot was not split.

    A photo belongs to the part that has its content or frame, or else to the one nearest in time. ``orders`` are those
    of the shoot, newest first. Of several orders of the part, the newest that is not a supplement is returned.
    """
    parts = [(Sent(order), _span(order)) for order in orders if order.source.part is not None]
    found = {_part(parts, photo) for photo in photos} if parts else set()
    number = found.pop() if len(found) == 1 else None
    theirs = [sent.order for sent, _ in parts if _number(sent.order) == number]
    return next((order for order in theirs if order.source.supplement_of is None), next(iter(theirs), None))


def to_part(judged: Judged, orders: Sequence[Order], why: str | None) -> tuple[Judged, str | None]:
    """Late photos with the order of their part instead of the one that they were compared with, and why they are held.

    ``why`` is the reason that holds late photos of any shoot, if there is one.
    """
    before = judged.before
    if before is None or before.source.part is None or all(order.id != before.id for order in orders):
        return judged, why  # the shoot was not split, or was sent as one order again
    part = part_of_photos(orders, judged.new)
    if part is not None:
        return replace(judged, before=part), why
    names = names_of([bracket.path for bracket in judged.new])
    unclear = (
        f"{len(judged.new)} photo(s) came after the shoot was split, and do not belong to one of its parts: {names}. "
        f"`bracketd approve` sends them with the pictures of “{before.source.shoot}”"
    )
    return judged, why or unclear


def _part(parts: Sequence[tuple[Sent, tuple[int, int] | None]], photo: Bracket) -> int | None:
    """The number of the part that a photo belongs to; None if neither its content nor a time tells."""
    for sent, _ in parts:
        if sent.with_content(photo) or sent.of_frame(photo):
            return _number(sent.order)
    time = photo.shot.second
    if time is None or time < CLOCK_SET:
        return None
    apart = [(max(span[0] - time, time - span[1], 0), _number(sent.order)) for sent, span in parts if span is not None]
    nearest = {number for distance, number in apart if distance == min(apart)[0]}
    return nearest.pop() if len(nearest) == 1 else None


def _span(order: Order) -> tuple[int, int] | None:
    """The first and last capture time of an order in seconds; None if no photo has one."""
    times = [b.shot.second for b in order.brackets if b.shot.second is not None and b.shot.second >= CLOCK_SET]
    return (min(times), max(times)) if times else None


def _number(order: Order) -> int:
    return order.source.part.number if order.source.part is not None else 0

"""Checks delivery notes: a note counts only if its pictures or the service confirm it.

A note can be outdated, a copy, or written by another program. If such a note counted, its shoot would never be sent and
its pictures would never arrive.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from daemon.notes import missing
from daemon.order import Bracket, Image, ImageState, Order
from daemon.order.found import FoundDelivered, Note
from daemon.order.naming import name_at_service
from daemon.recovery.atservice import AtService
from daemon.service import ImageReport, ImageStatus


@dataclass(frozen=True, slots=True)
class Doubt:
    """An unconfirmed note, and the names of its pictures that are missing or changed."""

    note: Note
    missing: tuple[str, ...]

    @property
    def fact(self) -> FoundDelivered:
        """The fact to record if the note's order is known and not delivered."""
        order = self.note.order
        return FoundDelivered(self.note.path, order.brackets, order.images, self.missing)


@dataclass(slots=True)
class Believed:
    """The delivered orders with a confirmed note, and the unconfirmed notes, both by order id."""

    orders: dict[str, Order] = field(default_factory=dict)
    doubts: dict[str, Doubt] = field(default_factory=dict)


def believed(
    notes: Iterable[Note],
    delivered: Collection[str],
    there: Mapping[str, AtService],
    ask: Callable[[str], AtService | None],
) -> Believed:
    """Divide notes into confirmed and unconfirmed. Notes of ``delivered`` orders, given by id, are ignored.

    ``there`` has the orders that the service lists, by id. ``ask`` requests an order that is not listed and returns
    None if the service does not know it. Pictures are read only if the list does not confirm a note.
    """
    found = Believed()
    for note in notes:
        order_id = note.order.id
        if order_id in delivered or order_id in found.orders:
            continue
        lost: tuple[str, ...] = ()
        if not _is_confirmed(there.get(order_id), note):
            lost = missing(note)
            at_hand = not lost and any(image.state is ImageState.PLACED for image in note.order.images)
            if not at_hand and (order_id in there or not _is_confirmed(ask(order_id), note)):
                found.doubts.setdefault(order_id, Doubt(note, lost))
                continue
        found.orders[order_id] = replace(note.order, source=replace(note.order.source, output=note.folder))
        found.doubts.pop(order_id, None)
    return found


def _is_confirmed(there: AtService | None, note: Note) -> bool:
    return there is not None and confirms(there, note.order)


def confirms(there: AtService, order: Order) -> bool:
    """True if the service shows an order as delivered: it has the same photos, and all its pictures were bought."""
    seen = {image.id: image for image in there.report.images}
    if there.report.merging or there.report.processing or not order.images:
        return False
    if not all(_is_of(name, order.brackets, number, there) for number, name in there.names.items()):
        return False
    return all(_ended(image, seen.get(image.id), dev_mode=order.preset.dev_mode) for image in order.images)


def _is_of(name: str, brackets: tuple[Bracket, ...], number: int, there: AtService) -> bool:
    """True if a name at the service is that of a bracket. The shoot may have had another name when it was sent."""
    if number >= len(brackets):
        return False
    return name.endswith(name_at_service("", brackets[number].path, f"{there.id[:8]}-{number + 1}"))


def _ended(image: Image, seen: ImageReport | None, *, dev_mode: bool) -> bool:
    if seen is None:
        return False
    if image.state is ImageState.FAILED:
        return seen.status is not ImageStatus.PROCESSED or not seen.downloaded
    return seen.downloaded or (dev_mode and seen.status is ImageStatus.PROCESSED)

"""Finds orders, purchases and photos on a shelf."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import chain

from daemon.order import Ended, ImageState, Order, Phase
from daemon.order.archive import UNKNOWN, Entry, Recorded, Unseen
from daemon.order.due import SLACK
from daemon.order.ended import DECLINED
from daemon.shoot.shot import to_json
from daemon.store.known import ALIKE, KnownBy
from tests.stores.shelf import Purchase, Shelf, is_in


def due(shelf: Shelf, now: float, horizon: float) -> list[str]:
    """Ids of the orders whose next step may start."""
    times = ((o.due, o.times.created_at, o.id) for o in shelf.orders.values() if o.due is not None)
    chosen = [one for one in times if _is_due(shelf.orders[one[2]], one[0], now, horizon)]
    return [order_id for _, _, order_id in sorted(chosen, key=lambda one: one[:2])]


def _is_due(order: Order, at: float, now: float, horizon: float) -> bool:
    set_at = order.times.updated_at if order.times.due_set_at is None else order.times.due_set_at
    return at <= now or at > now + horizon or set_at > now + SLACK


def earlier(shelf: Shelf, by: KnownBy) -> list[Order]:
    """The orders that count and share something with a shoot, the newest first."""
    orders, marks, seconds = shelf.newest_first(), frozenset(by.marks) - {""}, frozenset(by.seconds) - {None}
    alike = _most((o.id, sum(b.mark in marks for b in o.brackets)) for o in orders)
    alike |= _most((o.id, sum(to_json(b.shot).get("second") in seconds for b in o.brackets)) for o in orders)
    prints = {by.fingerprint, by.by_name} - {""}
    found = (o for o in orders if o.source.folder == by.folder or o.source.fingerprint in prints or o.id in alike)
    return [order for order in found if shelf.counts(order)]


def recent(shelf: Shelf, root: str, since: float) -> dict[str, float]:
    """The folders in a watched folder whose orders changed since a time, with the time of the last change."""
    live = (o for o in shelf.orders.values() if o.phase is not Phase.CANCELLED and not _is_on_record(shelf, o))
    found = sorted(
        (o.times.updated_at, o.source.folder)
        for o in live
        if o.times.updated_at >= since and is_in(o.source.folder, root)
    )
    return {folder: changed_at for changed_at, folder in found}


def parts(shelf: Shelf) -> tuple[frozenset[str], frozenset[str]]:
    """The output folders that may contain part files, and ids of the images that may need theirs."""
    done = (ImageState.PLACED, ImageState.FAILED, ImageState.DISMISSED, ImageState.NOT_PICKED)
    left = (o for o in shelf.orders.values() if o.phase not in (Phase.SKIPPED, Phase.DOWNLOADED))
    images = chain.from_iterable(o.images for o in shelf.orders.values())
    return frozenset(o.source.output for o in left), frozenset(i.id for i in images if i.state not in done)


def spent(shelf: Shelf, day: float, month: float, order_id: str) -> tuple[int, int]:
    """Images bought since two times, plus those that other orders may already buy."""
    allowed = sum(_may_buy(order) for order in shelf.orders.values() if order.id != order_id)
    times = [(one.at, _dated(shelf, one)) for one in shelf.purchases.values()]
    today, lately = (sum(at >= begin and dated >= begin for at, dated in times) for begin in (day, month))
    return today + allowed, lately + allowed


def skipped_alike(shelf: Shelf, entries: Iterable[Entry]) -> list[Recorded]:
    """The recorded photos of skipped shoots that match one of these by name and size."""
    wanted = {(one.name, size) for one in entries for size in (one.size, UNKNOWN)}
    skipped = (o for o in shelf.orders.values() if o.phase is Phase.SKIPPED)
    found = (Recorded(o.id, photo, o.times.created_at) for o in skipped for photo in shelf.photos.get(o.id, ()))
    alike = (one for one in found if (one.entry.name, one.entry.size) in wanted)
    return sorted(alike, key=lambda one: (one.entry.name, one.entry.size, one.order_id, one.entry.changed_at))


def skipped_in(shelf: Shelf, root: str, *, recorded: bool) -> dict[str, str]:
    """The folders of skipped shoots in a watched folder, each with the id of its order."""
    orders = sorted(
        (o for o in shelf.orders.values() if is_in(o.source.folder, root)), key=lambda order: order.times.created_at
    )
    if recorded:
        found = [o for o in orders if _is_listed(shelf, o) and not _has_newer(shelf, o)]
    else:
        skipped = [o for o in orders if o.phase is Phase.SKIPPED and o.source.same_as is None]
        found = [o for o in skipped if o.id not in shelf.recorded]
    return {order.source.folder: order.id for order in found}


def _is_on_record(shelf: Shelf, order: Order) -> bool:
    """True if a shoot was not skipped as a copy, or its record is complete."""
    return order.phase is Phase.SKIPPED and (order.source.same_as is None or order.id in shelf.recorded)


def _is_listed(shelf: Shelf, order: Order) -> bool:
    """True if a shoot is skipped with a record, or cancelled by a person without another order in its place."""
    if order.standing not in DECLINED:
        return order.phase is Phase.SKIPPED and order.id in shelf.recorded
    others = (
        o for o in shelf.orders.values() if o.source.folder == order.source.folder and o.phase is not Phase.CANCELLED
    )
    return all(o.phase is Phase.SKIPPED and o.id in shelf.recorded for o in others)


def unseen(shelf: Shelf) -> list[Unseen]:
    """The skipped shoots whose photos are not all recorded, the oldest first."""
    skipped = (o for o in shelf.orders.values() if o.phase is Phase.SKIPPED and o.source.same_as is None)
    found = [o for o in skipped if o.id not in shelf.recorded]
    return [
        Unseen(o.id, o.source.shoot, o.times.created_at)
        for o in sorted(found, key=lambda order: order.times.created_at)
    ]


def _most(shares: Iterable[tuple[str, int]]) -> frozenset[str]:
    """The orders that share most, at most ``ALIKE``. Orders that share nothing are left out."""
    counted = Counter({order_id: count for order_id, count in shares if count})
    return frozenset(order_id for order_id, _ in counted.most_common(ALIKE))


def _may_buy(order: Order) -> int:
    """The number of images that an order may already buy."""
    if not order.purchase.within_limits or order.preset.dev_mode or order.stage is not Phase.DOWNLOADING:
        return 0
    return sum(image.state is ImageState.PROCESSED and image.fetched_at is None for image in order.images)


def _dated(shelf: Shelf, purchase: Purchase) -> float:
    """When an image was bought, but not later than the facts written after it."""
    latest = shelf.journal[-1].at if shelf.journal else None
    if latest is not None and purchase.at <= latest:
        return purchase.at
    fetched = (purchase.order_id, purchase.at, "Fetched")
    place = next((n for n, t in enumerate(shelf.journal) if (t.order_id, t.at, t.fact) == fetched), None)
    later = [entry.at for entry in shelf.journal[place + 1 :]] if place is not None else []
    return min(later) if later else purchase.at if latest is None else latest


def _has_newer(shelf: Shelf, order: Order) -> bool:
    """True if the folder of a skipped shoot has a newer order."""
    others = (
        o
        for o in shelf.orders.values()
        if o.source.folder == order.source.folder and o.times.created_at > order.times.created_at
    )
    return any(other.standing is not Ended.CANCELLED_BY_RULE for other in others)

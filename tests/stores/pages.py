"""Searches for orders on a shelf that return a page at a time, and purchases summed by order."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Sequence

from daemon.order import Health, Order, Phase
from daemon.store.pages import Bought, Choices, Filter, is_named, words_of
from daemon.store.reading import LEAST
from tests.stores.shelf import Shelf, is_in


def finds(wanted: Filter, order: Order) -> bool:
    """True if a filter finds an order."""
    text, made = wanted.text.strip(), order.times.created_at
    by_id = len(text) >= LEAST and order.id.startswith(text.casefold())
    return (
        (by_id or is_named(order.source.shoot, words_of(text)))
        and (not wanted.phases or order.phase.value in wanted.phases)
        and (not wanted.healths or order.health.value in wanted.healths)
        and (wanted.folder is None or is_in(order.source.folder, wanted.folder))
        and (wanted.since is None or made >= wanted.since)
        and (wanted.until is None or made < wanted.until)
    )


def latest(orders: list[Order]) -> list[Order]:
    """Orders by their last change, the latest first; those of the same time by id."""
    return sorted(orders, key=lambda order: (-order.times.updated_at, order.id))


def for_a_person(shelf: Shelf) -> list[Order]:
    """The orders that are held or need attention, the held ones first."""
    found = [o for o in shelf.orders.values() if o.phase is Phase.HELD or o.health is Health.ATTENTION]
    return sorted(latest(found), key=lambda order: order.phase is not Phase.HELD)


def choices(shelf: Shelf) -> Choices:
    """The values that occur."""
    every = shelf.orders.values()
    folders = Counter(os.path.dirname(order.source.folder) for order in every)
    months = Counter(time.strftime("%Y-%m", time.localtime(order.times.created_at)) for order in every)
    phases, healths = Counter(o.phase.value for o in every), Counter(o.health.value for o in every)
    newest_first = dict(sorted(months.items(), reverse=True))
    return Choices(dict(sorted(folders.items())), newest_first, dict(phases), dict(healths))


def bought(shelf: Shelf, spans: Sequence[tuple[float, float]]) -> list[Bought]:
    """What each order bought in each span."""
    found = []
    for number, (since, until) in enumerate(spans):
        times: dict[str, list[float]] = {}
        for one in shelf.purchases.values():
            if since <= one.at < until:
                times.setdefault(one.order_id, []).append(one.at)
        for order_id, of in sorted(times.items(), key=lambda one: (min(one[1]), one[0])):
            source = shelf.orders[order_id].source
            names = (source.shoot, source.folder, source.supplement_of)
            found.append(Bought(number, min(of), order_id, *names, len(of), len(of)))
    return found

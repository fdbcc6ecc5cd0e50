"""What several sources know of the orders, made into one order each. Pure: time is an argument.

Rules:

1. The later phase wins, then the later change, then the more trusted source.
2. Whether an order was merged is for the service to say. One that it has merged is only looked at from then on: its
   merge counts as seen, so that no other is ever asked for.
3. One that no source shows as merged goes on where it was, but not before a merge asked for in the daemon's last
   moments would have shown at the service.
4. When the service was not asked, an order that may have been merged meanwhile waits for a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from daemon.order import LINE, Hold, MergeState, Order, Phase, Policy, evolve, facts
from daemon.order.behind import as_merged, inputs
from daemon.order.due import AT_ANY_CLOCK
from daemon.order.hold import CHOICES
from daemon.order.problem import Code, Trouble
from daemon.recovery.atservice import AtService
from daemon.service import ImageSeen, OrderSeen

SHOWS = Policy().idle_grace
"""Seconds after which a merge that was asked for shows at the service."""

UNASKED = (
    "the state was rebuilt without asking the service, which may have merged it already. If the web app shows no "
    "pictures of it, `bracketd retry` lets it go on; else run `bracketd doctor --recover` with the service in reach"
)


class Source(StrEnum):
    """Where an order is known from, the most trusted first."""

    FILE = "the state file"
    COPY = "its copy"
    NOTE = "order.json"
    SERVICE = "the service"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """An order, the source that it was taken from, what was concluded, and whether a person should look at it."""

    order: Order
    source: Source
    why: str = ""
    doubtful: bool = False


def furthest(known: Mapping[Source, Iterable[Order]]) -> dict[str, Rebuilt]:
    """Of each order what is the furthest that a source knows (rule 1), by its id."""
    best: dict[str, Rebuilt] = {}
    for source in Source:
        for order in known.get(source, ()):
            before = best.get(order.id)
            if before is None or _reach(order) > _reach(before.order):
                best[order.id] = Rebuilt(order, source)
    return best


def unmerged(order: Order) -> bool:
    """Whether an order is known as one that waits for its merge, so that the service may know better."""
    return order.merge is MergeState.NOT_ASKED and order.phase not in (Phase.SKIPPED, Phase.CANCELLED)


def checked(rebuilt: Rebuilt, there: AtService | None, *, now: float, written_at: float) -> Rebuilt:
    """An unmerged order after a look at the service (rules 2 and 3); ``there`` is None if it does not know it.

    ``written_at`` is when the daemon last wrote its state.
    """
    order = _let_go(rebuilt.order, now)
    if there is not None and is_merged(order, there.seen):
        return replace(rebuilt, order=merged(order, there.seen, now), why="the service has merged it")
    shows_at = written_at + SHOWS
    if there is None or order.due is None or shows_at <= now:
        return replace(rebuilt, order=order)
    moment = datetime.fromtimestamp(shows_at).astimezone().strftime("%H:%M")
    why = f"goes on at {moment}: only then is it certain that it was not merged"
    waits = replace(order, due=shows_at, due_set_at=AT_ANY_CLOCK, troubles=(Trouble(Code.RECOVERED, why),))
    return replace(rebuilt, order=waits, why=why)


def unchecked(rebuilt: Rebuilt) -> Rebuilt:
    """An unmerged order that the service could not be asked about (rule 4)."""
    order, unasked = rebuilt.order, Trouble(Code.SERVICE_UNASKED, UNASKED)
    if order.hold in CHOICES:  # it waits for a person already, and the service is asked before it goes on
        return rebuilt
    if order.phase is not Phase.HELD:
        order = replace(
            order, phase=Phase.HELD, held_in=order.phase, due=None, troubles=(unasked,), phase_since=order.updated_at
        )
    elif not order.is_in(Code.SERVICE_UNASKED):
        order = replace(order, troubles=(*order.troubles, unasked))
    return replace(rebuilt, order=order, why=UNASKED, doubtful=True)


def _let_go(order: Order, now: float) -> Order:
    """An order that was held because the service could not be asked, now that it was."""
    if order.phase is not Phase.HELD or not order.is_in(Code.SERVICE_UNASKED):
        return order
    troubles = tuple(trouble for trouble in order.troubles if trouble.code is not Code.SERVICE_UNASKED)
    if troubles:
        return replace(order, troubles=troubles)
    return replace(order, phase=order.held_in or order.phase, held_in=None, due=now, troubles=(), phase_since=now)


def taken_up(orders: Sequence[Rebuilt], now: float) -> Iterator[Rebuilt]:
    """The orders, without those that were held for the sake of one that is known now: these end."""
    known = {rebuilt.order.id for rebuilt in orders}
    for rebuilt in orders:
        order = rebuilt.order
        if order.hold is not Hold.UNKNOWN_ORDER or order.unknown_order not in known:
            yield rebuilt
            continue
        why = f"order {order.unknown_order[:8]}, which has these photos, was taken up by the recovery; nothing was sent"
        yield replace(rebuilt, order=evolve(order, facts.Cancelled(why), now=now, policy=Policy()), why=why)


def merged(order: Order, seen: OrderSeen, now: float) -> Order:
    """An order that the service has merged: from here on it is looked at."""
    return as_merged(order, now, merging=seen.merging)


def is_merged(order: Order, seen: OrderSeen) -> bool:
    """Whether the service is at work on an order, or has images of it."""
    return seen.merging or seen.processing or bool(outputs(order, seen))


def outputs(order: Order, seen: OrderSeen) -> tuple[ImageSeen, ...]:
    """The images of an order that are results, and no registered brackets."""
    sent = inputs(order)
    return tuple(image for image in seen.images if image.id not in sent)


def _reach(order: Order) -> tuple[float, float]:
    """How far an order has come, and when it last changed. A merged one is cancelled only if a person dismissed it."""
    if order.phase is Phase.SKIPPED:
        return -1.0, order.updated_at
    if order.phase is Phase.CANCELLED and order.merge is not MergeState.NOT_ASKED:
        return LINE.index(Phase.DOWNLOADED) - 0.5, order.updated_at
    if order.phase is Phase.CANCELLED:
        return LINE.index(Phase.MERGING) - 0.5, order.updated_at
    phase = order.held_in or order.phase
    return float(LINE.index(phase)), order.updated_at

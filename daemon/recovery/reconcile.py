"""Merges what several sources know about each order. Pure: time is an argument.

Rules:

1. The later phase wins, then the later change, then the more trusted source.
2. The service decides if an order was merged. If so, the merge counts as seen, so that it is never requested again,
   and the order is only polled.
3. An order that no source shows as merged continues where it was. It waits until a merge requested just before the
   daemon stopped would be visible at the service.
4. If the service was not asked, an order that may have been merged waits for a person.
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
from daemon.service import ImageReport, OrderReport

SHOWS = Policy().idle_grace
"""Seconds after which a requested merge is visible at the service."""

UNASKED = (
    "the state was rebuilt without asking the service, which may already have merged this order. If the web app shows "
    "no pictures for it, run `bracketd retry` to continue. Otherwise run `bracketd doctor --recover` while the service "
    "is reachable"
)


class Source(StrEnum):
    """The sources of orders, the most trusted first."""

    FILE = "the state file"
    COPY = "its copy"
    NOTE = "order.json"
    SERVICE = "the service"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A rebuilt order, its source, and the conclusion. ``doubtful``: a person should check it."""

    order: Order
    source: Source
    why: str = ""
    doubtful: bool = False


def furthest(known: Mapping[Source, Iterable[Order]]) -> dict[str, Rebuilt]:
    """Each order from the source that knows its furthest progress (rule 1), by order id."""
    best: dict[str, Rebuilt] = {}
    for source in Source:
        for order in known.get(source, ()):
            before = best.get(order.id)
            if before is None or _reach(order) > _reach(before.order):
                best[order.id] = Rebuilt(order, source)
    return best


def unmerged(order: Order) -> bool:
    """True if no source shows the order as merged, so that the service must be asked."""
    return order.merge is MergeState.NOT_ASKED and order.phase not in (Phase.SKIPPED, Phase.CANCELLED)


def checked(rebuilt: Rebuilt, there: AtService | None, *, now: float, written_at: float) -> Rebuilt:
    """Apply rules 2 and 3 to an unmerged order. ``there`` is the order at the service, None if it has none.

    ``written_at`` is when the daemon last wrote to its state, in epoch seconds.
    """
    order = _let_go(rebuilt.order, now)
    if there is not None and is_merged(order, there.report):
        return replace(rebuilt, order=merged(order, there.report, now), why="the service has merged it")
    shows_at = written_at + SHOWS
    if there is None or order.due is None or shows_at <= now:
        return replace(rebuilt, order=order)
    moment = datetime.fromtimestamp(shows_at).astimezone().strftime("%H:%M")
    why = f"continues at {moment}, when it is certain that the order was not merged"
    waits = replace(order, due=shows_at, due_set_at=AT_ANY_CLOCK, troubles=(Trouble(Code.RECOVERED, why),))
    return replace(rebuilt, order=waits, why=why)


def unchecked(rebuilt: Rebuilt) -> Rebuilt:
    """Apply rule 4: hold an unmerged order because the service could not be asked."""
    order, unasked = rebuilt.order, Trouble(Code.SERVICE_UNASKED, UNASKED)
    if order.hold in CHOICES:  # it already waits for a person, and the service is asked before it continues
        return rebuilt
    if order.phase is not Phase.HELD:
        order = replace(
            order, phase=Phase.HELD, held_in=order.phase, due=None, troubles=(unasked,), phase_since=order.updated_at
        )
    elif not order.is_in(Code.SERVICE_UNASKED):
        order = replace(order, troubles=(*order.troubles, unasked))
    return replace(rebuilt, order=order, why=UNASKED, doubtful=True)


def _let_go(order: Order, now: float) -> Order:
    """Release an order that was held because the service could not be asked."""
    if order.phase is not Phase.HELD or not order.is_in(Code.SERVICE_UNASKED):
        return order
    troubles = tuple(trouble for trouble in order.troubles if trouble.code is not Code.SERVICE_UNASKED)
    if troubles:
        return replace(order, troubles=troubles)
    return replace(order, phase=order.held_in or order.phase, held_in=None, due=now, troubles=(), phase_since=now)


def taken_up(orders: Sequence[Rebuilt], now: float) -> Iterator[Rebuilt]:
    """The orders after cancelling those held only because of an order that is now in the state."""
    known = {rebuilt.order.id for rebuilt in orders}
    for rebuilt in orders:
        order = rebuilt.order
        if order.hold is not Hold.UNKNOWN_ORDER or order.unknown_order not in known:
            yield rebuilt
            continue
        why = f"these photos are in order {order.unknown_order[:8]}, which the recovery restored; nothing was sent"
        yield replace(rebuilt, order=evolve(order, facts.Cancelled(why), now=now, policy=Policy()), why=why)


def merged(order: Order, seen: OrderReport, now: float) -> Order:
    """The order in the phase that follows its merge."""
    return as_merged(order, now, merging=seen.merging)


def is_merged(order: Order, seen: OrderReport) -> bool:
    """True if the service is merging or processing an order, or has images of it."""
    return seen.merging or seen.processing or bool(outputs(order, seen))


def outputs(order: Order, seen: OrderReport) -> tuple[ImageReport, ...]:
    """The images at the service that are results, not registered brackets."""
    sent = inputs(order)
    return tuple(image for image in seen.images if image.id not in sent)


def _reach(order: Order) -> tuple[float, float]:
    """A sort key: the order's progress, then its last change. Merged orders are cancelled only by ``dismiss``."""
    if order.phase is Phase.SKIPPED:
        return -1.0, order.updated_at
    if order.phase is Phase.CANCELLED and order.merge is not MergeState.NOT_ASKED:
        return LINE.index(Phase.DOWNLOADED) - 0.5, order.updated_at
    if order.phase is Phase.CANCELLED:
        return LINE.index(Phase.MERGING) - 0.5, order.updated_at
    phase = order.held_in or order.phase
    return float(LINE.index(phase)), order.updated_at

"""When an order's next step is due, by a clock that a person or NTP may set at any time.

A due time is a moment of the wall clock, so that it outlives a restart. It means something only to a clock that goes
on from where it was when the due time was set. A clock that shows an earlier time was set back since: the due time
then lies ahead by as much as the clock was wrong, and counts as now.
"""

from __future__ import annotations

from dataclasses import replace

from daemon.order.model import Order
from daemon.order.policy import Policy

SLACK = 5.0
"""Seconds by which the clock may be set back without a word: NTP does so all the time. A step is late by as much."""

AT_ANY_CLOCK = 0.0
"""As ``due_set_at``: the due time counts although the clock was set back. It is for a wait that guards against a second
merge: too long a wait costs time, too short a one costs money."""


def waits(order: Order, now: float, policy: Policy) -> bool:
    """Whether the next step of an order that is not at rest lies ahead. ``Store.due`` asks the same in SQL."""
    if order.due is None or order.due <= now or order.due > now + policy.longest:
        return False
    return now >= _set_at(order) - SLACK


def with_true_due(order: Order, now: float, policy: Policy) -> Order:
    """The order, due now if its due time does not count any more, so that no rule takes it for a wait."""
    lost = order.due is not None and order.due > now and not waits(order, now, policy)
    return replace(order, due=now) if lost else order


def time_is_doubtful(order: Order, since: float, now: float, longest: float) -> bool:
    """Whether the clock cannot say how long something has lasted: it was set back behind ``since``, or jumped ahead.

    A step that comes more than ``longest`` seconds after its due time looks like such a jump. A machine that slept
    looks the same, and a wait that begins again then does no harm.
    """
    return now < since - SLACK or (order.due is not None and now - order.due > longest)


def dated(order: Order, after: Order, now: float) -> Order:
    """The order after a fact, with the time at which its due time was set."""
    if after.due is None:
        return replace(after, due_set_at=None, updated_at=now)
    return replace(after, due_set_at=now if after.due != order.due else _set_at(order), updated_at=now)


def _set_at(order: Order) -> float:
    """When the due time was set. An order that never had a fact, or is of an older bracketd, was written then."""
    return order.updated_at if order.due_set_at is None else order.due_set_at

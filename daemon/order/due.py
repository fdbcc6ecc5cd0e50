"""Decides when an order's next step is due, although a person or NTP may set the clock at any time.

A due time is a wall-clock time, so it survives a restart. It is valid only if the clock has not been set back since it
was stored. If the clock shows an earlier time than when the due time was set, the due time counts as now.
"""

from __future__ import annotations

from dataclasses import replace

from daemon.order.order import Order
from daemon.order.policy import Policy

SLACK = 5.0
"""Seconds by which the clock may be set back without effect, as NTP often does. A step may be late by this much."""

AT_ANY_CLOCK = 0.0
"""A ``due_set_at`` that keeps the due time valid even if the clock was set back. For a wait that prevents a second
merge: if it is too long it costs time, if it is too short it costs money."""


def waits(order: Order, now: float, policy: Policy) -> bool:
    """True if the next step of an active order is not due yet. ``Store.due`` has the same condition in SQL."""
    if order.due is None or order.due <= now or order.due > now + policy.longest:
        return False
    return now >= _set_at(order) - SLACK


def with_true_due(order: Order, now: float, policy: Policy) -> Order:
    """The order, due now if its due time is no longer valid, so that no rule treats it as a wait."""
    lost = order.due is not None and order.due > now and not waits(order, now, policy)
    return replace(order, due=now) if lost else order


def time_is_doubtful(order: Order, since: float, now: float, longest: float) -> bool:
    """True if the time since ``since`` is unknown, because the clock was set back before it or jumped ahead.

    A step that comes more than ``longest`` seconds after its due time counts as such a jump. Sleep of the machine looks
    the same. Restarting a wait then does no harm.
    """
    return now < since - SLACK or (order.due is not None and now - order.due > longest)


def dated(order: Order, after: Order, now: float, phase_since: float) -> Order:
    """The order after a fact, with the times at which its due time was set and at which it entered its phase."""
    if after.due is None:
        set_at = None
    elif after.due != order.due:
        set_at = now
    else:
        set_at = _set_at(order)
    return replace(after, times=replace(after.times, due_set_at=set_at, updated_at=now, phase_since=phase_since))


def _set_at(order: Order) -> float:
    """When the due time was set. An order without a fact, or of an older bracketd, has ``updated_at`` instead."""
    return order.times.updated_at if order.times.due_set_at is None else order.times.due_set_at

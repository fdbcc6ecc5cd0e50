"""Tests of an order that waits for the next day because of the daily limit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import Health, ImageState, Order, Phase, Policy, Verb, allowed, facts, next_steps, steps
from daemon.order.facts import Failure
from daemon.order.money import LEAST_WAIT, waits_for_tomorrow
from daemon.order.policy import Limits
from tests.core.orders import NOW, POLICY, after, processed

TWO = processed(True, True)
HOUR = 3600.0


def limited(order: int | None = None, day: int | None = None, month: int | None = None) -> Policy:
    """A policy with these limits."""
    return Policy(limits=Limits(order, day, month))


def waiting(start: Order = TWO, *, tomorrow: float = NOW + 5 * HOUR) -> Order:
    """An order of two images on a day when four of five were already bought."""
    return after(start, facts.Reckoned(4, 4, tomorrow), policy=limited(day=5))


def test_the_days_limit_is_a_wait() -> None:
    """An order over today's limit is not held: it says why it waits, and until when."""
    order = waiting()
    assert (order.phase, order.health, order.purchase.within_limits) == (Phase.DOWNLOADING, Health.RETRYING, False)
    why = (
        "its 2 images would make 6 today, and limits.images_per_day is 5. Nothing was bought. "
        "The order continues automatically tomorrow. `bracketd approve` buys them now, "
        "`bracketd dismiss` ends the order without buying them"
    )
    assert order.messages == (why,)
    assert next_steps(order) == (steps.Reckon(),), "nothing is bought before the limits are checked again"


def test_on_the_next_day_the_order_is_bought() -> None:
    """When the new day has room, the order continues by itself without its message."""
    bought = after(waiting(), facts.Reckoned(0, 4), now=NOW + 6 * HOUR, policy=limited(day=5))
    assert (bought.purchase.within_limits, bought.purchase.over_limit, bought.messages) == (True, False, ())
    assert next_steps(bought) == (steps.Fetch("i0"), steps.Fetch("i1"))


def test_an_order_that_alone_passes_the_days_limit_is_held() -> None:
    """An order larger than the daily limit is held, because no day has room for it."""
    held = after(TWO, facts.Reckoned(0, 0, NOW + HOUR), policy=limited(day=1))
    assert (held.phase, held.purchase.over_limit) == (Phase.HELD, True)
    assert "it has 2 images to buy, and limits.images_per_day is 1" in held.messages[0]


def test_an_order_as_large_as_the_days_limit_waits() -> None:
    """An order that fits into an empty day waits for one."""
    order = after(TWO, facts.Reckoned(1, 1, NOW + HOUR), policy=limited(day=2))
    assert waits_for_tomorrow(order)


def test_the_other_limits_still_hold() -> None:
    """If the monthly limit or the order's own limit is exceeded, the order is held."""
    for policy, word in ((limited(day=5, month=5), "per_month"), (limited(order=1, day=5), "per_order")):
        held = after(TWO, facts.Reckoned(4, 4, NOW + HOUR), policy=policy)
        assert held.phase is Phase.HELD
        assert word in held.messages[0]


@pytest.mark.parametrize(
    ("tomorrow", "wait"),
    [
        (NOW + 1800, 1800),
        (NOW + 20 * HOUR, POLICY.limit_probe),
        (NOW + 0.001, LEAST_WAIT),
        (NOW - 30 * HOUR, LEAST_WAIT),
        (NOW + 10_000 * HOUR, POLICY.limit_probe),
    ],
    ids=["in half an hour", "in the evening", "at midnight", "the clock was set back", "the clock was wrong"],
)
def test_the_wait_is_bounded_on_both_sides(tomorrow: float, wait: float) -> None:
    """Whatever the clock and the time zone, the limits are checked at least hourly and at most once a minute."""
    due = waiting(tomorrow=tomorrow).due
    assert due is not None
    assert due - NOW == pytest.approx(wait)


def test_a_clock_that_was_set_back_while_an_order_waited_changes_nothing_else() -> None:
    """An order whose due time is far ahead, because the clock was set back, is bought normally."""
    bought = after(waiting(), facts.Reckoned(0, 0), now=NOW - 40 * HOUR, policy=limited(day=5))
    assert (bought.purchase.within_limits, bought.due, bought.messages) == (True, NOW - 40 * HOUR, ())


def test_an_approved_order_does_not_wait() -> None:
    """``approve`` buys the images today, at once."""
    approved = after(waiting(), facts.Approved(), now=NOW + 5)
    assert (approved.purchase.approved, approved.due, approved.messages) == (True, NOW + 5, ())
    bought = after(approved, facts.Reckoned(4, 4, NOW + HOUR), policy=limited(day=5))
    assert next_steps(bought) == (steps.Fetch("i0"), steps.Fetch("i1"))


def test_a_retry_checks_the_limit_at_once() -> None:
    """``retry`` checks the ledger now; an order that still has no room keeps waiting."""
    again = after(waiting(), facts.Retried(), now=NOW + 5)
    assert (again.due, next_steps(again)) == (NOW + 5, (steps.Reckon(),))
    assert waits_for_tomorrow(waiting(again))


def test_what_may_be_asked_of_an_order_that_waits_for_the_day() -> None:
    """It may be retried, approved and dismissed, but not cancelled."""
    assert allowed(waiting()) == {Verb.RETRY, Verb.APPROVE, Verb.DISMISS}


def test_another_trouble_while_it_waits_lifts_no_limit() -> None:
    """A waiting order that is held for a bug and then approved is still checked against the limits."""
    held = after(waiting(), facts.Failed(steps.Reckon(), Failure.BUG, "a bug"))
    approved = after(held, facts.Approved())
    assert (held.phase, approved.phase, approved.purchase.approved) == (Phase.HELD, Phase.DOWNLOADING, False)


def test_what_was_bought_before_is_not_denied() -> None:
    """If some images were bought earlier, the text does not say that nothing was bought."""
    placed = replace(TWO.images[0], state=ImageState.PLACED, fetched_at=NOW)
    start = replace(TWO, images=(placed, TWO.images[1]))
    (text,) = after(start, facts.Reckoned(5, 5, NOW + HOUR), policy=limited(day=5)).messages
    assert text.startswith("its 1 image would make 6 today, and limits.images_per_day is 5. Nothing more was bought.")

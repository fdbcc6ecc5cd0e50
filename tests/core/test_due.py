"""Tests of due times when the clock is set: which still count as a wait, and which are due at once."""

from __future__ import annotations

import pytest

from daemon.order import Health, Order, Phase, facts, steps
from daemon.order.due import SLACK, waits
from daemon.order.facts import Failure
from tests.changed import changed
from tests.core.orders import NOW, POLICY, after, merged, order, sent, uploaded

HOUR = 3600.0
BUSY = facts.Polled(merging=True, processing=False, images=())
OFFLINE = facts.Failed(steps.Upload(0), Failure.PASSING, "no route to host")


def looked_at(now: float) -> Order:
    """A merged order that was polled and is due again in a few seconds."""
    return after(merged(), BUSY, now=now)


def test_a_due_time_ahead_is_waited_for() -> None:
    """With a correct clock an order waits exactly until it is due."""
    polled = looked_at(NOW)
    assert polled.due is not None
    assert waits(polled, NOW, POLICY)
    assert waits(polled, polled.due - 0.1, POLICY)
    assert not waits(polled, polled.due, POLICY)


@pytest.mark.parametrize("back", [SLACK + 1, 5 * 60.0, HOUR, 4 * HOUR, 365 * 86400.0])
def test_a_clock_that_was_set_back_makes_it_due_now(back: float) -> None:
    """However far the clock is set back, an order that was due in a few seconds is due now."""
    assert not waits(looked_at(NOW), NOW - back, POLICY)


def test_a_clock_that_is_adjusted_by_a_second_changes_nothing() -> None:
    """Small NTP corrections do not end a wait."""
    assert waits(looked_at(NOW), NOW - SLACK, POLICY)


def test_after_the_next_step_the_new_clock_counts() -> None:
    """After the next step the due time is based on the new clock."""
    back = NOW - HOUR
    polled = after(looked_at(NOW), BUSY, now=back)
    assert polled.due is not None
    assert back < polled.due < back + POLICY.poll_longest * 1.1
    assert waits(polled, back, POLICY)


@pytest.mark.parametrize("failures", [1, 3, 12])
def test_a_back_off_is_not_kept_from_a_clock_that_was_wrong(failures: int) -> None:
    """A wait that was set while the clock was an hour ahead does not count as running."""
    start = after(order(), *sent(0)[:1], *[OFFLINE] * failures, now=NOW)
    again = after(start, OFFLINE, now=NOW - HOUR)
    assert again.due is not None
    assert NOW - HOUR <= again.due <= NOW - HOUR + POLICY.retry_longest
    assert again.times.due_set_at == NOW - HOUR
    assert again.tries.failures == failures + 1, "it is the same outage"


def test_a_neighbour_s_success_ends_a_wait_of_a_clock_that_was_wrong() -> None:
    """A success after the clock was set back lets the order continue at once."""
    start = after(order(), *sent(0)[:1], *sent(1)[:1], *[OFFLINE] * 6, now=NOW)
    on = after(start, sent(1)[1], now=NOW - HOUR)
    assert (on.due, on.health) == (NOW - HOUR, Health.OK)


def test_a_fact_without_a_due_time_leaves_the_wait_as_it_was() -> None:
    """Facts about a shoot neither end nor restart a wait, nor hide that the clock was set back."""
    news = facts.CameLate(("late.jpg",))
    polled = after(looked_at(NOW), news, now=NOW + 1)
    assert (polled.due, polled.times.due_set_at) == (looked_at(NOW).due, NOW)
    assert waits(polled, NOW + 2, POLICY)
    back = after(looked_at(NOW), news, now=NOW - HOUR)
    assert not waits(back, NOW - HOUR + 1, POLICY)


def test_an_order_of_an_older_bracketd() -> None:
    """If the time when the due time was set is unknown, the order's last change counts."""
    old = changed(looked_at(NOW), due_set_at=None)
    assert waits(old, NOW, POLICY)
    assert not waits(old, NOW - HOUR, POLICY)


@pytest.mark.parametrize("jump", [-HOUR, 1e8])
def test_the_clock_is_set_while_the_service_has_not_shown_a_bracket(jump: float) -> None:
    """A bracket that the service shows late is neither sent again at once nor waited for an hour too long."""
    start = after(uploaded(2, "brackets"), facts.Resumed())
    start = changed(start, phase=Phase.UPLOADING)
    missing, now = facts.Confirmed((0,)), NOW + jump
    waiting = after(start, missing, now=now)
    assert all(bracket.stored for bracket in waiting.brackets), "nothing is sent again yet"
    for seconds in (10.0, 30.0, POLICY.confirm_wait - 1):
        waiting = after(waiting, missing, now=now + seconds)
        assert all(bracket.stored for bracket in waiting.brackets)
    again = after(waiting, missing, now=now + POLICY.confirm_wait)
    assert [bracket.stored for bracket in again.brackets] == [False, True]

"""Tests of the deadline until which the service promises to keep the images of an order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import Health, Limits, Order, Phase, Policy, facts
from daemon.order.allowed import next_command
from daemon.order.deadline import CODES, DeadlineNear, Remaining, deadline, next_warning, remaining, warned
from daemon.order.facts import Failure
from daemon.order.problem import Code
from daemon.order.steps import Fetch
from tests.core.grouped import grouped
from tests.core.orders import NOW, after, merged, order, processed, reckoned, uploaded

HOUR = 3600.0
END = NOW + 24 * HOUR
MOVED = ((0, 1), (2, 3, 4, 5))
ONE_IMAGE = Policy(limits=Limits(images_per_order=1))


def held() -> Order:
    """An order that is held after its merge, because its images differ from the planned ones."""
    return grouped(((0, 1, 2), (3, 4, 5)), MOVED)


def over_limit() -> Order:
    """An order that is held at a limit, after its merge."""
    return after(processed(True, True), facts.Reckoned(0, 0), policy=ONE_IMAGE)


def refused() -> Order:
    """An order that is held after its merge, because the service refused a request."""
    return after(reckoned(True), facts.Failed(Fetch("i0"), Failure.REQUEST, "no"))


def at(order: Order, moment: float) -> Order:
    """The order after the fact that belongs to this time."""
    return after(order, DeadlineNear(remaining(order, moment)), now=moment)


def said(order: Order) -> list[tuple[Code, str | None]]:
    """The codes about the deadline, each with its command."""
    return [(one.code, next_command(order, one.code)) for one in order.problems if one.code in CODES]


@pytest.mark.parametrize(
    ("before", "stage"),
    [
        (24 * HOUR, Remaining.FAR),
        (6 * HOUR + 1, Remaining.FAR),
        (6 * HOUR, Remaining.NEAR),
        (HOUR + 1, Remaining.NEAR),
        (HOUR, Remaining.CLOSE),
        (1, Remaining.CLOSE),
        (0, Remaining.PASSED),
        (-90 * 24 * HOUR, Remaining.PASSED),
    ],
)
def test_how_much_time_remains(before: float, stage: Remaining) -> None:
    """The deadline is 24 hours after the merge; its stages begin 6 hours and 1 hour before it, and at it."""
    assert deadline(held()) == END
    assert remaining(held(), END - before) is stage


def test_orders_without_a_deadline() -> None:
    """An order has no deadline before its merge, once all wanted images are on disk, and after it ended."""
    fetched = after(reckoned(True), facts.Fetched("i0", 3, "ab", "jpg"))
    dismissed = after(held(), facts.Dismissed())
    for one in (order(), uploaded(), fetched, dismissed):
        assert (deadline(one), next_warning(one), said(at(one, END + 1))) == (None, None, [])
    assert [deadline(one) for one in (merged(), processed(True), processed(False))] == [END] * 3


def test_a_retry_of_failed_images_starts_the_time_again() -> None:
    """Images that are processed again are kept for 24 hours from the retry."""
    again = after(processed(False), facts.Reopened(("i0",)), now=NOW + 50 * HOUR)
    assert deadline(again) == NOW + 74 * HOUR


@pytest.mark.parametrize(
    ("waiting", "command"),
    [(held(), "bracketd approve"), (over_limit(), "bracketd approve"), (refused(), "bracketd retry")],
)
def test_a_held_order_always_says_its_deadline(waiting: Order, command: str) -> None:
    """An order that is held after its merge says until when the images are kept, and the command to continue."""
    assert waiting.phase is Phase.HELD
    assert said(waiting) == [(Code.DEADLINE, command)]
    assert "keep the images for 24 hours, until 13 Jan 1970, 13:46 UTC. " in waiting.messages[-1]
    assert f"`{command} SHOOT` continues the order" in waiting.messages[-1]


@pytest.mark.parametrize("waiting", [held(), over_limit(), refused()])
def test_each_warning_is_given_once(waiting: Order) -> None:
    """A warning changes the order once. The same fact again, or one that is too early or too late, changes nothing."""
    shown = []
    for _ in range(9):
        moment = next_warning(waiting)
        if moment is None:
            break
        early = after(waiting, DeadlineNear(remaining(waiting, moment)), now=moment - 1)
        assert early is waiting
        warned_order = at(waiting, moment)
        assert at(warned_order, moment + 60) is warned_order
        assert (warned_order.standing, warned_order.troubles) == (waiting.standing, waiting.troubles)
        shown.append((warned(warned_order), said(warned_order)[0][0]))
        waiting = warned_order
    near, passed = Code.DEADLINE_NEAR, Code.DEADLINE_PASSED
    assert shown == [(Remaining.NEAR, near), (Remaining.CLOSE, near), (Remaining.PASSED, passed)]


def test_a_clock_that_is_set_back_takes_no_warning_back() -> None:
    """If the clock is set back, the order keeps the warning that it shows."""
    near = at(held(), END - HOUR)
    assert at(near, END - 20 * HOUR) is near


def test_after_the_deadline() -> None:
    """After the deadline the message says that images may be gone, and how to continue or send the shoot again."""
    message = at(refused(), END + 5).messages[-1]
    for part in (
        "It may have deleted them",
        "`bracketd retry SHOOT` continues the order with what is left",
        "`bracketd dismiss SHOOT` and then `bracketd submit SHOOT` send their photos as a new order",
    ):
        assert part in message
    assert "again, and buy" not in message


def test_images_that_are_bought_again_are_named() -> None:
    """If it is not known which photos the lost images show, a new order has all, and buys the others again."""
    bought = after(reckoned(True, True), facts.Fetched("i0", 3, "ab", "jpg"))
    waiting = after(bought, facts.Failed(Fetch("i1"), Failure.REQUEST, "no"))
    assert at(waiting, END).messages[-1].endswith("--again` send the shoot as a new order, and buy 1 image(s) again")
    known = replace(waiting, images=tuple(replace(image, brackets=(0,)) for image in waiting.images))
    assert at(known, END).messages[-1].endswith("`bracketd submit SHOOT` send their photos as a new order")


def test_an_order_in_progress_is_warned_too() -> None:
    """An order that is not held has no message about its deadline before the first warning; then it needs attention."""
    busy = merged()
    assert (said(busy), busy.health) == ([], Health.OK)
    near = at(busy, END - HOUR)
    assert (said(near), near.health) == ([(Code.DEADLINE_NEAR, None)], Health.ATTENTION)
    assert "bracketd continues by itself" in near.messages[-1]
    assert (near.due, near.standing) == (busy.due, busy.standing)


def test_a_change_shows_the_warning_of_its_time() -> None:
    """Any other fact also brings the order to the warning of its time, so a warning is never missed."""
    late = after(held(), facts.CameLate(("late.jpg",)), now=END - HOUR / 2)
    assert warned(late) is Remaining.CLOSE

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import Bracket, Health, Hold, ImageState, Order, Phase, Policy, Preset, facts, next_steps, steps
from daemon.order.facts import Failure
from daemon.order.money import fewest_images, to_buy
from daemon.order.policy import Limits
from daemon.order.purchase import Purchase
from daemon.shoot.sets import MOST_BRACKETS
from tests.changed import changed
from tests.core.orders import NOW, after, order, processed, reckoned, sent


def limited(order: int | None = None, day: int | None = None, month: int | None = None) -> Policy:
    """A policy with these limits."""
    return Policy(limits=Limits(order, day, month))


def large(per_image: int | None = 1) -> Order:
    """A shoot of four brackets that was just locked."""
    return replace(order(4), preset=Preset(per_image))


TWO = processed(True, True)
FETCHED = facts.Fetched("i0", 10, "ab", "jpg")


# --- what is known before anything is sent ---


def test_a_shoot_that_must_pass_the_orders_limit_is_held_before_it_is_sent() -> None:
    """Four brackets that become four images, where three are allowed, are held with the reason."""
    held = after(large(), facts.Locked(()), policy=limited(3))
    assert (held.phase, held.stage, held.due) == (Phase.HELD, Phase.SETTLED, None)
    assert next_steps(held) == ()
    message = (
        "its 4 brackets will become at least 4 images, and limits.images_per_order is 3. Nothing was bought. "
        "`bracketd approve` buys them anyway, `bracketd retry` checks the limits again, "
        "`bracketd dismiss` ends the order without buying them"
    )
    assert held.messages == (message,)


@pytest.mark.parametrize(
    ("start", "policy"),
    [
        (large(), limited()),
        (large(), limited(4)),
        (large(), limited(day=1, month=1)),
        (large(per_image=None), limited(1)),
        (replace(large(), preset=Preset(1, dev_mode=True)), limited(1)),
        (replace(large(), purchase=Purchase(approved=True)), limited(1)),
        (changed(large(), phase=Phase.UPLOADING), limited(1)),
        (changed(order(0), phase=Phase.SKIPPED), limited(1)),
    ],
    ids=["no limit", "just within", "day and month", "may be few", "dev mode", "approved", "under way", "skipped"],
)
def test_a_shoot_that_may_keep_within_the_limit_is_sent(start: Order, policy: Policy) -> None:
    """Only a shoot that must exceed its limit is held at once; others continue until the count is known."""
    assert after(start, facts.Locked(()), policy=policy) is start


@pytest.mark.parametrize(
    ("brackets", "per_image", "images"),
    [(0, None, 0), (1, None, 1), (9, None, 1), (10, None, 2), (4, 1, 4), (4, 3, 2), (6, 3, 2)],
)
def test_the_fewest_images_that_brackets_become(brackets: int, per_image: int | None, images: int) -> None:
    """The service merges at most nine brackets, or the configured number, into one image."""
    assert MOST_BRACKETS == 9
    assert fewest_images(replace(order(brackets), preset=Preset(per_image))) == images


def test_a_bracket_that_is_left_out_becomes_no_image() -> None:
    """Brackets that are left out do not count against the limit."""
    start = large()
    without = replace(start, brackets=(replace(start.brackets[0], left_out="bad"), *start.brackets[1:]))
    assert fewest_images(without) == 3


def test_a_retry_holds_a_shoot_that_is_still_too_large() -> None:
    """A retry lifts no limit: a shoot that must exceed it is held again; corrected settings release it."""
    held = after(large(), facts.Locked(()), policy=limited(3))
    assert after(held, facts.Retried(), policy=limited(3)).phase is Phase.HELD
    assert after(held, facts.Retried(), policy=limited(4)).phase is Phase.SETTLED
    assert after(held, facts.Retried(Preset(per_image=2)), policy=limited(3)).phase is Phase.SETTLED


def test_a_large_shoot_is_sent_after_an_approval() -> None:
    """An approved shoot continues and is not held for its size again."""
    held = after(large(), facts.Locked(()), policy=limited(3))
    approved = after(held, facts.Approved(), now=NOW + 5, policy=limited(3))
    assert (approved.phase, approved.purchase.approved, approved.due, approved.messages) == (
        Phase.SETTLED,
        True,
        NOW + 5,
        (),
    )
    assert after(approved, facts.Locked(()), policy=limited(3)) is approved
    broken = after(approved, facts.Failed(steps.Register(0), Failure.FILE, "unreadable"), policy=limited(3))
    assert after(broken, facts.Retried(), policy=limited(3)).phase is Phase.SETTLED


# --- when the count is known ---


def test_nothing_is_bought_before_it_is_reckoned() -> None:
    """The ledger is checked once, when all images have ended and before any is bought."""
    assert next_steps(TWO) == (steps.Reckon(),)
    allowed = after(TWO, facts.Reckoned(0, 0))
    assert next_steps(allowed) == (steps.Fetch("i0"), steps.Fetch("i1"))
    assert next_steps(after(allowed, FETCHED)) == (steps.PlacePicture("i0"), steps.Fetch("i1"))


def test_what_was_bought_is_placed_while_the_rest_is_reckoned() -> None:
    """Downloaded images are placed without a check of the limits; images still to buy wait for it."""
    bought = replace(TWO.images[0], state=ImageState.FETCHED, fetched_at=NOW)
    begun = replace(TWO, images=(bought, TWO.images[1]))
    assert next_steps(begun) == (steps.PlacePicture("i0"), steps.Reckon())


@pytest.mark.parametrize("dev_mode", [True, False])
def test_what_costs_nothing_is_not_reckoned(dev_mode: bool) -> None:
    """Dev mode is free, so its pictures are fetched without a check."""
    free = replace(TWO, preset=Preset(dev_mode=dev_mode))
    assert next_steps(free)[0] == (steps.Fetch("i0") if dev_mode else steps.Reckon())


def test_without_a_picture_there_is_nothing_to_reckon() -> None:
    """An order whose images all failed is held without a check of the ledger."""
    assert next_steps(processed(False, False)) == ()


@pytest.mark.parametrize(
    ("policy", "ledger", "why"),
    [
        (limited(1), facts.Reckoned(0, 0), "it has 2 images, and limits.images_per_order is 1"),
        (limited(day=5), facts.Reckoned(4, 4), "its 2 images would make 6 today, and limits.images_per_day is 5"),
        (limited(month=9), facts.Reckoned(0, 8), "its 2 images would make 10 this month, and limits.images_per_month"),
        (limited(1, 1, 1), facts.Reckoned(9, 9), "limits.images_per_order is 1"),
    ],
    ids=["order", "day", "month", "all"],
)
def test_what_would_pass_a_limit_is_held_and_costs_nothing(policy: Policy, ledger: facts.Reckoned, why: str) -> None:
    """An order over a limit is held, with the numbers in the message, and makes no requests."""
    held = after(TWO, ledger, policy=policy)
    assert (held.phase, held.stage, held.due, held.health) == (Phase.HELD, Phase.DOWNLOADING, None, Health.ATTENTION)
    assert next_steps(held) == ()
    assert why in held.messages[0]
    assert "Nothing was bought" in held.messages[0]
    for word in ("`bracketd approve`", "`bracketd retry`"):
        assert word in held.messages[0]


@pytest.mark.parametrize(
    ("policy", "ledger"),
    [
        (limited(), facts.Reckoned(10**6, 10**6)),
        (limited(2), facts.Reckoned(9, 9)),
        (limited(day=5), facts.Reckoned(3, 900)),
        (limited(month=5), facts.Reckoned(3, 3)),
        (limited(2, 2, 2), facts.Reckoned(0, 0)),
    ],
    ids=["none", "order", "day", "month", "all"],
)
def test_a_limit_may_be_reached(policy: Policy, ledger: facts.Reckoned) -> None:
    """An order that reaches a limit exactly is bought."""
    allowed = after(TWO, ledger, policy=policy)
    assert (allowed.phase, allowed.purchase.within_limits) == (Phase.DOWNLOADING, True)


def test_images_that_failed_do_not_count() -> None:
    """Only images to buy count against a limit."""
    one = processed(True, False, False)
    assert after(one, facts.Reckoned(0, 0), policy=limited(1, 1, 1)).phase is Phase.DOWNLOADING


def test_a_retry_reckons_again() -> None:
    """A retry on the next day checks the ledger again and buys what then fits."""
    held = after(TWO, facts.Reckoned(5, 5), policy=limited(day=5))
    again = after(held, facts.Retried(), policy=limited(day=5))
    assert next_steps(again) == (steps.Reckon(),)
    assert after(again, facts.Reckoned(5, 5), policy=limited(day=5)).phase is Phase.HELD
    assert next_steps(after(again, facts.Reckoned(0, 5), policy=limited(day=5)))[0] == steps.Fetch("i0")


def test_a_person_may_let_an_order_pass_every_limit() -> None:
    """An approved order continues where it was held, and is bought whatever the limits are."""
    held = after(TWO, facts.Reckoned(5, 5), policy=limited(1, 1, 1))
    approved = after(held, facts.Approved(), now=NOW + 7, policy=limited(1, 1, 1))
    assert (approved.phase, approved.due, approved.messages) == (Phase.DOWNLOADING, NOW + 7, ())
    allowed = after(approved, facts.Reckoned(5, 5), policy=limited(1, 1, 1))
    assert next_steps(allowed) == (steps.Fetch("i0"), steps.Fetch("i1"))


def test_a_person_may_approve_before_a_limit_is_met() -> None:
    """An early approval is kept and does not speed up the order."""
    early = after(replace(large(), due=NOW + 50), facts.Approved())
    assert (early.purchase.approved, early.due, early.phase) == (True, NOW + 50, Phase.SETTLED)
    assert after(early, facts.Approved()) is early
    assert after(early, facts.Locked(()), policy=limited(1)).phase is Phase.SETTLED


def test_an_approval_is_kept() -> None:
    """An approved order that is later held for another reason may still exceed every limit."""
    early = after(TWO, facts.Approved(), facts.Failed(steps.Reckon(), Failure.BUG, "a bug"))
    again = after(early, facts.Approved(), facts.Reckoned(9, 9), policy=limited(1, 1, 1))
    assert next_steps(again) == (steps.Fetch("i0"), steps.Fetch("i1"))


@pytest.mark.parametrize("phase", [Phase.DOWNLOADED, Phase.SKIPPED, Phase.CANCELLED])
def test_what_is_over_cannot_be_approved(phase: Phase) -> None:
    """An approval of an ended order has no effect."""
    over = order(1, phase=phase)
    assert after(over, facts.Approved()) is over


def test_a_ledger_that_is_late_changes_nothing() -> None:
    """The ledger's numbers count once, and only before a purchase."""
    allowed = reckoned(True)
    assert after(allowed, facts.Reckoned(9, 9), policy=limited(1, 1, 1)) is allowed
    early = after(order(1), *sent(0))
    assert after(early, facts.Reckoned(9, 9), policy=limited(1, 1, 1)) is early


def test_bytes_that_were_lost_are_not_bought_again() -> None:
    """A bought image is fetched again without a check, because the service does not charge again."""
    lost = after(reckoned(True), FETCHED, facts.FetchLost("i0"))
    assert to_buy(lost) == 0
    assert next_steps(replace(lost, purchase=Purchase())) == (steps.Fetch("i0"),)


def test_an_allowed_order_keeps_its_leave() -> None:
    """A retry after a refused download does not check the rest of the shoot again."""
    begun = after(reckoned(True, True), FETCHED, facts.Failed(steps.Fetch("i1"), Failure.REQUEST, "422", unsent=True))
    again = after(begun, facts.Retried(), policy=limited(1))
    assert next_steps(again) == (steps.PlacePicture("i0"), steps.Fetch("i1"))


def test_a_held_supplement_is_sent_after_an_approval() -> None:
    """A held supplement is sent when approved; the limits still apply to it."""
    waits = changed(large(), standing=Hold(Phase.SETTLED), due=None, supplement_of="another")
    assert next_steps(waits) == ()
    sent_now = after(waits, facts.Approved(), policy=limited(4))
    assert (next_steps(sent_now)[0], sent_now.purchase.approved) == (steps.Register(0), False)
    assert after(waits, facts.Approved(), policy=limited(3)).phase is Phase.HELD
    assert after(waits, facts.Approved(), facts.Approved(), policy=limited(3)).phase is Phase.SETTLED


def test_approving_another_reason_lifts_no_limit() -> None:
    """An order held for a refused request continues when approved, and the limits still apply."""
    refused = after(TWO, facts.Failed(steps.Deliver(), Failure.REQUEST, "422"), facts.Approved(), policy=limited(1))
    assert (refused.phase, refused.purchase.approved) == (Phase.DOWNLOADING, False)
    held = after(refused, facts.Reckoned(0, 0), policy=limited(1))
    assert held.phase is Phase.HELD
    retried = after(held, facts.Retried(), facts.Failed(steps.Deliver(), Failure.REQUEST, "422"), policy=limited(1))
    assert not after(retried, facts.Approved(), policy=limited(1)).purchase.approved
    assert after(held, facts.Approved(), policy=limited(1)).purchase.approved


def test_what_is_counted_is_sent() -> None:
    """The limit is compared only with the brackets that are sent."""
    start = replace(order(1), brackets=(Bracket("a.jpg", 1, 1, 1, left_out="bad"), Bracket("b.jpg", 1, 1, 2)))
    assert start.sent == (1,)

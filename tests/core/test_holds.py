"""Tests of an order that is held for several reasons."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import (
    Ended,
    Hold,
    HoldKind,
    Order,
    Phase,
    Policy,
    Preset,
    Refusal,
    Verb,
    came_late,
    facts,
    next_steps,
    refusal,
)
from daemon.order.archive import unsure
from daemon.order.found import FoundElsewhere
from daemon.order.policy import Limits
from daemon.shoot import Doubt
from tests.changed import changed
from tests.core.orders import after, order, processed

NEW = order()
TWICE = facts.Locked(NEW.brackets, doubt=Doubt("3 photo(s) may be duplicates", tuple(b.path for b in NEW.brackets)))
ELSEWHERE = FoundElsewhere("7f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11", "/out/12 Oak St/order.json")
SKIPPED = unsure(NEW, "3 of its 3 photos are those of a skipped shoot.")
LATE = came_late(changed(NEW, supplement_of="x"), "3 photo(s) came late")

SAYS = {
    HoldKind.LATE: "3 photo(s) came late",
    HoldKind.SKIPPED_BEFORE: "3 of its 3 photos are those of a skipped shoot",
    HoldKind.DOUBT: "3 photo(s) may be duplicates",
    HoldKind.UNKNOWN_ORDER: "/out/12 Oak St/order.json says that this shoot was delivered",
}


@pytest.mark.parametrize(
    ("start", "happened", "reasons"),
    [
        (NEW, [TWICE], [HoldKind.DOUBT]),
        (NEW, [TWICE, ELSEWHERE], [HoldKind.DOUBT, HoldKind.UNKNOWN_ORDER]),
        (SKIPPED, [TWICE], [HoldKind.SKIPPED_BEFORE, HoldKind.DOUBT]),
        (SKIPPED, [ELSEWHERE], [HoldKind.SKIPPED_BEFORE, HoldKind.UNKNOWN_ORDER]),
        (SKIPPED, [TWICE, ELSEWHERE], [HoldKind.SKIPPED_BEFORE, HoldKind.DOUBT, HoldKind.UNKNOWN_ORDER]),
        (LATE, [], [HoldKind.LATE]),
        (LATE, [TWICE], [HoldKind.LATE, HoldKind.DOUBT]),
        (LATE, [TWICE, ELSEWHERE], [HoldKind.LATE, HoldKind.DOUBT, HoldKind.UNKNOWN_ORDER]),
    ],
)
def test_one_message_has_every_reason(start: Order, happened: list[facts.Fact], reasons: list[HoldKind]) -> None:
    """The message has all reasons before the one approval that sends the shoot. A retry is refused without effect."""
    held = after(start, *happened)
    assert (held.phase, held.stage, held.hold_kind) == (Phase.HELD, Phase.SETTLED, reasons[-1])
    message = held.trouble or ""
    assert len(held.messages) == len(reasons), "a message for each reason"
    assert [hold for hold, words in SAYS.items() if words in message] == reasons
    assert message.count("Also: ") == len(reasons) - 1
    assert after(held, *happened) == held, "a repeated fact changes nothing"
    assert refusal(held, Verb.RETRY) is Refusal.NEEDS_A_CHOICE
    assert after(held, facts.Retried(), facts.Retried(Preset(3))) == held
    assert next_steps(held) == ()
    sent = after(held, facts.Approved())
    assert (sent.phase, sent.hold_kind, sent.trouble) == (Phase.SETTLED, None, None)


@pytest.mark.parametrize("held", [SKIPPED, LATE, after(NEW, ELSEWHERE), after(NEW, TWICE)])
def test_an_approval_does_not_lift_a_limit_that_was_not_shown(held: Order) -> None:
    """A shoot that is also too large is held for that too, and approving the other reason does not buy it."""
    policy = Policy(limits=Limits(images_per_order=1))
    large = replace(held, preset=Preset(1))
    locked = after(large, facts.Locked(NEW.brackets), policy=policy)
    asked = after(locked, facts.Approved(), policy=policy)
    assert (asked.phase, asked.purchase.over_limit, asked.purchase.approved) == (Phase.HELD, True, False)
    assert "limits.images_per_order is 1" in asked.messages[0]
    assert after(asked, facts.Approved(), policy=policy).phase is Phase.SETTLED


def test_a_limit_and_another_reason_are_shown_together() -> None:
    """A shoot that is too large and may have been delivered shows both; one approval covers both."""
    policy = Policy(limits=Limits(images_per_order=1))
    held = after(replace(NEW, preset=Preset(1)), facts.Locked(NEW.brackets), ELSEWHERE, policy=policy)
    assert (held.hold_kind, held.purchase.over_limit) == (HoldKind.UNKNOWN_ORDER, True)
    assert "limits.images_per_order is 1" in held.messages[0]
    assert SAYS[HoldKind.UNKNOWN_ORDER] in held.messages[1]
    assert after(held, facts.Approved(), policy=policy).phase is Phase.SETTLED


@pytest.mark.parametrize("fact", [facts.Dismissed(), facts.Reopened(("i0",))])
def test_a_hold_ends_with_its_phase(fact: facts.Fact) -> None:
    """An order that is no longer held has no hold, so that nothing is refused because of it."""
    failed = isinstance(fact, facts.Reopened)
    bought = processed(False) if failed else processed(True, True)
    order = replace(bought, standing=Hold(Phase.DOWNLOADING, HoldKind.UNKNOWN_ORDER), due=None)
    released = after(order, fact)
    assert released.phase is not Phase.HELD
    assert released.hold_kind is None
    assert refusal(released, Verb.SUBMIT) is not Refusal.NEEDS_A_CHOICE


@pytest.mark.parametrize("ended", Ended)
def test_an_order_that_ended_is_not_held(ended: Ended) -> None:
    """An order that ended stays as it is, whatever speaks against sending it."""
    over = replace(order(), standing=ended, due=None)
    assert came_late(over, "3 photos came late") is over
    assert (over.phase in (Phase.SKIPPED, Phase.CANCELLED), over.hold, over.stage) == (True, None, None)

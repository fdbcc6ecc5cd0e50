"""Tests of answers of the service that do not match the request."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.errors import Mismatch
from daemon.order import Health, ImageState, Order, Phase, answers, facts, next_steps, steps
from daemon.order.facts import Failure
from tests.core.orders import NOW, POLICY, after, merged, order, reckoned, sent, uploaded

LOOK = facts.Failed(steps.Poll(), Failure.MISMATCH, "The service shows nonsense.", mismatch=Mismatch.MORE_IMAGES)
SEEN = facts.Polled(merging=True, processing=False, images=())
LATER = NOW + POLICY.mismatch_grace


def again_and_again(start: Order, fact: facts.Fact, times: int = POLICY.mismatch_tries) -> Order:
    """The order after the same answer ``times`` times, spread over the whole grace period."""
    for number in range(times):
        start = after(start, fact, now=NOW + number * POLICY.mismatch_grace / (times - 1))
    return start


def mismatch(order: Order, outputs: int, *, listed: int = 0, total: int | None = None, idle: bool = True) -> str | None:
    """How the listed images do not match the order."""
    wrong = answers.wrong_images(order, outputs=outputs, listed=listed or outputs, total=total, idle=idle)
    return wrong.mismatch if wrong else None


# --- what does not match ---


def test_an_order_has_no_more_images_than_brackets() -> None:
    """Each bracket can become at most one image; a bracket that was left out becomes none."""
    start = merged(6)
    assert [mismatch(start, outputs) for outputs in (0, 2, 6)] == [None] * 3
    assert [mismatch(start, outputs, idle=idle) for outputs in (7, 42) for idle in (True, False)] == [
        Mismatch.MORE_IMAGES
    ] * 4
    without = replace(start, brackets=(replace(start.brackets[0], left_out="gone"), *start.brackets[1:]))
    assert (mismatch(without, 5), mismatch(without, 6)) == (None, Mismatch.MORE_IMAGES)


@pytest.mark.parametrize(
    ("outputs", "listed", "total", "idle", "matches"),
    [
        (2, 2, 2, True, True),
        (2, 2, None, True, True),
        (2, 8, 8, True, True),
        (2, 8, 2, True, True),
        (2, 2, 8, True, True),
        (1, 1, 2, False, True),
        (0, 0, 0, True, True),
        (1, 1, 2, True, False),
        (0, 0, 2, True, False),
        (3, 3, 2, True, False),
        (2, 2, 0, True, False),
    ],
)
def test_an_idle_order_shows_as_many_images_as_it_says(
    outputs: int, listed: int, total: int | None, idle: bool, matches: bool
) -> None:
    """The stated number of images of an idle order equals the listed one, with or without its brackets."""
    found = mismatch(merged(6), outputs, listed=listed, total=total, idle=idle)
    assert found == (None if matches else Mismatch.TOTAL)


def test_a_registration_is_of_its_own_bracket() -> None:
    """An answer with another bracket's id or name is refused; an id that the service chose itself is accepted."""
    start = order(3)
    own, other = start.registration(0), start.registration(1)
    names = [start.bracket_name(number) for number in range(3)]
    right = [(own, names[0]), (own, None), ("chosen-by-the-service", names[0]), (own, "a name of the service's")]
    wrong = [(other, None), (other, names[0]), (own, names[2])]
    assert [answers.wrong_registration(start, 0, *answer) for answer in right] == [None] * 4
    found = [answers.wrong_registration(start, 0, *answer) for answer in wrong]
    assert [error and error.mismatch for error in found] == [Mismatch.BRACKET] * 3


def test_an_old_registration_is_not_the_present_one() -> None:
    """An answer with an abandoned id that is to be deleted is not accepted for the next registration."""
    start = order(2)
    again = after(start, facts.SlotLost(0, 0, "expired"))
    assert answers.wrong_registration(again, 0, start.registration(0), None) is not None
    assert answers.wrong_registration(again, 0, again.registration(0), None) is None


# --- what becomes of the order ---


def test_what_does_not_match_is_asked_for_again() -> None:
    """The order backs off, says why, and continues as soon as an answer matches."""
    start = merged()
    later = after(start, LOOK)
    assert (later.phase, later.health, later.tries.mismatch) == (
        Phase.MERGING,
        Health.RETRYING,
        Mismatch.MORE_IMAGES,
    )
    assert later.messages == ("The service shows nonsense. bracketd tries again.",)
    assert (later.images, next_steps(later)) == (start.images, (steps.Poll(),))
    due = later.due
    assert due is not None
    fine = after(later, SEEN, now=due)
    assert (fine.tries.mismatch, fine.tries.mismatches, fine.tries.mismatched_at, fine.messages) == (None, 0, None, ())


def test_what_never_matches_holds_the_order() -> None:
    """After several mismatched answers over several minutes the order is held, with the kind of mismatch."""
    held = again_and_again(merged(), LOOK)
    assert (held.phase, held.stage, held.tries.mismatch) == (Phase.HELD, Phase.MERGING, Mismatch.MORE_IMAGES)
    assert held.health is Health.ATTENTION
    assert held.messages[0].startswith("The service shows nonsense. The service answered like this 6 times. None of")
    assert "`bracketd retry`" in held.messages[0]
    again = after(held, facts.Retried(), now=LATER)
    assert (next_steps(again), again.tries.mismatch, again.tries.mismatches) == ((steps.Poll(),), None, 0)
    assert after(again, LOOK, now=LATER).phase is Phase.MERGING, "a retry has all tries again"


def test_neither_few_answers_nor_a_short_time_hold_an_order() -> None:
    """Many wrong answers within seconds, or a few over hours, do not hold the order."""
    many = after(merged(), *[LOOK] * (POLICY.mismatch_most - 1))
    assert many.phase is Phase.MERGING
    assert again_and_again(merged(), LOOK, POLICY.mismatch_tries - 1).phase is Phase.MERGING
    assert after(many, LOOK).phase is Phase.HELD
    assert after(many, LOOK, now=LATER).phase is Phase.HELD


def test_a_clock_that_was_set_back_does_not_ask_for_ever() -> None:
    """If the clock was set back, the number of answers decides."""
    few = after(merged(), *[LOOK] * (POLICY.mismatch_tries - 1))
    assert after(few, LOOK, now=NOW - 86400).phase is Phase.HELD


def test_another_failure_between_two_wrong_answers_changes_nothing() -> None:
    """An outage between wrong answers neither resets the mismatch count nor adds to it."""
    outage = facts.Failed(steps.Poll(), Failure.PASSING, "no route")
    start = after(merged(), LOOK, *[outage] * 20)
    assert (start.tries.mismatches, start.tries.mismatch) == (1, Mismatch.MORE_IMAGES)


def test_a_later_reason_to_hold_replaces_the_mismatch() -> None:
    """The value says why an order is held, and not what was wrong before."""
    refused = facts.Failed(steps.Poll(), Failure.REQUEST, "refused")
    held = after(merged(), LOOK, refused)
    assert (held.phase, held.tries.mismatch, held.trouble) == (Phase.HELD, None, "refused")
    late = after(held, LOOK)
    assert (late.phase, late.tries.mismatch, late.trouble) == (Phase.HELD, None, "refused")


@pytest.mark.parametrize("step", [steps.Merge(), steps.Poll()])
def test_a_wrong_answer_to_a_merge_is_not_a_refusal(step: steps.Step) -> None:
    """After a mismatched answer to a merge the service is polled, and no second merge is requested meanwhile."""
    wrong = facts.Failed(step, Failure.MISMATCH, "another order", mismatch=Mismatch.ORDER)
    asked = after(uploaded(), facts.MergeIntended(), wrong)
    assert next_steps(asked) == (steps.Poll(),)
    assert next_steps(after(again_and_again(asked, wrong), facts.Retried(), now=LATER)) == (steps.Poll(),)


def test_two_brackets_never_share_an_id() -> None:
    """An id of another bracket is not used: the bracket is registered again, and in the end the order is held."""
    first, second = sent(0)[0], facts.Registered(1, 0, "s0.0", "https://storage/other", "image/jpeg")
    start = after(order(2), first, second)
    assert [bracket.service_id for bracket in start.brackets] == ["s0.0", None]
    assert (start.brackets[1].attempt, start.tries.mismatch) == (1, Mismatch.BRACKET)
    assert start.uploads.discards == (order(2).registration(1),), "the other bracket's id is not deleted"
    for attempt in range(1, POLICY.mismatch_most):
        start = after(start, replace(second, attempt=attempt), now=NOW + attempt)
    assert (start.phase, start.tries.mismatch) == (Phase.HELD, Mismatch.BRACKET)


def test_a_bracket_is_not_registered_for_ever_while_its_neighbours_get_on() -> None:
    """The success of other brackets does not reset the count of a bracket whose answers never match."""
    start = order(40)
    for attempt in range(POLICY.mismatch_most):
        assert start.phase is not Phase.HELD, attempt
        due = start.due
        assert due is not None
        wrong = facts.SlotLost(0, attempt, "another's place", mismatch=Mismatch.BRACKET)
        start = after(start, wrong, now=due)
        later = start.due
        assert attempt == POLICY.mismatch_most - 1 or later is not None
        start = after(start, *sent(attempt + 1), now=(later or due) + 1)
    assert (start.phase, start.tries.mismatch) == (Phase.HELD, Mismatch.BRACKET)
    assert after(start, facts.Retried()).brackets[0].failures == 0, "a retry has all tries again"


def test_two_brackets_never_share_a_place() -> None:
    """Bytes that would replace another bracket's bytes are not sent."""
    start = after(order(2), *sent(0), facts.Registered(1, 0, "s1.0", "https://storage/s0.0", "image/jpeg"))
    wrong = answers.shares_place(start, 1)
    assert wrong is not None
    assert wrong.mismatch is Mismatch.BRACKET
    assert answers.shares_place(after(order(2), *sent(0), *sent(1)), 1) is None

    def placed(*urls: str) -> bool:
        registered = (facts.Registered(n, 0, f"b{n}", url, "image/jpeg") for n, url in enumerate(urls))
        return answers.shares_place(after(order(2), *registered), 1) is not None

    signed = "https://s3.example/bucket/{}?X-Amz-Expires=3600&X-Amz-Signature={}"
    assert placed(signed.format("a", "1"), signed.format("a", "2")), "the same place, signed twice"
    assert not placed(signed.format("a", "1"), signed.format("b", "1"))
    assert placed("https://s.example/b1", "https://s.example/b0"), "each has the other's"
    assert not placed("https://s.example/put?upload_id=1&sig=x", "https://s.example/put?upload_id=2&sig=x")
    assert answers.shares_place(order(2), 1) is None, "none is registered yet"


def test_a_picture_that_is_wrong_was_bought_once() -> None:
    """A wrong picture in full size is paid for once; another download does not count as a purchase."""
    start = reckoned(True, True)
    small = facts.Failed(steps.Fetch("i0"), Failure.MISMATCH, "too small", mismatch=Mismatch.SMALL_PICTURE)
    later = after(start, small)
    states = [(image.state, image.fetched_at) for image in later.images]
    assert states == [(ImageState.PROCESSED, NOW), (ImageState.PROCESSED, None)]
    assert steps.Fetch("i0") in next_steps(later)
    held = again_and_again(later, small)
    assert (held.phase, held.tries.mismatch) == (Phase.HELD, Mismatch.SMALL_PICTURE)
    assert "The picture is paid for" in held.messages[0]
    got = after(held, facts.Retried(), facts.Fetched("i0", 10, "ab", "jpg"), now=LATER)
    assert (got.images[0].state, got.images[0].fetched_at) == (ImageState.FETCHED, NOW)


def test_what_is_not_a_picture_was_not_bought() -> None:
    """A web page or garbage in place of a picture is not recorded as bought."""
    wrong = facts.Failed(steps.Fetch("i0"), Failure.MISMATCH, "a page", mismatch=Mismatch.NOT_A_PICTURE)
    assert after(reckoned(True), wrong).images[0].fetched_at is None

"""Tests of how polls change a merged order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import ImageState, MergeState, Order, Phase, facts, next_steps, steps
from daemon.order.facts import Failure
from tests.core.orders import NOW, POLICY, after, merged, order, reckoned, sent, uploaded

IDLE = facts.Polled(merging=False, processing=False, images=())
DONE = facts.PolledImage("a", "a", ended=True)
LATER = NOW + POLICY.idle_grace


def test_a_late_look_unmakes_no_purchase() -> None:
    """A late or repeated poll never makes an image be bought twice."""
    bought = after(reckoned(True, True), facts.Fetched("i0", 10, "ab", "jpg"), facts.PicturePlaced("i0", "a.jpg"))
    late = facts.Polled(False, False, tuple(facts.PolledImage(f"i{n}", "new", ended=True) for n in range(3)))
    assert after(bought, late, IDLE) is bought
    unsent = facts.Failed(steps.Merge(), Failure.PASSING, "no route", unsent=True)
    for unmerged in (uploaded(), after(uploaded(), facts.MergeIntended(), unsent)):
        assert after(unmerged, late, IDLE) is unmerged


def test_an_intent_to_merge_counts_only_when_all_is_uploaded() -> None:
    """While brackets remain to be sent, an intent to merge has no effect."""
    early = after(order(2), *sent(0))
    assert after(early, facts.MergeIntended()) is early


def test_a_repeated_merge_is_polled_as_often_as_the_first() -> None:
    """A repeated merge is polled at once, and as often as the first before it counts as not carried out."""
    lost = after(uploaded(), facts.MergeIntended(), *[IDLE] * (POLICY.idle_looks - 1))
    again = after(lost, IDLE, now=LATER)
    assert (next_steps(again), again.due, again.merge.asked_at) == ((steps.Merge(),), LATER, None)
    asked = after(again, facts.MergeIntended(), now=LATER + 5)
    assert (asked.merge.asked_at, asked.due, asked.tries.polls) == (LATER + 5, LATER + 5, 0)
    assert next_steps(after(asked, IDLE, now=LATER + 5 + POLICY.idle_grace)) == (steps.Poll(),)


def test_an_answered_merge_is_looked_at_soon() -> None:
    """After a merge is answered, polls are frequent again."""
    start = after(uploaded(), facts.MergeIntended(), *[IDLE] * 10, facts.Merged())
    assert (start.merge.state, start.tries.polls) == (MergeState.ANSWERED, 0)
    assert start.due is not None
    assert NOW < start.due <= NOW + POLICY.poll_first * 1.1


@pytest.mark.parametrize("merging", [True, False])
def test_a_merge_that_was_seen_at_work_is_never_repeated(merging: bool) -> None:
    """An order that was seen busy is merged, even if it later looks idle and empty."""
    seen = after(uploaded(), facts.MergeIntended(), facts.Polled(merging, not merging, ()))
    assert (seen.phase, seen.merge.state) == (Phase.MERGING, MergeState.SEEN)
    idle = after(seen, *[IDLE] * 50, now=LATER)
    assert next_steps(after(idle, *[IDLE] * 50, now=LATER * 2)) == (steps.Poll(),)


def test_an_answered_merge_that_shows_nothing_is_reported_and_not_repeated() -> None:
    """An accepted merge is not requested again; the message says that no images are shown."""
    late = after(merged(), *[IDLE] * 50, now=LATER)
    assert next_steps(late) == (steps.Poll(),)
    assert "accepted the merge 10 min ago but shows no images yet" in late.messages[0]


def test_a_clock_that_was_set_back_neither_repeats_a_merge_at_once_nor_never() -> None:
    """If the clock was set back, the number of polls decides, and no false duration is shown."""
    back = NOW - 86400
    lost = after(after(uploaded(), facts.MergeIntended()), *[IDLE] * (POLICY.idle_looks - 1), now=back)
    assert next_steps(lost) == (steps.Poll(),)
    assert next_steps(after(lost, IDLE, now=back)) == (steps.Merge(),)
    answered = after(merged(), *[IDLE] * 50, now=back)
    assert (next_steps(answered), answered.messages) == ((steps.Poll(),), ())


def test_images_that_are_ready_wait_for_the_last_group() -> None:
    """While the service still groups, more images may follow, so none is bought."""
    start = after(merged(), facts.Polled(merging=True, processing=False, images=(DONE,)))
    assert (start.phase, next_steps(start)) == (Phase.MERGING, (steps.Poll(),))


def test_what_has_ended_is_bought_without_a_pause() -> None:
    """When the last image has ended the purchase starts at once."""
    start = after(merged(), facts.Polled(False, True, (replace(DONE, ended=None),)))
    ended = after(start, facts.Polled(merging=False, processing=False, images=(DONE,)), now=NOW + 7)
    assert (ended.phase, ended.due) == (Phase.DOWNLOADING, NOW + 7)


def test_an_empty_list_says_nothing() -> None:
    """A poll without images does not drop known ones."""
    start = after(merged(), facts.Polled(False, True, (DONE, replace(DONE, id="b", ended=None))))
    empty = after(start, facts.Polled(merging=False, processing=True, images=()))
    assert (empty.phase, empty.images) == (Phase.PROCESSING, start.images)


def test_what_the_service_shows_now_counts() -> None:
    """An image that is processed again is waited for; its name and brackets are those of the last poll."""
    start = after(merged(), facts.Polled(False, True, (DONE, replace(DONE, id="b", ended=None))))
    again = facts.PolledImage("a", "A", ended=None, brackets=(1, 2))
    image = after(start, facts.Polled(False, True, (again, replace(DONE, id="b")))).images[0]
    assert (image.state, image.name, image.brackets) == (ImageState.PENDING, "A", (1, 2))


def test_a_failed_look_changes_nothing_but_the_time_of_the_next() -> None:
    """A failed poll only delays the next one."""
    start = merged()
    failed = after(start, facts.Failed(steps.Poll(), Failure.PASSING, "no route"))
    assert (failed.phase, failed.merge.state, next_steps(failed)) == (start.phase, start.merge.state, (steps.Poll(),))


REFUSED = facts.Failed(steps.Merge(), Failure.REQUEST, "404: Order not found", unsent=True)


def refused(kind: Failure = Failure.REQUEST) -> Order:
    """An order whose merge was refused, and which continues."""
    start = after(uploaded(), facts.MergeIntended(), replace(REFUSED, kind=kind))
    return after(start, facts.Retried())


def looked(start: Order, *seen: facts.Polled) -> Order:
    """The order after polls, each at its due time."""
    for fact in seen:
        assert start.due is not None
        start = after(start, fact, now=start.due)
    return start


@pytest.mark.parametrize("kind", [Failure.REQUEST, Failure.ACCOUNT])
def test_after_a_refused_merge_the_service_is_looked_at_first(kind: Failure) -> None:
    """A refusal may mean that an earlier merge succeeded, so the order is polled before another merge."""
    start = refused(kind)
    assert (start.merge.state, next_steps(start)) == (MergeState.NOT_ASKED, (steps.Poll(),))
    for _ in range(POLICY.refused_looks - 1):
        start = looked(start, IDLE)
        assert next_steps(start) == (steps.Poll(),)
        assert start.messages[0].startswith("The service refused the merge. bracketd checks that")
    again = looked(start, IDLE)
    assert (next_steps(again), again.due, again.messages) == ((steps.Merge(),), start.due, ())
    assert next_steps(after(again, facts.MergeIntended(), facts.Merged())) == (steps.Poll(),)


@pytest.mark.parametrize(
    "shown",
    [
        facts.Polled(True, False, ()),
        facts.Polled(False, True, ()),
        facts.Polled(False, False, (DONE,)),
    ],
)
@pytest.mark.parametrize("looks", [0, POLICY.refused_looks - 1])
def test_a_merge_that_was_carried_out_and_refused_is_not_repeated(shown: facts.Polled, looks: int) -> None:
    """An order that shows work or images after a refusal counts as merged."""
    seen = looked(refused(), *[IDLE] * looks, shown)
    assert (seen.merge.state, seen.merge.refused_at, seen.merge.asked_at) == (MergeState.SEEN, None, NOW)
    assert steps.Merge() not in next_steps(after(seen, *[IDLE] * 50, now=LATER * 2))
    assert seen.messages == ()


def test_a_merge_that_is_refused_again_is_looked_for_again() -> None:
    """Each refusal is followed by its own polls."""
    asked = after(refused(), *[IDLE] * POLICY.refused_looks, facts.MergeIntended(), REFUSED, facts.Retried())
    assert next_steps(asked) == (steps.Poll(),)
    assert next_steps(after(asked, *[IDLE] * (POLICY.refused_looks - 1))) == (steps.Poll(),)


def test_an_order_whose_merge_was_refused_can_be_cancelled_and_has_the_settings_of_today() -> None:
    """Otherwise a refused merge counts as not requested."""
    held = after(uploaded(), facts.MergeIntended(), REFUSED)
    assert held.phase is Phase.HELD
    assert after(held, facts.Cancelled("not wanted")).phase is Phase.CANCELLED
    other = replace(held.preset, enhance={"ai_version": "4.7"})
    assert after(held, facts.Retried(other)).preset == other


def test_a_merge_that_never_left_needs_no_look() -> None:
    """A merge request that certainly did not reach the service is repeated without a poll."""
    unsent = facts.Failed(steps.Merge(), Failure.PASSING, "no route", unsent=True)
    assert next_steps(after(uploaded(), facts.MergeIntended(), unsent)) == (steps.Merge(),)

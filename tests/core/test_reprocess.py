from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import Health, ImageState, Order, Phase, facts, next_steps, steps
from daemon.order.facts import Failure
from daemon.order.intents import intent
from daemon.order.merging import UNHEARD, limit_reached
from daemon.order.problem import Code
from tests.changed import changed
from tests.core.orders import NOW, POLICY, after, merged

DARK = facts.PolledImage("i0", "picture 0", ended=False, reason="too dark")
FINE = facts.PolledImage("i0", "picture 0", ended=True)
BUSY = facts.PolledImage("i0", "picture 0", ended=None)
FULL = facts.PolledImage("i0", "picture 0", ended=False, reason="daily limit reached", limited=True)
OLD = facts.PolledImage("i0", "picture 0", ended=False, reason="expired", again=False)
OTHER = facts.PolledImage("i1", "picture 1", ended=True)
LATER = NOW + POLICY.reprocess_lag
ASKED = (facts.ReprocessIntended("i0"), facts.Reprocessed("i0"))


def looked(*images: facts.PolledImage, merging: bool = False) -> facts.Polled:
    """A poll that shows these images."""
    return facts.Polled(merging, any(image.ended is None for image in images), images)


def failed(*images: facts.PolledImage) -> Order:
    """A merged order whose first image failed."""
    return after(merged(), looked(*(images or (DARK,))))


def states(order: Order) -> list[ImageState]:
    """The states of its images."""
    return [image.state for image in order.images]


# --- an image that failed ---


def test_an_image_that_failed_is_processed_once_more() -> None:
    """A failed image is reprocessed at once, while the others wait."""
    start = failed(DARK, OTHER)
    assert (start.phase, states(start)) == (Phase.PROCESSING, [ImageState.AGAIN, ImageState.PROCESSED])
    assert (next_steps(start), start.due, start.health) == ((steps.Reprocess("i0"),), NOW, Health.OK)


def test_a_second_chance_that_works_out_is_bought() -> None:
    """An image that succeeds the second time is bought like any other."""
    done = after(failed(DARK, OTHER), *ASKED, looked(FINE, OTHER))
    assert (done.phase, states(done)) == (Phase.DOWNLOADING, [ImageState.PROCESSED, ImageState.PROCESSED])
    assert done.messages == ()


def test_an_image_fails_for_good_the_second_time() -> None:
    """There is no third try; the others are bought, and the failed one is named with the service's reason."""
    done = after(after(failed(DARK, OTHER), *ASKED), looked(DARK, OTHER), now=LATER)
    assert (done.phase, states(done)) == (Phase.DOWNLOADING, [ImageState.FAILED, ImageState.PROCESSED])
    assert done.messages == ("picture 0 failed: too dark",)


def test_an_image_that_cannot_be_helped_is_not_processed_again() -> None:
    """An image that reprocessing cannot help, such as an expired one, fails at once."""
    done = failed(OLD, OTHER)
    assert (done.phase, states(done)) == (Phase.DOWNLOADING, [ImageState.FAILED, ImageState.PROCESSED])


def test_each_image_is_reprocessed_in_turn() -> None:
    """Two failed images are requested one after the other, and only then is the order polled again."""
    start = failed(DARK, replace(DARK, id="i1"))
    assert next_steps(start) == (steps.Reprocess("i0"), steps.Reprocess("i1"))
    one = after(start, *ASKED)
    assert (next_steps(one), one.due) == ((steps.Reprocess("i1"),), NOW)
    both = after(one, facts.ReprocessIntended("i1"), facts.Reprocessed("i1"))
    assert next_steps(both) == (steps.Poll(),)
    assert both.due is not None
    assert NOW < both.due <= NOW + POLICY.poll_first * 1.1


def test_while_images_are_grouped_a_failed_one_waits() -> None:
    """Nothing is reprocessed before the merge has ended."""
    early = after(merged(), looked(DARK, merging=True))
    assert (early.phase, next_steps(early)) == (Phase.MERGING, (steps.Poll(),))
    assert early.due is not None
    assert early.due > NOW
    assert after(early, facts.ReprocessIntended("i0")) is early
    assert next_steps(after(early, looked(DARK))) == (steps.Reprocess("i0"),)


def test_a_failed_image_is_asked_for_while_others_are_worked_on() -> None:
    """Reprocessing does not wait for the slowest image."""
    assert next_steps(failed(DARK, replace(OTHER, ended=None))) == (steps.Reprocess("i0"),)


def test_looks_are_frequent_after_a_second_chance() -> None:
    """After a reprocessing, polls are frequent again."""
    start = after(merged(), *[looked(BUSY)] * 20, looked(DARK))
    again = after(start, *ASKED)
    assert again.tries.polls == 0
    assert again.due is not None
    assert again.due <= NOW + POLICY.poll_first * 1.1


# --- intent, answer, kill ---


def test_the_intent_to_process_again_is_recorded_first() -> None:
    """After the recorded intent the order is only polled. A request that never reached the service is repeated."""
    assert intent(steps.Reprocess("i0")) == facts.ReprocessIntended("i0")
    intended = after(failed(), facts.ReprocessIntended("i0"))
    assert (states(intended), next_steps(intended)) == ([ImageState.PENDING], (steps.Poll(),))
    for asked in range(1, UNHEARD):
        unheard = after(intended, looked(DARK), now=intended.times.updated_at + POLICY.reprocess_lag)
        assert (states(unheard), next_steps(unheard)) == ([ImageState.AGAIN], (steps.Reprocess("i0"),)), asked
        intended = after(unheard, facts.ReprocessIntended("i0"), now=unheard.times.updated_at)
    last = after(intended, looked(DARK), now=intended.times.updated_at + POLICY.reprocess_lag)
    assert states(last) == [ImageState.FAILED]


def test_an_old_error_is_not_taken_for_a_new_one() -> None:
    """The old error may be shown for a while after the reprocessing was accepted, and does not count."""
    asked = after(failed(), *ASKED)
    soon = after(asked, looked(DARK), now=LATER - 1)
    assert (states(soon), next_steps(soon)) == ([ImageState.PENDING], (steps.Poll(),))
    assert states(after(soon, looked(BUSY), looked(FINE), now=LATER)) == [ImageState.PROCESSED]


@pytest.mark.parametrize(
    ("end", "then"),
    [
        (facts.Reprocessed("i0"), ImageState.FAILED),
        (facts.Failed(steps.Reprocess("i0"), Failure.PASSING, "no answer"), ImageState.AGAIN),
    ],
)
def test_the_old_error_may_be_shown_from_the_answer_on(end: facts.Fact, then: ImageState) -> None:
    """A request may take minutes to end; the wait for its result starts then."""
    asked = after(after(failed(), facts.ReprocessIntended("i0")), end, now=LATER + 30)
    assert states(after(asked, looked(DARK), now=LATER + 35)) == [ImageState.PENDING]
    assert states(after(asked, looked(DARK), now=LATER + 30 + POLICY.reprocess_lag)) == [then]


def test_a_clock_that_was_set_back_does_not_stop_an_order() -> None:
    """An image requested at a time that is now in the future is waited for once more, as long as any other."""
    past = NOW - 86400
    asked = after(failed(), facts.ReprocessIntended("i0"))
    waits = after(asked, looked(DARK), now=past)
    assert states(waits) == [ImageState.PENDING]
    assert states(after(waits, looked(DARK), now=past + POLICY.reprocess_lag)) == [ImageState.AGAIN]


def test_a_clock_that_jumps_ahead_makes_no_old_error_a_new_one() -> None:
    """A clock that jumps years ahead after the request does not make the old error count."""
    asked, then = after(failed(), *ASKED), NOW + 1e8
    for seconds in (0.0, 7.0, 17.0, 30.0):
        asked = after(asked, looked(DARK), now=then + seconds)
        assert (states(asked), next_steps(asked)) == ([ImageState.PENDING], (steps.Poll(),))
    assert states(after(asked, looked(BUSY), looked(FINE), now=then + 45.0)) == [ImageState.PROCESSED]
    assert states(after(asked, looked(DARK), now=then + POLICY.reprocess_lag)) == [ImageState.FAILED]


@pytest.mark.parametrize("step", [400.0, -400.0])
def test_a_clock_that_never_rests_does_not_stop_an_order(step: float) -> None:
    """Even if every poll is late, or the clock is set at each, the result is found in time."""
    order, now = after(failed(), *ASKED), NOW
    for _ in range(POLICY.doubted_looks + 2):
        now += step
        order = after(order, looked(DARK), now=now)
    now = max(now, NOW) + POLICY.reprocess_lag
    assert states(after(order, looked(DARK), now=now)) == [ImageState.FAILED]


@pytest.mark.parametrize("kind", [Failure.PASSING, Failure.ACCOUNT])
def test_a_second_chance_that_was_not_asked_for_is_not_used_up(kind: Failure) -> None:
    """A request that certainly never reached the service leaves the image unchanged."""
    unsent = facts.Failed(steps.Reprocess("i0"), kind, "no route", unsent=True)
    start = after(failed(), facts.ReprocessIntended("i0"), unsent)
    assert (states(start), start.images[0].reprocessed_at) == ([ImageState.AGAIN], None)
    assert next_steps(start) == (steps.Reprocess("i0"),)
    assert start.health is Health.RETRYING
    assert states(after(after(start, *ASKED), looked(DARK), now=LATER)) == [ImageState.FAILED]


def test_an_outage_is_not_held_against_an_image() -> None:
    """Requests that were never sent do not count as unanswered."""
    unsent = facts.Failed(steps.Reprocess("i0"), Failure.PASSING, "no route", unsent=True)
    tries: tuple[facts.Fact, ...] = (facts.ReprocessIntended("i0"), unsent) * 10
    start = after(failed(), *tries)
    killed = after(start, facts.ReprocessIntended("i0"))
    assert states(after(killed, looked(DARK), now=LATER)) == [ImageState.AGAIN]


def test_the_download_begins_with_all_patience() -> None:
    """Reprocessing requests do not count as failed downloads."""
    done = after(failed(), *ASKED, looked(FINE))
    assert [image.failures for image in done.images] == [0]


def test_a_reprocessing_that_was_seen_is_not_requested_again() -> None:
    """If the answer was lost but the image was seen in processing, it is not requested a third time."""
    lost = after(failed(), ASKED[0], facts.Failed(steps.Reprocess("i0"), Failure.PASSING, "no answer"))
    assert states(after(after(lost, looked(BUSY)), looked(DARK), now=LATER)) == [ImageState.FAILED]


def test_a_second_chance_whose_answer_was_lost_is_looked_for() -> None:
    """After a lost answer the next poll shows the result, without another request."""
    lost = after(failed(), ASKED[0], facts.Failed(steps.Reprocess("i0"), Failure.PASSING, "no answer"))
    assert (states(lost), next_steps(lost), lost.health) == (
        [ImageState.PENDING],
        (steps.Poll(),),
        Health.RETRYING,
    )
    assert after(lost, looked(FINE), now=LATER).phase is Phase.DOWNLOADING


def test_an_image_that_the_service_will_not_process_again_has_failed() -> None:
    """A refused reprocessing marks the image as failed at once."""
    lost = after(failed(DARK, OTHER), ASKED[0], facts.ImageLost("i0", "422: refused"))
    assert states(lost) == [ImageState.FAILED, ImageState.PROCESSED]
    done = after(lost, looked(DARK, OTHER))
    assert (done.phase, states(done)) == (Phase.DOWNLOADING, [ImageState.FAILED, ImageState.PROCESSED])


def test_an_image_that_failed_is_named_even_when_it_is_shown_no_more() -> None:
    """A failed image that the service no longer shows is still reported."""
    lost = after(failed(DARK, OTHER), ASKED[0], facts.ImageLost("i0", "404: no such image"))
    done = after(lost, looked(OTHER))
    assert done.phase is Phase.DOWNLOADING
    assert done.messages == ("picture 0 failed: 404: no such image",)


def test_late_facts_about_a_reprocessing_change_nothing() -> None:
    """An intent or an answer applies only to an image that waits for it."""
    start = failed(DARK, OTHER)
    for late in (facts.ReprocessIntended("i1"), facts.ReprocessIntended("none"), facts.Reprocessed("i0")):
        assert after(start, late) is start
    looked_at = after(start, *ASKED, looked(BUSY, OTHER))
    assert after(looked_at, *ASKED) is looked_at
    done = after(looked_at, looked(FINE, OTHER))
    assert after(done, *ASKED, facts.ImageLost("i0", "late")).images[0].state is ImageState.FAILED, (
        "it is not given out"
    )
    assert after(done, *ASKED) is done


def test_a_failure_of_a_second_chance_that_is_over_changes_no_image() -> None:
    """A late failure of a reprocessing leaves an ended image unchanged."""
    done = after(failed(), *ASKED, looked(FINE, replace(OTHER, ended=None)))
    late = after(done, facts.Failed(steps.Reprocess("i0"), Failure.PASSING, "late", unsent=True))
    assert late.images == done.images


# --- the account's daily limit ---


def test_what_the_days_limit_stopped_is_processed_when_that_lets() -> None:
    """An image that failed because of the daily limit is requested hourly, as often as necessary."""
    start, now = failed(FULL, OTHER), NOW
    for _ in range(5):
        assert (states(start)[0], start.due) == (ImageState.AGAIN, now + POLICY.limit_probe)
        assert "daily limit reached" in start.messages[0]
        assert start.health is Health.RETRYING
        now += POLICY.limit_probe
        start = after(start, *ASKED, now=now)
        now += POLICY.reprocess_lag
        start = after(start, looked(FULL, OTHER), now=now)
    now += POLICY.limit_probe
    done = after(after(start, *ASKED, now=now), looked(FINE, OTHER), now=now)
    assert (done.phase, done.messages) == (Phase.DOWNLOADING, ())


def test_a_person_need_not_wait_for_the_limit() -> None:
    """A retry requests the image at once."""
    start = after(failed(FULL), facts.Retried(), now=NOW + 5)
    assert (next_steps(start), start.due) == ((steps.Reprocess("i0"),), NOW + 5)


def test_the_limit_is_not_waited_for_without_end() -> None:
    """An image that the limit stops for a week has failed, and the others are delivered."""
    start, now = failed(FULL, OTHER), NOW
    while start.phase is Phase.PROCESSING:
        assert now <= NOW + POLICY.limit_patience + POLICY.limit_probe
        now += POLICY.limit_probe
        start = after(after(start, *ASKED, now=now), looked(FULL, OTHER), now=now + POLICY.reprocess_lag)
    assert now > NOW + POLICY.limit_patience - 2 * POLICY.limit_probe
    done = start
    assert (done.phase, states(done)[0]) == (Phase.DOWNLOADING, ImageState.FAILED)
    assert "picture 0 failed: daily limit reached" in done.messages
    assert [one.code for one in done.problems] == [Code.DEADLINE_PASSED, Code.IMAGE_FAILED]


def test_a_clock_that_jumps_ahead_does_not_end_the_wait_for_the_limit() -> None:
    """Even if the clock jumps by years, an image that the limit stopped is requested for at least a day."""
    start, now = failed(FULL, OTHER), NOW + 1e8
    for _ in range(POLICY.limit_tries - 1):
        start = after(after(start, *ASKED, now=now), looked(FULL, OTHER), now=now + POLICY.reprocess_lag)
        assert states(start)[0] is ImageState.AGAIN
        now += POLICY.limit_probe


def test_an_error_of_its_own_after_the_limit_is_the_end() -> None:
    """A reprocessed image that fails by its own error is not tried again."""
    start = after(failed(FULL), *ASKED)
    assert states(after(start, looked(DARK), now=LATER)) == [ImageState.FAILED]


def test_the_limit_after_an_error_of_its_own_is_waited_for() -> None:
    """The daily limit does not use up an image's reprocessing."""
    start = after(after(failed(), *ASKED), looked(FULL), now=LATER)
    assert (states(start), start.due) == ([ImageState.AGAIN], LATER + POLICY.limit_probe)


def test_an_error_that_is_still_shown_for_the_limit_holds_no_other_image_up() -> None:
    """An old limit error of one image does not delay the reprocessing of another."""
    start = after(failed(FULL, replace(OTHER, ended=None)), *ASKED)
    both = after(start, looked(FULL, replace(DARK, id="i1")), now=NOW + 5)
    assert states(both) == [ImageState.PENDING, ImageState.AGAIN]
    assert (both.due, next_steps(both)) == (NOW + 5, (steps.Reprocess("i1"),))


def test_what_a_look_says_of_the_limit() -> None:
    """The message about the limit has the service's text; a poll without a limit has no message."""
    assert limit_reached(looked(FINE, DARK)) is None
    assert "(daily limit reached)" in (limit_reached(looked(DARK, FULL)) or "")


# --- people ---


def test_a_held_order_processes_nothing_again() -> None:
    """While an order is held its failed images wait; a retry continues with them."""
    held = after(failed(), facts.Failed(steps.Reprocess("i0"), Failure.REQUEST, "look here", unsent=True))
    assert (held.phase, next_steps(held)) == (Phase.HELD, ())
    assert next_steps(after(held, facts.Retried())) == (steps.Reprocess("i0"),)


def test_an_open_image_is_not_delivered() -> None:
    """While an image is to be reprocessed, the shoot is not complete."""
    start = failed(DARK, OTHER)
    for phase in (Phase.PROCESSING, Phase.DOWNLOADING):
        open_still = changed(start, phase=phase)
        assert after(open_still, facts.Delivered()) is open_still

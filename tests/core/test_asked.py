"""Tests of requests about a merged order: retry of failed images, and dismissal of the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import Ended, Health, ImageState, MergeState, Order, Phase, Policy, facts, next_steps, steps
from daemon.order.asked import failed_images
from daemon.order.facts import Failure
from daemon.order.policy import Limits
from tests.core.orders import NOW, POLICY, after, order, processed, reckoned, uploaded

DAY = 86400.0
LIMIT = Policy(limits=Limits(images_per_order=1))


def placed(image: str) -> tuple[facts.Fact, ...]:
    """The facts of an image that is bought without trouble."""
    return facts.Fetched(image, 10, "ab", "jpg"), facts.PicturePlaced(image, f"{image}.jpg")


def delivered(good: int, failed: int) -> Order:
    """A delivered order with some successful and some failed images."""
    start = reckoned(*[True] * good, *[False] * failed)
    return after(start, *(fact for n in range(good) for fact in placed(f"i{n}")), facts.Delivered())


def look(**ended: bool | None) -> facts.Polled:
    """A poll that shows these images."""
    images = tuple(facts.PolledImage(image, image, how) for image, how in ended.items())
    return facts.Polled(False, None in ended.values(), images)


def states(of: Order) -> list[ImageState]:
    """The states of its images."""
    return [image.state for image in of.images]


FOUR_OF_FIVE = delivered(4, 1)
RETRIED = after(FOUR_OF_FIVE, facts.Reopened(("i4",)), now=NOW + DAY)
GOOD = {f"i{n}": True for n in range(4)}


# --- failed images ---


def test_one_failed_image_is_processed_again_and_it_alone_is_bought() -> None:
    """Retrying the failed image of a delivered order reprocesses, checks, buys and places only that image."""
    assert (RETRIED.phase, RETRIED.due, RETRIED.health) == (Phase.PROCESSING, NOW + DAY, Health.OK)
    assert next_steps(RETRIED) == (steps.Poll(),), "the service may show something else now"
    failed = after(RETRIED, look(**GOOD, i4=False), now=NOW + DAY)
    assert next_steps(failed) == (steps.Reprocess("i4"),)
    asked = after(failed, facts.ReprocessIntended("i4"), facts.Reprocessed("i4"), now=NOW + DAY)
    done = after(asked, look(**GOOD, i4=True), now=NOW + DAY + 100)
    assert states(done) == [ImageState.PLACED] * 4 + [ImageState.PROCESSED]
    assert (done.phase, next_steps(done)) == (Phase.DOWNLOADING, (steps.Reckon(),))
    bought = after(done, facts.Reckoned(0, 0))
    assert next_steps(bought) == (steps.Fetch("i4"),)
    whole = after(bought, *placed("i4"))
    assert next_steps(whole) == (steps.Deliver(),)
    over = after(whole, facts.Delivered())
    assert (over.phase, over.health, over.messages) == (Phase.DOWNLOADED, Health.OK, ())


def test_an_image_that_succeeded_meanwhile_is_bought() -> None:
    """If the poll shows that the failed image has succeeded, nothing is reprocessed."""
    done = after(RETRIED, look(**GOOD, i4=True), now=NOW + DAY)
    assert next_steps(done) == (steps.Reckon(),)


def test_an_image_that_fails_again_leaves_the_order_delivered() -> None:
    """After a second failure the order is delivered as before: the failed image is named and may be retried."""
    again_asked = facts.ReprocessIntended("i4"), facts.Reprocessed("i4")
    asked = after(RETRIED, look(**GOOD, i4=False), *again_asked, now=NOW + DAY)
    again = after(asked, look(**GOOD, i4=False), now=NOW + DAY + POLICY.reprocess_lag)
    assert (next_steps(again), failed_images(again)) == ((steps.Deliver(),), ())
    over = after(again, facts.Delivered())
    assert (over.phase, failed_images(over)) == (Phase.DOWNLOADED, ("i4",))


def test_a_retried_image_is_held_against_the_limits() -> None:
    """Images from a retry are bought only within the limits."""
    done = after(RETRIED, look(**GOOD, i4=True), now=NOW + DAY)
    assert after(done, facts.Reckoned(0, 0), policy=LIMIT).phase is Phase.HELD


def test_an_image_that_the_service_no_longer_shows_is_not_forgotten() -> None:
    """A retried image that the service no longer shows has failed, with that reason; placed images stay placed."""
    done = after(RETRIED, look(i0=True, i1=True), now=NOW + DAY)
    assert states(done) == [ImageState.PLACED] * 4 + [ImageState.FAILED]
    assert done.messages[0] == "picture 4 failed: the service no longer shows it"
    assert next_steps(done) == (steps.Deliver(),)


def test_nothing_but_the_failed_image_is_bought() -> None:
    """A retry never buys an image that was not part of the order."""
    done = after(RETRIED, look(**GOOD, i4=True, stranger=True), now=NOW + DAY)
    assert [image.id for image in done.images] == ["i0", "i1", "i2", "i3", "i4"]


def test_a_retry_days_later_has_the_patience_of_a_merge() -> None:
    """A retried image that the daily limit stops waits for the limit, however old the merge is."""
    week = NOW + 30 * DAY
    start = after(FOUR_OF_FIVE, facts.Reopened(("i4",)), now=week)
    limited = facts.PolledImage("i4", "i4", ended=False, reason="daily limit", limited=True)
    shown = look(**GOOD)
    waits = after(start, replace(shown, images=(*shown.images, limited)), now=week)
    assert states(waits)[-1] is ImageState.AGAIN
    busy = after(start, look(**GOOD, i4=None), now=week + 10)
    assert busy.messages == (), "the service has not been working on it for 30 days"


@pytest.mark.parametrize(
    "fact", [facts.Reopened(("i0",)), facts.Reopened(("nobody's",)), facts.Reopened(()), facts.Retried()]
)
def test_only_failed_images_are_retried(fact: facts.Fact) -> None:
    """An image that is placed, or not of this order, is never reprocessed."""
    assert after(FOUR_OF_FIVE, fact) is FOUR_OF_FIVE


def test_a_late_answer_does_not_end_a_retried_order() -> None:
    """A repeated fact of the first delivery does not count as the second one."""
    assert after(RETRIED, facts.Delivered()) is RETRIED


# --- nothing came out ---


def test_an_order_without_a_picture_is_not_delivered() -> None:
    """An order whose images all failed is held, with a message that nothing was delivered and what to do."""
    held = processed(False, False)
    assert (held.phase, held.stage, held.health) == (Phase.HELD, Phase.DOWNLOADING, Health.ATTENTION)
    assert held.messages[0].startswith("nothing was delivered: the service failed on every image")
    assert next_steps(held) == ()


def test_the_last_picture_that_is_not_given_out_leaves_nothing_to_deliver() -> None:
    """An order whose downloads are all refused is held like one whose images all failed."""
    lost = after(reckoned(True, True), facts.ImageLost("i0", "404"), facts.ImageLost("i1", "404"))
    assert (lost.phase, failed_images(lost)) == (Phase.HELD, ("i0", "i1"))


def test_all_failed_images_are_retried() -> None:
    """A retry of an order without pictures reprocesses every image."""
    again = after(processed(False, False), facts.Reopened(("i0", "i1")))
    failed = after(again, look(i0=False, i1=False))
    assert next_steps(failed) == (steps.Reprocess("i0"), steps.Reprocess("i1"))


# --- dismissed ---


def over_limit(*good: bool) -> Order:
    """An order that is held because it has too many images."""
    return after(processed(*good), facts.Reckoned(0, 0), policy=LIMIT)


def test_a_dismissed_order_ends_unbought() -> None:
    """An order that was held at a limit ends as cancelled and makes no more requests."""
    over = after(over_limit(True, True, False), facts.Dismissed(), now=NOW + 9)
    assert (over.phase, over.standing, over.due) == (Phase.CANCELLED, Ended.DISMISSED, None)
    assert (over.health, next_steps(over)) == (Health.OK, ())
    assert over.messages[0].startswith("dismissed on request; none of its images were bought")
    assert states(over) == [ImageState.DISMISSED, ImageState.DISMISSED, ImageState.FAILED]


@pytest.mark.parametrize(
    "fact",
    [
        facts.Approved(),
        facts.Retried(),
        facts.Resumed(),
        facts.Reopened(("i0", "i1", "i2")),
        facts.Reckoned(0, 0),
        facts.Fetched("i0", 1, "ab", "jpg"),
        facts.Dismissed(),
        look(i0=True, i1=True),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_nothing_revives_a_dismissed_order(fact: facts.Fact) -> None:
    """No fact, late, repeated or from a person, makes a dismissed order buy anything."""
    over = after(over_limit(True, True), facts.Dismissed())
    assert after(over, fact) is over


def test_a_dismissed_order_delivers_what_was_bought() -> None:
    """Pictures bought before a dismissal are delivered; the others are neither bought nor failed."""
    start = after(reckoned(True, True, True), *placed("i0"), facts.Fetched("i1", 10, "ab", "jpg"))
    held = after(start, facts.Failed(steps.Fetch("i2"), Failure.REQUEST, "422", unsent=True))
    left = after(held, facts.Dismissed(), now=NOW + 9)
    assert (left.phase, left.due) == (Phase.DOWNLOADING, NOW + 9)
    assert next_steps(left) == (steps.PlacePicture("i1"),)
    done = after(left, facts.PicturePlaced("i1", "i1.jpg"))
    assert next_steps(done) == (steps.Deliver(),)
    over = after(done, facts.Delivered())
    assert (over.phase, over.health) == (Phase.DOWNLOADED, Health.OK)
    assert over.messages == ("1 image(s) were dismissed on request and not bought",)
    assert failed_images(over) == ()


def test_a_retried_order_that_is_held_can_be_dismissed() -> None:
    """A delivered order whose retried image exceeds a limit keeps its pictures when it is dismissed."""
    held = after(RETRIED, look(**GOOD, i4=True), facts.Reckoned(0, 0), now=NOW + DAY, policy=LIMIT)
    left = after(held, facts.Dismissed())
    assert (held.phase, next_steps(left)) == (Phase.HELD, (steps.Deliver(),))


@pytest.mark.parametrize(
    "start",
    [order(1), uploaded(), processed(True, True), reckoned(True, True), FOUR_OF_FIVE, RETRIED],
    ids=["settled", "uploaded", "downloading", "being bought", "delivered", "retried"],
)
def test_only_what_stands_still_is_dismissed(start: Order) -> None:
    """An order under way is not dismissed, because a download may be running."""
    assert after(start, facts.Dismissed()) is start


def test_before_the_merge_there_is_nothing_to_dismiss() -> None:
    """An order that is held before its merge is cancelled, not dismissed."""
    held = after(order(1), facts.Failed(steps.Register(0), Failure.FILE, "cannot be read"))
    assert held.merge.state is MergeState.NOT_ASKED
    assert after(held, facts.Dismissed()) is held

"""Tests of slow work and repeated failures after the merge."""

from __future__ import annotations

import pytest

from daemon.order import Health, Order, Phase, facts, next_steps, steps
from daemon.order.facts import Failure
from tests.core.orders import NOW, POLICY, after, merged, order, processed, reckoned

NOT_YET = facts.Failed(steps.Fetch("i0"), Failure.NOT_READY, "404: not found")
OFFLINE = facts.Failed(steps.Fetch("i0"), Failure.PASSING, "no route to host", unsent=True)


def test_an_image_that_is_never_available_is_held() -> None:
    """After enough answers that an image is not available yet, the order is held; a retry starts over."""
    start = after(processed(True, True), *[NOT_YET] * (POLICY.fetch_patience - 1))
    assert (start.phase, start.health) == (Phase.DOWNLOADING, Health.RETRYING)
    held = after(start, NOT_YET)
    assert held.phase is Phase.HELD
    assert "refused to provide picture 0 12 times (404: not found)" in held.messages[0]
    again = after(held, facts.Retried(), NOT_YET)
    assert again.phase is Phase.DOWNLOADING


def test_a_long_outage_is_not_held_against_an_image() -> None:
    """Days without a connection put an image behind others, but do not use up its tries."""
    start = after(reckoned(True, True), *[OFFLINE] * 1000)
    assert next_steps(start)[0] == steps.Fetch("i1")
    assert after(start, *[NOT_YET] * (POLICY.fetch_patience - 4)).phase is Phase.DOWNLOADING


def test_pictures_that_cannot_be_written_are_tried_again() -> None:
    """With a full disk the order tries again every minute, with the reason, and is not held."""
    full = after(reckoned(True), facts.Failed(steps.Fetch("i0"), Failure.OUTPUT, "no room in /out"))
    assert (full.phase, full.due, full.messages) == (Phase.DOWNLOADING, NOW + POLICY.output_retry, ("no room in /out",))


def test_a_retry_resets_the_back_off() -> None:
    """After a retry, the next failure starts with a short wait again."""
    waits = after(reckoned(True), *[OFFLINE] * 20)
    assert waits.tries.failures == 20
    again = after(waits, facts.Retried(), now=NOW + 1)
    assert (again.tries.failures, again.due) == (0, NOW + 1)


def test_bytes_that_are_always_removed_are_fetched_less_and_less_often() -> None:
    """If an image's downloaded file is removed each time, each wait is longer."""
    start, waits = processed(True), []
    for _ in range(12):
        start = after(start, facts.Fetched("i0", 10, "ab", "jpg"), now=start.due or NOW)
        lost_at = start.due or NOW
        start = after(start, facts.FetchLost("i0"), now=lost_at)
        assert start.due is not None
        waits.append(start.due - lost_at)
    assert start.health is Health.RETRYING
    assert max(waits) > 60
    assert sum(waits) > 600


@pytest.mark.parametrize("images", [(), (facts.PolledImage("a", "a", ended=None),)])
def test_slow_work_is_reported(images: tuple[facts.PolledImage, ...]) -> None:
    """After an hour of processing the order has a message, and is polled as before."""
    busy = facts.Polled(merging=not images, processing=True, images=images)
    soon = after(merged(), busy, now=NOW + POLICY.long_work - 1)
    assert soon.health is Health.OK
    late = after(soon, busy, now=NOW + 2.5 * POLICY.long_work)
    assert "processing this order for over 2 h" in late.messages[0]
    assert next_steps(late) == (steps.Poll(),)
    ended = facts.Polled(merging=False, processing=False, images=(facts.PolledImage("a", "a", ended=True),))
    assert after(late, ended, now=NOW + 3 * POLICY.long_work).messages == ()


def test_images_that_are_as_they_were_stay_the_same_objects() -> None:
    """A poll without changes causes no write to the store."""
    shown = (facts.PolledImage("a", "a", ended=None), facts.PolledImage("b", "b", ended=None))
    first = after(merged(), facts.Polled(merging=False, processing=True, images=shown))
    again = after(first, facts.Polled(merging=False, processing=True, images=shown))
    assert again.images is first.images
    one = after(first, facts.Polled(False, True, (shown[0], facts.PolledImage("b", "b", ended=True))))
    assert one.images[0] is first.images[0]
    assert one.images[1].ended


def test_every_registration_there_ever_was_is_known() -> None:
    """The ids of replaced registrations are included, so that no registration is mistaken for a result."""
    start = order(2)
    first = start.registration(0)
    again: Order = after(start, facts.SlotLost(0, 0, "expired"), facts.SlotLost(0, 1, "expired"))
    assert again.registrations >= {first, again.registration(0), again.registration(1)}
    assert len(again.registrations) == 4

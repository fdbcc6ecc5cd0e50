"""Tests of the rules for free previews: when they are fetched, what they hold, and that they never delay for long."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from daemon.order import Health, HoldKind, ImageState, Phase, facts, next_steps, steps
from daemon.order.facts import Failure
from daemon.order.preview import LooksLike, PreviewState
from daemon.order.previewing import LONGEST_WAIT, MOST_IMAGES
from daemon.order.problem import Code
from tests.core.grouped import grouped
from tests.core.orders import NOW, POLICY, after, processed

TWO = ((0, 1, 2), (3, 4, 5))
FIRST, SECOND = steps.Preview("i0"), steps.Preview("i1")
SEEN = (facts.Previewed("i0"), facts.Previewed("i1"))
RIGHT = (LooksLike("i0", 0, 0.9, 0.3), LooksLike("i1", 1, 0.9, 0.3))
SWAPPED = (LooksLike("i0", 1, 0.9, 0.3), LooksLike("i1", 0, 0.9, 0.3))


def failed(step: steps.Step, kind: Failure = Failure.PASSING, **more: Any) -> facts.Failed:
    """A step that failed."""
    return facts.Failed(step, kind, "the reason", **more)


def test_previews_come_before_the_purchase() -> None:
    """The previews of all images are fetched and compared with the sets before the limits are checked."""
    order = grouped(TWO, TWO)
    assert next_steps(order) == (FIRST, SECOND)
    assert next_steps(after(order, SEEN[0])) == (SECOND,)
    order = after(order, *SEEN)
    assert next_steps(order) == (steps.Inspect(),)
    order = after(order, facts.Inspected((0, 1), RIGHT))
    assert (next_steps(order), order.phase, order.health) == ((steps.Reckon(),), Phase.DOWNLOADING, Health.OK)


def test_pictures_of_other_scenes_hold_the_order() -> None:
    """Images that clearly look like other sets hold the order before a purchase, and a person decides once."""
    order = after(grouped(TWO, TWO), *SEEN, facts.Inspected((0, 1), SWAPPED))
    assert (order.hold_kind, [trouble.code for trouble in order.troubles]) == (HoldKind.MISGROUPED, [Code.MISGROUPED])
    message, _ = order.messages
    start = "pictures show other scenes than planned: IMG_0431.JPG: expected this scene, got a picture that looks like "
    assert message.startswith(f"{start}IMG_0434.JPG; ")
    assert "Nothing was bought. `bracketd approve SHOOT` buys all images as they are" in message
    going = after(order, facts.Approved())
    assert (going.phase, next_steps(going)) == (Phase.DOWNLOADING, (steps.Reckon(),))


def test_a_look_beside_another_difference() -> None:
    """If a scene also lost photos, the message says both."""
    order = after(grouped(TWO, [(0, 1), (3, 4, 5)], on_mismatch="always"), *SEEN)
    order = after(order, facts.Inspected((0, 1), SWAPPED))
    assert order.messages[0].startswith("pictures show other scenes")


@pytest.mark.parametrize(
    "preset",
    [
        {"dev_mode": True},
        {"on_mismatch": "never"},
        {"enhance": {"restage": "modern"}},
        {"enhance": {"virtual_staging": True}},
        {"enhance": {"preset_id": "p1"}},
    ],
)
def test_when_the_look_is_not_asked(preset: dict[str, Any]) -> None:
    """No preview is fetched if pictures are free, if no difference holds, or if furniture may be replaced."""
    order = grouped(TWO, TWO, **preset)
    assert not any(isinstance(step, steps.Preview | steps.Inspect) for step in next_steps(order))


def test_preferences_that_keep_the_scene() -> None:
    """Preferences that change only colours, sky or verticals, or that are switched off, do not prevent the look."""
    enhance = {"sky_replacement": True, "vertical_correction": True, "restage": False, "enhance_type": "warm"}
    assert next_steps(grouped(TWO, TWO, enhance=enhance)) == (FIRST, SECOND)


def test_nothing_to_confuse() -> None:
    """Without a plan, with one set, or with more images than can be compared in time, there are no previews."""
    many = tuple((n,) for n in range(MOST_IMAGES + 1))
    for order in (processed(True, True), grouped(((0, 1),), ((0, 1),)), grouped(many, many)):
        assert next_steps(order) == (steps.Reckon(),)


def test_only_images_to_buy_are_looked_at() -> None:
    """A failed image has no preview."""
    order = grouped(TWO, TWO, failed=(1,))
    assert next_steps(order) == (FIRST,)


def test_a_preview_is_tried_a_few_times() -> None:
    """After a few failures the order continues without the preview; it is never held, and waits only briefly."""
    order, now, waits = grouped(TWO, TWO), NOW, []
    for _ in range(POLICY.preview_tries):
        assert FIRST in next_steps(order)
        order = after(order, facts.PreviewFailed("i0", "500", retry_after=7200.0), now=now)
        assert (order.phase, order.due is not None) == (Phase.DOWNLOADING, True)
        waits.append((order.due or 0) - now)
        now = max(now, order.due or now)
    assert [image.preview for image in order.images] == [PreviewState.UNAVAILABLE, PreviewState.NOT_FETCHED]
    assert max(waits) <= LONGEST_WAIT
    assert (next_steps(order), order.troubles) == ((SECOND,), ())


def test_a_lasting_failure_is_tried_once() -> None:
    """A preview that can never be fetched is not tried again."""
    order = after(grouped(TWO, TWO), facts.PreviewFailed("i0", "no place", lasting=True))
    assert next_steps(order) == (SECOND,)


def test_without_a_connection_there_are_more_tries() -> None:
    """An outage, in which nothing could be bought either, gives up no preview too soon; yet it ends."""
    order, now, tries = grouped(TWO, TWO), NOW, 0
    while FIRST in next_steps(order):
        order = after(order, failed(FIRST, offline=True, unsent=True), now=now)
        now, tries = max(now, order.due or now), tries + 1
    assert tries == POLICY.preview_tries_offline > POLICY.preview_tries


@pytest.mark.parametrize("kind", [kind for kind in Failure if kind not in (Failure.ACCOUNT, Failure.MISMATCH)])
@pytest.mark.parametrize("step", [FIRST, steps.Inspect()])
def test_no_failure_holds_the_order(step: steps.Step, kind: Failure) -> None:
    """Whatever goes wrong with a preview or its inspection, even a bug, the order is not held."""
    order = grouped(TWO, TWO)
    order = after(order, *SEEN) if isinstance(step, steps.Inspect) else order
    for _ in range(POLICY.preview_tries):
        order = after(order, failed(step, kind))
    assert order.phase is Phase.DOWNLOADING
    assert step not in next_steps(order)


def test_a_refused_account_waits() -> None:
    """A refused key concerns every request, so it does not give up a preview."""
    order = after(grouped(TWO, TWO), failed(FIRST, Failure.ACCOUNT, unsent=True))
    assert FIRST in next_steps(order)
    assert order.images[0].preview_failures == 0


def test_late_and_repeated_facts() -> None:
    """A preview or an inspection that comes twice, or after the purchase, changes nothing."""
    order = after(grouped(TWO, TWO), *SEEN, facts.Inspected((0, 1), RIGHT))
    for late in (*SEEN, facts.PreviewFailed("i0", "late"), facts.Inspected((0, 1), SWAPPED)):
        assert after(order, late) is order


def test_a_held_order_keeps_a_preview_that_came_late() -> None:
    """A preview that was under way when the order was held is kept, and the order stays held."""
    held = after(grouped(TWO, TWO), failed(steps.Fetch("i0"), Failure.BUG))
    later = after(held, SEEN[0])
    assert (later.phase, later.images[0].preview) == (Phase.HELD, PreviewState.FETCHED)


def test_images_that_are_processed_again_are_looked_at_again() -> None:
    """After a retry of failed images, their previews are fetched and compared; those of bought images are not."""
    order = after(grouped(TWO, TWO, failed=(1,)), SEEN[0], facts.Inspected((0, 1), RIGHT[:1]), facts.Reckoned(0, 0))
    order = after(order, facts.Fetched("i0", 3, "ab", "jpg"), facts.PicturePlaced("i0", "a.jpg"), facts.Delivered())
    assert order.phase is Phase.DOWNLOADED
    order = after(order, facts.Reopened(("i1",)))
    assert order.inspection is None
    shown = tuple(facts.PolledImage(i.id, i.name, ended=True, brackets=i.brackets) for i in order.images)
    order = after(order, facts.Polled(merging=False, processing=False, images=shown))
    assert [image.state for image in order.images] == [ImageState.PLACED, ImageState.PROCESSED]
    assert next_steps(order) == (SECOND,)
    held = after(order, SEEN[1], facts.Inspected((0, 1), SWAPPED[1:]))
    assert held.hold_kind is HoldKind.MISGROUPED
    assert "Nothing more was bought" in held.messages[0]


def test_after_an_acceptance_nothing_is_looked_at() -> None:
    """An order whose images a person accepted needs no previews."""
    order = grouped(TWO, TWO)
    assert next_steps(replace(order, purchase=replace(order.purchase, accepted=True))) == (steps.Reckon(),)

"""Tests of the choice of images before the purchase: by a person, or by a shoot's own list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from daemon.order import Hold, HoldKind, ImageState, Order, Phase, Preset, facts, next_steps, steps
from daemon.order.allowed import Refusal, Verb, allowed, next_command, refusal
from daemon.order.policy import Limits
from daemon.order.problem import Code
from tests.core.grouped import Sets, grouped, planned, shown
from tests.core.orders import POLICY, after
from tests.core.orders import order as fresh

TWO = ((0, 1, 2), (3, 4, 5))
FIRST, SECOND = "DCIM/IMG_0431.JPG", "DCIM/IMG_0434.JPG"
OPEN, LEFT, FAILED = ImageState.PROCESSED, ImageState.NOT_PICKED, ImageState.FAILED
SEEN = (facts.Previewed("i0"), facts.Previewed("i1"))


def asked(**preset: Any) -> Order:
    """An order of two sets that waits for a person's choice."""
    return after(grouped(TWO, TWO, buy="ask", **preset), *SEEN, facts.Inspected(sheet=True))


def states(order: Order) -> list[ImageState]:
    """The states of all images."""
    return [image.state for image in order.images]


def test_a_person_chooses() -> None:
    """With ``buy: ask`` the previews are fetched and inspected; then the order is held, and nothing was bought."""
    order = grouped(TWO, TWO, buy="ask")
    assert next_steps(order) == (steps.Preview("i0"), steps.Preview("i1"))
    order = after(order, *SEEN)
    assert next_steps(order) == (steps.Inspect(),)
    order = after(order, facts.Inspected(sheet=True))
    assert (order.hold_kind, [one.code for one in order.troubles]) == (HoldKind.CHOICE, [Code.WAITS_FOR_CHOICE])
    for part in (
        "2 images are ready and wait for your choice. Nothing was bought. ",
        "`bracketd approve SHOOT` buys all, `bracketd approve SHOOT --only NAME` buys some",
    ):
        assert part in order.messages[0]
    assert {Verb.APPROVE, Verb.APPROVE_ONLY, Verb.DISMISS} <= allowed(order)
    assert refusal(order, Verb.RETRY) is Refusal.NEEDS_A_CHOICE
    assert next_command(order, Code.WAITS_FOR_CHOICE) == "bracketd approve"
    assert after(order, facts.Retried()) == order


def test_one_image() -> None:
    """A person is asked in any shoot, also of one image, where there is nothing to compare."""
    order = after(grouped(((0,),), ((0,),), buy="ask"), facts.Previewed("i0"), facts.Inspected())
    assert order.messages[0].startswith("1 image is ready and waits for your choice. ")


def test_the_limits_come_after_the_choice() -> None:
    """Limits apply to what a person chose: two images exceed the limit, the chosen one does not."""
    policy = replace(POLICY, limits=Limits(images_per_day=1))
    every = after(asked(), facts.Approved())
    assert next_steps(every) == (steps.Reckon(),)
    assert after(every, facts.Reckoned(0, 0), policy=policy).is_in(Code.OVER_LIMIT)
    one = after(asked(), facts.Approved(("i1",)))
    assert (states(one), next_steps(one)) == ([LEFT, OPEN], (steps.Reckon(),))
    assert next_steps(after(one, facts.Reckoned(0, 0), policy=policy)) == (steps.Fetch("i1"),)


def test_a_person_is_asked_once() -> None:
    """After the choice, a hold for another reason does not ask again, and the other images can be bought later."""
    order = after(asked(), facts.Approved(("i1",)), facts.Reckoned(0, 0))
    order = after(order, facts.Failed(steps.Fetch("i1"), facts.Failure.REQUEST, "refused"), facts.Retried())
    assert order.phase is Phase.DOWNLOADING
    order = after(order, facts.Reckoned(0, 0), facts.Fetched("i1", 3, "ab", "jpg"), facts.PicturePlaced("i1", "a.jpg"))
    order = after(order, facts.Delivered(), facts.Approved(("i0",)))
    assert (order.phase, next_steps(order)) == (Phase.DOWNLOADING, (steps.Reckon(),))


def test_a_hold_in_between_does_not_replace_the_choice() -> None:
    """If another problem holds the order first, a retry leads to the question, not to a purchase."""
    order = after(grouped(TWO, TWO, buy="ask"), *SEEN, facts.Failed(steps.Poll(), facts.Failure.REQUEST, "no"))
    order = after(order, facts.Inspected(sheet=True), facts.Retried())
    assert order.hold_kind is HoldKind.CHOICE


def test_an_approval_in_advance_is_no_choice() -> None:
    """An order that was approved before its images were there still waits for the choice."""
    of = after(planned(TWO, buy="ask"), facts.Approved())
    order = after(of, shown(of, TWO), *SEEN, facts.Inspected())
    assert order.hold_kind is HoldKind.CHOICE


def test_free_pictures_do_not_wait() -> None:
    """In dev mode nothing is bought, so nobody is asked."""
    assert next_steps(grouped(TWO, TWO, buy="ask", dev_mode=True)) == (steps.Fetch("i0"), steps.Fetch("i1"))


def test_a_wrong_grouping_is_asked_first() -> None:
    """Images that differ from the plan hold the order for that; the decision about them is the choice."""
    order = grouped(TWO, [(0, 1), (2, 3, 4, 5)], buy="ask")
    assert order.hold_kind is HoldKind.MISGROUPED
    assert next_steps(after(order, facts.Approved(("i0",)))) == (steps.Reckon(),)


@pytest.mark.parametrize(
    ("made", "names", "keep", "expected"),
    [
        (TWO, (), [FIRST], [OPEN, LEFT]),
        (TWO, (), ["DCIM/IMG_0433.JPG"], [OPEN, LEFT]),
        (TWO, (), [FIRST, SECOND], [OPEN, OPEN]),
        (((), ()), (0, 3), [SECOND], [LEFT, OPEN]),
        (TWO, (), ["DCIM/of another order.JPG"], [LEFT, LEFT]),
    ],
)
@pytest.mark.parametrize("buy", ["all", "ask"])
def test_a_shoot_chooses(
    made: Sets, names: Sequence[int], keep: list[str], expected: list[ImageState], buy: str
) -> None:
    """With ``keep`` only the images of the listed photos' sets are bought, and nobody is asked."""
    order = grouped(TWO, made, names=names, keep=tuple(keep), buy=buy, on_mismatch="never")
    assert (order.phase, states(order)) == (Phase.DOWNLOADING, expected)
    assert next_steps(order) == ((steps.Reckon(),) if OPEN in expected else (steps.Deliver(),))


def test_a_person_may_buy_what_the_shoot_did_not_list() -> None:
    """An image that ``keep`` does not list can be bought with ``approve --only``, and stays chosen."""
    order = after(grouped(TWO, TWO, keep=(FIRST,), on_mismatch="never"), facts.Reckoned(0, 0))
    order = after(order, facts.Fetched("i0", 3, "ab", "jpg"), facts.PicturePlaced("i0", "a.jpg"), facts.Delivered())
    order = after(order, facts.Approved(("i1",)), facts.Reckoned(0, 0))
    assert next_steps(order) == (steps.Fetch("i1"),)


def test_a_person_may_choose_before_the_shoot_does() -> None:
    """If a person chose while a problem held the order, the shoot's list does not change that."""
    of = planned(TWO, keep=(FIRST,), on_mismatch="never")
    held = replace(of, standing=Hold(Phase.PROCESSING), due=None)
    held = after(held, shown(of, TWO))
    assert (held.stage, states(held)) == (Phase.DOWNLOADING, [OPEN, OPEN])
    assert states(after(held, facts.Approved(("i1",)))) == [LEFT, OPEN]
    assert states(after(held, facts.Retried())) == [OPEN, LEFT]


def test_an_unclear_list_asks() -> None:
    """If it is not known which image a listed photo is in, a person chooses; nothing is bought without that."""
    order = grouped(TWO, ((), ()), names=(None, None), keep=(FIRST,), on_mismatch="never")
    assert states(order) == [OPEN, OPEN]
    order = after(order, *SEEN, facts.Inspected())
    assert order.messages[0].startswith("`keep` in bracketd.yaml lists a photo that is in no image. 2 images are ready")


def test_a_listed_image_that_failed() -> None:
    """If every listed image failed, the order is held because there is nothing to deliver."""
    order = grouped(TWO, TWO, failed=(0,), keep=(FIRST,), on_mismatch="never")
    assert (states(order), order.is_in(Code.NOTHING_DELIVERED)) == ([FAILED, LEFT], True)


@pytest.mark.parametrize(
    ("usual", "own", "expected"),
    [("all", {}, "all"), ("all", {"buy": "ask"}, "ask"), ("ask", {"buy": "all"}, "ask"), ("ask", {}, "ask")],
)
def test_a_shoot_cannot_undo_the_question(usual: Any, own: dict[str, object], expected: str) -> None:
    """A shoot's own file can ask for a choice, but it cannot undo that the settings ask for it."""
    assert Preset(buy=usual).with_own(own).buy == expected


def test_a_retry_keeps_the_choice() -> None:
    """A retry before the merge takes the settings of today, but buys no more than the order was locked with."""
    locked = replace(fresh(), preset=Preset(buy="ask", keep=(FIRST,)), standing=Hold(Phase.UPLOADING), due=None)
    again = after(locked, facts.Retried(Preset(quality=80)))
    assert (again.preset.quality, again.preset.buy, again.preset.keep) == (80, "ask", (FIRST,))
    every = replace(locked, preset=Preset())
    assert after(every, facts.Retried(Preset(buy="ask"))).preset.buy == "ask"


def test_a_list_with_a_mistake_asks() -> None:
    """If a name in ``keep`` is wrong and a person sends the photos anyway, the person also chooses the images."""
    preset = Preset(keep=("x",)).with_own({"keep": 1}).without_lists()
    assert (preset.buy, preset.keep, preset.own) == ("ask", (), {})
    assert Preset().with_own({"sets": 1}).without_lists().buy == "all"

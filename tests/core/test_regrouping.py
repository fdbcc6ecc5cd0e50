"""Tests of a regroup: the wrong scenes of an order are sent again, its other images are bought."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import Ended, ImageState, Order, Phase, ShootPart, facts
from daemon.order.allowed import Refusal, Verb, refusal
from daemon.order.plan import grouping_request
from daemon.order.planned import PlannedImage
from daemon.order.preset import FlowName
from daemon.order.problem import Code
from daemon.order.regrouping import regrouping
from tests.changed import changed
from tests.core.grouped import Sets, grouped
from tests.core.orders import NOW, after

PLAN = ((0, 1, 2), (3, 4, 5), (6,))
SECOND = "00000000-0000-0000-0000-000000000002"
OPEN, GONE = ImageState.PROCESSED, ImageState.DISMISSED


def regroup(held: Order) -> tuple[Order, Order]:
    """The first order after a regroup, and the new order."""
    new, fact = regrouping(held, SECOND, NOW)
    return after(held, fact), new


def test_only_the_wrong_scenes_are_sent_again() -> None:
    """The new order has the brackets and planned sets of the wrong scenes, and asks the service for exactly these."""
    held = grouped(PLAN, ((0, 1, 2), (3, 4), (5,), (6,)), flow="brackets")
    first, new = regroup(held)
    assert [image.state for image in first.images] == [OPEN, GONE, GONE, OPEN]
    assert (first.phase, first.purchase.accepted) == (Phase.DOWNLOADING, True)
    assert [bracket.path for bracket in new.brackets] == [held.brackets[n].path for n in (3, 4, 5)]
    assert grouping_request(new).sets == ((0, 1, 2),)
    assert (new.source.output, new.source.supplement_of) == (held.source.output, held.id)
    assert all(bracket.service_id is None and bracket.attempt == 0 and not bracket.stored for bracket in new.brackets)
    assert all(bracket.ctime_ns == held.brackets[3].ctime_ns for bracket in new.brackets[:1])


def test_the_new_order_of_a_part_has_its_name_and_no_report() -> None:
    """The second order of a part belongs to the same part, and does not repeat that the shoot looks like several."""
    held = grouped(PLAN, ((0, 1, 2), (3, 4), (5,), (6,)), flow="brackets")
    held = changed(held, part=ShootPart(1, 2), several="looks like 2 properties")
    _, new = regroup(held)
    assert (new.source.part, new.source.several) == (ShootPart(1, 2), "")


@pytest.mark.parametrize("flow", ["images", "brackets"])
def test_the_new_order_uses_the_brackets_flow(flow: FlowName) -> None:
    """The sets are sent explicitly, whichever flow and grouping the first order used."""
    held = grouped(((0, 1, 2), (3, 4, 5)), ((), ()), names=(0, 2), flow=flow, on_mismatch="always", per_image=3)
    first, new = regroup(held)
    assert (new.flow, new.preset.grouping, new.preset.per_image) == ("brackets", "sets", None)
    assert grouping_request(new).sets == ((0, 1, 2), (3, 4, 5))
    assert all(image.state is GONE for image in first.images), "no image is known to be right"


@pytest.mark.parametrize(
    ("made", "sent"),
    [
        (((0, 1), (2, 3, 4, 5), (6,)), (0, 1, 2, 3, 4, 5)),
        (((0, 1, 2, 3, 4, 5), (6,)), (0, 1, 2, 3, 4, 5)),
        (((0, 1, 2), (3, 4, 5)), (6,)),
        (((0, 1), (2,), (3, 4, 5), ()), (0, 1, 2, 6)),
    ],
)
def test_every_bracket_is_in_one_order(made: Sets, sent: tuple[int, ...]) -> None:
    """Each scene is bought with one of the two orders: no scene is lost, and none is bought twice."""
    held = grouped(PLAN, made)
    first, new = regroup(held)
    assert [bracket.path for bracket in new.brackets] == [held.brackets[n].path for n in sent]
    kept = {number for image in first.images if image.state is OPEN for number in image.brackets}
    assert kept == set(range(7)) - set(sent)


def test_if_every_scene_is_wrong() -> None:
    """An order without a right image ends; nothing of it is bought, and it is not declined by a person."""
    first, new = regroup(grouped(((0, 1, 2), (3, 4, 5)), ((0, 1, 2, 3, 4, 5),)))
    assert (first.standing, first.troubles[0].code, first.due) == (Ended.CANCELLED_BY_RULE, Code.REPLACED, None)
    assert len(new.brackets) == 6


def test_a_right_image_that_failed_stays() -> None:
    """A failed image of a right scene can still be retried; the failed image of a wrong scene is dismissed."""
    first, _ = regroup(grouped(PLAN, ((0, 1, 2), (3, 4), (5,), (6,)), failed=(0, 1)))
    assert [image.state for image in first.images] == [ImageState.FAILED, GONE, GONE, OPEN]


def test_brackets_that_were_left_out_are_not_sent() -> None:
    """A bracket that the first order left out is not in the new order either."""
    held = grouped(PLAN, ((0, 1, 2), (3,), (4,), (6,)))
    bad = replace(held.brackets[5], left_out="damaged")
    _, new = regroup(replace(held, brackets=(*held.brackets[:5], bad, held.brackets[6])))
    assert [bracket.path for bracket in new.brackets] == [held.brackets[n].path for n in (3, 4)]


def test_when_a_regroup_is_allowed() -> None:
    """Only an order that is held for a wrong grouping can be regrouped, and only with sets that the service merges."""
    held = grouped(PLAN, ((0, 1, 2), (3, 4), (5,), (6,)))
    assert refusal(held, Verb.REGROUP) is None
    going = after(held, facts.Approved())
    assert refusal(going, Verb.REGROUP) is Refusal.NOT_MISGROUPED
    assert after(going, facts.Regrouped((), SECOND)) == going
    assert refusal(replace(held, standing=Phase.DOWNLOADED), Verb.REGROUP) is Refusal.DELIVERED
    large = replace(held, plan=(PlannedImage(tuple(range(6))), PlannedImage((6,))))
    assert refusal(large, Verb.REGROUP) is None
    ten = grouped((tuple(range(10)),), (tuple(range(9)), (9,)))
    assert refusal(ten, Verb.REGROUP) is Refusal.TOO_LARGE


def test_what_is_not_sent_is_not_forgotten() -> None:
    """If the first order ends, the new one has its left-out photos, so that no scan takes them for late photos."""
    held = grouped(((0, 1, 2), (3, 4, 5)), ((0, 1, 2, 3, 5),), flow="brackets")
    brackets = tuple(replace(b, left_out="cut off") if n == 4 else b for n, b in enumerate(held.brackets))
    held = replace(held, brackets=brackets, unsent=replace(held.unsent, left_out=("IMG_0431.CR3",)))
    first, new = regroup(held)
    assert first.standing is Ended.CANCELLED_BY_RULE
    assert [b.path for b in new.brackets if b.left_out == "cut off"] == [held.brackets[4].path]
    assert new.unsent.left_out == ("IMG_0431.CR3",)
    assert grouping_request(new).sets == ((0, 1, 2), (3, 4))


def test_an_order_whose_other_images_failed_is_not_delivered_empty() -> None:
    """If all images that are not sent again failed, the first order is held: a retry has them processed again."""
    held = grouped(PLAN[:2], ((0, 1, 2), (3, 4), (5,)), flow="brackets")
    images = (replace(held.images[0], state=ImageState.FAILED), *held.images[1:])
    first, _ = regroup(replace(held, images=images))
    assert first.phase is Phase.HELD
    assert first.is_in(Code.NOTHING_DELIVERED)
    assert refusal(first, Verb.RETRY) is None

"""Tests of photos that a merged order has, but that became no picture: a plain submit sends them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import Again, Bracket, ImageState, Known, LateRules, Order, Phase, Verb, compare, outcome
from daemon.order.again import fingerprint
from daemon.order.allowed import submitted_order
from daemon.order.ended import Ended
from daemon.order.outcome import Leave, Outcome, Refuse, RefusedFor, Replace, Supplement
from daemon.order.planned import PlannedImage
from daemon.order.regrouping import regrouping
from daemon.order.unpictured import unpictured
from daemon.shoot import LeftOut, Why
from tests.changed import changed
from tests.core.grouped import Sets, grouped
from tests.core.orders import NOW, after

PLAN = ((0, 1, 2), (3, 4, 5), (6,))
SECOND = "00000000-0000-0000-0000-000000000002"
PLACED, GONE, FAILED, PICKED_OUT = ImageState.PLACED, ImageState.DISMISSED, ImageState.FAILED, ImageState.NOT_PICKED
RULES = LateRules("supplement", dev_mode=False, now=NOW)


def marked(order: Order) -> Order:
    """The order with known content of each bracket."""
    brackets = tuple(replace(b, mark=f"m{n}", sha256=f"s{n}") for n, b in enumerate(order.brackets))
    return changed(order, brackets=brackets, fingerprint=fingerprint(brackets))


def delivered(made: Sets, states: tuple[ImageState, ...], **options: object) -> Order:
    """A delivered order whose images ended in these states."""
    order = marked(grouped(PLAN, made, **options))
    images = tuple(replace(image, state=state) for image, state in zip(order.images, states, strict=True))
    return replace(order, standing=Phase.DOWNLOADED, images=images, due=None)


def submitted(photos: tuple[Bracket, ...], *orders: Order) -> Outcome:
    """The outcome of a plain submit. ``orders``: newest first."""
    folder, newest = orders[0].source.folder, submitted_order(orders)
    judged = compare(folder, photos, orders)
    original = judged.before if judged.again is Again.SAME else newest
    return outcome(Known(folder, judged, orders, newest, Verb.SUBMIT, original=original), RULES)


def paths(order: Order, *numbers: int) -> list[str]:
    """The paths of brackets."""
    return [order.brackets[number].path for number in numbers]


@pytest.mark.parametrize("ended", [Ended.DISMISSED, Ended.CANCELLED_BY_PERSON, Ended.CANCELLED_BY_RULE])
@pytest.mark.parametrize("made", [((0, 1, 2), (3, 4), (5,), (6,)), ((0, 1, 2), (6,))], ids=["torn", "missing"])
def test_the_scenes_of_an_undelivered_regroup_are_sent_by_a_plain_submit(made: Sets, ended: Ended) -> None:
    """If the second order of a regroup ends without pictures, a plain submit sends its scenes, and only these."""
    held = marked(grouped(PLAN, made, flow="brackets"))
    new, fact = regrouping(held, SECOND, NOW)
    first = after(held, fact)
    second = replace(new, standing=ended, due=None)
    match submitted(held.brackets, second, first):
        case Replace(old, part):
            assert old == second
            assert part is not None
            assert [bracket.path for bracket in part.new] == paths(held, 3, 4, 5)
        case other:
            raise AssertionError(other)


def test_while_the_regrouped_order_has_them_nothing_is_sent_again() -> None:
    """While the second order of a regroup is under way or delivered, a plain submit sends nothing."""
    held = marked(grouped(PLAN, ((0, 1, 2), (3, 4), (5,), (6,)), flow="brackets"))
    new, fact = regrouping(held, SECOND, NOW)
    first = replace(after(held, fact), standing=Phase.DOWNLOADED)
    for phase in (Phase.UPLOADING, Phase.DOWNLOADED):
        second = replace(new, standing=phase)
        judged = compare(held.source.folder, held.brackets, (second, first))
        assert (judged.again, judged.unsent, judged.known) == (Again.SAME, (), 7)
        assert isinstance(submitted(held.brackets, second, first), Refuse)


def test_no_photo_without_a_picture_is_sent_unasked() -> None:
    """A later scan of the shoot, or of a copy of it, sends no photo that became no picture."""
    order = delivered(((0, 1, 2), (3, 4, 5), (6,)), (PLACED, GONE, PLACED), flow="brackets")
    for folder in (order.source.folder, "/in/copy"):
        judged = compare(folder, order.brackets, (order,))
        assert (judged.again, judged.new) == (Again.SAME, ())
        assert [bracket.path for bracket in judged.unsent] == paths(order, 3, 4, 5)
        known = Known(order.source.folder, judged, (order,))
        assert outcome(known, RULES) == Leave()


def test_the_photos_of_dismissed_images_are_sent_by_a_plain_submit() -> None:
    """If an order delivered some images and a person dismissed others, a plain submit sends the photos of those."""
    order = delivered(((0, 1, 2), (3, 4, 5), (6,)), (PLACED, GONE, PLACED), flow="brackets")
    match submitted(order.brackets, order):
        case Supplement(part, None):
            assert [bracket.path for bracket in part.new] == paths(order, 3, 4, 5)
        case other:
            raise AssertionError(other)


def test_what_was_left_out_beside_them_does_not_hide_them() -> None:
    """A RAW file that was left out beside a JPEG without a picture does not make the JPEG count as sent."""
    order = delivered(((0, 1, 2), (3, 4, 5), (6,)), (PLACED, PLACED, GONE), flow="brackets")
    raw = LeftOut("DCIM/IMG_0437.CR3", Why.VARIANT, order.brackets[6].path)
    order = changed(order, left_out=(raw.path,), left_out_why=(raw,))
    judged = compare(order.source.folder, order.brackets, (order,))
    assert [bracket.path for bracket in judged.unsent] == paths(order, 6)


def test_a_scene_without_an_image_is_sent_by_a_plain_submit() -> None:
    """If a person bought the images of an order that lacks a scene, a plain submit sends that scene."""
    order = delivered(((0, 1, 2), (6,)), (PLACED, PLACED), flow="brackets")
    assert unpictured(order) == {3, 4, 5}
    assert isinstance(submitted(order.brackets, order), Supplement)


@pytest.mark.parametrize(
    ("made", "states", "names", "numbers"),
    [
        (((0, 1, 2), (3, 4, 5), (6,)), (PLACED, FAILED, PICKED_OUT), (), set()),
        (((0, 1, 2), (3, 4), (5,), (6,)), (PLACED, GONE, PLACED, PLACED), (), set()),
        (((0, 1, 2), ()), (PLACED, PLACED), (), set()),
        (((), ()), (PLACED, GONE), (0, 3), {3, 4, 5, 6}),
        (((), (3, 4, 5)), (PLACED, GONE), (), {3, 4, 5}),
        (((), ()), (PLACED, GONE), (0, None), {3, 4, 5, 6}),
    ],
    ids=["to be had", "partly bought", "unknown image", "by name", "one unknown", "the dismissed one is unknown"],
)
def test_what_counts_as_sent(
    made: Sets, states: tuple[ImageState, ...], names: tuple[int | None, ...], numbers: set[int]
) -> None:
    """A scene counts as sent while an image of it was bought or can be, or while it is not known."""
    order = delivered(made, states, names=names, flow="brackets")
    assert unpictured(order) == numbers


def test_without_a_plan_only_the_photos_of_dismissed_images_count() -> None:
    """Without a plan, a photo in no image may be part of any image, so that it counts as sent."""
    order = replace(delivered(((0, 1, 2), (3, 4)), (PLACED, GONE), flow="brackets"), plan=())
    assert unpictured(order) == {3, 4}


def test_an_order_whose_images_are_not_complete_keeps_its_photos() -> None:
    """Before the downloads begin, more images may appear, so that every photo counts as sent."""
    order = delivered(((0, 1, 2), (6,)), (PLACED, GONE), flow="brackets")
    assert unpictured(replace(order, standing=Phase.PROCESSING)) == frozenset()


def test_an_order_with_every_picture_refuses_a_plain_submit() -> None:
    """A delivered shoot with all its pictures is sent again only with ``--again``."""
    order = delivered(((0, 1, 2), (3, 4, 5), (6,)), (PLACED, PLACED, PLACED), flow="brackets")
    assert submitted(order.brackets, order) == Refuse(RefusedFor.SENT_BEFORE, order)


def test_planned_images_are_the_scenes() -> None:
    """A bracket that was left out is not part of a scene, and does not keep the scene from being sent."""
    order = delivered(((0, 1, 2), (3, 4), (6,)), (PLACED, GONE, PLACED), flow="brackets")
    brackets = tuple(replace(b, left_out="cut off") if n == 5 else b for n, b in enumerate(order.brackets))
    order = replace(order, brackets=brackets, plan=tuple(PlannedImage(scene) for scene in PLAN))
    assert unpictured(order) == {3, 4}

"""Tests of the hold for images that differ from the planned ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import Health, Hold, HoldKind, ImageState, Order, Phase, facts, next_steps, steps
from daemon.order.allowed import Refusal, Verb, allowed, next_command, refusal
from daemon.order.misgrouped import differences
from daemon.order.preset import OnMismatch
from daemon.order.problem import Code
from daemon.order.proof import compare_images
from tests.core.grouped import LIKELY, SURE, Sets, grouped, planned, shown
from tests.core.orders import NOW, after

TWO = ((0, 1, 2), (3, 4, 5))
MOVED = ((0, 1), (2, 3, 4, 5))
SPLIT = ((0, 1), (2,), (3, 4, 5))
JOINED = ((0, 1, 2, 3, 4, 5),)


def held_for(order: Order) -> list[Code]:
    """The codes of the troubles that hold an order."""
    return [trouble.code for trouble in order.troubles] if order.phase is Phase.HELD else []


@pytest.mark.parametrize(
    ("setting", "sure", "held"),
    [
        ("certain", True, True),
        ("certain", False, False),
        ("always", True, True),
        ("always", False, True),
        ("never", True, False),
        ("never", False, False),
    ],
)
def test_on_mismatch(setting: OnMismatch, sure: bool, held: bool) -> None:
    """Images that differ hold the order as ``on_mismatch`` says; no step is left that could buy one."""
    order = grouped(TWO, MOVED, confidence=SURE if sure else LIKELY, on_mismatch=setting)
    assert (order.phase is Phase.HELD) is held
    assert held_for(order) == ([Code.MISGROUPED] if held else [])
    assert order.hold == (Hold(Phase.DOWNLOADING, HoldKind.MISGROUPED) if held else None)
    assert next_steps(after(order, facts.Inspected())) == (() if held else (steps.Reckon(),))
    if not held:
        assert (order.health, order.messages) == (Health.OK, ()), "a difference that holds nothing alarms nobody"


def test_images_as_planned_hold_nothing() -> None:
    """An order with the planned images continues, whatever ``on_mismatch`` says."""
    for flow in ("images", "brackets"):
        order = grouped(TWO, TWO if flow == "brackets" else ((), ()), flow=flow, on_mismatch="always")
        assert order.phase is Phase.DOWNLOADING


def test_the_images_flow_is_held_for_count_and_names() -> None:
    """Without membership, too many images and images with the same scene's name hold the order."""
    for names, made in (((None,), ((),)), ((0, 2), ((), ()))):
        assert held_for(grouped(TWO, made, names=names, flow="images")) == [Code.MISGROUPED]


def test_dev_mode_is_not_held() -> None:
    """Free pictures are delivered as they are."""
    assert grouped(TWO, MOVED, dev_mode=True).phase is Phase.DOWNLOADING


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (MOVED, ("IMG_0431.JPG: expected 3 photos, got 2, and 1 in another image; ",)),
        (MOVED, ("IMG_0434.JPG: expected 3 photos, got 4 (1 from another scene). ",)),
        (SPLIT, ("expected 2 images, got 3; IMG_0431.JPG: expected 3 photos, got 2, and 1 in another image. ",)),
        (JOINED, ("expected 2 images, got 1", "IMG_0431.JPG: expected 3 photos, got 6 (3 from another scene)")),
        (((0, 1, 2),), ("IMG_0434.JPG: expected 3 photos, got none",)),
        (((), (), ()), ("IMG_0431.JPG: expected 3 photos, got an unknown number",)),
    ],
)
def test_the_message(made: Sets, words: tuple[str, ...]) -> None:
    """The message names each scene, what was expected and what came, what to do, and until when the images are kept."""
    message = "\n".join(grouped(TWO, made).messages)
    for part in (
        *words,
        "Nothing was bought. ",
        "`bracketd approve SHOOT` buys all images as they are, `bracketd approve SHOOT --only NAME` buys some",
        "`bracketd dismiss SHOOT` ends the order",
        "keep the images for 24 hours, until 13 Jan 1970, 13:46 UTC",
    ):
        assert part in message


def test_two_images_of_one_name() -> None:
    """If only names are known, the message counts the images that are named after a scene."""
    order = grouped(TWO, ((), ()), names=(0, 2))
    assert differences(order, compare_images(order)) == (
        "IMG_0431.JPG: expected 3 photos, got 2 images named after them",
    )


def test_a_long_message_is_cut() -> None:
    """The message names three scenes and says how many more there are; ``differences`` has all."""
    order = grouped(tuple((2 * n, 2 * n + 1) for n in range(8)), tuple((n,) for n in range(16)))
    message = order.messages[0]
    assert message.count("expected 2 photos") == 2
    assert "; and 6 more, see `bracketd show`. " in message
    assert len(differences(order, compare_images(order))) == 9


def test_a_person_decides_once() -> None:
    """An approval buys all images as they are. The limits still apply, and the same order is not held for it again."""
    held = grouped(TWO, SPLIT)
    going = after(held, facts.Approved())
    assert (going.phase, going.purchase.accepted, going.purchase.approved) == (Phase.DOWNLOADING, True, False)
    assert next_steps(going) == (steps.Reckon(),)
    assert held_for(after(replace(going, standing=Phase.PROCESSING), shown(held, SPLIT))) == []


def test_an_approval_in_advance_is_not_enough() -> None:
    """An order that was approved before its images were there is held: nobody has seen how they differ."""
    order = after(planned(TWO), facts.Approved())
    assert order.purchase.approved
    assert held_for(after(order, shown(order, SPLIT))) == [Code.MISGROUPED]


def test_it_needs_a_decision() -> None:
    """A retry and a submit do not buy images that differ; an approval does, and a dismissal ends the order."""
    held = grouped(TWO, SPLIT)
    assert refusal(held, Verb.RETRY) is Refusal.NEEDS_A_CHOICE
    assert refusal(held, Verb.SUBMIT) is Refusal.MERGED
    assert {Verb.APPROVE, Verb.DISMISS} <= allowed(held)
    assert next_command(held, Code.MISGROUPED) == "bracketd approve"
    assert after(held, facts.Retried()) == held
    ended = after(held, facts.Dismissed())
    assert ended.phase is Phase.CANCELLED
    assert {image.state for image in ended.images} == {ImageState.DISMISSED}


@pytest.mark.parametrize("kind", [HoldKind.PROBLEM, HoldKind.UNKNOWN_ORDER])
def test_a_hold_for_another_reason_does_not_hide_it(kind: HoldKind) -> None:
    """If the images arrive while the order is held, nothing is bought before a person saw how they differ."""
    of = planned(TWO)
    held = replace(of, standing=Hold(Phase.MERGING, kind), due=None)
    later = after(held, shown(of, SPLIT))
    assert (later.phase, later.stage) == (Phase.HELD, Phase.DOWNLOADING)
    if Code.MISGROUPED not in held_for(later):
        later = after(later, facts.Approved())
    assert held_for(later)[-1:] == [Code.MISGROUPED]
    assert after(later, facts.Approved()).phase is Phase.DOWNLOADING


def test_after_failed_images_are_retried() -> None:
    """An order whose images all failed is compared when they were processed again."""
    failed = grouped(TWO, SPLIT, failed=(0, 1, 2))
    assert held_for(failed) == [Code.NOTHING_DELIVERED]
    again = after(failed, facts.Reopened(("i0", "i1", "i2")), shown(failed, SPLIT))
    assert held_for(again) == [Code.MISGROUPED]


def test_an_order_that_already_buys_is_not_stopped() -> None:
    """An order is compared when it gets to its downloads, not in the middle of them."""
    order = grouped(TWO, SPLIT, on_mismatch="never")
    order = replace(order, preset=replace(order.preset, on_mismatch="certain"))
    assert after(order, facts.Reckoned(0, 0)).phase is Phase.DOWNLOADING


def test_what_was_bought_before_is_said() -> None:
    """If images were bought before the difference was found, the message says that nothing more was bought."""
    order = grouped(TWO, SPLIT, on_mismatch="never")
    bought = replace(order.images[0], state=ImageState.PLACED, fetched_at=NOW)
    order = replace(order, images=(bought, *order.images[1:]), standing=Hold(Phase.DOWNLOADING))
    order = after(replace(order, preset=replace(order.preset, on_mismatch="certain")), facts.Retried())
    assert "Nothing more was bought" in order.messages[0]

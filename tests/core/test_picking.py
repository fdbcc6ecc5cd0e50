"""Tests of a person's choice of images: which are meant, which are bought, and what becomes of the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import Hold, ImageState, Order, Phase, facts, next_steps, steps
from daemon.order.allowed import Refusal, Verb, next_command, refusal
from daemon.order.picking import pick, pickable
from daemon.order.policy import Limits
from daemon.order.problem import Code
from tests.core.grouped import grouped
from tests.core.orders import NOW, POLICY, after

TWO = ((0, 1, 2), (3, 4, 5))
STRAY = ((0, 1), (2,), (3, 4, 5))
OPEN, LEFT, PLACED = ImageState.PROCESSED, ImageState.NOT_PICKED, ImageState.PLACED


def states(order: Order) -> list[ImageState]:
    """The states of all images."""
    return [image.state for image in order.images]


def bought(order: Order) -> Order:
    """The order after every step to its delivery succeeded."""
    while order.phase is Phase.DOWNLOADING:
        match next_steps(order)[0]:
            case steps.Reckon():
                fact: facts.Fact = facts.Reckoned(0, 0)
            case steps.Fetch(image):
                fact = facts.Fetched(image, 3, "ab", "jpg")
            case steps.PlacePicture(image):
                fact = facts.PicturePlaced(image, f"{image}.jpg")
            case _:
                fact = facts.Delivered()
        order = after(order, fact)
    return order


@pytest.mark.parametrize(
    ("name", "images"),
    [
        ("IMG_0431.JPG", ("i0", "i1")),
        ("img_0431", ("i0", "i1")),
        ("DCIM/IMG_0431.JPG", ("i0", "i1")),
        ("IMG_0434", ("i2",)),
        ("IMG_0433", ("i1",)),
        ("2", ("i1",)),
        ("3", ("i2",)),
    ],
)
def test_what_a_name_means(name: str, images: tuple[str, ...]) -> None:
    """A planned set's first photo means all images with its photos; another image's first photo, or a number, one."""
    picked = pick(grouped(TWO, STRAY), [name])
    assert (picked.images, picked.mistakes) == (images, ())


def test_several_names() -> None:
    """Images that are named twice are picked once."""
    assert pick(grouped(TWO, STRAY), ["IMG_0434", "1", "3"]).images == ("i2", "i0")


def test_a_set_that_only_a_name_connects() -> None:
    """If the service does not say which photos an image has, the image that is named after the set is meant."""
    assert pick(grouped(TWO, ((), (), ()), names=(4, 0, None)), ["IMG_0434"]).images == ("i0",)


def test_what_cannot_be_picked() -> None:
    """A name that means nothing, several things, or an image that cannot be bought is a mistake, each with a reason."""
    order = grouped(TWO, STRAY, failed=(2,))
    wrong = pick(order, ["IMG_0432", "0", "4", "-1", "IMG_0434", "IMG_0431"])
    assert wrong.images == ("i0", "i1")
    assert [text.partition(";")[0] for text in wrong.mistakes] == [
        "IMG_0432 names no image",
        "0 names no image",
        "4 names no image",
        "-1 names no image",
        "IMG_0434 cannot be bought (failed)",
    ]
    brackets = (*order.brackets[:3], replace(order.brackets[3], path="B/IMG_0431.JPG"), *order.brackets[4:])
    (mistake,) = pick(replace(order, brackets=brackets), ["IMG_0431"]).mistakes
    assert mistake.startswith("IMG_0431 names several images")


def test_only_what_is_picked_is_bought() -> None:
    """Only the picked images are bought and delivered. The message names the others, and how to buy them."""
    going = after(grouped(TWO, STRAY), facts.Approved(("i2",)))
    assert (going.phase, states(going)) == (Phase.DOWNLOADING, [LEFT, LEFT, OPEN])
    done = bought(going)
    assert (done.phase, states(done)) == (Phase.DOWNLOADED, [LEFT, LEFT, PLACED])
    (problem,) = done.problems
    assert problem.code is Code.IMAGES_NOT_PICKED
    assert "2 image(s) were not picked and not bought; `bracketd approve SHOOT --only NAME` buys them" in problem.text
    assert "until 13 Jan 1970" in problem.text
    assert next_command(done, problem.code) == "bracketd approve --only"


def test_more_can_be_picked_later() -> None:
    """A delivered order buys more images on request, checks the limits again, and keeps what it has."""
    done = bought(after(grouped(TWO, STRAY), facts.Approved(("i2",))))
    assert refusal(done, Verb.APPROVE) is Refusal.DELIVERED
    again = after(done, facts.Approved(("i0",)))
    assert (again.phase, states(again), next_steps(again)) == (
        Phase.DOWNLOADING,
        [OPEN, LEFT, PLACED],
        (steps.Reckon(),),
    )
    limited = after(again, facts.Reckoned(0, 0), policy=replace(POLICY, limits=Limits(images_per_order=1)))
    assert limited.is_in(Code.OVER_LIMIT)
    done = bought(again)
    assert states(done) == [PLACED, LEFT, PLACED]
    assert refusal(bought(after(done, facts.Approved(("i1",)))), Verb.APPROVE_ONLY) is Refusal.DELIVERED


def test_when_images_can_be_picked() -> None:
    """Images can be picked of an order that is held before it buys them, whatever holds it, and of a delivered one."""
    held = grouped(TWO, STRAY)
    going = grouped(TWO, TWO)
    assert pickable(held) == ("i0", "i1", "i2")
    assert refusal(going, Verb.APPROVE_ONLY) is Refusal.NOTHING_TO_PICK
    limited = after(going, facts.Reckoned(0, 0), policy=replace(POLICY, limits=Limits(images_per_order=1)))
    assert pickable(limited) == ("i0", "i1")
    one = after(limited, facts.Approved(("i1",)))
    assert (one.purchase.approved, states(one)) == (True, [LEFT, OPEN])
    early = replace(going, standing=Hold(Phase.PROCESSING))
    assert refusal(early, Verb.APPROVE_ONLY) is Refusal.NOTHING_TO_PICK
    for order in (going, early):
        assert after(order, facts.Approved(("i0",))) == order


def test_what_was_bought_stays() -> None:
    """A choice of other images does not give up images that were bought, even if their files were lost."""
    held = grouped(TWO, STRAY)
    held = replace(held, images=(replace(held.images[0], fetched_at=NOW), *held.images[1:]))
    assert pickable(held) == ("i1", "i2")
    going = after(held, facts.Approved(("i2",)))
    assert states(going) == [OPEN, LEFT, OPEN]


def test_an_unknown_image_changes_nothing() -> None:
    """A choice without an image of the order changes nothing, so that nothing is bought by mistake."""
    held = grouped(TWO, STRAY)
    assert after(held, facts.Approved(("other",))) == held


def numbered(held: Order) -> Order:
    """The order with photos that are named 1.jpg, 2.jpg and so on."""
    brackets = tuple(replace(b, path=f"{number}.jpg") for number, b in enumerate(held.brackets, 1))
    return replace(held, brackets=brackets)


def test_a_number_that_is_also_a_photo_of_another_image_is_refused() -> None:
    """If photos have numbers as names, a number that means two images buys nothing; ``image:`` makes it clear."""
    held = numbered(grouped(TWO, STRAY))
    picked = pick(held, ["4"])
    assert picked.images == ("i2",), "the photo 4.jpg; there is no image number 4"
    assert pick(held, ["1"]).images == (), "the set of 1.jpg has two images, image number 1 is one of them"
    held = numbered(grouped(((0, 1), (2, 3), (4, 5)), ((0, 1), (2, 3), (4,), (5,))))
    picked = pick(held, ["3"])
    assert picked.images == ()
    assert "image:1" in picked.mistakes[0]
    assert pick(held, ["image:3"]).images == ("i2",)
    assert pick(held, ["image:9"]).mistakes


def test_accents_may_be_written_either_way() -> None:
    """A composed accent means the same as a decomposed one, which macOS writes."""
    held = grouped(TWO, STRAY)
    brackets = (replace(held.brackets[0], path="Ku\u0308che.jpg"), *held.brackets[1:])
    assert pick(replace(held, brackets=brackets), ["K\u00fcche"]).images == ("i0", "i1")

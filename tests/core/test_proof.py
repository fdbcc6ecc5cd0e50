"""Tests of the comparison of an order's images with its planned images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.order import Order
from daemon.order.planned import PlannedImage
from daemon.order.preview import Inspection, LooksLike
from daemon.order.proof import LEAST, MARGIN, Mismatch, MismatchKind, Proof, compare_images
from daemon.previews import look
from daemon.shoot import Shot
from tests.core.grouped import LIKELY, SURE, Sets, grouped, planned

SPLIT, STRAY, MOVED, JOINED, MISSING, NAMED, COUNT, LOOKS = MismatchKind
TWO = ((0, 1, 2), (3, 4, 5))
FIVE = ((0, 1, 2, 3, 4), (5, 6, 7, 8, 9))
HIDDEN: Sets = ((), ())


def kinds(proof: Proof) -> list[tuple[MismatchKind, tuple[int, ...], tuple[int, ...]]]:
    """Every mismatch with its sets and brackets."""
    return [(one.kind, one.sets, one.brackets) for one in proof.mismatches]


def with_confidence(of: Order, *sure: int) -> Order:
    """The order in which only the planned images with these indexes are certain."""
    plan = (PlannedImage(one.brackets, SURE if n in sure else LIKELY) for n, one in enumerate(of.plan))
    return replace(of, plan=tuple(plan))


@pytest.mark.parametrize(
    ("plan", "made", "found"),
    [
        (TWO, TWO, []),
        (TWO, TWO[::-1], []),
        (FIVE, [(0, 1, 2), (3, 4), FIVE[1]], [(SPLIT, (0,), (3, 4)), (COUNT, (0,), ())]),
        (TWO, [(0, 1), (2,), (3, 4, 5)], [(STRAY, (0,), (2,)), (COUNT, (0,), ())]),
        (TWO, [(0, 1, 2, 3, 4, 5)], [(JOINED, (0, 1), (3, 4, 5)), (COUNT, (0, 1), ())]),
        (TWO, [(0, 1), (2, 3, 4, 5)], [(MOVED, (0, 1), (2,))]),
        (TWO, [(0, 1, 3), (2, 4, 5)], [(MOVED, (0, 1), (2,)), (MOVED, (1, 0), (3,))]),
        (TWO, [(0, 1, 2)], [(MISSING, (1,), ()), (COUNT, (1,), ())]),
        (TWO, [*TWO, ()], [(COUNT, (0, 1), ())]),
        (((0,), (1, 2)), [(0, 1, 2)], [(JOINED, (0, 1), (1, 2)), (COUNT, (0, 1), ())]),
        (((0, 1), (2, 3)), [(0, 2), (1, 3)], [(MOVED, (0, 1), (1,)), (MOVED, (1, 0), (2,))]),
    ],
)
def test_each_mismatch_of_membership(
    plan: Sets, made: Sets, found: list[tuple[MismatchKind, tuple[int, ...], tuple[int, ...]]]
) -> None:
    """Each kind of wrong grouping is found, with the planned sets in question and the brackets in the wrong image."""
    assert kinds(compare_images(grouped(plan, made))) == found


def test_a_planned_image_has_its_images() -> None:
    """Each planned image lists the images that have its brackets, the one with the most of them first."""
    matches = compare_images(grouped(FIVE, [(3, 4), (0, 1, 2), FIVE[1]])).matches
    assert [match.images for match in matches] == [("i1", "i0"), ("i2",)]
    assert [match.planned.brackets for match in matches] == list(FIVE)


def test_a_failed_image_is_an_image() -> None:
    """A set whose image failed is not missing."""
    assert kinds(compare_images(grouped(TWO, TWO, failed=[1]))) == []


def test_without_a_plan_nothing_is_compared() -> None:
    """An order without a plan, or without images, has no mismatch and nothing that is unknown."""
    done = grouped(TWO, [(0, 1), (2, 3, 4, 5)])
    assert compare_images(done).mismatches
    assert compare_images(replace(done, plan=())) == Proof()
    assert compare_images(planned(TWO)) == Proof()


@pytest.mark.parametrize(
    ("made", "names", "found"),
    [
        (HIDDEN, [0, 3], []),
        (HIDDEN, [2, 5], []),
        (HIDDEN, [None, None], []),
        (HIDDEN, [0, 2], [(NAMED, (0,), ())]),
        (HIDDEN, [4, 3], [(NAMED, (1,), ())]),
        ([()], [0], [(COUNT, (1,), ())]),
        ([()], [None], [(COUNT, (0, 1), ())]),
        ([()], [4], [(COUNT, (0,), ())]),
        ([(), (), ()], [None, None, None], [(COUNT, (0, 1), ())]),
        ([(), (), ()], [0, 2, 3], [(NAMED, (0,), ()), (COUNT, (0,), ())]),
        ([TWO[0], ()], [None, 4], []),
        ([TWO[0], ()], [None, 1], [(MISSING, (1,), ()), (NAMED, (0,), ())]),
        ([TWO[0], TWO[1]], [None, 1], [(NAMED, (1, 0), ())]),
        ([(0, 1), (3, 4, 5)], [None, None], []),
        ([(0, 1), (3, 4, 5, 2)], [None, None], [(MOVED, (0, 1), (2,))]),
    ],
)
def test_with_partial_knowledge(
    made: Sets, names: Sequence[int | None], found: list[tuple[MismatchKind, tuple[int, ...], tuple[int, ...]]]
) -> None:
    """Where the service does not say which brackets an image has, only the number of images and their names count."""
    assert kinds(compare_images(grouped(TWO, made, names=names))) == found


def test_unknown_membership_is_shown() -> None:
    """A planned image is unknown if the service does not say where each of its brackets is. That is no mismatch."""
    for made, unknown in ((TWO, ()), (HIDDEN, (0, 1)), ([TWO[0], ()], (1,)), ([(0, 1), TWO[1]], (0,))):
        proof = compare_images(grouped(TWO, made))
        assert (proof.unknown, proof.mismatches) == (unknown, ())


@pytest.mark.parametrize(
    ("sure", "made", "certain"),
    [
        ((), [(0, 1), (2, 3, 4, 5)], False),
        ((0,), [(0, 1), (2, 3, 4, 5)], True),
        ((1,), [(0, 1), (2, 3, 4, 5)], True),
        ((1,), [(0, 1), (2,), (3, 4, 5)], False),
        ((0,), [(0, 1), (2,), (3, 4, 5)], True),
        ((1,), [(0, 1, 2, 3, 4, 5)], True),
        ((0,), [()], False),
        ((0, 1), [()], True),
        ((1,), [(0, 1, 2)], True),
        ((0,), [(0, 1, 2)], False),
    ],
)
def test_a_mismatch_is_certain_if_its_sets_are(sure: tuple[int, ...], made: Sets, certain: bool) -> None:
    """A mismatch is certain if a certain set was changed, or if all sets that may have been changed are certain."""
    proof = compare_images(with_confidence(grouped(TWO, made), *sure))
    assert proof.mismatches
    assert proof.certain is certain


def test_a_name_never_outweighs_membership() -> None:
    """If an image has the brackets of its set, a name from another set is a mismatch that is not certain."""
    (mismatch,) = compare_images(grouped(TWO, TWO, names=[3, 4])).mismatches
    assert mismatch == Mismatch(NAMED, (0, 1))


def test_a_single_photo_is_not_certain() -> None:
    """If the service groups by itself, two single photos in one image are a mismatch that is not certain."""
    proof = compare_images(grouped(((0,), (1,)), [(0, 1)]))
    assert proof.mismatches
    assert not proof.certain


def test_what_the_service_was_asked_for_is_certain() -> None:
    """Sets that were sent are certain, however sure bracketd was of them."""
    assert compare_images(grouped(TWO, [(0, 1, 2, 3, 4, 5)], confidence=LIKELY, grouping="sets")).certain


@pytest.mark.parametrize("timed", [True, False])
def test_a_fixed_number_is_certain_with_times(timed: bool) -> None:
    """Sets of a fixed number are certain only if all photos have a time: otherwise the service may sort differently."""
    done = grouped(TWO, [(0, 1), (2, 3, 4, 5)], confidence=LIKELY, per_image=3)
    brackets = tuple(replace(b, shot=Shot(second=n if timed else None)) for n, b in enumerate(done.brackets))
    proof = compare_images(replace(done, brackets=brackets))
    assert proof.mismatches
    assert proof.certain is timed


def test_brackets_that_are_left_out_are_not_expected() -> None:
    """A bracket that was left out of the order is not missing in its image."""
    done = grouped(TWO, [(0, 1), (3, 4, 5)])
    assert compare_images(done).unknown == (0,)
    brackets = tuple(replace(b, left_out="damaged") if n == 2 else b for n, b in enumerate(done.brackets))
    assert compare_images(replace(done, brackets=brackets)).unknown == ()


def looking(of: Order, *looks: tuple[int, float, float], compared: tuple[int, ...] = (0, 1)) -> Proof:
    """The comparison of images that look like these sets: index, similarity, lead."""
    likes = tuple(LooksLike(f"i{n}", *look) for n, look in enumerate(looks))
    return compare_images(replace(of, inspection=Inspection(compared, likes)))


@pytest.mark.parametrize(
    ("made", "names", "looks", "found"),
    [
        (TWO, (), [(0, 0.9, 0.3), (1, 0.9, 0.3)], []),
        (TWO, (), [(1, 0.9, 0.3), (0, 0.9, 0.3)], [((0,), 1), ((1,), 0)]),
        (TWO, (), [(1, 0.9, 0.3), (1, 0.9, 0.3)], [((0,), 1)]),
        (TWO, (), [(1, LEAST, MARGIN), (1, 0.9, 0.3)], [((0,), 1)]),
        (TWO, (), [(1, 0.9, MARGIN - 0.01), (1, 0.9, 0.3)], []),
        (TWO, (), [(1, LEAST - 0.01, 0.3), (1, 0.9, 0.3)], []),
        (HIDDEN, (0, 3), [(1, 0.9, 0.3), (0, 0.9, 0.3)], [((0,), 1), ((1,), 0)]),
        (HIDDEN, (None, None), [(1, 0.9, 0.3), (0, 0.9, 0.3)], []),
        (TWO, (3, 0), [(0, 0.9, 0.3), (1, 0.9, 0.3)], []),
    ],
)
def test_a_clear_look_at_another_set(
    made: Sets, names: Sequence[int | None], looks: list[tuple[int, float, float]], found: list[tuple[Any, int]]
) -> None:
    """An image that clearly looks like another set than its own is a certain mismatch; otherwise the look is none."""
    proof = looking(grouped(TWO, made, names=names), *looks)
    others = [one for one in proof.mismatches if one.kind is LOOKS]
    assert [(one.sets, one.like) for one in others] == found
    assert all(one.certain for one in others)


def test_a_look_without_the_own_frame_proves_nothing() -> None:
    """If the middle frame of an image's own set could not be read, its look is not a mismatch."""
    done = grouped(((0, 1), (2, 3), (4, 5)), ((0, 1), (2, 3), (4, 5)))
    looks = [(1, 0.9, 0.3), (1, 0.9, 0.3), (1, 0.9, 0.3)]
    assert [one.sets for one in looking(done, *looks, compared=(1, 2)).mismatches] == [(2,)]


def test_an_image_of_two_sets_may_look_like_either() -> None:
    """An image that has brackets of two sets is a mismatch already, but not because of its look."""
    proof = looking(grouped(TWO, [(0, 1), (2, 3, 4, 5)]), (0, 0.9, 0.3), (0, 0.9, 0.3))
    assert [one.kind for one in proof.mismatches] == [MOVED]


def test_the_margin_is_the_measured_one() -> None:
    """The rules use the margin that was measured on enhanced pictures."""
    assert (LEAST, MARGIN) == (look.LEAST, look.MARGIN)


@st.composite
def plans(draw: st.DrawFn) -> tuple[tuple[int, ...], ...]:
    """Planned sets of 1 to 5 brackets."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=6))
    numbers = iter(range(sum(sizes)))
    return tuple(tuple(next(numbers) for _ in range(size)) for size in sizes)


@given(plans(), st.data())
def test_a_right_answer_never_differs(plan: Sets, data: st.DataObject) -> None:
    """Images of exactly the planned sets, in any order, named after any of their brackets, hidden or not, match."""
    made = data.draw(st.permutations(plan))
    names = [data.draw(st.sampled_from((None, *numbers))) for numbers in made]
    hidden = data.draw(st.lists(st.booleans(), min_size=len(made), max_size=len(made)))
    seen = [() if hide else numbers for numbers, hide in zip(made, hidden, strict=True)]
    done = grouped(plan, seen, names=names, failed=data.draw(st.sets(st.integers(0, len(made)), max_size=2)))
    assert compare_images(done).mismatches == ()


@given(plans(), st.data())
def test_any_wrong_answer_differs(plan: Sets, data: st.DataObject) -> None:
    """Every division of the brackets other than the planned one has a mismatch that has every changed set."""
    places = data.draw(st.lists(st.integers(0, 6), min_size=sum(map(len, plan)), max_size=sum(map(len, plan))))
    images: dict[int, tuple[int, ...]] = {}
    for number, place in enumerate(places):
        images[place] = (*images.get(place, ()), number)
    proof = compare_images(grouped(plan, tuple(images.values())))
    wrong = tuple(index for index, numbers in enumerate(plan) if tuple(numbers) not in images.values())
    assert proof.in_question == wrong
    assert proof.unknown == ()

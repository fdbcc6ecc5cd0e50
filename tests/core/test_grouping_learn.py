from __future__ import annotations

from collections.abc import Sequence

import pytest

from daemon.grouping.ladder import ladder
from daemon.grouping.learn import Usual, are_near, learn
from daemon.grouping.parts import part_of, place_in
from daemon.grouping.segments import Segment
from tests.core.brackets import FIVE, THREE


def of(*levels: float, **more: int | None) -> Segment:
    """A set of frames with these levels, or a single frame."""
    shape = ladder(levels) if len(levels) > 1 else None
    return Segment(0, len(levels), marked=False, ladder=shape, **more)  # type: ignore[arg-type] # only counts are given


def usual(*sets: Sequence[float]) -> Usual:
    """What is usual in a shoot of these sets."""
    return learn([of(*levels) for levels in sets])


def test_shares_leave_one_set_out() -> None:
    """A set does not support itself: a pattern that occurs once has no share, one of four sets has three quarters."""
    found = usual(THREE, THREE, THREE, THREE)
    assert found.share((-6, 12)) == pytest.approx(3 / 4)
    assert found.orders[1, 0, 2] == pytest.approx(3 / 4)
    assert usual(THREE, FIVE).share((-6, 12)) == 0


def test_single_frames_count_for_sizes() -> None:
    """The share of single frames is that among sets and single frames."""
    assert usual(THREE, [0.0], [0.0], [0.0]).sizes == {3: 0.25, 1: 0.75}


def test_nearly_equal_patterns_support_each_other() -> None:
    """Shutter times are rounded, so a step may differ by a third."""
    assert are_near((-6, 12), (-5, 11))
    assert not are_near((-6, 12), (-4, 12))
    assert not are_near((-6, 12), (-6, 12, 6))
    assert usual(THREE, THREE, THREE, [0.0, -1.7, 2.0]).share((-5, 11)) == pytest.approx(2 / 4)


def test_the_usual_step_is_that_of_at_least_two_sets() -> None:
    """A step that one set has is not usual."""
    assert usual(THREE, THREE, [0.0, -1.0, 1.0]).steps == (2.0,)


def test_a_concentrated_shoot() -> None:
    """Four sets or more have a usual pattern if more than 40 percent have it."""
    assert usual(THREE, THREE, THREE, THREE).concentration == pytest.approx(0.6)
    assert usual(THREE, THREE, THREE).concentration == 0
    assert usual(THREE, FIVE, [0.0, 1.0], [0.0, 3.0], [0.0, 4.0, 5.0]).concentration == 0


def test_pairs_support_pairs_of_the_same_step() -> None:
    """Three pairs or more support each other if their steps agree."""
    assert usual([0, 2], [0, 2], [0, 2], [0, 5]).pairs == {(6,): 0.75, (15,): 0.25}
    assert usual([0, 2], [0, 2]).pairs == {}


def test_the_tolerance_is_learnt() -> None:
    """Uneven sets make the tolerance larger, up to a limit."""
    assert usual(*[THREE] * 6).tolerance == 0.36
    assert usual(*[[0.0, -2.0, 2.5]] * 6).tolerance == pytest.approx(0.5)
    assert usual(*[[0.0, -2.0, 5.0]] * 6).tolerance == 0.8
    assert usual(*[[0.0, -2.0, 2.5]] * 5).tolerance == 0.36


@pytest.mark.parametrize(
    ("steps", "place"),
    [((-12, 6), (0, 0)), ((6, 12), (1, 0)), ((-12, 18), (0, 1)), ((6,), (1, 0)), ((-6, 18), (0, 2)), ((3,), None)],
)
def test_the_place_of_a_part(steps: tuple[int, ...], place: tuple[int, int] | None) -> None:
    """A part of a set of five lacks a number of frames before and within it, if its levels are in the set's order."""
    assert place_in(steps, (-12, 6, 12, 6)) == place


def test_a_part_needs_room_where_its_other_frames_belong() -> None:
    """Frames that are missing before or within a part must have file numbers; its end may have been broken off."""
    known = usual(FIVE, FIVE, FIVE)
    assert part_of(of(0.0, -4.0, -2.0, missing_before=0, missing_within=0), known) == 1
    assert part_of(of(-4.0, -2.0, 2.0, missing_before=0, missing_within=0), known) == 0
    assert part_of(of(-4.0, -2.0, 2.0, missing_before=1, missing_within=0), known) == 1
    assert part_of(of(0.0, -2.0, 2.0, missing_before=0, missing_within=0), known) == 0
    assert part_of(of(0.0, -2.0, 2.0, missing_before=0, missing_within=1), known) == 1
    assert part_of(of(-4.0, -2.0, 2.0), known) == 0.5


def test_a_part_is_not_continued() -> None:
    """If the next frame takes the set's next step, the candidate is cut too early."""
    known = usual(FIVE, FIVE, FIVE)
    assert part_of(of(0.0, -4.0, -2.0, missing_before=0, missing_within=0, step_after=12), known) == 0
    assert part_of(of(0.0, -4.0, -2.0, missing_before=0, missing_within=0, step_after=3), known) == 1
    assert part_of(of(-4.0, -2.0, 2.0, missing_within=0, step_before=-12), known) == 0


def test_a_part_is_not_continued_beyond_a_missing_file() -> None:
    """The frame on the other side of a missing file is not the next one, even if its step would continue the set."""
    known = usual(FIVE, FIVE, FIVE)
    assert part_of(of(-4.0, -2.0, 2.0, missing_before=1, missing_within=0, step_before=-12), known) == 1
    end = of(0.0, -4.0, -2.0, missing_before=0, missing_within=0, missing_after=1, step_after=12)
    assert part_of(end, known) == 1


def test_only_repeated_patterns_have_parts() -> None:
    """A pattern that occurs once shows no parts."""
    assert part_of(of(0.0, -4.0, -2.0, missing_before=0, missing_within=0), usual(FIVE)) == 0

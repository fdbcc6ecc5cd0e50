from __future__ import annotations

from collections.abc import Sequence

import pytest

from daemon.grouping import Frame
from daemon.grouping.clock import Clock
from daemon.grouping.cuts import cuts
from daemon.grouping.segments import Segment, segments
from daemon.grouping.track import track_of
from tests.core.brackets import FIVE, THREE, frame, marked, taken


def candidates(frames: Sequence[Frame], *, by_hand: bool = False) -> dict[tuple[int, int], Segment]:
    """The candidates of a stream, by their first frame and their end."""
    track = track_of(frames, Clock())
    found = segments(track, cuts(track, 12.0, by_hand=by_hand), by_hand=by_hand)
    return {(one.first, one.end): one for some in found for one in some}


def test_all_runs_of_up_to_nine_frames_are_candidates() -> None:
    """Every run of one to nine frames is a candidate."""
    found = candidates([frame(number, number, number % 3) for number in range(1, 12)])
    assert max(one.size for one in found.values()) == 9
    assert len(found) == sum(11 - size + 1 for size in range(1, 10))


def test_no_candidate_crosses_a_cut() -> None:
    """Frames before and after a long pause are in no candidate together."""
    found = candidates([*taken(THREE), *taken(THREE, 4, 60.0)])
    assert all(end <= 3 or first >= 3 for first, end in found)


def test_levels_are_the_camera_s_offsets_if_they_are_distinct() -> None:
    """Distinct offsets are the levels; without offsets the exposures are."""
    assert candidates(marked(THREE))[0, 3].by_value
    assert not candidates(taken(THREE))[0, 3].by_value
    biased = [
        frame(1 + at, at, exposure_mode=2, bias_ev=bias, exposure_s=1 / 60) for at, bias in enumerate((0.0, -1.0, 1.0))
    ]
    assert candidates(biased)[0, 3].by_value
    flat = [frame(1 + at, at, -at, exposure_mode=2, bias_ev=0.0) for at in range(3)]
    assert not candidates(flat)[0, 3].by_value


def test_offsets_that_repeat_are_two_sets() -> None:
    """If only some offsets of marked frames are equal, the exposures do not hide that these are two sets."""
    two = [*marked(THREE), *marked(THREE, 4, 2.0, level=1.0)]
    both = candidates(two)[0, 6].ladder
    assert both is not None
    assert both.repeats == 3
    constant = [frame(1 + at, at, -at, aeb=True, value_ev=0.0) for at in range(3)]
    shape = candidates(constant)[0, 3].ladder
    assert shape is not None
    assert shape.repeats == 0, "an offset that is always 0 says nothing"


def test_test_shots_in_bracketing_mode_are_not_a_pair() -> None:
    """If the camera's offsets differ elsewhere, two frames with equal offsets are of different sets."""
    tests = [frame(1, 0.0, aeb=True, value_ev=0.0), frame(2, 5.0, -1.0, aeb=True, value_ev=0.0)]
    shape = candidates([*tests, *marked(THREE, 3, 10.0)])[0, 2].ladder
    assert shape is not None
    assert shape.repeats == 1


def test_symmetric_offsets() -> None:
    """Offsets that contain 0 and sum to 0 are symmetric; exposures are not offsets."""
    found = candidates(marked(FIVE))
    assert found[0, 5].symmetric
    assert not found[0, 4].symmetric
    assert not candidates(taken(FIVE))[0, 5].symmetric


def test_missing_numbers_before_and_within() -> None:
    """Each candidate knows how many file numbers are missing before and within it."""
    frames = [frame(1), frame(5, 1.0, -1), frame(7, 2.0, 1)]
    one = candidates(frames)[1, 3]
    assert (one.missing_before, one.missing_within) == (3, 1)
    assert candidates(frames)[0, 2].missing_before is None


def test_a_ladder_that_goes_on() -> None:
    """A part of a rising ladder knows on how many sides the next frame continues it, unless a clear pause is there."""
    rising = taken((0.0, 1.0, 2.0, 3.0, 4.0))
    found = candidates(rising)
    assert [found[part].goes_on for part in ((0, 5), (0, 3), (1, 4))] == [0, 1, 2]
    later = [*taken((0.0, 1.0, 2.0)), *taken((3.0, 4.0), 4, 9.0)]
    assert candidates(later)[0, 3].goes_on == 0
    assert candidates(taken((0.0, 1.0, 2.0, 5.0)))[0, 3].goes_on == 0, "another step"


def test_a_set_bracketed_by_hand() -> None:
    """A whole even ladder of four frames may have pauses up to 30 s in a short stream, its parts may not."""
    ladder = taken((-3.0, -1.0, 1.0, 3.0), pause=18.0)
    found = candidates(ladder, by_hand=True)
    assert found[0, 4].by_hand
    assert set(found) == {(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)}
    assert (0, 4) not in candidates(ladder)
    assert (0, 4) not in candidates(taken((-3.0, -1.0, 1.0, 3.0), pause=40.0), by_hand=True)
    assert (0, 3) not in candidates(taken((-3.0, -1.0, 1.0), pause=18.0), by_hand=True)
    assert (0, 4) not in candidates(taken((-3.0, 1.0, -1.0, 3.0), pause=18.0), by_hand=True)


def test_unknown_exposures_have_no_ladder() -> None:
    """A candidate with an unknown exposure has no levels."""
    frames = [frame(1), frame(2, 1.0, exposure_s=None), frame(3, 2.0, 1)]
    assert candidates(frames)[0, 3].ladder is None


@pytest.mark.parametrize(("exposure_s", "at_limit"), [(30.0, True), (20.0, False), (1 / 8000, True), (1 / 4000, False)])
def test_the_limits_of_the_shutter(exposure_s: float, at_limit: bool) -> None:
    """A shutter is at its limit at 30 s, and at the stream's shortest time if that is shorter than 1/1900 s."""
    frames = [frame(1, exposure_s=1 / 8000), frame(2, 1.0, exposure_s=exposure_s)]
    assert track_of(frames, Clock()).at_limit[1] is at_limit
    slow = [frame(1, exposure_s=1 / 60), frame(2, 1.0, exposure_s=1 / 60)]
    assert track_of(slow, Clock()).at_limit == (False, False)

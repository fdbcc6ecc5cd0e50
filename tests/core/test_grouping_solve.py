from __future__ import annotations

from collections.abc import Sequence

import pytest

from daemon.grouping import Frame
from daemon.grouping.clock import Clock
from daemon.grouping.parted import sides
from tests.core.brackets import FIVE, THREE, flat, frame, marked, shoot, sizes, taken


@pytest.mark.parametrize("offsets", [THREE, FIVE, (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)])
@pytest.mark.parametrize("every", [5.0, 20.0, 90.0])
def test_unmarked_sets_with_pauses_between_them(offsets: Sequence[float], every: float) -> None:
    """Sets of one pattern are found by their exposures and pauses, without any mark."""
    assert sizes(flat(shoot(6, offsets, every=every))) == [len(offsets)] * 6


def test_sets_without_a_pause_between_them() -> None:
    """Marked sets that follow each other at once are separated by their offsets."""
    frames = flat(marked(THREE, 1 + 3 * at, 1.2 * at, level=(0.0, 1.0, -1.0)[at % 3]) for at in range(6))
    assert sizes(frames) == [3] * 6


def test_five_frames_indoors_and_three_outside() -> None:
    """A shoot may have sets of several sizes."""
    inside, outside = flat(shoot(5, FIVE)), flat(shoot(4, THREE, file=26))
    later = [
        frame(26 + at, 500.0 + one.time - outside[0].time, shutter)
        for at, (one, shutter) in enumerate((one, -one.ev) for one in outside)
    ]
    assert sizes([*inside, *later]) == [5] * 5 + [3] * 4


def test_a_stray_frame_shifts_nothing() -> None:
    """A test shot between two sets is a single frame, and the sets around it stay whole."""
    frames = [*flat(shoot(3)), frame(10, 52.0), *flat(shoot(3, file=11))]
    moved = [*frames[:10], *(taken(THREE, 11, 60.0) + taken(THREE, 14, 80.0, level=-1.0))]
    assert sizes(moved) == [3, 3, 3, 1, 3, 3]


def test_sets_without_a_clock() -> None:
    """Without times, the repeated pattern of exposures alone shows the sets."""
    frames = [frame(1 + at, taken_at=None, exposure_s=one.exposure_s) for at, one in enumerate(flat(shoot(6)))]
    assert sizes(frames) == [3] * 6


def test_bursts_and_single_photos_are_not_sets() -> None:
    """Frames of equal exposure are single frames, however soon they follow; so are single photos with long pauses."""
    assert sizes([frame(1 + at, 0.1 * at) for at in range(8)]) == [1] * 8
    single = [frame(1 + at, 15.0 * at + at % 4, (at * 7 % 5) - 2) for at in range(20)]
    assert sizes(single) == [1] * 20


def test_a_set_taken_twice() -> None:
    """The same set taken again at once is two sets: a level occurs once in a set."""
    frames = flat(taken(THREE, 1 + 3 * at, 10.0 * (at // 2) + 1.5 * (at % 2)) for at in range(8))
    assert sizes(frames) == [3] * 8


def test_a_set_that_was_broken_off() -> None:
    """Frames of a set that the photographer broke off stay together, and the next set is whole."""
    frames = [*flat(shoot(4, FIVE)), *taken(FIVE[:3], 21, 80.0), *taken(FIVE, 24, 86.0), *taken(FIVE, 29, 110.0)]
    assert sizes(frames) == [5, 5, 5, 5, 3, 5, 5]


def test_marked_and_unmarked_frames_are_divided_apart() -> None:
    """A camera that marks its sets has its unmarked frames apart, which are doubted; below a quarter it has not."""
    clock = Clock()
    sets = flat(marked(THREE, 1 + 3 * at, 20.0 * at) for at in range(3))
    single = [frame(10 + at, 100.0 + at, aeb=False) for at in range(3)]
    both = sides([[*sets, *single]], clock)
    assert [(len(side.tracks[0].frames), side.doubted) for side in both] == [(9, False), (3, True)]
    assert len(sides([sets], clock)) == 1
    assert len(sides([[*sets[:3], *single]], clock)) == 1, "too few marked frames"
    unknown = [frame(10 + at, 100.0 + at) for at in range(3)]
    assert len(sides([[*sets, *unknown]], clock)) == 1, "nothing says that these are not brackets"
    many = [frame(10 + at, 100.0 + at, aeb=False) for at in range(30)]
    assert len(sides([[*sets, *many]], clock)) == 1, "too small a share of marked frames"


def test_the_sides_know_the_numbers_around_them() -> None:
    """The gap in the file numbers between a marked frame and the unmarked one before it is known."""
    sets = flat(marked(THREE, 1 + 3 * at, 20.0 * at) for at in range(2))
    side, _ = sides([[*sets, frame(9, 100.0, aeb=False), *marked(THREE, 12, 120.0)]], Clock())
    assert [track.missing for track in side.tracks] == [(None, 0, 0, 0, 0, 0, 2), (2, 0, 0, None)]


def test_two_cameras_do_not_disturb_each_other() -> None:
    """Frames that two bodies take at the same time are grouped apart."""
    first = flat(shoot(4))
    second = [
        frame(1 + at, one.time - first[0].time + 0.2, -one.ev, path=f"DSC_{1 + at:04}.NEF", body="Nikon Z 6")
        for at, one in enumerate(flat(shoot(4, FIVE)))
    ]
    assert sizes([*first, *second]) == [5] * 4 + [3] * 4


def test_exposures_at_the_limit_of_the_shutter() -> None:
    """A bracket that needs more than 30 s repeats 30 s, and stays one set."""
    times = (4.0, 8.0, 15.0, 30.0, 30.0)
    frames: list[Frame] = []
    at = 0.0
    for _ in range(4):
        for exposure_s in times:
            frames.append(frame(1 + len(frames), at, exposure_s=exposure_s))
            at += exposure_s * 1.07 + 0.2
        at += 40.0
    assert sizes(frames) == [5] * 4


def test_an_engine_without_frames() -> None:
    """No frames have no sets, and one frame is a single frame."""
    assert sizes([]) == []
    assert sizes([frame(1)]) == [1]

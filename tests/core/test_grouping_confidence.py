from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from daemon.grouping import BracketSet, Confidence, Frame, group
from tests.core.brackets import FIVE, THREE, flat, frame, marked, numbers, shoot, taken

CERTAIN, LIKELY, ASK = Confidence.CERTAIN, Confidence.LIKELY, Confidence.ASK


def set_with(file: int, frames: Sequence[Frame]) -> BracketSet:
    """The set of a file number."""
    return next(one for one in group(frames).sets if file in numbers(one.paths))


def test_the_camera_s_counters_are_certain() -> None:
    """A set whose frames the camera counted completely is certain, alone in its shoot and without pauses around it."""
    one = [replace(some, number=at, length=3) for at, some in enumerate(marked(THREE, 1), 1)]
    found = set_with(1, one)
    assert (found.confidence, found.reasons) == (
        CERTAIN,
        ("the camera counted 1 to 3", "the camera's offsets are complete"),
    )
    assert set_with(1, one[:2]).confidence is ASK


def test_counters_without_a_length_need_a_usual_size() -> None:
    """A camera that counts without a length may have stopped early; other sets show how many frames it takes."""

    def counted(offsets: Sequence[float], file: int, at: float) -> list[Frame]:
        return [replace(one, aeb=True, number=place) for place, one in enumerate(taken(offsets, file, at), 1)]

    sets = [counted(FIVE, 1 + 5 * at, 20.0 * at) for at in range(4)]
    frames = [*flat(sets), *counted(FIVE[:3], 21, 80.0)]
    assert set_with(1, frames).reasons[0] == "the camera counted 1 to 5"
    assert set_with(21, frames).confidence is ASK


def test_complete_offsets_are_certain() -> None:
    """Offsets that are symmetric, even and in a camera's order are certain; others are likely at most."""
    assert set_with(1, marked(FIVE)).reasons == ("the camera's offsets are complete",)
    assert set_with(1, marked((2.0, 0.0, -2.0))).confidence is CERTAIN
    for offsets in ((-2.0, 2.0, 0.0), (0.0, -2.0, 1.0), (-3.0, 0.0, 1.0, 2.0), (-1.0, 1.0)):
        assert set_with(1, marked(offsets)).confidence is not CERTAIN


def test_a_pause_within_complete_offsets_is_not_certain() -> None:
    """If the pauses around a set are shorter than one within it, it may be shifted."""
    frames = flat(marked(THREE, 1 + 3 * at, 10.0 * at, pause=0.4) for at in range(4))
    moved = [*frames[:9], frames[9], *(replace(one, taken_at=one.time + 6.0) for one in frames[10:])]
    assert set_with(1, moved).confidence is CERTAIN
    assert set_with(10, [*moved, *marked(THREE, 13, 38.0)]).confidence is not CERTAIN


def test_the_usual_pattern_with_clear_pauses_is_certain() -> None:
    """Unmarked sets of one pattern are certain if the pauses around them are three times as long as those within."""
    found = set_with(4, flat(shoot(5)))
    wanted = "the same exposure steps as 4 other sets", "longer pauses around it than within it"
    assert (found.confidence, found.reasons) == (CERTAIN, wanted)
    hurried = set_with(4, flat(shoot(5, every=2.0)))
    assert (hurried.confidence, hurried.reasons[0]) == (LIKELY, "the same exposure steps as 4 other sets")


def test_a_pattern_without_other_sets_is_likely() -> None:
    """A lone even bracket is likely: nothing shows that its size is right."""
    found = set_with(1, taken(THREE))
    assert (found.confidence, found.reasons) == (
        LIKELY,
        ("even exposure steps", "longer pauses around it than within it"),
    )


@pytest.mark.parametrize(
    ("offsets", "reason"),
    [
        (FIVE[:3], "2 photos missing of 5"),
        ((0.0, -4.0, -2.0, 2.0), "1 photo missing of 5"),
    ],
)
def test_a_set_that_lacks_photos_is_for_a_person(offsets: Sequence[float], reason: str) -> None:
    """A set that lacks photos says how many, as a reason and as a number."""
    found = set_with(21, [*flat(shoot(4, FIVE)), *taken(offsets, 21, 80.0), *taken(FIVE, 26, 100.0)])
    assert (found.confidence, found.reasons[0], found.lacking) == (ASK, reason, 5 - len(offsets))


def test_another_size_is_for_a_person() -> None:
    """A set that was broken off lacks nothing, but its size is not the usual one."""
    found = set_with(31, [*flat(shoot(6, FIVE)), *taken(FIVE[:3], 31, 120.0), *taken(FIVE, 34, 126.0)])
    assert (found.confidence, found.lacking) == (ASK, 0)
    assert found.reasons == ("3 photos, but most sets have 5",)


def test_a_photo_beside_a_set_is_for_a_person() -> None:
    """A single photo that follows a set as closely as its own frames do may belong to it."""
    frames = [*flat(shoot(5)), frame(16, 81.2, -1.9)]
    found = set_with(13, frames)
    assert (found.confidence, found.reasons) == (ASK, ("a photo beside it may belong to it",))


def test_unknown_exposures_are_for_a_person() -> None:
    """Frames without exposures can only be grouped by their pauses."""
    frames = [replace(one, exposure_s=None) for one in flat(shoot(6))]
    assert set_with(1, frames).reasons == ("unknown exposures",)


def test_frames_that_differ_in_iso_are_for_a_person() -> None:
    """An ISO bracketing has different exposures too, but merging it gains nothing."""
    sets = flat(shoot(5))
    only_iso = [replace(one, exposure_s=1 / 60, iso=100 * one.shutter * 60) for one in sets]
    assert set_with(4, only_iso).reasons == ("only ISO differs",)

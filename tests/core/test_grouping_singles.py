from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from daemon.grouping import Frame, group
from tests.core.brackets import THREE, flat, frame, marked, numbers, shoot, taken


def why(frames: Sequence[Frame]) -> dict[int, str]:
    """Why frames are single, by file number."""
    return {numbers([one.path])[0]: one.why for one in group(frames).singles}


def test_single_photos() -> None:
    """Photos of different scenes are single photos."""
    assert set(why([frame(1 + at, 40.0 * at, at % 3) for at in range(8)]).values()) == {"single photo"}


def test_a_test_shot_is_just_before_its_set() -> None:
    """A photo just before a set, with about its middle exposure, is a test shot; so is one just before that."""
    sets = flat(shoot(3, file=11))
    begin = sets[0].time - frame(1).time
    assert why([frame(10, begin - 6.0, 0.3), *sets]) == {10: "test shot"}
    assert why([frame(9, begin - 14.0, -0.3), frame(10, begin - 6.0, 0.3), *sets]) == {9: "test shot", 10: "test shot"}


@pytest.mark.parametrize(
    "change", [{"level": 1.7}, {"at": -30.0}, {"focal_mm": 35.0}, {"orientation": 6}, {"exposure_s": None}]
)
def test_other_photos_before_a_set_are_not_test_shots(change: dict[str, Any]) -> None:
    """A photo of another scene, of another exposure, or long before the set is a single photo."""
    sets = flat(shoot(3, file=11, orientation=1))
    assert why([frame(10, **{"at": -6.0, "level": 0.3, "orientation": 1, **change}), *sets]) == {10: "single photo"}


def test_a_photo_after_a_set_is_not_a_test_shot() -> None:
    """Nobody tests an exposure after the last set."""
    assert why([*flat(shoot(3)), frame(10, 46.0)]) == {10: "single photo"}


@pytest.mark.parametrize(
    ("every", "count", "phrase"), [(0.1, 6, "burst"), (1.5, 6, "focus stack or burst"), (1.5, 2, "repeated exposure")]
)
def test_equal_exposures(every: float, count: int, phrase: str) -> None:
    """Frames of one exposure soon after each other are a burst, a focus stack, or repeat the exposure."""
    series = [frame(20 + at, 200.0 + every * at, -3) for at in range(count)]
    assert set(why([*flat(shoot(4)), *series]).values()) == {phrase}


def test_a_coarse_clock_cannot_tell_a_burst() -> None:
    """Without fractions of a second, a burst may be a focus stack."""
    series = [frame(1 + at, at // 4, resolution_s=1.0) for at in range(8)]
    assert set(why(series).values()) == {"focus stack or burst"}


def test_a_marked_frame_alone_lost_its_set() -> None:
    """A frame with a bracket mark that is in no set is left over from one."""
    assert why([*flat(marked(THREE, 1 + 3 * at, 20.0 * at) for at in range(3)), *marked(THREE[:1], 10, 60.0)]) == {
        10: "bracket without its set"
    }


def test_a_test_shot_of_a_camera_that_marks_its_sets() -> None:
    """An unmarked frame just before a marked set is its test shot, although both are divided apart."""
    sets = flat(marked(THREE, 11 + 3 * at, 20.0 * at) for at in range(3))
    assert why([frame(10, -5.0, aeb=False), *sets]) == {10: "test shot"}
    assert why([frame(10, -5.0, aeb=False), *taken(THREE, 11)]) == {10: "test shot"}

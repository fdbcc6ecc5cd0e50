from __future__ import annotations

from typing import Any

import pytest

from daemon.grouping.clock import Clock
from daemon.grouping.cuts import Cut, cuts
from daemon.grouping.frame import Frame
from daemon.grouping.track import track_of
from tests.core.brackets import frame


def cut(before: Frame, after: Frame, *, pause: float = 12.0, by_hand: bool = False) -> Cut:
    """The cut between two frames."""
    (found,) = cuts(track_of([before, after], Clock()), pause, by_hand=by_hand)
    return found


@pytest.mark.parametrize(
    ("change", "is_cut"),
    [
        ({}, False),
        ({"pixels": (3000, 2000)}, True),
        ({"pixels": (3000, 2000), "path": "IMG_0002.CR3"}, False),
        ({"orientation": 6}, True),
        ({"orientation": 3}, False),
        ({"focal_mm": 16.5}, False),
        ({"focal_mm": 17.0}, True),
        ({"focal_mm": None}, False),
        ({"flash": True}, True),
        ({"flash": None}, False),
        ({"aeb": False}, True),
        ({"aeb": None}, False),
    ],
)
def test_frames_of_one_set_look_alike(change: dict[str, Any], is_cut: bool) -> None:
    """A set never spans another picture size of one format, another orientation, zoom, flash or mark."""
    like: dict[str, Any] = {"orientation": 1, "flash": False, "aeb": True}
    assert cut(frame(1, **like), frame(2, 0.5, **{**like, **change})) is (Cut.HARD if is_cut else Cut.NONE)


def test_a_long_pause_separates_sets() -> None:
    """A pause beyond the shoot's limit is a cut; a person who brackets by hand may need 30 seconds."""
    first = frame(1)
    assert cut(first, frame(2, 12.0)) is Cut.NONE
    assert cut(first, frame(2, 13.0)) is Cut.HARD
    assert cut(first, frame(2, 13.0), pause=20.0) is Cut.NONE
    assert cut(first, frame(2, 13.0), by_hand=True) is Cut.SLOW
    assert cut(first, frame(2, 31.0), by_hand=True) is Cut.HARD
    assert cut(first, frame(2, taken_at=None)) is Cut.NONE


def test_a_clock_that_was_put_back_is_a_cut() -> None:
    """A time that goes back by more than two seconds begins another set."""
    assert cut(frame(1, 10.0), frame(2, 8.5)) is Cut.NONE
    assert cut(frame(1, 10.0), frame(2, 7.5)) is Cut.HARD


@pytest.mark.parametrize(
    ("first", "second", "files", "is_cut"),
    [
        (1, 2, 1, False),
        (3, 1, 1, True),
        (3, 3, 1, True),
        (1, 3, 2, False),
        (1, 3, 1, True),
        (None, 1, 1, True),
        (None, 2, 1, False),
    ],
)
def test_a_sequence_that_restarts_is_a_cut(first: int | None, second: int, files: int, is_cut: bool) -> None:
    """The camera's counter continues within a set. A jump that the file numbers share is a deleted frame."""
    before, after = frame(1, aeb=True, number=first), frame(1 + files, 0.5, aeb=True, number=second)
    assert cut(before, after) is (Cut.HARD if is_cut else Cut.NONE)


def test_sequences_of_two_lengths_are_two_sets() -> None:
    """A frame of a sequence of three and one of a sequence of five are in two sets."""
    before, after = frame(1, number=1, length=3), frame(2, 0.5, number=2, length=5)
    assert cut(before, after) is Cut.HARD

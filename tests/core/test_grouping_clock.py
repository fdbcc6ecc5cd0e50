from __future__ import annotations

import pytest

from daemon.grouping import Frame
from daemon.grouping.clock import Clock, clock_of, has_time, is_stopped
from tests.core.brackets import frame


def test_the_longer_exposure_is_not_idle() -> None:
    """Makers record the begin or the end of an exposure, so the longer one of both frames is subtracted."""
    short, long = frame(1, 0.0, exposure_s=0.5), frame(2, 5.0, exposure_s=2.0)
    assert Clock(step_s=0.0).idle(short, long) == pytest.approx(3.0)
    assert Clock(step_s=0.0).idle(frame(1, 0.0, exposure_s=2.0), frame(2, 5.0, exposure_s=0.5)) == pytest.approx(3.0)


def test_a_coarse_clock_may_be_a_second_off() -> None:
    """The resolution is subtracted, and idle time is never negative."""
    before, after = (frame(1, at, exposure_s=0.25, resolution_s=1.0) for at in (10.0, 11.0))
    assert Clock().idle(before, after) == 0
    assert Clock().idle(before, frame(2, 15.0, exposure_s=0.25)) == pytest.approx(3.75)


def test_unknown_times_have_no_idle_time() -> None:
    """A missing time, an unset clock and a stopped clock say nothing."""
    assert Clock().idle(frame(1), frame(2, taken_at=None)) is None
    assert Clock().idle(frame(1, taken_at=1.0), frame(2, taken_at=5.0)) is None
    assert Clock(stopped=True).idle(frame(1), frame(2, 5.0)) is None


def test_long_times_are_rounded_in_exif() -> None:
    """An exposure of 30 s takes 32 s, one of 8 s takes 8 s."""
    assert Clock(step_s=0.0).idle(frame(1, 0.0, exposure_s=30.0), frame(2, 33.0)) == pytest.approx(1.0)
    assert Clock(step_s=0.0).idle(frame(1, 0.0, exposure_s=8.0), frame(2, 33.0)) == pytest.approx(25.0)


@pytest.mark.parametrize(("spare", "dark"), [(0.5, True), (0.0, True), (3.0, False), (-3.0, False)])
def test_dark_frames_are_learnt(spare: float, dark: bool) -> None:
    """If gaps after long exposures have room for a dark frame each, dark frames are on and are not idle time."""
    at, frames = 0.0, list[Frame]()
    for number in range(1, 8):
        frames.append(frame(number, at, exposure_s=4.0))
        at += 8.0 + spare
    clock = clock_of([frames])
    assert clock.dark is dark
    idle = clock.idle(frames[0], frames[1])
    assert idle is not None
    assert idle < 1 if dark else idle > 0.9


def test_dark_frames_of_a_camera_that_records_the_end() -> None:
    """The gap between two ends has room for the dark frame of the first exposure and for the second exposure."""
    at, frames = 0.0, list[Frame]()
    for number, exposure_s in enumerate((2.0, 4.0, 8.0) * 3, 1):
        at += exposure_s + (frames[-1].shutter if frames else 0.0) + 0.2
        frames.append(frame(number, at, exposure_s=exposure_s))
    assert clock_of([frames]).dark


def test_too_few_long_exposures_show_no_dark_frames() -> None:
    """Three gaps are too few; short exposures have no dark frame even if they are on."""
    assert not clock_of([[frame(number, 8.3 * number, exposure_s=4.0) for number in range(4)]]).dark
    on = Clock(dark=True, step_s=0.0)
    assert on.idle(frame(1, 0.0, exposure_s=0.5), frame(2, 2.0, exposure_s=0.5)) == pytest.approx(1.5)


def test_a_stopped_clock() -> None:
    """A clock is stopped if one second has more than 30 percent of many frames; nine frames a second are a burst."""
    assert is_stopped([frame(number, 0.01 * number) for number in range(10)])
    assert not is_stopped([frame(number, 0.01 * number) for number in range(9)])
    assert not is_stopped([frame(number, 0.01 * number if number < 12 else 5.0 * number) for number in range(50)])
    assert not is_stopped([])


def test_the_resolution_of_nearly_all_frames_is_the_clock_s() -> None:
    """A file at a full second seems to have no fraction; the others show that it has."""
    frames = [frame(number, 2.0 * number, resolution_s=1.0 if number == 30 else 0.01) for number in range(60)]
    assert clock_of([frames]).step_s == 0.01
    mixed = [frame(number, 2.0 * number, resolution_s=(1.0, 0.01)[number % 2]) for number in range(60)]
    assert clock_of([mixed]).step_s is None


def test_frames_without_a_time() -> None:
    """One frame without a usable time makes the times of all useless for their order."""
    assert has_time([frame(1), frame(2)])
    assert not has_time([frame(1), frame(2, taken_at=None)])

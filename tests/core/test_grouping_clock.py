from __future__ import annotations

from collections.abc import Sequence

import pytest

from daemon.grouping import Frame
from daemon.grouping.clock import Clock, clock_of, has_time, is_stopped
from daemon.grouping.stamp import Stamp
from tests.core.brackets import frame


def test_the_longer_exposure_is_not_idle() -> None:
    """If nothing shows which moment of an exposure the camera records, the longer one of both frames is not idle."""
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
    """An exposure of 30 s takes 32 s, one of 6 s takes 6.35 s, one of 8 s takes 8 s."""
    assert Clock(step_s=0.0).idle(frame(1, 0.0, exposure_s=30.0), frame(2, 33.0)) == pytest.approx(1.0)
    assert Clock(step_s=0.0).idle(frame(1, 0.0, exposure_s=6.0), frame(2, 33.0)) == pytest.approx(26.65, abs=0.01)
    assert Clock(step_s=0.0).idle(frame(1, 0.0, exposure_s=8.0), frame(2, 33.0)) == pytest.approx(25.0)


def taken(times: Sequence[float], exposures: Sequence[float]) -> list[Frame]:
    """Frames with these times and exposures."""
    return [frame(at, time, exposure_s=some) for at, (time, some) in enumerate(zip(times, exposures, strict=True), 1)]


def test_the_recorded_moment_is_learnt_from_gaps_that_are_too_short_for_the_other() -> None:
    """A gap shorter than the next exposure is between beginnings, one shorter than the last exposure between ends."""
    exposures = [0.5, 8.0, 0.5, 8.0]
    beginning, end = taken([0.0, 3.0, 12.0, 15.0], exposures), taken([0.0, 11.0, 12.0, 23.0], exposures)
    assert clock_of([beginning]).stamp is Stamp.BEGINNING
    assert clock_of([beginning]).idle(*beginning[2:]) == pytest.approx(2.49)
    assert clock_of([end[1:], end[:3]]).stamp is Stamp.END
    assert clock_of([end[1:], end[:3]]).idle(*end[2:]) == pytest.approx(2.99)


def test_a_missing_file_may_have_been_a_long_exposure() -> None:
    """Beside a missing file number, the recorded moment does not show how long the camera exposed."""
    clock, missing = Clock(step_s=0.0, stamp=Stamp.BEGINNING), frame(3, 12.0, exposure_s=8.0)
    assert clock.idle(frame(1, 0.0, exposure_s=0.5), missing) == pytest.approx(4.0)
    assert clock.idle(frame(2, 0.0, exposure_s=0.5), missing) == pytest.approx(11.5)


def test_one_gap_or_a_contradiction_proves_no_moment() -> None:
    """One short gap may be a mistake of the clock; frames of two bodies in one stream contradict each other."""
    assert clock_of([taken([0.0, 3.0, 12.0, 22.0], [0.5, 8.0, 0.5, 8.0])]).stamp is Stamp.UNKNOWN
    mixed = taken([0.0, 3.0, 6.0, 9.0, 12.0], [0.5, 8.0, 0.5, 8.0, 0.5])
    assert clock_of([mixed]).stamp is Stamp.UNKNOWN


def test_dark_frames_show_the_recorded_moment() -> None:
    """A gap of a dark frame and the next exposure is between ends. If beginnings are proven, it shows none."""
    exposures = [2.0, 8.0, 2.0, 8.0, 2.0, 8.0, 2.0, 8.0]
    ends = taken([0.0, 10.2, 20.4, 30.6, 40.8, 51.0, 61.2, 71.4], exposures)
    clock = clock_of([ends])
    assert (clock.dark, clock.stamp) == (True, Stamp.END)
    assert clock.idle(ends[0], ends[1]) == pytest.approx(0.19)
    proof = taken([100.0, 103.0, 200.0, 203.0], [0.5, 8.0, 0.5, 8.0])
    assert (clock_of([ends, proof]).dark, clock_of([ends, proof]).stamp) == (False, Stamp.BEGINNING)


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


@pytest.mark.parametrize(("press", "dark"), [(2.0, True), (0.3, False)])
def test_a_person_is_as_slow_after_a_dark_frame(press: float, dark: bool) -> None:
    """The pause that a person needs between short exposures is also within the gaps that have a dark frame."""
    exposures = [0.1, 8.0, 4.0] * 4
    times = [0.0]
    for exposure in exposures[:-1]:
        times.append(times[-1] + (exposure + press if exposure < 1 else 2 * exposure + 2.0))
    shorts = taken([500.0 + at * (0.1 + press) for at in range(5)], [0.1] * 5)
    assert clock_of([taken(times, exposures), shorts]).dark is dark


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

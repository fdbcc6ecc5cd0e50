"""Measures the idle time between two frames of one camera."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from daemon.grouping.frame import Frame

CROWD, CROWDED = 9, 0.3
"""A clock is stopped if one of its seconds has more than CROWD frames and more than this share of all frames."""

LONG = 2.0
"""Cameras take dark frames after exposures of about this many seconds or more."""

LEAST_DARK, DARK = 4, 0.7
"""Dark frames are on if at least this number, and this share, of the gaps after long exposures have room for them."""

NEARLY_ALL = 0.95
"""The share of frames whose resolution is the clock's."""

SPARE = 1.5
"""Seconds that a camera needs beside the exposure and its dark frame at most."""

ROUNDED_FROM = 10.0
"""Exposure times in seconds from which rounding matters."""

DARK_FROM = 1.0
"""The shortest exposure in seconds that a dark frame follows once they are on."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What is known about a body's clock.

    ``stopped``: its times say nothing. ``dark``: long exposure noise reduction is on, so the camera takes a dark frame
    of the same length after each long exposure. ``step_s`` is the clock's resolution in seconds, None if it differs
    from frame to frame.
    """

    stopped: bool = False
    dark: bool = False
    step_s: float | None = None

    def idle(self, before: Frame, after: Frame) -> float | None:
        """Seconds between two frames in which the camera certainly did not expose; None if unknown.

        Makers record either the beginning or the end of an exposure, so the longer exposure of the two is subtracted.
        """
        if self.stopped:
            return None
        passed = _passed(before, after)
        if passed is None:
            return None
        busy = max(_open_s(before), _open_s(after))
        if self.dark and before.shutter >= DARK_FROM:
            busy += _open_s(before)
        step = max(before.resolution_s, after.resolution_s) if self.step_s is None else self.step_s
        return max(0.0, passed - busy - step)


def clock_of(streams: Iterable[Sequence[Frame]]) -> Clock:
    """The clock of a body with these streams."""
    streams = list(streams)
    return Clock(any(map(is_stopped, streams)), _takes_dark_frames(streams), _step(streams))


def has_time(frames: Iterable[Frame]) -> bool:
    """True if all frames have a usable time."""
    return all(frame.moment is not None for frame in frames)


def is_stopped(frames: Sequence[Frame]) -> bool:
    """True if the clock stood still: one of its seconds has more frames than fast bursts explain."""
    seconds = Counter(int(frame.moment) for frame in frames if frame.moment is not None)
    return bool(seconds) and max(seconds.values()) > max(CROWD, CROWDED * len(frames))


def _step(streams: Iterable[Sequence[Frame]]) -> float | None:
    """The resolution that nearly all frames have. A file at a full second seems to have no fraction of a second."""
    often = Counter(frame.resolution_s for stream in streams for frame in stream)
    ((step, count),) = often.most_common(1)
    return step if count >= NEARLY_ALL * often.total() else None


def _open_s(frame: Frame) -> float:
    """Seconds for which the shutter was open. Exif rounds long times, powers of two: 15 s last 16 s, 30 s last 32 s."""
    if frame.shutter < ROUNDED_FROM:
        return frame.shutter
    thirds = round(3 * math.log2(frame.shutter))
    return max(frame.shutter, math.exp2(thirds / 3))


def _passed(before: Frame, after: Frame) -> float | None:
    first, second = before.moment, after.moment
    return None if first is None or second is None else second - first


def _takes_dark_frames(streams: Iterable[Sequence[Frame]]) -> bool:
    """True if the gaps after long exposures have room for another exposure of the same length, and for little more.

    The next frame's own exposure lies within the gap if the camera records the end of exposures.
    """
    pairs = [pair for stream in streams for pair in pairwise(stream) if _open_s(pair[0]) >= LONG]
    begins = [_fits(before, after, before) for before, after in pairs]
    ends = [_fits(before, after, after) for before, after in pairs]
    return any(some.count(True) >= max(LEAST_DARK, DARK * (len(some) - some.count(None))) for some in (begins, ends))


def _fits(before: Frame, after: Frame, exposed: Frame) -> bool | None:
    """True if a gap fits a dark frame after ``before`` and the exposure of ``exposed``; None if it is much longer."""
    passed, most = _passed(before, after), _open_s(before) + _open_s(exposed)
    if passed is None or passed >= 1.1 * most + 2.5:
        return None
    least = 0.975 * (before.shutter + exposed.shutter)
    return least - before.resolution_s <= passed <= most + SPARE + before.resolution_s

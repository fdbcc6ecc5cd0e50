"""Measures the idle time between two frames of one camera."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from daemon.grouping.dark import with_dark_frames
from daemon.grouping.frame import Frame, missing_between
from daemon.grouping.stamp import Stamp, open_s, passed_s, stamp_of

CROWD, CROWDED = 9, 0.3
"""A clock is stopped if one of its seconds has more than CROWD frames and more than this share of all frames."""

NEARLY_ALL = 0.95
"""The share of frames whose resolution is the clock's."""

DARK_FROM = 1.0
"""The shortest exposure in seconds that a dark frame follows once they are on."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What is known about a body's clock.

    ``stopped``: its times are meaningless. ``dark``: long exposure noise reduction is on, so the camera takes a dark
    frame of the same length after each long exposure. ``step_s`` is the clock's resolution in seconds, None if it
    differs from frame to frame. ``stamp`` is the moment of an exposure that the camera records.
    """

    stopped: bool = False
    dark: bool = False
    step_s: float | None = None
    stamp: Stamp = Stamp.UNKNOWN

    def idle(self, before: Frame, after: Frame) -> float | None:
        """Seconds between two frames in which the camera certainly did not expose; None if unknown."""
        if self.stopped:
            return None
        passed = passed_s(before, after)
        if passed is None:
            return None
        busy = self._exposed_s(before, after)
        if self.dark and before.shutter >= DARK_FROM:
            busy += open_s(before)
        step = max(before.resolution_s, after.resolution_s) if self.step_s is None else self.step_s
        return max(0.0, passed - busy - step)

    def _exposed_s(self, before: Frame, after: Frame) -> float:
        """Seconds of exposure between the times of two consecutive frames: at most the longer of the two exposures.

        If a file is missing between them, the camera may also have exposed that frame.
        """
        match Stamp.UNKNOWN if missing_between(before, after) else self.stamp:
            case Stamp.BEGINNING:
                return open_s(before)
            case Stamp.END:
                return open_s(after)
            case Stamp.UNKNOWN:
                return max(open_s(before), open_s(after))


def clock_of(streams: Iterable[Sequence[Frame]]) -> Clock:
    """The clock of a body with these streams."""
    streams = list(streams)
    pairs = [pair for stream in streams for pair in pairwise(stream)]
    stamp, fits = stamp_of(pairs), with_dark_frames(pairs)
    if stamp is Stamp.UNKNOWN and len(fits) == 1:
        (stamp,) = fits
    dark = bool(fits) if stamp is Stamp.UNKNOWN else stamp in fits
    return Clock(any(map(is_stopped, streams)), dark, _step(streams), stamp)


def has_time(frames: Iterable[Frame]) -> bool:
    """True if all frames have a usable time."""
    return all(frame.moment is not None for frame in frames)


def is_stopped(frames: Sequence[Frame]) -> bool:
    """True if the clock was stopped: one of its seconds has more frames than a fast burst can explain."""
    seconds = Counter(int(frame.moment) for frame in frames if frame.moment is not None)
    return bool(seconds) and max(seconds.values()) > max(CROWD, CROWDED * len(frames))


def _step(streams: Iterable[Sequence[Frame]]) -> float | None:
    """The resolution that nearly all frames have. A file at a full second seems to have no fraction of a second."""
    often = Counter(frame.resolution_s for stream in streams for frame in stream)
    ((step, count),) = often.most_common(1)
    return step if count >= NEARLY_ALL * often.total() else None

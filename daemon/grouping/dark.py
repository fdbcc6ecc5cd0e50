"""Detects whether a camera takes a dark frame of the same length after each long exposure, to reduce noise."""

from __future__ import annotations

import statistics
from collections.abc import Iterable

from daemon.grouping.frame import Frame
from daemon.grouping.stamp import Stamp, open_s, passed_s

LONG = 2.0
"""Cameras take dark frames after exposures of about this many seconds or more."""

LEAST, SHARE = 4, 0.7
"""Dark frames are on if at least this number, and this share, of the gaps after long exposures have room for them."""

SPARE = 1.5
"""The maximum number of seconds that a camera needs in addition to the exposure and its dark frame."""

SHORT, SOON = 1.0, 5.0
"""The length in seconds of an exposure without a dark frame, and the maximum time from it to the next frame of a
set."""


def with_dark_frames(pairs: Iterable[tuple[Frame, Frame]]) -> list[Stamp]:
    """The moments that a camera may record if it takes dark frames; empty if it takes none.

    ``pairs`` are its frames, each with the next one. If dark frames are on, the gaps after long exposures have room for
    another exposure of the same length, and for little more. The exposure in the gap is the first frame's if the camera
    records the beginning, else the next one's.
    """
    pairs = list(pairs)
    press = _press_s(pairs)
    long = [pair for pair in pairs if open_s(pair[0]) >= max(LONG, 2 * press)]
    fits = {
        Stamp.BEGINNING: [_fits(before, after, before, press) for before, after in long],
        Stamp.END: [_fits(before, after, after, press) for before, after in long],
    }
    return [
        stamp for stamp, some in fits.items() if some.count(True) >= max(LEAST, SHARE * (len(some) - some.count(None)))
    ]


def _press_s(pairs: Iterable[tuple[Frame, Frame]]) -> float:
    """The usual pause in seconds between two short exposures of a set. A person may press the button for each frame."""
    short = [
        passed - open_s(before)
        for before, after in pairs
        if open_s(before) <= SHORT >= open_s(after) and 0 <= (passed := passed_s(before, after) or 0.0) <= SOON
    ]
    return max(0.0, statistics.median(short)) if short else 0.0


def _fits(before: Frame, after: Frame, exposed: Frame, press: float) -> bool | None:
    """True if a gap fits a dark frame after ``before`` and the exposure of ``exposed``; None if it is much longer."""
    passed, most = passed_s(before, after), open_s(before) + open_s(exposed)
    if passed is None or passed >= 1.1 * most + 2.5 + press:
        return None
    least = 0.975 * (before.shutter + exposed.shutter)
    return least - before.resolution_s <= passed <= most + SPARE + press + before.resolution_s

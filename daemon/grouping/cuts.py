"""Finds the gaps that no set can span, whatever else speaks for it."""

from __future__ import annotations

from enum import IntEnum

from daemon.grouping.frame import Frame
from daemon.grouping.streams import BACK
from daemon.grouping.track import Track
from daemon.shoot.formats import extension

ZOOMED_MM, ZOOMED = 0.6, 0.03
"""How much the focal lengths of two frames of one set may differ: in millimetres, and as a fraction."""

BY_HAND = 30.0
"""The longest idle time in seconds within a set that is bracketed by hand."""

UPRIGHT = 4
"""Exif orientations above this number are turned by 90 degrees."""


class Cut(IntEnum):
    """Whether a set may span a gap. SLOW: only a set that is bracketed by hand may."""

    NONE = 0
    SLOW = 1
    HARD = 2


def cuts(track: Track, pause: float, *, by_hand: bool) -> list[Cut]:
    """The cut between each frame and the next. ``pause`` is the idle time in seconds that separates sets.

    ``by_hand`` is True if a set may be bracketed by hand.
    """
    return [_cut(track, at, pause, by_hand=by_hand) for at in range(len(track.idle))]


def _cut(track: Track, at: int, pause: float, *, by_hand: bool) -> Cut:
    before, after = track.frames[at], track.frames[at + 1]
    marks = track.marked[at], track.marked[at + 1]
    if looks_differ(before, after) or set(marks) == {True, False} or _restarts(track, at):
        return Cut.HARD
    if before.moment is not None and after.moment is not None and after.moment < before.moment - BACK:
        return Cut.HARD
    idle = track.idle[at]
    if idle is None or idle <= pause:
        return Cut.NONE
    return Cut.SLOW if by_hand and idle <= BY_HAND else Cut.HARD


def looks_differ(before: Frame, after: Frame) -> bool:
    """True if two frames differ in picture size, orientation, focal length or flash."""
    resized = before.pixels and after.pixels and before.pixels != after.pixels
    if resized and extension(before.path) == extension(after.path):
        return True
    if before.orientation and after.orientation and (before.orientation > UPRIGHT) != (after.orientation > UPRIGHT):
        return True
    if before.flash is not None and after.flash is not None and before.flash != after.flash:
        return True
    if not before.focal_mm or not after.focal_mm:
        return False
    return abs(before.focal_mm - after.focal_mm) > max(ZOOMED_MM, ZOOMED * before.focal_mm)


def _restarts(track: Track, at: int) -> bool:
    """True if the camera counts a new sequence.

    A jump that the file numbers share is a deleted frame, not a restart.
    """
    first, second = track.frames[at].number, track.frames[at + 1].number
    if second == 1 and track.marked[at + 1]:
        return True
    if not first or not second:
        return False
    if second <= first or track.frames[at].length != track.frames[at + 1].length:
        return True
    return second != first + 1 and track.missing[at + 1] != second - first - 1

"""Finds out if a camera records the time of an exposure's beginning or of its end."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto

from daemon.grouping.frame import Frame
from daemon.grouping.shutter import stops

ENOUGH = 2
"""The number of proofs needed. A single one may be a clock error."""

LONG = 1.0
"""The shortest exposure in seconds that can prove anything: gaps between shorter ones are too short."""

ROUNDED = 0.95
"""An exposure lasts at least this share of its rounded Exif time: 13 s is really 12.7 s."""


class Stamp(Enum):
    """The moment of an exposure that a camera records."""

    BEGINNING = auto()
    END = auto()
    UNKNOWN = auto()


def stamp_of(pairs: Iterable[tuple[Frame, Frame]]) -> Stamp:
    """The moment that a body records. ``pairs`` are its frames, each with the next one.

    The time between two beginnings is at least the first exposure; between two ends, at least the second. So a gap that
    is shorter than one of the exposures refutes one of the two.
    """
    beginnings = ends = 0
    for before, after in pairs:
        passed = passed_s(before, after)
        if passed is None or passed < 0:
            continue
        passed += max(before.resolution_s, after.resolution_s)
        ends += before.shutter >= LONG and passed < ROUNDED * before.shutter
        beginnings += after.shutter >= LONG and passed < ROUNDED * after.shutter
    if beginnings >= ENOUGH and not ends:
        return Stamp.BEGINNING
    return Stamp.END if ends >= ENOUGH and not beginnings else Stamp.UNKNOWN


def passed_s(before: Frame, after: Frame) -> float | None:
    """Seconds from the time of one frame to that of the next; None if unknown."""
    first, second = before.moment, after.moment
    return None if first is None or second is None else second - first


def open_s(frame: Frame) -> float:
    """The maximum time in seconds that the shutter was open. Cameras round long times: 6 s is 6.3 s, 30 s is 32 s."""
    return max(frame.shutter, 2.0 ** stops(frame.shutter)) if frame.shutter > 0 else 0.0

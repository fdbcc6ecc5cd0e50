"""Finds out if a camera records the time of an exposure's beginning or of its end."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto

from daemon.grouping.frame import Frame

ENOUGH = 2
"""The number of proofs that is needed. One may be a mistake of the clock."""

LONG = 1.0
"""The shortest exposure in seconds that can prove anything: gaps between shorter ones are too short."""

ROUNDED = 0.95
"""An exposure lasts at least this share of its time in Exif, which is rounded: 13 s lasts 12.7 s."""


class Stamp(Enum):
    """The moment of an exposure that a camera records."""

    BEGINNING = auto()
    END = auto()
    UNKNOWN = auto()


def stamp_of(pairs: Iterable[tuple[Frame, Frame]]) -> Stamp:
    """The moment that a body records. ``pairs`` are its frames, each with the next one.

    From one beginning to the next, at least the first exposure passes; from one end to the next, at least the second.
    So each gap that is shorter than one of its exposures refutes one of the two.
    """
    beginnings = ends = 0
    for before, after in pairs:
        first, second = before.moment, after.moment
        if first is None or second is None or second < first:
            continue
        passed = second - first + max(before.resolution_s, after.resolution_s)
        ends += before.shutter >= LONG and passed < ROUNDED * before.shutter
        beginnings += after.shutter >= LONG and passed < ROUNDED * after.shutter
    if beginnings >= ENOUGH and not ends:
        return Stamp.BEGINNING
    return Stamp.END if ends >= ENOUGH and not beginnings else Stamp.UNKNOWN

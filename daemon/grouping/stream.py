"""Sorts the frames of each camera body into a stream, and measures the gaps between frames."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from daemon.grouping.frame import Frame, missing_between
from daemon.shoot.formats import extension

IDLE = 12.0
"""Frames that are more than this number of seconds apart are in different sets."""

ZOOMED = 0.6, 0.03
"""How much the focal lengths of two frames of one set may differ: in millimetres, and as a fraction."""

BACK = 2.0
"""Seconds by which the times of one body's numbered files may go back, because a slow card writes out of order."""

UNKNOWN = math.inf

Set = list[int]
"""A complete or incomplete set, as positions in a stream."""

_COPY = re.compile(r"(-\d| ?\(\d\))$")
_ROLLS_AFTER = 9999


class Lacking(NamedTuple):
    """An incomplete set: the frames that are ``here``, how many it should have, and how many other sets have them."""

    here: Set
    wanted: int
    others: int


def streams(frames: Iterable[Frame]) -> list[tuple[Frame, ...]]:
    """The frames of each camera body, sorted by capture time.

    Of the variants and copies of a frame, only one is included. Two bodies of the same model without serial numbers are
    separated if their frames overlap in time (see ``_bodies``).
    """
    alike: dict[str, list[Frame]] = defaultdict(list)
    for frame in _once(frames):
        alike[frame.body or frame.folder].append(frame)
    return [_in_order(some) for _, same in sorted(alike.items()) for some in _bodies(same)]


def cut(before: Frame, after: Frame) -> bool:
    """True if two consecutive frames cannot be in the same set.

    After each exposure a camera may take a dark frame of the same length (long exposure noise reduction), and a clock
    without fractions may be one second off.
    """
    if after.time - before.time - 2 * max(before.shutter, after.shutter) - 1.0 > IDLE:
        return True
    if before.pixels != after.pixels and extension(before.path) == extension(after.path):
        return True
    if before.focal_mm is None or after.focal_mm is None:
        return False
    least, part = ZOOMED
    return abs(before.focal_mm - after.focal_mm) > max(least, part * before.focal_mm)


def hole(before: Frame, after: Frame) -> float:
    """The number of missing file numbers between two frames of a stream. ``UNKNOWN`` if their names do not show it."""
    missing = missing_between(before, after)
    return UNKNOWN if missing is None else missing


def room_before(stream: Sequence[Frame], one: Set) -> float:
    """The number of missing file numbers just before a set. ``UNKNOWN`` at the start of the stream."""
    return UNKNOWN if one[0] == 0 else hole(stream[one[0] - 1], stream[one[0]])


def room_within(stream: Sequence[Frame], one: Set) -> float:
    """The number of missing file numbers between the frames of a set."""
    return sum(hole(stream[at], stream[at + 1]) for at in range(one[0], one[-1]))


def room_after(stream: Sequence[Frame], one: Set) -> float:
    """The number of missing file numbers just after a set. ``UNKNOWN`` at the end of the stream."""
    return UNKNOWN if one[-1] == len(stream) - 1 else hole(stream[one[-1]], stream[one[-1] + 1])


def _bodies(frames: Sequence[Frame]) -> list[list[Frame]]:
    """Separate the frames of one camera model by body if their runs overlap in time.

    A run is frames of one card whose file numbers and times rise together. A new run begins when the time goes back by
    more than ``BACK`` seconds. Runs that overlap in time cannot be of one body. Renamed files form many runs; then
    nothing is separated.
    """
    if any(frame.taken_at is None or frame.file_number is None for frame in frames):
        return [list(frames)]
    cards: dict[str, list[Frame]] = defaultdict(list)
    for frame in frames:
        cards[frame.card].append(frame)
    runs = sorted((run for card in cards.values() for run in _runs(card)), key=lambda run: run[0].time)
    if len(runs) > max(3 + len(cards), len(frames) / 15):
        return [list(frames)]
    bodies: list[list[Frame]] = []
    for run in runs:
        free = [body for body in bodies if body[-1].time <= run[0].time or _is_spread(body, run)]
        if free:
            body = min(free, key=lambda body: _distance(body[-1], run[0]))
            body[:] = sorted((*body, *run), key=lambda frame: frame.time)
        else:
            bodies.append(run)
    return bodies


def _is_spread(body: Sequence[Frame], run: Sequence[Frame]) -> bool:
    """True if one counter numbered both: one body's frames are spread over cards, or a copy of them is partial."""
    both = [*body, *run]
    numbered = _unrolled(both)
    both.sort(key=numbered)
    return all(numbered(one) < numbered(other) and other.time >= one.time - BACK for one, other in pairwise(both))


def _runs(card: Sequence[Frame]) -> list[list[Frame]]:
    numbered = _unrolled(card)
    runs: list[list[Frame]] = []
    for frame in sorted(card, key=lambda frame: (frame.folder, numbered(frame), frame.time)):
        if runs and frame.time >= runs[-1][-1].time - BACK:
            runs[-1].append(frame)
        else:
            runs.append([frame])
    return runs


def _distance(last: Frame, first: Frame) -> tuple[bool, int]:
    """A sort key for how unlikely one body took ``first`` right after ``last``: another card, then a distant number."""
    return last.card != first.card, abs((last.file_number or 0) - (first.file_number or 0))


def _once(frames: Iterable[Frame]) -> list[Frame]:
    """Each frame once. RAW+JPEG pairs share folder and stem; copies on a second card share name, time and exposure."""
    known = set[tuple[object, ...]]()
    once = []
    for frame in sorted(frames, key=lambda frame: frame.path):
        keys = {
            (frame.folder, frame.stem),
            (frame.body, _COPY.sub("", frame.stem), frame.taken_at, frame.exposure_s),
        }
        if known.isdisjoint(keys):
            once.append(frame)
        known |= keys
    return once


def _in_order(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    numbered = _unrolled(frames)
    return tuple(sorted(frames, key=lambda frame: (frame.time, numbered(frame), frame.path)))


def _unrolled(frames: Sequence[Frame]) -> Callable[[Frame], int]:
    """A function for a frame's file number, which continues after 9999 if the camera's counter restarted at 1."""
    numbers = [frame.file_number or 0 for frame in frames]
    rolled = max(numbers) - min(numbers) > _ROLLS_AFTER // 2

    def numbered(frame: Frame) -> int:
        number = frame.file_number or 0
        return number + _ROLLS_AFTER if rolled and number < _ROLLS_AFTER // 2 else number

    return numbered

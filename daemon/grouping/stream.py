"""Frames in the order in which one camera body took them, and what lies between two of them."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from daemon.shoot.formats import extension

IDLE = 12.0
"""Seconds between two frames after which they are of different sets."""

ZOOMED = 0.6, 0.03
"""By how many millimetres, and by which part, the focal lengths of two frames of one set may differ."""

BACK = 2.0
"""Seconds by which the times of one body's numbered files may go back: a slow card writes out of order."""

UNKNOWN = math.inf

Set = list[int]
"""A set, or what is there of it: positions in a stream."""

_NUMBER = re.compile(r"^(.*?)(\d{3,})\D*$")
_COPY = re.compile(r"(-\d| ?\(\d\))$")
_ROLLS_AFTER = 9999


@dataclass(frozen=True, slots=True)
class Frame:
    """What one photo says of how it was taken; None where it does not say.

    ``path`` is relative to the shoot's folder; ``body`` is make, model and serial number of the camera. ``taken_at`` is
    seconds of the camera's own clock, ``exposure_s`` is in seconds, ``focal_mm`` in millimetres, ``pixels`` are width
    and height as stored. ``aeb``: whether the camera says that it was taken in auto exposure bracketing;
    ``value_ev`` is its offset from the metered exposure then, and ``number`` of ``length`` its place in the sequence,
    which counts from 1.
    """

    path: str
    body: str = ""
    taken_at: float | None = None
    exposure_s: float | None = None
    f_number: float | None = None
    iso: float | None = None
    focal_mm: float | None = None
    pixels: tuple[int, int] | None = None
    aeb: bool | None = None
    value_ev: float | None = None
    number: int | None = None
    length: int | None = None

    @property
    def time(self) -> float:
        """When it was taken, 0 if nobody knows."""
        return self.taken_at or 0.0

    @property
    def shutter(self) -> float:
        """Its exposure time, 0 if nobody knows."""
        return self.exposure_s or 0.0

    @property
    def ev(self) -> float:
        """The exposure value at ISO 100, log2(N²/t) - log2(ISO/100); what it does not say counts as 1 and ISO 100."""
        return math.log2((self.f_number or 1.0) ** 2 / (self.exposure_s or 1.0)) - math.log2((self.iso or 100.0) / 100)

    @property
    def folder(self) -> str:
        """The folder that it lies in."""
        return self.path.rpartition("/")[0]

    @property
    def card(self) -> str:
        """The card that it lies on: the folder that holds DCIM, or else its own folder."""
        folder = f"{self.folder}/"
        return folder.partition("DCIM/")[0] if "DCIM/" in folder else folder

    @property
    def stem(self) -> str:
        """Its name without extension, in lower case."""
        return self.path.rpartition("/")[2].rpartition(".")[0].casefold()

    @property
    def file_number(self) -> int | None:
        """The camera's running number in its name: the last digits, if they are three or more."""
        found = _NUMBER.match(_COPY.sub("", self.stem))
        return int(found[2]) if found else None

    @property
    def prefix(self) -> str:
        """What comes before that number."""
        found = _NUMBER.match(_COPY.sub("", self.stem))
        return found[1] if found else self.stem


class Lacking(NamedTuple):
    """A set that lacks photos: what is ``here`` of it, how many it should have, and how many others have that many."""

    here: Set
    wanted: int
    others: int


def streams(frames: Iterable[Frame]) -> list[tuple[Frame, ...]]:
    """The frames of each body, in the order in which they were taken.

    Variants and copies of a frame are in it once. Two bodies of one model that do not give their serial numbers are
    told apart where their frames overlap in time: see ``_bodies``.
    """
    alike: dict[str, list[Frame]] = defaultdict(list)
    for frame in _once(frames):
        alike[frame.body or frame.folder].append(frame)
    return [_in_order(some) for _, same in sorted(alike.items()) for some in _bodies(same)]


def cut(before: Frame, after: Frame) -> bool:
    """Whether two frames, one of which follows the other, cannot be of one set.

    A camera may take a dark frame as long as the exposure after each (long exposure noise reduction), and a clock
    without fractions be a second off.
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
    """How many file numbers are missing between two frames of a stream; ``UNKNOWN`` if their names do not tell."""
    first, second = before.file_number, after.file_number
    if first is None or second is None or (before.folder, before.prefix) != (after.folder, after.prefix):
        return UNKNOWN
    missing = second - first - 1
    if missing < -_ROLLS_AFTER // 2:
        missing += _ROLLS_AFTER
    return missing if missing >= 0 else UNKNOWN


def room_before(stream: Sequence[Frame], one: Set) -> float:
    """How many files can be missing just before a set; ``UNKNOWN`` at the beginning of the stream."""
    return UNKNOWN if one[0] == 0 else hole(stream[one[0] - 1], stream[one[0]])


def room_within(stream: Sequence[Frame], one: Set) -> float:
    """How many files can be missing between the frames of a set."""
    return sum(hole(stream[at], stream[at + 1]) for at in range(one[0], one[-1]))


def room_after(stream: Sequence[Frame], one: Set) -> float:
    """How many files can be missing just behind a set; ``UNKNOWN`` at the end of the stream."""
    return UNKNOWN if one[-1] == len(stream) - 1 else hole(stream[one[-1]], stream[one[-1] + 1])


def _bodies(frames: Sequence[Frame]) -> list[list[Frame]]:
    """Frames of one camera model, apart by body where their runs overlap in time.

    A run is frames of one card whose file numbers and times rise together; a new one begins where time goes back more
    than ``BACK`` seconds. Runs that overlap in time cannot be of one body, others may be. Files that were renamed fall
    into many runs: then nothing is told apart.
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
    """Whether one counter numbered both: a body's frames that are spread over cards, or the rest of a partial copy."""
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
    """How unlikely it is that the body of one frame took another next: on another card, with a distant number."""
    return last.card != first.card, abs((last.file_number or 0) - (first.file_number or 0))


def _once(frames: Iterable[Frame]) -> list[Frame]:
    """Each frame once: RAW+JPEG twins share folder and stem, the copies on a second card name, time and exposure."""
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
    """A frame's file number, counted on where the camera's counter went from 9999 to 1."""
    numbers = [frame.file_number or 0 for frame in frames]
    rolled = max(numbers) - min(numbers) > _ROLLS_AFTER // 2

    def numbered(frame: Frame) -> int:
        number = frame.file_number or 0
        return number + _ROLLS_AFTER if rolled and number < _ROLLS_AFTER // 2 else number

    return numbered

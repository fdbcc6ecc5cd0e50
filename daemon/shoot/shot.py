"""What a file says about its shot, and the rules for two files that show the same frame.

Two files show the same frame if camera, capture time, exposure and file number agree; a name alone proves nothing.
A value that only one of them has does not count:

1. Make, model and serial number of the camera agree. Formats write serial numbers differently, so one may be part of
   the other.
2. The capture times are in the same second, and in the same hundredth if both have fractions. Many cameras write ``00``
   instead of a fraction.
3. Exposure time, f-number and ISO agree within rounding.
4. File numbers agree if the names have the same pattern: ``IMG_0001`` and ``IMG_0002`` of the same second are two
   frames. The exact same instant, to the hundredth, or another picture size overrides that, because a picture that the
   camera develops or merges gets a new number. A whole tenth counts as a hundredth, and a full second too, if the other
   times of the model show that its clock counts hundredths.

A stopped clock proves nothing: in a second with more files than a camera can take, file numbers must agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, NamedTuple

from daemon.shoot.formats import format_of

CLOCK_SET = 946_684_800
"""Seconds from 1970 to 2000. A camera with an earlier time has a clock that was never set."""

HUNDREDTH = 0.0101
"""Most seconds between two capture times of the same frame, because files may have different numbers of digits."""

ROUNDING = 0.08
"""The most relative difference of exposure time, f-number or ISO between two files of the same frame. A third of a stop
changes the f-number by an eighth and the others by a quarter."""

CROWD, SHARE, MOST = 9, 0.3, 100
"""A clock is stopped if one second has more than MOST files, or more than CROWD files and more than SHARE of a camera's
files."""

FINE, NEARLY_ALL = 0.3, 0.9
"""A model's clock counts hundredths if more than FINE of its files have a fraction that is not a whole tenth, and
NEARLY_ALL have a fraction. Of a clock with hundredths, nine in ten and 99 in a hundred files have."""

SERIAL = 4
"""The least length of a serial number that may be part of another one."""

REMEMBERED = 10_000
"""The number of parsed names to cache."""

Second = tuple[str, int]
"""A camera's model and a second of its clock."""

_CAMERAS_NAME = re.compile(r"([a-z0-9_]{4})(\d{4})(?!\d)")
_NUMBER = re.compile(r"(.*?)(\d{3,})\D*", re.DOTALL)
_COPY = re.compile(r"(-\d| ?\(\d\))$")
_NOT_LETTERS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class Shot:
    """A file's data about its frame. Empty or None if the file does not have them.

    Texts are in lower case. ``second`` counts from 1970 on the camera's clock; ``fraction`` is the fraction of the
    second. ``exposure_s`` is in seconds. ``pixels`` are width and height as stored.
    """

    make: str = ""
    model: str = ""
    serial: str = ""
    second: int | None = None
    fraction: float | None = None
    exposure_s: float | None = None
    f_number: float | None = None
    iso: float | None = None
    pixels: tuple[int, int] | None = None

    @property
    def tells(self) -> bool:
        """True if the data identify the frame: camera, time and exposure are known."""
        return bool(self.model) and self.exposure_s is not None and (self.second or 0) >= CLOCK_SET

    @property
    def of_second(self) -> Second:
        """The camera's model and the second of the shot."""
        return self.model, self.second or 0


UNKNOWN = Shot()
"""The shot of a file without data, or that was not read."""


class Taken(NamedTuple):
    """A file's path and its shot."""

    path: str
    shot: Shot = UNKNOWN


def to_json(shot: Shot) -> dict[str, Any]:
    """A shot as a JSON object."""
    values = ((field.name, getattr(shot, field.name)) for field in fields(shot))
    return {name: value for name, value in values if value not in ("", None)}


def from_json(values: object) -> Shot:
    """A shot from the result of ``to_json``. Ignores values of a wrong type, because a person may have edited it."""
    if not isinstance(values, Mapping):
        return UNKNOWN
    pixels = values.get("pixels")
    sides = pixels if isinstance(pixels, list) and len(pixels) == 2 else []
    width, height = (side if _is_number(side) else None for side in (*sides, None, None)[:2])
    second = values.get("second")
    texts = (name for name in ("make", "model", "serial") if isinstance(values.get(name), str))
    numbers = (name for name in ("fraction", "exposure_s", "f_number", "iso") if _is_number(values.get(name)))
    return Shot(
        **{name: values[name] for name in (*texts, *numbers)},
        second=second if isinstance(second, int) and abs(second) < 2**62 else None,
        pixels=(int(width), int(height)) if width is not None and height is not None else None,
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 2**62


# --- names ---


def folder_of(path: str) -> str:
    """The folder of a file."""
    return path.rpartition("/")[0]


@lru_cache(REMEMBERED)
def stem_of(path: str) -> str:
    """A file's name without extension, case-folded."""
    name = path.rpartition("/")[2]
    return (name.rpartition(".")[0] or name).casefold()


def place_of(path: str) -> tuple[str, str]:
    """The folder and stem of a file."""
    return folder_of(path).casefold(), stem_of(path)


@lru_cache(REMEMBERED)
def counted(path: str) -> tuple[str, int] | None:
    """The letters before the number in a file's name, and the number. None for a name without a number.

    A camera's name has four characters and four digits (DCF, JEITA CP-3461); anything after them is not part of the
    number. In other names, the last group of three or more digits is the number.
    """
    stem = stem_of(path)
    found = _CAMERAS_NAME.match(stem) or _NUMBER.fullmatch(_COPY.sub("", stem))
    return (_NOT_LETTERS.sub("", found[1]), int(found[2])) if found else None


def is_cameras_name(path: str) -> bool:
    """True if the name may be a camera's own."""
    found = _CAMERAS_NAME.match(stem_of(path))
    return found is not None and found.end() == len(stem_of(path))


def folded(name: str) -> str:
    """A name for comparison with what a person wrote: in any case, with composed or decomposed accents."""
    return unicodedata.normalize("NFC", name).casefold()


# --- two files ---


def agree(one: Shot, other: Shot) -> bool:
    """True if both shots identify their frames and agree in camera, time and exposure (rules 1 to 3)."""
    return (
        one.tells
        and other.tells
        and not contradict(one, other)
        and all(
            _is_close(mine, theirs)
            for mine, theirs in (
                (one.exposure_s, other.exposure_s),
                (one.f_number, other.f_number),
                (one.iso, other.iso),
            )
        )
    )


def contradict(one: Shot, other: Shot) -> bool:
    """True if two shots are certainly different frames: another camera or another time (rules 1 and 2)."""
    if one.model and other.model and one.model != other.model:
        return True
    if one.make not in other.make and other.make not in one.make:
        return True
    if one.serial and other.serial and not _is_part(one.serial, other.serial):
        return True
    if one.second is None or other.second is None:
        return False
    if one.second != other.second:
        return True
    return one.fraction is not None and other.fraction is not None and abs(one.fraction - other.fraction) > HUNDREDTH


def show_one_frame(one: Taken, other: Taken, fine: Collection[str] = ()) -> bool:
    """True if two files show the same frame (rules 1 to 4). ``fine`` are models whose clocks count hundredths."""
    if not agree(one.shot, other.shot):
        return False
    if _count_alike(one.path, other.path) or _differ_in_size(one, other):
        return True
    return same_instant(one.shot, other.shot, fine)


def same_instant(one: Shot, other: Shot, fine: Collection[str] = ()) -> bool:
    """True if both have the same time to the hundredth. ``fine`` are models whose clocks count hundredths.

    Clocks of other models may count tenths or seconds, which are too coarse for a burst.
    """
    if one.second is None or one.second != other.second:
        return False
    if one.fraction is None or other.fraction is None:
        return one.fraction == other.fraction and one.model in fine
    return abs(one.fraction - other.fraction) < 0.0005 and (one.model in fine or not _is_tenth(one.fraction))


def _is_tenth(fraction: float) -> bool:
    return abs(10 * fraction - round(10 * fraction)) <= 0.005


def _differ_in_size(one: Taken, other: Taken) -> bool:
    if format_of(one.path) is not format_of(other.path) or None in (one.shot.pixels, other.shot.pixels):
        return False
    return one.shot.pixels != other.shot.pixels


def _count_alike(one_path: str, other_path: str) -> bool:
    one, other = counted(one_path), counted(other_path)
    return one is None or other is None or one[0] != other[0] or one[1] == other[1]


def _is_close(one: float | None, other: float | None) -> bool:
    return one is None or other is None or abs(one - other) <= ROUNDING * max(one, other)


def _is_part(one: str, other: str) -> bool:
    short, long = sorted((_bare(one), _bare(other)), key=len)
    return short == long or (len(short) >= SERIAL and short in long)


def _bare(serial: str) -> str:
    return "".join(filter(str.isalnum, serial)).lstrip("0")


# --- many files ---


class Clocks(NamedTuple):
    """What is known about the clocks of a shoot's cameras.

    ``still`` are seconds in which a clock was stopped. ``fine`` are models whose clocks count hundredths of a second.
    """

    still: frozenset[Second]
    fine: frozenset[str]


def clocks_of(files: Iterable[Taken]) -> Clocks:
    """The clocks of the cameras of these files."""
    seconds: dict[Second, int] = Counter()
    fractions: dict[Second, set[float | None]] = defaultdict(set)
    models: dict[str, int] = Counter()
    fractions_of: dict[str, int] = Counter()
    hundredths: dict[str, int] = Counter()
    for file in files:
        shot = file.shot
        if shot.tells:
            seconds[shot.of_second] += 1
            fractions[shot.of_second].add(shot.fraction)
            models[shot.model] += 1
            if shot.fraction is not None:
                fractions_of[shot.model] += 1
                hundredths[shot.model] += not _is_tenth(shot.fraction)
    still = frozenset(
        second
        for second, count in seconds.items()
        if count > MOST or (count > max(CROWD, SHARE * models[second[0]]) and len(fractions[second]) == 1)
    )
    fine = frozenset(
        model
        for model, count in models.items()
        if hundredths[model] > FINE * count and fractions_of[model] >= NEARLY_ALL * count
    )
    return Clocks(still, fine)


class Shots:
    """An index of files by frame. Look-ups take constant time, because shoots have thousands of files.

    ``clocks`` are those of all files that will be looked up, by default those of ``files``. Files from seconds in which
    a clock was stopped must have the same number.
    """

    def __init__(self, files: Iterable[Taken] = (), clocks: Clocks | None = None) -> None:
        known = [file for file in files if file.shot.tells]
        self._clocks = clocks_of(known) if clocks is None else clocks
        self._by_second: dict[Second, list[Taken]] = defaultdict(list)
        self._by_number: dict[tuple[Second, int], list[Taken]] = defaultdict(list)
        for file in known:
            self.add(file)

    def add(self, file: Taken) -> None:
        """Add a file."""
        if file.shot.tells:
            second, count = file.shot.of_second, counted(file.path)
            self._by_second[second].append(file)
            if count is not None:
                self._by_number[second, count[1]].append(file)

    def find(self, file: Taken) -> Taken | None:
        """A file of the same frame, preferably with the same number. None if there is none."""
        if not file.shot.tells:
            return None
        second, count = file.shot.of_second, counted(file.path)
        numbered = self._by_number.get((second, count[1]), []) if count is not None else []
        others = [] if second in self._clocks.still else self._by_second.get(second, [])
        found = (other for some in (numbered, others) for other in some)
        return next((other for other in found if show_one_frame(file, other, self._clocks.fine)), None)

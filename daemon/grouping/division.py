"""Divides the photos of a shoot among its properties, so that each photo is in exactly one of them.

| a photo | belongs to |
|---|---|
| in a set, or single, with a time | the part that has its time; never is a set torn |
| in a set or single without any time | the part that has most photos of its folder; else that of the set before |
| not sent, because another photo is sent | the part of that photo |
| not sent, with a time | the part that is nearest in time |
| not sent, without a time | the part that has most photos of its folder; else the first |

Parts at the same place are one property: a return at dusk is not another one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from daemon.grouping.frame import Frame
from daemon.grouping.properties import properties
from daemon.grouping.property import Part
from daemon.shoot import LeftOut
from daemon.shoot.shot import CLOCK_SET


@dataclass(frozen=True, slots=True)
class Division:
    """The parts of a shoot by time, and the index of the part that each photo belongs to, by path.

    ``untimed`` are the sent photos whose part is not known from a time.
    """

    parts: tuple[Part, ...]
    part_of: Mapping[str, int]
    untimed: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """For each part, the number of its property from 0. Parts at the same place have the same number."""
        numbers: list[int] = []
        for part in self.parts:
            numbers.append(len(set(numbers)) if part.same_as is None else numbers[part.same_as])
        return tuple(numbers)

    @property
    def properties(self) -> int:
        """The number of properties."""
        return len(set(self.numbers))

    def property_of(self, path: str) -> int:
        """The number from 0 of the property that a photo belongs to."""
        return self.numbers[self.part_of[path]]


def divide(
    images: Iterable[Sequence[str]], left_out: Iterable[LeftOut], frames: Mapping[str, Frame]
) -> Division | None:
    """The division of a shoot; None if it looks like one property.

    ``images`` are the paths of each set and single that is sent, in shooting order. ``frames`` has the frame of every
    photo that was read.
    """
    scenes = [tuple(paths) for paths in images]
    parts = properties([[frames[path] for path in paths] for paths in scenes])
    if not parts:
        return None
    part_of: dict[str, int] = {}
    for paths in scenes:
        times = [time for path in paths if (time := _time(frames, path)) is not None]
        if times:
            part_of |= dict.fromkeys(paths, _begun(parts, min(times)))
    folders = _folders(part_of)
    untimed: list[str] = []
    last = 0
    for paths in scenes:
        if paths[0] not in part_of:
            untimed += paths
            part_of |= dict.fromkeys(paths, folders.get(_folder(paths[0]), last))
        last = part_of[paths[0]]
    for one in left_out:
        if one.path not in part_of:
            part_of[one.path] = _of_left_out(one, parts, part_of, folders, _time(frames, one.path))
    return Division(parts, part_of, tuple(untimed))


def _of_left_out(
    one: LeftOut, parts: Sequence[Part], part_of: Mapping[str, int], folders: Mapping[str, int], time: float | None
) -> int:
    if one.of is not None and one.of in part_of and not one.shoot:
        return part_of[one.of]
    return folders.get(_folder(one.path), 0) if time is None else _nearest(parts, time)


def _begun(parts: Sequence[Part], time: float) -> int:
    """The part of a set that begins at a time: parts follow each other, and each begins with one of its sets."""
    return max((at for at, part in enumerate(parts) if part.begin <= time), default=0)


def _nearest(parts: Sequence[Part], time: float) -> int:
    return min(range(len(parts)), key=lambda at: max(parts[at].begin - time, time - parts[at].end, 0.0))


def _folders(part_of: Mapping[str, int]) -> dict[str, int]:
    """The part that has most photos of each folder; the earlier of two with the same number."""
    counted: dict[str, Counter[int]] = defaultdict(Counter)
    for path, part in part_of.items():
        counted[_folder(path)][part] += 1
    return {folder: min(count, key=lambda part: (-count[part], part)) for folder, count in counted.items()}


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _time(frames: Mapping[str, Frame], path: str) -> float | None:
    frame = frames.get(path)
    return frame.time if frame is not None and frame.time >= CLOCK_SET else None

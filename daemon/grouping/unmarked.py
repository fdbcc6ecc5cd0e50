"""Finds incomplete sets without marks, in shoots whose sets all have the same exposure steps."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.grouping.frame import Frame
from daemon.grouping.stream import UNKNOWN, Lacking, Set, cut, hole

ALIKE = 3
"""The number of complete sets that is needed before another set can be called incomplete."""

LEAST, MOST = 3, 9
"""The smallest and largest number of photos in a complete set."""


def lacking(stream: Sequence[Frame]) -> Lacking | None:
    """The incomplete set of a stream. None unless all its other sets are complete and have the same steps."""
    parts: list[Set] = []
    for at in range(len(stream)):
        if at and not cut(stream[at - 1], stream[at]):
            parts[-1].append(at)
        else:
            parts.append([at])
    parts = [part for part in parts if len(part) > 1]
    return next((found for size in range(LEAST, MOST + 1) if (found := _of_size(stream, parts, size))), None)


def _of_size(stream: Sequence[Frame], parts: Sequence[Set], size: int) -> Lacking | None:
    sets = [part[at : at + size] for part in parts for at in range(0, len(part), size)]
    whole = [_steps(stream, one) for one in sets if len(one) == size]
    rest = [one for one in sets if len(one) < size]
    if len(whole) < ALIKE or len(set(whole)) > 1 or len(set(whole[0])) < size or len(rest) != 1:
        return None
    (one,) = rest
    if len(one) == 1 or not _is_part(_steps(stream, one), whole[0]):
        return None
    inner = range(max(one[0] - 1, 0), min(one[-1] + 1, len(stream) - 1))
    holes = [hole(stream[at], stream[at + 1]) for at in inner]
    room = sum(missing for missing in holes if missing != UNKNOWN)
    is_last, is_first_part = one[-1] == len(stream) - 1, _steps(stream, one) == whole[0][: len(one)]
    if size - len(one) > room and not (is_last and is_first_part):
        return None
    return Lacking(one, size, len(whole))


def _steps(stream: Sequence[Frame], one: Set) -> tuple[int, ...]:
    """The exposure of each frame relative to the first, in thirds of an EV. Brighter frames are positive."""
    return tuple(round(3 * (stream[one[0]].ev - stream[at].ev)) for at in one)


def _is_part(steps: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    """True if ``steps`` are some of the steps of a complete set, in its order."""
    for first in range(len(whole)):
        left = iter(step - whole[first] for step in whole[first:])
        if all(step in left for step in steps):
            return True
    return False

"""Sets that only their exposures tell: of a shoot whose sets are all alike."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.grouping.stream import UNKNOWN, Frame, Lacking, Set, cut, hole

ALIKE = 3
"""So many whole sets must a shoot have to tell that another one lacks photos."""

LEAST, MOST = 3, 9
"""How many photos a whole set has."""


def lacking(stream: Sequence[Frame]) -> Lacking | None:
    """The set that lacks photos, in a stream that else is whole sets of the same steps, and single frames."""
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
    """How much brighter than the first each frame was exposed, in thirds of an EV."""
    return tuple(round(3 * (stream[one[0]].ev - stream[at].ev)) for at in one)


def _is_part(steps: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    """Whether these are some of the steps of a whole set, in its order."""
    for first in range(len(whole)):
        left = iter(step - whole[first] for step in whole[first:])
        if all(step in left for step in steps):
            return True
    return False

"""Measures the exposures of a candidate set as a ladder: its steps, its span, its order, its repeated levels."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

REPEATED = 0.25
"""Levels that are closer than this, in EV, are equal. The smallest step of a bracketing is a third."""


class Ladder(NamedTuple):
    """The levels of at least two frames, as steps between them. Brighter frames have higher levels.

    ``repeats`` is the number of equal neighbours among the sorted levels. ``step`` is the median step of the sorted
    levels, ``uneven`` the largest deviation from it, ``span`` the distance of the outer levels, all in EV. ``ranks``
    is the order of the frames: the rank of each frame's level. ``steps`` are the steps from frame to frame in thirds of
    an EV. ``rises`` is 1 if every frame is brighter than the one before, -1 if darker, else 0.
    """

    repeats: int
    step: float
    uneven: float
    span: float
    ranks: tuple[int, ...]
    steps: tuple[int, ...]
    rises: int


def ladder(levels: Sequence[float], at_limit: Sequence[bool] | None = None) -> Ladder:
    """The ladder of these levels. Equal levels count as repeats unless both frames are ``at_limit`` of the shutter."""
    count = len(levels)
    order = sorted(range(count), key=levels.__getitem__)
    ranks = [0] * count
    for rank, at in enumerate(order):
        ranks[at] = rank
    repeats, clear, every = 0, [], []
    for one, other in pairwise(order):
        step = levels[other] - levels[one]
        every.append(step)
        if step >= REPEATED:
            clear.append(step)
        elif at_limit is None or not (at_limit[one] and at_limit[other]):
            repeats += 1
            clear.append(step)
    clear = sorted(clear or every)
    median = clear[len(clear) // 2]
    moves = [after - before for before, after in pairwise(levels)]
    return Ladder(
        repeats,
        median,
        max(clear[-1] - median, median - clear[0]),
        levels[order[-1]] - levels[order[0]],
        tuple(ranks),
        tuple([round(3 * move) for move in moves]),
        1 if min(moves) > REPEATED else -1 if max(moves) < -REPEATED else 0,
    )

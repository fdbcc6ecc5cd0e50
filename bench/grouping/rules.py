"""The usual simple rules, for comparison: by time alone, or every N frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from bench.grouping.shoot import Shoot
from daemon.grouping import Frame
from daemon.grouping.sets import BracketSet, Confidence, Grouping, Single

WINDOW_S = 2.0
"""The longest time from a set's first frame to its last one."""

IDLE_S = 2.0
"""The longest time from the end of an exposure to the next frame of its set."""


def window(frames: Sequence[Frame]) -> Grouping:
    """Sets of the frames that begin within 2 s."""
    parts: list[list[Frame]] = []
    for frame in _by_time(frames):
        if parts and frame.time - parts[-1][0].time <= WINDOW_S:
            parts[-1].append(frame)
        else:
            parts.append([frame])
    return _grouping(parts)


def idle(frames: Sequence[Frame]) -> Grouping:
    """Sets of the frames without a pause of more than 2 s between them."""
    ordered = _by_time(frames)
    parts = [ordered[:1]]
    for before, after in pairwise(ordered):
        if after.time - before.time - before.shutter <= IDLE_S:
            parts[-1].append(after)
        else:
            parts.append([after])
    return _grouping(parts)


def every(number: int) -> Callable[[Sequence[Frame]], Grouping]:
    """The rule that cuts after each ``number`` of frames."""

    def rule(frames: Sequence[Frame]) -> Grouping:
        ordered = _by_time(frames)
        return _grouping([ordered[at : at + number] for at in range(0, len(ordered), number)])

    return rule


def usual_size(shoot: Shoot) -> int:
    """The most frequent size of a shoot's true sets, 1 if it has none: the best that a person could choose for N."""
    sizes = Counter(len(some.paths) for some in shoot.sets)
    return max(sizes, key=lambda size: (sizes[size], size), default=1)


def _by_time(frames: Sequence[Frame]) -> list[Frame]:
    return sorted(frames, key=lambda frame: (frame.time, frame.path))


def _grouping(parts: Sequence[Sequence[Frame]]) -> Grouping:
    paths = [tuple(frame.path for frame in part) for part in parts if part]
    return Grouping(
        tuple(BracketSet(some, Confidence.LIKELY) for some in paths if len(some) > 1),
        tuple(Single(some[0], "single photo") for some in paths if len(some) == 1),
    )

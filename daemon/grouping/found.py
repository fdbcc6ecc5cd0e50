"""Finds the sets and single frames of a shoot, with all that is known about each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from daemon.grouping.clock import Clock, clock_of, has_time
from daemon.grouping.confidence import judge
from daemon.grouping.frame import Frame
from daemon.grouping.lacking import Lacking, lacking
from daemon.grouping.parted import Side, sides
from daemon.grouping.sets import Confidence
from daemon.grouping.singles import why_single
from daemon.grouping.solve import solve
from daemon.grouping.streams import bodies


@dataclass(frozen=True, slots=True)
class Found:
    """A set or a single frame, and why. ``lacks`` is None if nothing is missing."""

    frames: tuple[Frame, ...]
    confidence: Confidence
    reasons: tuple[str, ...]
    lacks: Lacking | None = None


def find(frames: Sequence[Frame]) -> list[Found]:
    """The sets and single frames of a shoot, in shooting order. ``frames`` has one frame per press of the shutter."""
    found: list[tuple[float, Found]] = []
    for streams in bodies(frames):
        clock = clock_of(streams)
        of = {one.frames[0].path: one for side in sides(streams, clock) for one in _of_side(side)}
        for stream in streams:
            ordered = has_time(stream) and not clock.stopped
            found += [(one.frames[0].time if ordered else math.inf, one) for one in _in_order(stream, of, clock)]
    return [one for _, one in sorted(found, key=lambda timed: timed[0])]


def _of_side(side: Side) -> Iterator[Found]:
    """The sets and single frames of tracks that are divided together. Single frames have no reason yet."""
    solved = solve(side.tracks, doubted=side.doubted)
    for track, division, lacks in zip(solved.tracks, solved.divisions, lacking(solved), strict=True):
        for here, one in enumerate(division):
            frames, lack = track.frames[one.first : one.end], lacks.get(one.first)
            if one.size > 1:
                yield Found(frames, *judge(track, division, here, solved.usual, lack), lack)
            else:
                yield Found(frames, Confidence.LIKELY, (), lack)


def _in_order(stream: Sequence[Frame], of: dict[str, Found], clock: Clock) -> Iterator[Found]:
    """The sets and single frames of a stream. ``of`` has them by the path of their first frame."""
    some = [of[frame.path] for frame in stream if frame.path in of]
    sets = [None if len(one.frames) == 1 else number for number, one in enumerate(some) for _ in one.frames]
    why = why_single(stream, sets, clock)
    for one in some:
        path = one.frames[0].path
        yield one if len(one.frames) > 1 else Found(one.frames, one.confidence, (why[path],), one.lacks)

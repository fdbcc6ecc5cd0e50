"""Decides which frames form a bracket set."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.grouping.clock import clock_of
from daemon.grouping.frame import Frame
from daemon.grouping.parted import sides
from daemon.grouping.sets import BracketSet, Confidence, Grouping, Single
from daemon.grouping.solve import solve
from daemon.grouping.streams import bodies


def group(frames: Sequence[Frame]) -> Grouping:
    """The sets and single frames of a shoot. ``frames`` has one frame per press of the shutter, in any order."""
    sets, singles = [], []
    for streams in bodies(frames):
        clock = clock_of(streams)
        for side in sides(streams, clock):
            solved = solve(side.tracks, doubted=side.doubted)
            for track, division in zip(solved.tracks, solved.divisions, strict=True):
                for one in division:
                    paths = tuple(frame.path for frame in track.frames[one.first : one.end])
                    if len(paths) > 1:
                        sets.append(BracketSet(paths, Confidence.LIKELY))
                    else:
                        singles.append(Single(paths[0], "single photo"))
    return Grouping(tuple(sets), tuple(singles))

"""Separates a body's marked frames from its unmarked ones, because each side has its own rhythm and patterns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from daemon.grouping.clock import Clock
from daemon.grouping.frame import Frame
from daemon.grouping.track import Track, track_of

LEAST, SHARE = 6, 0.25
"""A camera marks its sets if at least this number, and this share, of its frames have a bracket mark."""


@dataclass(frozen=True, slots=True)
class Side:
    """Tracks to divide together. ``doubted`` is True for unmarked frames of a camera that marks its sets."""

    tracks: tuple[Track, ...]
    doubted: bool = False


def sides(streams: Sequence[Sequence[Frame]], clock: Clock) -> list[Side]:
    """The tracks of a body's streams: all together, or marked and unmarked frames apart."""
    marks = [frame.is_marked for stream in streams for frame in stream]
    marked = sum(mark is True for mark in marks)
    if marked < max(LEAST, SHARE * len(marks)) or False not in marks:
        return [Side(tuple(track_of(stream, clock) for stream in streams))]
    parts: dict[bool, list[Track]] = {True: [], False: []}
    for stream in streams:
        around = [None, *stream, None]
        for is_marked, some in groupby(range(len(stream)), key=lambda at: stream[at].is_marked is True):
            run = list(some)
            before, after = around[run[0]], around[run[-1] + 2]
            parts[is_marked].append(track_of([stream[at] for at in run], clock, before, after))
    return [Side(tuple(parts[True])), Side(tuple(parts[False]), doubted=True)]

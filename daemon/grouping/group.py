"""Decides which frames form a bracket set."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.grouping.found import find
from daemon.grouping.frame import Frame
from daemon.grouping.sets import BracketSet, Grouping, Single


def group(frames: Sequence[Frame]) -> Grouping:
    """The sets and single frames of a shoot. ``frames`` has one frame per press of the shutter, in any order."""
    found = find(frames)
    return Grouping(
        tuple(
            BracketSet(
                tuple(frame.path for frame in one.frames),
                one.confidence,
                one.reasons,
                0 if one.lacks is None else one.lacks.missing,
            )
            for one in found
            if len(one.frames) > 1
        ),
        tuple(Single(one.frames[0].path, one.reasons[0]) for one in found if len(one.frames) == 1),
    )

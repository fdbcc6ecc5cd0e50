"""Finds an incomplete bracket set in a shoot that is still arriving. Reports nothing if there is any doubt."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.grouping.found import Found, find
from daemon.grouping.frame import Frame
from daemon.grouping.once import once


def dangling(frames: Sequence[Frame]) -> str | None:
    """A message about an incomplete bracket set. None if there is none, or if it is uncertain.

    ``frames`` are all photos of a shoot, in any order, with variants and copies. Returns None if a frame has no time or
    no exposure time, because it might be the missing one.
    """
    if any(frame.taken_at is None or frame.exposure_s is None for frame in frames):
        return None
    return next((words for one in find(once(frames)) if (words := _words(one)) is not None), None)


def _words(one: Found) -> str | None:
    if one.lacks is None:
        return None
    here, wanted, others = len(one.frames), one.lacks.wanted, one.lacks.others
    if not others:
        return f"the bracket set starting with {one.frames[0].path} has only {here} of {wanted} photos"
    them = f"{others} sets have" if others > 1 else "set has"
    return f"the bracket set starting with {one.frames[0].path} has {here} photos; the other {them} {wanted}"

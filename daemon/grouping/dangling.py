"""Finds bracket sets with missing photos. Reports nothing if there is any doubt.

Many cameras record the number of each frame in its bracket sequence, or its exposure offset. Without these marks, a
set is only found in a shoot whose sets are all alike. A set counts as incomplete if other sets are complete, if it is
the only one of its kind, and if numbers are missing between the files' names. No numbers are missing after a sequence
that the photographer stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from daemon.grouping import marked, unmarked
from daemon.grouping.frame import Frame
from daemon.grouping.stream import Lacking, streams


def dangling(frames: Sequence[Frame]) -> str | None:
    """A message about an incomplete bracket set. None if there is none, or if it is uncertain.

    ``frames`` are all photos of a shoot, in any order. Returns None if a frame has no time or no exposure time, because
    it might be the missing one.
    """
    if any(frame.taken_at is None or frame.exposure_s is None for frame in frames):
        return None
    return next((words for stream in streams(frames) if (words := _of_stream(stream)) is not None), None)


def _of_stream(stream: Sequence[Frame]) -> str | None:
    looks = Counter((frame.taken_at, frame.exposure_s, frame.value_ev, frame.number) for frame in stream)
    if max(looks.values()) > 1:
        return None  # copies under other names, or a clock that has stopped
    marks = [marked.mark_of(frame) for frame in stream]
    found = marked.lacking(stream, marks) if any(marks) else unmarked.lacking(stream)
    return None if found is None else _words(stream[found.here[0]], found)


def _words(first: Frame, found: Lacking) -> str:
    here, wanted, others = len(found.here), found.wanted, found.others
    if not others:
        return f"the bracket set starting with {first.path} has only {here} of {wanted} photos"
    them = f"{others} sets have" if others > 1 else "set has"
    return f"the bracket set starting with {first.path} has {here} photos; the other {them} {wanted}"

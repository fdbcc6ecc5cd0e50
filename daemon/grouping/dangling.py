"""Bracket sets that lack a photo, where that can be told with certainty.

A camera that numbers the frames of a bracket sequence, or marks each with its offset, says itself what belongs
together; without marks, only a shoot of which all sets are alike tells. A set counts as lacking when others are whole,
when it is the only one of its kind, and when the numbers in the files' names have room for what is missing: a
bracketing that the photographer broke off has none. In every doubt nothing is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from daemon.grouping import marked, unmarked
from daemon.grouping.stream import Frame, Lacking, streams


def dangling(frames: Sequence[Frame]) -> str | None:
    """Why photos seem to be missing, in words for a person; None if none are, or nobody can tell.

    ``frames`` are all photos of a shoot, in any order. One that does not say when and how long it was exposed might be
    the missing one, so then nothing is told.
    """
    if any(frame.taken_at is None or frame.exposure_s is None for frame in frames):
        return None
    return next((words for stream in streams(frames) if (words := _of_stream(stream)) is not None), None)


def _of_stream(stream: Sequence[Frame]) -> str | None:
    looks = Counter((frame.taken_at, frame.exposure_s, frame.value_ev, frame.number) for frame in stream)
    if max(looks.values()) > 1:
        return None  # copies under other names, or a clock that stands still
    marks = [marked.mark_of(frame) for frame in stream]
    found = marked.lacking(stream, marks) if any(marks) else unmarked.lacking(stream)
    return None if found is None else _words(stream[found.here[0]], found)


def _words(first: Frame, found: Lacking) -> str:
    here, wanted, others = len(found.here), found.wanted, found.others
    if not others:
        return f"{first.path} begins a bracket set of {wanted} of which only {here} {'is' if here == 1 else 'are'} here"
    them = f"{others} sets have" if others > 1 else "set has"
    return f"{first.path} begins a bracket set of {here} where the other {them} {wanted}"

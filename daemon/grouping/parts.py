"""Recognises sets that are parts of a usual set: the photographer broke it off, or some of its photos are missing."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate

from daemon.grouping.learn import Pattern, Usual
from daemon.grouping.segments import Segment

REMEMBERED = 20_000
"""The number of places to cache: every pass looks up the same parts."""

PROVEN, LIKELY, DOUBTFUL = 1.0, 0.7, 0.5
"""How well the file numbers explain the missing frames: fully; without contradiction; unknown."""


def part_of(one: Segment, usual: Usual) -> float:
    """How surely a candidate is a part of a usual set, from 0 to 1.

    Its levels are some of the set's, in the same order. File numbers are missing before or within it for the frames
    that it lacks, or it was broken off at its end. The frames around it do not continue it.
    """
    if one.ladder is None:
        return 0.0
    steps = one.ladder.steps
    return max((_how_surely(one, steps, whole) for whole in usual.repeated if len(whole) > len(steps)), default=0.0)


@lru_cache(REMEMBERED)
def place_in(steps: Pattern, whole: Pattern) -> tuple[int, int] | None:
    """The number of frames that a part with these steps lacks before it and within it. None if it is not a part."""
    levels, places = list(accumulate(whole, initial=0)), list(accumulate(steps, initial=0))
    best = None
    for front in range(len(levels) - len(places) + 1):
        inner = _skipped(places, [level - levels[front] for level in levels[front:]])
        if inner is not None and (best is None or front + inner < sum(best)):
            best = front, inner
    return best


def _skipped(places: list[int], levels: list[int]) -> int | None:
    """The number of levels that are skipped between the first and the last of these places; None if one is absent."""
    at = 0
    for place in places[1:]:
        at += 1
        while at < len(levels) and abs(levels[at] - place) > 1:
            at += 1
        if at >= len(levels):
            return None
    return at + 1 - len(places)


def _how_surely(one: Segment, steps: Pattern, whole: Pattern) -> float:
    place = place_in(steps, whole)
    if place is None:
        return 0.0
    front, inner = place
    if not inner and _is_continued(one, whole, front, front + len(steps)):
        return 0.0
    if one.missing_within is None:
        return PROVEN if not front and not inner else DOUBTFUL
    if inner > one.missing_within or (one.missing_before is not None and front > one.missing_before):
        return 0.0
    return PROVEN if one.missing_before is not None or not front else LIKELY


def _is_continued(one: Segment, whole: Pattern, front: int, end: int) -> bool:
    """True if the next frame before or after continues with the step that the whole set has there.

    Beyond a missing file, the frame is not the next one.
    """
    after = None if one.missing_after else one.step_after
    before = None if one.missing_before else one.step_before
    if after is not None and end < len(whole) and abs(after - whole[end]) <= 1:
        return True
    return before is not None and front > 0 and abs(before - whole[front - 1]) <= 1

"""Divides a stream into the sets and single frames whose scores have the largest sum."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from daemon.grouping.segments import Segment

Scored = Sequence[Sequence[tuple[Segment, float]]]
"""For each frame of a stream, the candidates that end with it, shortest first, each with its fixed score."""


def best_division(candidates: Scored, score: Callable[[Segment, float], float]) -> list[Segment]:
    """The division with the largest sum of scores, in shooting order. Of equal ones, that with the shorter last sets.

    Dynamic programming: the best division of the first frames does not depend on the frames after them.
    """
    best, last = [0.0], list[Segment]()
    for some in candidates:
        chosen, most = None, float("-inf")
        for one, fixed in some:
            total = best[one.first] + score(one, fixed)
            if total > most:
                chosen, most = one, total
        assert chosen is not None, "a single frame is always a candidate"
        best.append(most)
        last.append(chosen)
    found, end = list[Segment](), len(last)
    while end:
        found.append(last[end - 1])
        end = last[end - 1].first
    return found[::-1]

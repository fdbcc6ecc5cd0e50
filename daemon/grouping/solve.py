"""Divides the streams of one body into sets: three views of the pauses, and the one with the clearest pattern wins."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from daemon.grouping.cuts import cuts
from daemon.grouping.learn import Usual, are_near, learn
from daemon.grouping.pauses import Pauses, View
from daemon.grouping.programme import Scored, best_division
from daemon.grouping.rhythm import SHORTEST, Rhythm, rhythm_of
from daemon.grouping.score import Scorer, fixed_score
from daemon.grouping.segments import Segment, segments
from daemon.grouping.track import Track
from daemon.shoot.sets import MOST_BRACKETS

PASSES = 3
"""The first pass divides without knowing what is usual. Each later pass uses what the one before found."""

STRONG, WEAK = 1.1, 0.4
"""The weights of the pauses in the two views with a rhythm."""

CLEARLY_MORE = 0.03
"""Another view wins if its usual pattern covers more frames by at least this share."""

CLEAR, VERY_CLEAR, MUCH_MORE = 0.25, 0.15, 0.15
"""With a variance ratio below CLEAR, the view without a rhythm must have MUCH_MORE; below VERY_CLEAR it never wins."""


@dataclass(frozen=True, slots=True)
class Solved:
    """The division of each track into sets and single frames, and what was usual in it."""

    tracks: tuple[Track, ...]
    divisions: tuple[tuple[Segment, ...], ...]
    usual: Usual
    rhythm: Rhythm | None


def solve(tracks: Sequence[Track], *, doubted: bool = False) -> Solved:
    """Divide tracks that share their rhythm and their patterns.

    ``doubted`` is True for the unmarked frames of a camera that marks its sets.
    """
    step_s = statistics.median(frame.resolution_s for track in tracks for frame in track.frames)
    rhythm = rhythm_of((idle for track in tracks for idle in track.idle), step_s)
    pause = SHORTEST if rhythm is None else rhythm.pause
    by_hand = sum(len(track.frames) for track in tracks) <= 2 * MOST_BRACKETS
    scored: list[Scored] = [
        [
            [(one, fixed_score(one, doubted=doubted)) for one in some]
            for some in segments(track, cuts(track, pause, by_hand=by_hand), by_hand=by_hand)
        ]
        for track in tracks
    ]
    views = [View(rhythm, STRONG), View(rhythm, WEAK), View(None)] if rhythm is not None else [View(None)]
    ways = [_divide(tracks, scored, view, doubted=doubted) for view in views]
    divisions, usual = ways[_clearest([_in_usual_pattern(divisions) for divisions, _ in ways], rhythm)]
    return Solved(tuple(tracks), tuple(map(tuple, divisions)), usual, rhythm)


def _divide(
    tracks: Sequence[Track], scored: Sequence[Scored], view: View, *, doubted: bool
) -> tuple[list[list[Segment]], Usual]:
    """The divisions of all tracks with one view of their pauses, and what is usual in them."""
    pauses = [Pauses(track, view) for track in tracks]
    usual: Usual | None = None
    for _ in range(PASSES):
        divisions = [
            best_division(candidates, Scorer(some, view, usual, doubted=doubted).score)
            for candidates, some in zip(scored, pauses, strict=True)
        ]
        usual = learn(one for division in divisions for one in division)
    assert usual is not None
    return divisions, usual


def _in_usual_pattern(divisions: Sequence[Sequence[Segment]]) -> float:
    """The share of frames in sets of the most frequent pattern.

    Offsets have the pattern of their order, exposures that of their steps within a third of an EV.
    """
    patterns = Counter[tuple[bool, tuple[int, ...]]]()
    frames = sum(one.size for division in divisions for one in division)
    for one in (one for division in divisions for one in division):
        if one.ladder is not None and not one.ladder.repeats:
            patterns[one.by_value, one.ladder.ranks if one.by_value else one.ladder.steps] += 1
    if not patterns:
        return 0.0
    ((by_value, usual), _), *_ = patterns.most_common(1)
    size = len(usual) if by_value else len(usual) + 1
    alike = sum(
        often
        for (by, pattern), often in patterns.items()
        if by == by_value and (pattern == usual or (not by_value and are_near(pattern, usual)))
    )
    return alike * size / frames


def _clearest(shares: Sequence[float], rhythm: Rhythm | None) -> int:
    """The view to keep, given the share of frames that each one puts into the usual pattern."""
    chosen = 0
    if rhythm is None:
        return chosen
    if shares[1] > shares[chosen] + CLEARLY_MORE:
        chosen = 1
    if rhythm.ratio < VERY_CLEAR:
        return chosen
    more = MUCH_MORE if rhythm.ratio < CLEAR else CLEARLY_MORE
    return 2 if shares[2] > shares[chosen] + more else chosen

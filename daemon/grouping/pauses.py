"""Scores the pauses within a candidate, with one of three views of the shoot's rhythm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from daemon.grouping import weights
from daemon.grouping.rhythm import Rhythm
from daemon.grouping.segments import Segment
from daemon.grouping.track import Track

CLEAR = 0.25
"""Below this variance ratio, the rhythm is clear enough to be evidence against a set that is bracketed by hand."""


@dataclass(frozen=True, slots=True)
class View:
    """How pauses are judged: by the ``rhythm`` with a ``weight``, or by their length alone if ``rhythm`` is None."""

    rhythm: Rhythm | None
    weight: float = 1.0

    def of_gap(self, idle: float | None) -> float:
        """What one gap within a set adds to its score."""
        if idle is None:
            return weights.WITHOUT_CLOCK
        if self.rhythm is None:
            return weights.WITHOUT_RHYTHM * math.log2(1 + idle)
        odds = self.weight * self.rhythm.log_odds(idle)
        return odds * self.rhythm.trust if odds > 0 else odds

    def of_hand(self, idle: float | None) -> float:
        """What one gap within a set that is bracketed by hand adds to its score."""
        if idle is None or self.rhythm is None or self.weight < 1 or self.rhythm.ratio >= CLEAR:
            return weights.WITHOUT_CLOCK
        return max(weights.SLOW_HAND, self.of_gap(idle))

    @property
    def of_unknown_levels(self) -> float:
        """What each pair of neighbours with unknown exposures adds to the score of a candidate."""
        return weights.UNKNOWN_ALL if self.rhythm is None else weights.UNKNOWN_LEVELS


class Pauses:
    """The scores of the gaps of a track, as sums, so that each candidate's score takes constant time."""

    def __init__(self, track: Track, view: View) -> None:
        self._track, self._view = track, view
        gains = [view.of_gap(idle) for idle in track.idle]
        self._all: Sequence[float] = list(accumulate(gains, initial=0.0))
        self._against: Sequence[float] = list(accumulate((min(0.0, gain) for gain in gains), initial=0.0))

    def of(self, one: Segment, *, may_add: bool) -> float:
        """The score of the pauses within a candidate. Unless ``may_add``, short pauses add nothing."""
        if one.by_hand:
            gains = (self._view.of_hand(idle) for idle in self._track.idle[one.first : one.end - 1])
            return sum(gain if may_add else min(0.0, gain) for gain in gains)
        sums = self._all if may_add else self._against
        return sums[one.end - 1] - sums[one.first]

    def longest(self, one: Segment) -> float:
        """The longest pause within a candidate in seconds; infinite if one is unknown."""
        return max(math.inf if idle is None else idle for idle in self._track.idle[one.first : one.end - 1])

"""Learns from a shoot's pauses which gaps are within sets and which are between them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

LEAST = 6
"""The minimum number of gaps needed to distinguish two kinds."""

APART = 1.0
"""The minimum distance between the centres of the two kinds, as a natural logarithm."""

FLOOR = 0.05
"""Seconds added to each gap, so that its logarithm exists."""

COARSE = 0.5
"""The share of the clock's resolution to add instead if that is more: shorter gaps cannot be distinguished."""

SLOWEST = 8.0
"""The longest usual pause within a set in seconds. A person who sets each exposure by hand needs less."""

SPREAD = 0.35
"""The minimum standard deviation of a kind, as a natural logarithm."""

CLIP = 2.5
"""The maximum evidence from one gap, as log-odds."""

CLEAR, UNCLEAR, LEAST_TRUST = 0.22, 0.34, 0.3
"""Evidence for a set has full weight up to a variance ratio of CLEAR, and weight LEAST_TRUST from about UNCLEAR."""

PAUSE, SHORTEST, LONGEST = 1.3, 12.0, 45.0
"""A pause that always separates sets: PAUSE times the middle of the two centres, within these limits in seconds."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Two kinds of gaps: ``within`` and ``between`` are the centres of the logarithm of seconds.

    ``ratio`` is the variance that the two kinds leave, as a fraction of the whole variance. ``floor`` is the number of
    seconds that is added to each gap before its logarithm is taken.
    """

    within: float
    between: float
    deviation: float
    ratio: float
    floor: float = FLOOR

    @property
    def trust(self) -> float:
        """The weight of short gaps as evidence for a set, from 0.3 to 1."""
        return max(LEAST_TRUST, min(1.0, (UNCLEAR - self.ratio) / (UNCLEAR - CLEAR)))

    @property
    def pause(self) -> float:
        """The idle time in seconds that always separates two sets."""
        return max(SHORTEST, min(LONGEST, PAUSE * math.exp((self.within + self.between) / 2)))

    def log_odds(self, idle: float) -> float:
        """The evidence of this idle time for a gap within a set (positive) or between sets (negative)."""
        gap = math.log(idle + self.floor)
        if gap <= self.within:
            return CLIP
        if gap >= self.between:
            return -CLIP
        odds = ((gap - self.between) ** 2 - (gap - self.within) ** 2) / (2 * self.deviation**2)
        return max(-CLIP, min(CLIP, odds))


def rhythm_of(gaps: Iterable[float | None], step_s: float = 0.0) -> Rhythm | None:
    """The rhythm of these idle times. None if they are too few, of one kind only, or all long.

    ``step_s`` is the resolution of the clock in seconds.
    """
    floor = max(FLOOR, COARSE * step_s)
    logs = sorted(math.log(gap + floor) for gap in gaps if gap is not None)
    count = len(logs)
    if count < LEAST:
        return None
    sums = list(accumulate(logs, initial=0.0))
    squares = list(accumulate((log * log for log in logs), initial=0.0))

    def variance(first: int, end: int) -> float:
        """The sum of squared deviations of a part of the sorted gaps."""
        return squares[end] - squares[first] - (sums[end] - sums[first]) ** 2 / (end - first)

    left, cut = min((variance(0, at) + variance(at, count), at) for at in range(1, count))
    within, between = sums[cut] / cut, (sums[count] - sums[cut]) / (count - cut)
    if between - within < APART or within > math.log(SLOWEST + floor):
        return None
    whole = variance(0, count)
    return Rhythm(
        within,
        between,
        max(SPREAD, math.sqrt(max(0.0, left) / count)),
        left / whole if whole > 0 else 1.0,
        floor,
    )

"""Learns from a first division into sets what is usual in the shoot: sizes, orders, steps and patterns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from daemon.grouping import weights
from daemon.grouping.ladder import REPEATED
from daemon.grouping.segments import Segment

Pattern = tuple[int, ...]
"""The steps of a set from frame to frame, in thirds of an EV."""

ENOUGH = 4
"""The minimum number of sets needed to recognise a usual pattern."""

ENOUGH_STEPS = 6
"""The minimum number of sets needed to learn how even steps are."""

ENOUGH_PAIRS = 3
"""The minimum number of pairs needed for one pair to support another."""


ROUNDING = 1e-9
"""Shares times ``Usual.count`` are whole numbers, except for this."""

RARE = 0.04
"""A pattern with a smaller share is rare."""


@dataclass(frozen=True)
class Usual:
    """What is usual in a shoot. Shares are fractions of its sets.

    ``sizes`` are the shares of sizes, single frames included. ``orders`` are the shares of orders of exposures, and
    ``patterns`` those of patterns; both leave one set out, because a candidate must not support itself. ``steps`` are
    the most frequent steps in EV. ``pairs`` are the shares of pairs with about the same step. ``concentration`` is how
    far the share of the most frequent pattern exceeds 0.4. ``count`` is the number of sets with a pattern, ``frames``
    that of frames.
    """

    sizes: dict[int, float]
    orders: dict[tuple[int, ...], float]
    steps: tuple[float, ...]
    patterns: dict[Pattern, float]
    pairs: dict[Pattern, float]
    concentration: float
    tolerance: float
    count: int
    frames: int = 0
    _near: dict[Pattern, float] = field(default_factory=dict)

    @cached_property
    def repeated(self) -> tuple[Pattern, ...]:
        """The patterns that occur at least twice and are not rare: a set may be a part of one."""
        return tuple(
            pattern for pattern, share in self.patterns.items() if share * self.count >= 1 - ROUNDING and share >= RARE
        )

    def share(self, pattern: Pattern) -> float:
        """The share of other sets with this pattern, or with the most frequent of those that are nearly the same."""
        found = self._near.get(pattern)
        if found is None:
            found = self.patterns.get(pattern) or max(
                (share for other, share in self.patterns.items() if are_near(pattern, other)), default=0.0
            )
            self._near[pattern] = found
        return found


def are_near(one: Pattern, other: Pattern) -> bool:
    """True if two patterns have equal length and no step differs by more than a third of an EV."""
    return len(one) == len(other) and all(-1 <= mine - theirs <= 1 for mine, theirs in zip(one, other, strict=True))


def learn(sets: Iterable[Segment]) -> Usual:
    """What is usual among these sets and single frames."""
    sets = list(sets)
    sizes = Counter(one.size for one in sets)
    shapes = [one.ladder for one in sets if one.ladder is not None]
    larger = [shape for shape in shapes if len(shape.ranks) > 2]
    clear = [shape for shape in larger if shape.step >= REPEATED]
    orders = Counter(shape.ranks for shape in larger)
    steps = Counter(round(3 * shape.step) / 3 for shape in clear)
    patterns = Counter(shape.steps for shape in shapes if not shape.repeats)
    count = sum(patterns.values())
    return Usual(
        {size: often / len(sets) for size, often in sizes.items()},
        {order: (often - 1) / len(larger) for order, often in orders.items()},
        tuple(step for step, often in steps.most_common(2) if often > 1),
        {pattern: (often - 1) / count for pattern, often in patterns.items()},
        _pairs(patterns),
        _concentration(patterns),
        _tolerance(sorted(shape.uneven for shape in clear if not shape.repeats)),
        count,
        sum(size * often for size, often in sizes.items()),
    )


def _pairs(patterns: Counter[Pattern]) -> dict[Pattern, float]:
    """For each step of a pair, the share of pairs with about the same step."""
    pairs = {pattern: often for pattern, often in patterns.items() if len(pattern) == 1}
    count = sum(pairs.values())
    if count < ENOUGH_PAIRS:
        return {}
    return {
        pattern: sum(often for other, often in pairs.items() if are_near(pattern, other)) / count for pattern in pairs
    }


def _concentration(patterns: Counter[Pattern]) -> float:
    count = sum(patterns.values())
    if count < ENOUGH:
        return 0.0
    ((usual, _),) = patterns.most_common(1)
    alike = sum(often for pattern, often in patterns.items() if are_near(pattern, usual))
    return max(0.0, alike / count - weights.CONCENTRATED)


def _tolerance(uneven: list[float]) -> float:
    """The 75th percentile of the sets' unevenness, within limits."""
    if len(uneven) < ENOUGH_STEPS:
        return weights.TOLERANCE
    return min(weights.MOST_TOLERANCE, max(weights.TOLERANCE, uneven[int(0.75 * len(uneven))]))

"""Checks that a transfer reaches a least rate, averaged over a minute."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

LEAST: Final = 1000.0
"""The default minimum rate in bytes per second: the share of each of eight transfers on a 64 kbit/s connection."""

OVER: Final = 60.0
"""Seconds over which the rate is averaged. A shorter transfer is never aborted."""


@dataclass(frozen=True, slots=True)
class Demand:
    """The minimum rate of a transfer: ``least`` bytes per second, averaged over ``over`` seconds."""

    least: float = LEAST
    over: float = OVER


DEMAND: Final = Demand()


class Rate:
    """The rate of one transfer, measured by repeated checks."""

    def __init__(self, demand: Demand) -> None:
        self._demand = demand
        self._elapsed = 0.0
        self._looks = deque([(0.0, 0)])

    def too_slow(self, seconds: float, moved: int) -> float | None:
        """The rate in bytes per second if it is below the least rate. None if not, or if it is too early to say.

        ``seconds`` is the time since the last check in which the transfer could make progress. ``moved`` is its total
        number of bytes.
        """
        self._elapsed += seconds
        self._looks.append((self._elapsed, moved))
        begin = self._elapsed - self._demand.over
        while self._looks[1][0] <= begin:
            self._looks.popleft()
        since, before = self._looks[0]
        if since > begin:
            return None
        rate = (moved - before) / (self._elapsed - since)
        return rate if rate < self._demand.least else None

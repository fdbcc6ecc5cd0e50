"""Whether a transfer moves: at a least rate, averaged over a minute."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

LEAST: Final = 1000.0
"""Bytes a second that each transfer must move. A line of 64 kbit/s that eight transfers share gives as much to each."""

OVER: Final = 60.0
"""Seconds over which the rate of a transfer is averaged. An answer that is shorter than that comes to its end."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a transfer must do: at least ``least`` bytes a second, averaged over ``over`` seconds."""

    least: float = LEAST
    over: float = OVER


DEMAND: Final = Demand()


class Rate:
    """The rate of one transfer, from looks at it."""

    def __init__(self, demand: Demand) -> None:
        self._demand = demand
        self._elapsed = 0.0
        self._looks = deque([(0.0, 0)])

    def too_slow(self, seconds: float, moved: int) -> float | None:
        """The rate in bytes a second if it is below the least, else None; also before there is enough to average.

        ``seconds`` have passed since the last look, of which the transfer could have used every one; ``moved`` is how
        many bytes it has moved in all.
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

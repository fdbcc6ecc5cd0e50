"""Computes exact shutter times from the rounded ones that cameras write."""

from __future__ import annotations

import math

_SECONDS = (30, 25, 20, 15, 13, 10, 8, 6, 5, 4, 3.2, 2.5, 2, 1.6, 1.3, 1, 0.8, 0.6, 0.5, 0.4, 0.3)
_FRACTIONS = (
    *(4, 5, 6, 8, 10, 13, 15, 20, 25, 30, 40, 50, 60, 80, 100, 125, 160, 200, 250, 320, 400, 500, 640, 800, 1000),
    *(1250, 1600, 2000, 2500, 3200, 4000, 5000, 6400, 8000, 10000, 12800, 16000, 20000, 25600, 32000),
)
_FINE = 100
"""Shutter times are looked up in hundredths of a stop."""

_EXACT = {
    round(_FINE * math.log2(nominal)): third / 3
    for third, nominal in zip(range(15, -46, -1), (*_SECONDS, *(1 / part for part in _FRACTIONS)), strict=True)
} | {round(_FINE * math.log2(1 / 3)): -5 / 3}


def stops(exposure_s: float) -> float:
    """The binary logarithm of a shutter time in seconds.

    Cameras set thirds of a stop exactly, and write the usual rounded numbers: 1/15 s is 1/16 s, and 1/13 s is 1/12.7 s.
    So the steps between rounded numbers differ from a third of a stop by up to 0.13 EV.
    """
    rounded = math.log2(exposure_s)
    return _EXACT.get(round(_FINE * rounded), rounded)

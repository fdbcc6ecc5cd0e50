"""Exposures as cameras set and write them: shutter time, aperture and ISO in thirds of a stop.

Nominal values are those of Exif and of camera displays. Most cameras double exactly, so that a nominal 30 s lasts 32 s.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

_SECONDS = (30, 25, 20, 15, 13, 10, 8, 6, 5, 4, 3.2, 2.5, 2, 1.6, 1.3, 1, 0.8, 0.6, 0.5, 0.4, 0.3)
_FRACTIONS = (
    *(4, 5, 6, 8, 10, 13, 15, 20, 25, 30, 40, 50, 60, 80, 100, 125, 160, 200, 250, 320, 400, 500, 640, 800, 1000),
    *(1250, 1600, 2000, 2500, 3200, 4000, 5000, 6400, 8000, 10000, 12800, 16000, 20000, 25600, 32000),
)

SLOWEST = -15
"""30 s, as thirds of a stop below 1 s."""

SHUTTER = dict(enumerate((*_SECONDS, *(1 / part for part in _FRACTIONS)), SLOWEST))
"""Nominal shutter times in seconds by thirds of a stop: 0 is 1 s, 3 is 1/2 s, 39 is 1/8000 s."""

APERTURES = (2.8, 3.2, 3.5, 4.0, 4.5, 5.0, 5.6, 6.3, 7.1, 8.0, 9.0, 10.0, 11.0, 13.0, 14.0, 16.0)
"""Nominal f-numbers in thirds of a stop from f/2.8."""

ISOS = (100, 125, 160, 200, 250, 320, 400, 500, 640, 800, 1000, 1250, 1600, 2000, 2500, 3200, 4000, 5000, 6400)
"""Nominal ISO in thirds of a stop from ISO 100."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Shutter, aperture and ISO, each in thirds of a stop: ``shutter`` from 1 s, ``stop`` from f/2.8, ``iso`` from 100.

    A larger ``shutter`` is a shorter time.
    """

    shutter: int
    stop: int
    iso: int = 0

    @property
    def seconds(self) -> float:
        """The nominal shutter time."""
        return SHUTTER[self.shutter]

    @property
    def lasts_s(self) -> float:
        """The exact time, if each third of a stop is exact."""
        return float(2.0 ** (-self.shutter / 3))

    @property
    def f_number(self) -> float:
        """The nominal f-number."""
        return APERTURES[self.stop]

    @property
    def iso_speed(self) -> int:
        """The nominal ISO."""
        return ISOS[self.iso]

    def slower(self, thirds: int, fastest: int) -> Exposure:
        """Brighter by ``thirds`` of a stop with the shutter alone, within 30 s and the ``fastest`` shutter time."""
        return replace(self, shutter=min(max(self.shutter - thirds, SLOWEST), fastest))

    def amplified(self, thirds: int) -> Exposure:
        """Brighter by ``thirds`` of a stop with ISO alone, within the limits of ISO."""
        return replace(self, iso=min(max(self.iso + thirds, 0), len(ISOS) - 1))


def metered(brightness_ev: float, stop: int, iso: int, fastest: int) -> Exposure:
    """The exposure that a meter sets for a scene of ``brightness_ev`` at ISO 100, with aperture and ISO given."""
    shutter = round(3 * (brightness_ev - math.log2(APERTURES[stop] ** 2)) + iso)
    return Exposure(0, stop, iso).slower(-shutter, fastest)

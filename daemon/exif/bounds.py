"""The limits of what a camera can do.

A value outside them counts as missing. A damaged byte or a careless editor can write any number into a photo: an
aperture of 1e200, an exposure of 5e-324 s. Calculations with such numbers overflow, and the results are meaningless.
The bounds are wide: each exceeds what known cameras can do by a factor of at least two, and usually ten.
"""

from __future__ import annotations

EXPOSURE_S = 1e-6, 1e6
"""Seconds. Fast electronic shutters reach 1/180,000 s (Fujifilm X-T5); 1e6 s is a bulb exposure of eleven days."""

F_NUMBER = 0.1, 1000.0
"""Fast lenses reach f/0.7 (Zeiss Planar 50 mm), pinholes f/300. In Exif, 0 means that the lens does not report it."""

ISO = 1, 10_000_000
"""The highest setting of any camera sold is 4,560,000 (Canon ME20F-SH)."""

FOCAL_MM = 0.1, 100_000.0
"""Millimetres. Phones begin near 1.5, and telescopes have several metres."""

EV = -20.0, 20.0
"""Exposure compensation and bracket offsets. Cameras offer 5 EV of compensation, and a bracket adds a few more."""

LATITUDE = -90.0, 90.0
LONGITUDE = -180.0, 180.0
"""Degrees. North and east are positive."""


def within(bounds: tuple[float, float], value: float | None) -> float | None:
    """The value if it is within these bounds, else None."""
    least, most = bounds
    return value if value is not None and least <= value <= most else None

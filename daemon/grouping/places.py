"""Computes with geographic places: the middle of several, and distances in metres."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

DEGREE = 111_195.0
"""The length of a degree of latitude in metres, on a sphere with a radius of 6,371 km."""

Place = tuple[float, float]
"""Latitude and longitude in degrees."""


def middle(places: Sequence[Place]) -> Place | None:
    """The median of latitudes and of longitudes; None without places."""
    if not places:
        return None
    east = places[0][1]
    turned = [east + (longitude - east + 180) % 360 - 180 for _, longitude in places]
    return median(latitude for latitude, _ in places), median(turned)


def metres(one: Place | None, other: Place | None) -> float:
    """The distance between two places, for places that are not far apart; 0 if one is not known."""
    if one is None or other is None:
        return 0.0
    north = one[0] - other[0]
    east = ((one[1] - other[1] + 180) % 360 - 180) * math.cos(math.radians((one[0] + other[0]) / 2))
    return DEGREE * math.hypot(north, east)

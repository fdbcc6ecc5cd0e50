"""The sky after sunset and the woods against it, painted by direction; in cd/m²."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.sample_home.places.woods import Woods
from tools.sample_home.raytrace.noise import noise
from tools.sample_home.raytrace.vectors import Bundle, column, mixed, ramp, vector

OVERHEAD, LOW = vector(1.6, 3.1, 8.2), vector(16, 13.5, 17)
AFTERGLOW, CLOUD = vector(62, 27, 10), vector(30, 13.5, 12)
WOODS = (
    Woods(220, 24, 80, vector(1.3, 1.5, 2.2), vector(0.9, 1.1, 1.7), seed=4, ragged=0.5, floor=0.6),
    Woods(45, 11, 9, vector(0.26, 0.33, 0.27), vector(0.06, 0.08, 0.075), seed=6, ragged=0.9, floor=0.25),
)


@dataclass(frozen=True, slots=True, eq=False)
class Dusk:
    """Blue hour. ``glow`` is the level unit direction of the sunset, ``drift`` the position of the clouds."""

    glow: Bundle
    drift: float = 0

    def skylight(self, ways: Bundle) -> Bundle:
        """The sky without its clouds."""
        up = np.maximum(ways[2], np.float32(0))
        sky = mixed(column(LOW, ways), column(OVERHEAD, ways), ramp(0.0, 0.55, up))
        flat = np.maximum(np.hypot(ways[0], ways[1]), np.float32(1e-3))
        toward = np.maximum((ways[0] * self.glow[0] + ways[1] * self.glow[1]) / flat, 0)
        share: Bundle = toward * toward * np.exp(-up * 7) * (0.4 + 0.6 * toward * toward)
        return sky + column(AFTERGLOW, ways) * share

    def seen(self, points: Bundle, ways: Bundle) -> Bundle:
        """Sky, clouds and woods."""
        sky = self.skylight(ways)
        up = np.maximum(ways[2], np.float32(0.01))
        u, v = ways[0] / (up + 0.1) * 0.10 + self.drift, ways[1] / (up + 0.1) * 0.22
        bands = noise(u, v, 1.9) + (noise(u * 4, v * 5, 1.6) - 0.5) * 0.25
        cover = ramp(0.55, 0.80, bands) * ramp(0.02, 0.12, ways[2]) * (1 - ramp(0.3, 0.75, ways[2])) * 0.75
        light = mixed(sky, column(CLOUD, ways) * (0.5 + sky[0] / 40), cover)
        for woods in WOODS:
            light = woods.over(light, points, ways, self.glow)
        return light

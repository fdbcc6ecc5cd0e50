"""A garden on a fine day: sky and clouds, a lawn, a hedge and trees, painted by direction; in cd/m²."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.sample_home.places.woods import Woods
from tools.sample_home.raytrace.noise import noise
from tools.sample_home.raytrace.vectors import Bundle, column, dot, mixed, ramp, vector

ZENITH, HORIZON = vector(1150, 2100, 4300), vector(3900, 4600, 5600)
CLOUD = vector(7200, 7400, 7700)
LAWN = vector(1070, 1300, 330)
GREEN_NEAR, GREEN_FAR = vector(2300, 3000, 1500), vector(700, 950, 600)
"""The light of lawn and trees in a room."""
LAWN_HEIGHT, LAWN_END = -0.18, 16.9
STRIPE = 0.9
"""Width of a mower's stripe, metres."""
TREES = (
    Woods(260, 20, 90, vector(1500, 2000, 2300), vector(950, 1350, 1650), seed=1, ragged=0.5, floor=0.55),
    Woods(70, 11, 13, vector(900, 1120, 640), vector(240, 350, 260), seed=2, ragged=0.7, floor=0.3),
    Woods(34, 7.4, 6.5, vector(1040, 1210, 320), vector(86, 134, 45), seed=5, ragged=0.8),
    Woods(17, 1.5, 2.2, vector(770, 1020, 240), vector(64, 112, 30), seed=3, ragged=0.22, floor=0.7),
)
"""Hills, a far wood, the garden's trees, its hedge."""


@dataclass(frozen=True, slots=True, eq=False)
class Garden:
    """The garden in front of the windows. ``sun`` is the direction to the sun, ``drift`` the position of the clouds."""

    sun: Bundle
    drift: float = 0

    def skylight(self, ways: Bundle) -> Bundle:
        """Sky, trees and lawn without detail."""
        up = ways[2]
        sky = mixed(column(HORIZON, ways), column(ZENITH, ways), ramp(0.1, 0.9, up))
        green = mixed(column(GREEN_NEAR, ways), column(GREEN_FAR, ways), ramp(-0.12, 0.0, up))
        return mixed(green, sky, ramp(0.05, 0.22, up))

    def seen(self, points: Bundle, ways: Bundle) -> Bundle:
        """The sky, trees and lawn with detail."""
        light = self._sky(ways)
        for woods in TREES:
            light = woods.over(light, points, ways, self.sun)
        return self._lawn(points, ways, light)

    def _sky(self, ways: Bundle) -> Bundle:
        up = np.maximum(ways[2], np.float32(0.01))
        sky = mixed(column(HORIZON, ways), column(ZENITH, ways), ramp(0.0, 0.75, up) ** 0.8)
        u, v = ways[0] / (up + 0.12) * 0.09 + self.drift, ways[1] / (up + 0.12) * 0.12
        puff = noise(u, v, 1.9) + (noise(u * 5, v * 5, 1.6) - 0.5) * 0.25
        cover = ramp(0.55, 0.77, puff) * ramp(0.0, 0.12, ways[2]) * 0.9
        sky = mixed(sky, column(CLOUD, ways) * np.clip(1.1 - puff * 0.35, 0.7, 1), cover)
        return sky * (1 + 0.8 * np.maximum(dot(column(self.sun, ways), ways), 0) ** 24)

    def _lawn(self, points: Bundle, ways: Bundle, behind: Bundle) -> Bundle:
        t = (LAWN_HEIGHT - points[2]) / np.minimum(ways[2], np.float32(-1e-4))
        x, y = points[0] + ways[0] * t, points[1] + ways[1] * t
        far = np.hypot(x, y)
        blades = (noise(x * 0.9, y * 0.9, 0.6) - 0.5) * np.exp(-t / 14)
        patches = noise(x / 9, y / 9, 1.8) - 0.5
        stripes = np.sign(np.sin((x + 0.18 * y) * (np.pi / STRIPE))) * 0.07
        shade = ramp(12.0, 16.5, far + (noise(x / 6, y / 6, 1.4) - 0.5) * 5)
        lawn = column(LAWN, ways) * np.maximum((1 + 1.3 * blades + 0.9 * patches + stripes) * (1 - 0.72 * shade), 0)
        return np.where((ways[2] < -1e-3) & (far < LAWN_END), lawn, behind)

"""What is outside: sky and clouds, a lawn, a hedge and trees, painted by direction; in cd/m²."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from daemon.demo.raytrace.noise import chance, noise
from daemon.demo.raytrace.vectors import Bundle, column, dot, mixed, ramp, vector

ZENITH = vector(1150, 2100, 4300)
HORIZON = vector(3400, 4500, 6000)
CLOUD = vector(7200, 7400, 7700)
LAWN = vector(1250, 1700, 520)
GROUND = -0.18
"""Height of the lawn, metres."""


@dataclass(frozen=True, slots=True, eq=False)
class Woods:
    """A ring of foliage at ``distance`` metres, up to ``height``, in crowns ``crown`` metres wide."""

    distance: float
    height: float
    crown: float
    bright: Bundle
    dark: Bundle
    seed: float = 0
    ragged: float = 0.8
    floor: float = 0.0


TREES = (
    Woods(260, 20, 90, vector(1500, 2000, 2300), vector(950, 1350, 1650), seed=1, ragged=0.5, floor=0.55),
    Woods(70, 11, 13, vector(1000, 1350, 800), vector(260, 420, 320), seed=2, ragged=0.7, floor=0.3),
    Woods(34, 7.4, 6.5, vector(1250, 1600, 480), vector(100, 185, 70), seed=5, ragged=0.8),
    Woods(17, 1.5, 2.2, vector(900, 1350, 350), vector(70, 150, 45), seed=3, ragged=0.22, floor=0.7),
)
"""Hills, a far wood, garden trees, a hedge."""


@dataclass(frozen=True, slots=True, eq=False)
class Garden:
    """A sunny garden in front of the windows; ``sun`` is the direction to the sun."""

    sun: Bundle
    seed: float = 0
    woods: tuple[Woods, ...] = TREES
    clouds: float = 0.5

    def skylight(self, points: Bundle, ways: Bundle) -> Bundle:  # noqa: ARG002  a backdrop's form
        """Sky, trees and lawn without detail."""
        up = ways[2]
        sky = mixed(column(HORIZON, ways), column(ZENITH, ways), ramp(0.1, 0.9, up))
        green = mixed(column(vector(2300, 3000, 1500), ways), column(vector(700, 950, 600), ways), ramp(-0.12, 0.0, up))
        return mixed(green, sky, ramp(0.05, 0.22, up))

    def __call__(self, points: Bundle, ways: Bundle) -> Bundle:
        """All of it, in detail."""
        light = self._sky(ways)
        for woods in self.woods:
            light = forest(woods, self.sun, points, ways, light)
        return self._lawn(points, ways, light)

    def _sky(self, ways: Bundle) -> Bundle:
        up = np.maximum(ways[2], np.float32(0.01))
        sky = mixed(column(HORIZON, ways), column(ZENITH, ways), ramp(0.0, 0.75, up) ** np.float32(0.8))
        u, v = ways[0] / (up + 0.12) * np.float32(0.09) + self.seed, ways[1] / (up + 0.12) * np.float32(0.12)
        puff = noise(u, v, 1.9) + (noise(u * 5, v * 5, 1.6) - 0.5) * np.float32(0.25)
        cover = ramp(0.62 - 0.14 * self.clouds, 0.82 - 0.1 * self.clouds, puff) * ramp(0.0, 0.12, ways[2])
        shade = np.clip(1.1 - puff * 0.35, 0.7, 1.0)
        sky = mixed(sky, column(CLOUD, ways) * shade, cover * np.float32(0.9))
        glare = np.maximum(dot(column(self.sun, ways), ways), 0) ** 24
        return np.asarray(sky * (1 + glare * np.float32(0.8)), np.float32)

    def _lawn(self, points: Bundle, ways: Bundle, behind: Bundle) -> Bundle:
        t = (GROUND - points[2]) / np.minimum(ways[2], np.float32(-1e-4))
        x, y = points[0] + ways[0] * t, points[1] + ways[1] * t
        near = np.exp(-t / 14)
        blades = (noise(x * 0.9, y * 0.9, 0.6) - 0.5) * near
        patches = noise(x / 9, y / 9, 1.8) - 0.5
        stripes = np.sign(np.sin((x + 0.18 * y) * np.float32(np.pi / 0.9))) * np.float32(0.07)
        lawn = column(LAWN, ways) * (1 + 1.3 * blades + 0.9 * patches + stripes)
        far = np.hypot(x, y)
        shade = ramp(12.0, 16.5, far + (noise(x / 6, y / 6, 1.4) - 0.5) * 5)
        lawn = lawn * (1 - 0.72 * shade)
        return mixed(behind, np.maximum(lawn, 0), ((ways[2] < -1e-3) & (far < 16.9)).astype(np.float32))


def forest(woods: Woods, sun: Bundle, points: Bundle, ways: Bundle, behind: Bundle) -> Bundle:
    """``behind`` with the woods in front of it, lit from the side of ``sun``."""
    flat = np.maximum(np.hypot(ways[0], ways[1]), np.float32(1e-4))
    u = np.arctan2(points[0] * 0.5 + ways[0] / flat * woods.distance, points[1] * 0.5 + ways[1] / flat * woods.distance)
    u = u * np.float32(woods.distance) + np.float32(woods.seed * 17)
    z = points[2] + ways[2] / flat * np.float32(woods.distance)
    cell = np.floor(u / np.float32(woods.crown))
    top = np.full(u.shape, -9, np.float32)
    volume = np.zeros(u.shape, np.float32)
    for side in (-1, 0, 1):
        tree = cell + np.float32(side)
        middle = (tree + 0.5 + (chance(tree, tree * 0 + woods.seed) - 0.5) * 0.7) * np.float32(woods.crown)
        height = woods.height * (0.62 + 0.38 * chance(tree + 5, tree * 0 + woods.seed))
        across = (u - middle) / np.float32(woods.crown * 0.72)
        crown = height * np.sqrt(np.maximum(1 - across * across, 0)) ** np.float32(0.8)
        higher = crown > top
        top = np.where(higher, crown, top)
        volume = np.where(higher, across, volume)
    top = np.maximum(top, np.float32(woods.height * woods.floor))
    leaves = noise(u / 7, z / 7, 1.0)
    fine = noise(u / 2.3, z / 2.3, 0.8)
    edge = top + (leaves - 0.5) * np.float32(woods.ragged * 4) + (fine - 0.5) * np.float32(woods.ragged * 2)
    inside = ramp(-0.10, 0.10, edge - z)
    side_light = np.sign(np.cross(sun[:2], (0, 1)))
    lift = leaves - noise(u / 7 - 0.02 * side_light, z / 7 + 0.03, 1.0)
    lit = 0.42 + 1.5 * lift + 1.1 * (fine - 0.5) + 0.22 * volume * side_light + 0.5 * (z / np.maximum(top, 0.5) - 0.6)
    leaf = mixed(column(woods.dark, ways), column(woods.bright, ways), np.clip(lit, 0, 1.15))
    return mixed(behind, leaf, inside)

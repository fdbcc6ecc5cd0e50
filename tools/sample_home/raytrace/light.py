"""Direct light from sun, windows and lamps at points, as illuminance in lux."""

from __future__ import annotations

import math

import numpy as np

from tools.sample_home.raytrace.obstacles import Obstacles
from tools.sample_home.raytrace.place import Lamp, Opening, Pane, Place, Shell, Sun
from tools.sample_home.raytrace.vectors import Bundle, basis, column, cross, dot, ramp, unit

GOLDEN = (0.7548776662, 0.5698402910)
"""Steps of the two-dimensional golden-ratio sequence. Source: M. Roberts, "The Unreasonable Effectiveness of
Quasirandom Sequences", 2018."""
OFF_SURFACE = np.float32(2e-3)
"""Distance from a surface at which its rays start, metres."""
SUN_WIDTH = 0.0093
"""The sun's disc is half a degree wide, in radians."""
SUN_REACH = 60
"""Distance in which objects can block the sun, metres."""


def spread(order: Bundle, count: int) -> tuple[Bundle, Bundle]:
    """Points of the unit square, (count, N): numbers next to each other in ``order`` (N) fill each other's gaps."""
    step = order[None, :] * count + np.arange(count, dtype=np.float64)[:, None] + 0.5
    u, v = ((step * golden % 1).astype(np.float32) for golden in GOLDEN)
    return u, v


def repeated(a: Bundle, count: int) -> Bundle:
    """Repeat the bundle ``count`` times, for ``count`` rays from each point."""
    return np.tile(a, (1, count))


def averaged(a: Bundle, count: int) -> Bundle:
    """The inverse: the mean of each point's rays."""
    mean: Bundle = a.reshape(3, count, -1).mean(axis=1)
    return mean


def cosine_ways(normals: Bundle, order: Bundle, count: int) -> Bundle:
    """``count`` unit directions from each point, (3, count * N), distributed for a matt surface."""
    u, v = spread(order, count)
    turn, out = np.float32(2 * np.pi) * u, np.sqrt(v)
    first, second = (axis[:, None, :] for axis in basis(normals))
    ways: Bundle = first * (out * np.cos(turn)) + second * (out * np.sin(turn)) + normals[:, None, :] * np.sqrt(1 - v)
    return ways.reshape(3, -1)


class Light:
    """The direct light of a place."""

    def __init__(self, place: Place, obstacles: Obstacles) -> None:
        self.place = place
        self.obstacles = obstacles

    def fallen(self, points: Bundle, normals: Bundle, order: Bundle, rays: int) -> Bundle:
        """Light of windows and lamps at each point, (3, N) lux, with about ``rays`` shadow rays per point."""
        total = np.zeros(points.shape, np.float32)
        panes = self.place.panes
        for pane in panes:
            share = pane.area / sum(other.area for other in panes)
            total += self._of_pane(pane, points, normals, spread(order, max(2, round(rays * share))))
        for lamp in self.place.lamps:
            total += self._of_lamp(lamp, points, normals, order)
        return total

    def _of_pane(self, pane: Pane, points: Bundle, normals: Bundle, targets: tuple[Bundle, Bundle]) -> Bundle:
        """Light from points of the pane, one for each row of ``targets``."""
        rays, (u, v) = len(targets[0]), (a.ravel() for a in targets)
        start = repeated(points + normals * OFF_SURFACE, rays)
        way = column(pane.corner, start) + pane.across[:, None] * u + pane.up[:, None] * v - start
        far2 = np.maximum(dot(way, way), np.float32(1e-4))
        way /= np.sqrt(far2)
        falling = np.maximum(dot(repeated(normals, rays), way), 0)
        leaving = np.maximum(-dot(column(unit(cross(pane.across, pane.up)), way), way), 0)
        weight = falling * np.minimum(leaving * pane.area / far2, np.float32(math.pi)) * self.place.daylight
        useful = np.nonzero(weight > 1e-5)[0]
        reach = np.sqrt(far2[useful])
        useful = useful[self.obstacles.clear(start[:, useful], way[:, useful] * reach)]
        light = np.zeros(start.shape, np.float32)
        light[:, useful] = self.place.outdoors.skylight(way[:, useful]) * weight[useful]
        return averaged(light, rays)

    def _of_lamp(self, lamp: Lamp, points: Bundle, normals: Bundle, order: Bundle) -> Bundle:
        u, v = spread(order, 1)
        height, turn = 2 * u[0] - 1, np.float32(2 * np.pi) * v[0]
        ring = np.sqrt(1 - height * height)
        bulb = np.stack([ring * np.cos(turn), ring * np.sin(turn), height]) * lamp.radius
        start = points + normals * OFF_SURFACE
        way = column(lamp.at, start) + bulb - start
        far2 = np.maximum(dot(way, way), np.float32(4e-3))
        down = way[2] / np.sqrt(far2)
        weight = np.maximum(dot(normals, way) / np.sqrt(far2), 0) / far2
        if lamp.throw == "shade":
            weight = weight * (0.35 + ramp(0.55, 0.8, np.abs(down)))
        if lamp.throw == "spot":
            weight = weight * ramp(0.45, 0.95, down)
        useful = np.nonzero(weight > 1e-4)[0]
        useful = useful[self.obstacles.clear(start[:, useful], way[:, useful])]
        total = np.zeros(points.shape, np.float32)
        total[:, useful] = lamp.candela[:, None] * weight[useful]
        return total

    def sunlight(self, points: Bundle, flat: Bundle, normals: Bundle, *, softness: float = 1) -> Bundle:
        """The sun's light at each point of a room, (3, N) lux, through its openings.

        ``flat`` are the normals of the shapes, ``normals`` those with relief, which counts half. The edges of light are
        ``softness`` times as wide as in nature.
        """
        total = np.zeros(points.shape, np.float32)
        sun, shell = self.place.sun, self.place.shell
        if sun is None or shell is None:
            return total
        straight = dot(column(sun.toward, flat), flat)
        falling = np.maximum((straight + dot(column(sun.toward, normals), normals)) / 2, 0)
        sunny = np.nonzero(straight > 0.01)[0]
        share = np.zeros(sunny.size, np.float32)
        for opening in shell.openings:
            share = np.maximum(share, _let_in(opening, shell, sun, points[:, sunny], softness))
        sunny, share = sunny[share > 0], share[share > 0]
        start = points[:, sunny] + flat[:, sunny] * OFF_SURFACE
        free = self.obstacles.clear(start, np.broadcast_to(sun.toward[:, None], start.shape), SUN_REACH)
        total[:, sunny] = sun.light[:, None] * (falling[sunny] * share * free) * self.place.daylight
        return total


def _let_in(opening: Opening, shell: Shell, sun: Sun, points: Bundle, softness: float) -> Bundle:
    """The share of the sun's disc that each point sees through an opening."""
    axis = opening.axis
    t = (shell.plane(opening.wall) - points[axis]) / sun.toward[axis]
    blur = np.maximum(t * (SUN_WIDTH * softness), np.float32(1e-3))
    share: Bundle = (t > 0).astype(np.float32)
    for k, (low, high) in ((1 - axis, opening.along), (2, opening.up)):
        at = points[k] + t * sun.toward[k]
        share = share * np.clip((at - low) / blur + 0.5, 0, 1) * np.clip((high - at) / blur + 0.5, 0, 1)
    return share

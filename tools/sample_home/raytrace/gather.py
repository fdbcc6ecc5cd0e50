"""The light in a picture: sampled on a coarse grid, smoothed within surfaces, and interpolated for every pixel."""

from __future__ import annotations

from itertools import product

import numpy as np

from tools.sample_home.raytrace.light import OFF_SURFACE, Light, averaged, cosine_ways, repeated, spread
from tools.sample_home.raytrace.obstacles import Obstacles
from tools.sample_home.raytrace.radiosity import Radiosity
from tools.sample_home.raytrace.vectors import Bundle, basis, dot, unit
from tools.sample_home.raytrace.view import SKY, Detail, View

COARSE = 5
"""Pixels from one grid point to the next."""
SHADOW_RAYS = 10
BOUNCE_RAYS = 10
MIRROR_RAYS = 4
NEXT, AROUND = (0, 1), (-2, -1, 0, 1, 2, 3)
"""The grid points to use, across and down: the nearest, and more if those are on other surfaces."""
ALONE = 0.02
"""Smallest sum of the neighbours' weights. With less, the point is on another surface than its neighbours."""
TILE = 8
SPLINE = np.array([1, 4, 6, 4, 1], np.float32) / 16


class Gathered:
    """Illuminance and mirrored light on a grid over the picture."""

    def __init__(self, view: View) -> None:
        width, height = view.size
        self._columns, self._rows = -(-width // COARSE), -(-height // COARSE)
        sight = view.grid(*((np.arange(n, dtype=np.float32) + 0.5) * COARSE for n in (self._columns, self._rows)))
        detail = view.described(sight)
        obstacles = Obstacles(view.place)
        self.light = Light(view.place, obstacles)
        self._radiosity = Radiosity(view.place, obstacles, self.light)
        order = _tiles(self._columns, self._rows)
        solid = np.nonzero(sight.what != SKY)[0]
        points, flat = detail.points[:, solid], detail.flat[:, solid]
        direct, bounced = np.zeros((3, sight.count), np.float32), np.zeros((3, sight.count), np.float32)
        direct[:, solid] = self.light.fallen(points, flat, order[solid], SHADOW_RAYS)
        start = repeated(points + flat * OFF_SURFACE, BOUNCE_RAYS)
        around = self._radiosity.around(start, cosine_ways(flat, order[solid], BOUNCE_RAYS))
        bounced[:, solid] = averaged(around, BOUNCE_RAYS) * np.float32(np.pi)
        grid = (3, self._rows, self._columns)
        guide = detail.flat.reshape(grid), detail.points.reshape(grid)
        lux = _smoothed(direct.reshape(grid), *guide, passes=2) + _smoothed(bounced.reshape(grid), *guide, passes=3)
        mirror = _smoothed(self._mirrored(sight.ways, detail, order).reshape(grid), *guide, passes=2)
        self._table = np.concatenate([detail.flat, detail.points, lux.reshape(3, -1), mirror.reshape(3, -1)])

    def _mirrored(self, ways: Bundle, detail: Detail, order: Bundle) -> Bundle:
        total = np.zeros(ways.shape, np.float32)
        shiny = np.nonzero(detail.sheen > 0)[0]
        flat, look = detail.flat[:, shiny], unit(ways[:, shiny])
        straight = look - 2 * dot(look, flat) * flat
        u, v = spread(order[shiny], MIRROR_RAYS)
        first, second = (axis[:, None, :] for axis in basis(straight))
        off, turn = detail.rough[shiny] * np.sqrt(-np.log(1 - 0.95 * u)), np.float32(2 * np.pi) * v
        bent = straight[:, None, :] + first * (off * np.cos(turn)) + second * (off * np.sin(turn))
        start = repeated(detail.points[:, shiny] + flat * OFF_SURFACE, MIRROR_RAYS)
        total[:, shiny] = averaged(self._radiosity.mirrored(start, unit(bent.reshape(3, -1))), MIRROR_RAYS)
        return total

    def at(self, x: Bundle, y: Bundle, points: Bundle, flat: Bundle) -> tuple[Bundle, Bundle]:
        """Illuminance (lux) and mirrored radiance (cd/m²), (3, N) each, at picture points ``x, y`` on this surface."""
        total, weights = self._found(x, y, points, flat, NEXT)
        alone = np.nonzero(weights < ALONE)[0]
        if alone.size:
            total[:, alone], weights[alone] = self._found(x[alone], y[alone], points[:, alone], flat[:, alone], AROUND)
        total /= weights
        return total[:3], total[3:]

    def _found(
        self, x: Bundle, y: Bundle, points: Bundle, flat: Bundle, offsets: tuple[int, ...]
    ) -> tuple[Bundle, Bundle]:
        """The sum of the light at grid points around each picture point, weighted by similarity; and of the weights."""
        column, row = x / COARSE - 0.5, y / COARSE - 0.5
        left, top = np.floor(column), np.floor(row)
        total, weights = np.zeros((6, x.size), np.float32), np.zeros(x.size, np.float32)
        reach = len(offsets) / 2
        for i, j in product(offsets, repeat=2):
            share = (1 - np.abs(column - left - i) / reach) * (1 - np.abs(row - top - j) / reach)
            place = np.clip(top + j, 0, self._rows - 1) * self._columns + np.clip(left + i, 0, self._columns - 1)
            near = self._table.take(place.astype(np.intp), axis=1)
            alike, off = np.maximum(dot(near[:3], flat), 0), dot(near[3:6] - points, flat)
            alike *= alike
            weight = (share + 1e-3) * (alike * alike + 1e-4) / (1 + off * off * 5e4)
            total += near[6:] * weight
            weights += weight
        return total, weights


def _tiles(columns: int, rows: int) -> Bundle:
    """Numbers from 0 to 63 for all grid points. Every block of 8 x 8 has each number once."""
    numbers = np.random.default_rng(8).permutation(TILE * TILE).reshape(TILE, TILE)
    return np.tile(numbers, (-(-rows // TILE), -(-columns // TILE)))[:rows, :columns].ravel().astype(np.float32)


def _smoothed(light: Bundle, normals: Bundle, points: Bundle, *, passes: int) -> Bundle:
    """A filter that respects the edges of surfaces; each pass is twice as wide as the last.

    Source: Dammertz et al., "Edge-Avoiding À-Trous Wavelet Transform for fast Global Illumination Filtering", 2010.
    """
    height, width = light.shape[1:]
    for step in (1 << number for number in range(passes)):
        pad = ((0, 0), (2 * step, 2 * step), (2 * step, 2 * step))
        wide, wide_points, wide_normals = (np.pad(a, pad, mode="edge") for a in (light, points, normals))
        total, weights = np.zeros_like(light), np.zeros(light.shape[1:], np.float32)
        for j in range(5):
            for i in range(5):
                part = (slice(None), slice(j * step, j * step + height), slice(i * step, i * step + width))
                alike = np.maximum(dot(wide_normals[part], normals), 0)
                alike *= alike
                alike *= alike
                off = dot(wide_points[part] - points, normals)
                weight = alike * alike * (SPLINE[i] * SPLINE[j]) / (1 + off * off * 1e4)
                total += wide[part] * weight
                weights += weight
        light = total / np.maximum(weights, np.float32(1e-6))
    return light

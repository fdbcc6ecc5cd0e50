"""Hills, woods and hedges: foliage painted on rings around a place, near rings over far ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.sample_home.raytrace.noise import chance, noise
from tools.sample_home.raytrace.vectors import Bundle, column, mixed, ramp

LEAF_SCALE = 7
"""Metres after which the clumps of leaves repeat."""
TWIG_SCALE = 2.3


@dataclass(frozen=True, slots=True, eq=False)
class Woods:
    """Foliage ``distance`` metres away, up to ``height``, in crowns ``crown`` metres wide.

    ``bright`` and ``dark`` leaves in cd/m²; ``ragged`` is the variation of its outline in metres, ``floor`` the share
    of the height below which there is no gap between crowns.
    """

    distance: float
    height: float
    crown: float
    bright: Bundle
    dark: Bundle
    seed: float = 0
    ragged: float = 0.8
    floor: float = 0

    def over(self, behind: Bundle, points: Bundle, ways: Bundle, sun: Bundle) -> Bundle:
        """``behind`` with these woods in front of it, from points along unit directions, lit by the sun."""
        flat = np.maximum(np.hypot(ways[0], ways[1]), np.float32(1e-4))
        east, north = (points[k] * 0.5 + ways[k] / flat * self.distance for k in (0, 1))
        along = np.arctan2(east, north) * self.distance + self.seed * 17
        up = points[2] + ways[2] / flat * self.distance
        top, across = self._crowns(along)
        leaves = noise(along / LEAF_SCALE, up / LEAF_SCALE, 1.0)
        twigs = noise(along / TWIG_SCALE, up / TWIG_SCALE, 0.8) - 0.5
        side = 1 if sun[0] > 0 else -1
        toward_light = leaves - noise(along / LEAF_SCALE - 0.02 * side, up / LEAF_SCALE + 0.03, 1.0)
        lit = 0.42 + 1.5 * toward_light + 1.1 * twigs + 0.22 * side * across + 0.5 * (up / np.maximum(top, 0.5) - 0.6)
        leaf = mixed(column(self.dark, ways), column(self.bright, ways), np.clip(lit, 0, 1.15))
        outline = top + ((leaves - 0.5) * 4 + twigs * 2) * self.ragged
        return mixed(behind, leaf, ramp(-0.1, 0.1, outline - up))

    def _crowns(self, along: Bundle) -> tuple[Bundle, Bundle]:
        """The height of the woods at each place, and the position within the crown, from -1 to 1."""
        cell = np.floor(along / self.crown)
        top = np.full(along.shape, self.height * self.floor, np.float32)
        across = np.zeros(along.shape, np.float32)
        for tree in (cell - 1, cell, cell + 1):
            middle = (tree + 0.5 + (chance(tree, self.seed) - 0.5) * 0.7) * self.crown
            off = (along - middle) / (self.crown * 0.72)
            high = self.height * (0.62 + 0.38 * chance(tree + 5, self.seed)) * np.maximum(1 - off * off, 0) ** 0.4
            higher = high > top
            top, across = np.where(higher, high, top), np.where(higher, off, across)
        return top, across

"""Bounced light: patches light each other until the values converge."""

from __future__ import annotations

import numpy as np

from tools.sample_home.raytrace.light import OFF_SURFACE, Light, averaged, cosine_ways, repeated
from tools.sample_home.raytrace.obstacles import OUTDOORS, SHELL, Obstacles
from tools.sample_home.raytrace.patches import Patches
from tools.sample_home.raytrace.place import Place
from tools.sample_home.raytrace.vectors import Bundle, Indices

BOUNCES = 6
RAYS = 40
SHADOW_RAYS = 24
PATCH_SOFTNESS = 10
"""Widening of the sun's edge to about the size of a patch, because a patch has a single value."""


class Radiosity:
    """The light that each patch reflects, in cd/m², equal in all directions."""

    def __init__(self, place: Place, obstacles: Obstacles, light: Light) -> None:
        self._place = place
        self._obstacles = obstacles
        self._patches = patches = Patches(place.shell, obstacles.shapes)
        points, normals = patches.points, patches.normals
        order = np.arange(points.shape[1], dtype=np.float32)
        fallen = light.fallen(points, normals, order, SHADOW_RAYS)
        fallen += light.sunlight(points, normals, normals, softness=PATCH_SOFTNESS)
        patch, sky = self._sources(repeated(points + normals * OFF_SURFACE, RAYS), cosine_ways(normals, order, RAYS))
        self._radiance: Bundle = np.zeros(points.shape, np.float32)
        for _ in range(BOUNCES):
            self._radiance = patches.tones * (fallen / np.float32(np.pi) + averaged(self._of(patch) + sky, RAYS))

    def around(self, origin: Bundle, ways: Bundle) -> Bundle:
        """Radiance from each unit direction, (3, N) cd/m², without direct light from lamps and windows."""
        patch, sky = self._sources(origin, ways)
        return self._of(patch) + sky

    def mirrored(self, origin: Bundle, ways: Bundle) -> Bundle:
        """Radiance from each unit direction, with lamps and the surroundings."""
        t, what = self._obstacles.nearest(origin, ways)
        out = np.nonzero(what == OUTDOORS)[0]
        patch = self._patch(origin, ways, t, what)
        radiance: Bundle = self._radiance[:, patch] + self._patches.glows[:, patch]
        radiance[:, out] = self._place.outdoors.seen(origin[:, out], ways[:, out]) * self._place.daylight
        return radiance

    def _of(self, patch: Indices) -> Bundle:
        sent: Bundle = self._radiance.take(patch, axis=1, mode="clip")
        sent[:, patch == OUTDOORS] = 0
        return sent

    def _sources(self, origin: Bundle, ways: Bundle) -> tuple[Indices, Bundle]:
        """The patch that each ray hits, or OUTDOORS; and the light of the open sky along rays that hit nothing."""
        t, what = self._obstacles.nearest(origin, ways)
        out = np.nonzero(what == OUTDOORS)[0]
        patch = self._patch(origin, ways, t, what)
        patch[out] = OUTDOORS
        sky = np.zeros(ways.shape, np.float32)
        if self._place.shell is None:
            sky[:, out] = self._place.outdoors.skylight(ways[:, out])
        return patch, sky

    def _patch(self, origin: Bundle, ways: Bundle, t: Bundle, what: Indices) -> Indices:
        return self._patches.at(origin + ways * np.minimum(t, np.float32(1e4)), np.maximum(what, SHELL))

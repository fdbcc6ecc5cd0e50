"""The surface of a shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tools.sample_home.raytrace.vectors import Bundle, column, unit, vector

Paint = Callable[[Bundle, Bundle, Bundle], Bundle]
"""Albedo at points (3, N) with unit normals (3, N), both in the shape's own frame in metres, where one pixel
covers ``blur`` (N) metres. Finer detail must be averaged."""
Relief = Callable[[Bundle], Bundle]
"""Added to the unit normals at points (3, N) of the shape's own frame: folds, dents, foliage."""
BLACK = vector(0, 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A surface. ``tone`` is the mean albedo for bounced light, ``paint`` the albedo for the camera.

    ``sheen`` is the share mirrored at right angles (0.04 for varnish), blurred by ``rough`` (tangent of the
    scatter). ``glow`` is emitted light in cd/m².
    """

    tone: Bundle
    paint: Paint | None = None
    relief: Relief | None = None
    sheen: float = 0
    rough: float = 0.1
    glow: Bundle = field(default_factory=lambda: BLACK)

    def painted(self, points: Bundle, normals: Bundle, blur: Bundle) -> tuple[Bundle, Bundle]:
        """The albedo, and the normals with relief; see ``Paint``."""
        albedo = self.paint(points, normals, blur) if self.paint else column(self.tone, points)
        return albedo, unit(normals + self.relief(points)) if self.relief else normals


def plain(red: float, green: float, blue: float, *, sheen: float = 0, rough: float = 0.1) -> Surface:
    """A uniform colour, given as linear albedo."""
    return Surface(vector(red, green, blue), sheen=sheen, rough=rough)


def glowing(red: float, green: float, blue: float) -> Surface:
    """A lamp's surface, in cd/m²."""
    return Surface(vector(0.7, 0.7, 0.7), glow=vector(red, green, blue))

"""Solids that rays can hit: boxes, cones and blobs.

Each has its own frame, in which it fills the cube from -1 to 1, so one matrix gives its position, size and turn. All
are convex. A cone or a blob is ``level(p) <= 0`` for a convex ``level``. Along a ray that level is also convex, so
Newton's method from outside converges to the first hit and never goes past it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from tools.sample_home.raytrace.surfaces import Surface
from tools.sample_home.raytrace.vectors import Bundle, column, dot, largest, rotation, smallest, turned, unit, vector

FAR = np.float32(1e9)
"""The distance if nothing is hit."""
NEAR = np.float32(1e-3)
"""Closer hits are the starting point of the ray itself."""
UPRIGHT = np.eye(3, dtype=np.float32)
NEWTON_STEPS = 6
TOUCHING = 0.02
"""A level up to this after the last step is a hit; above it the ray misses."""

Span = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A box, and the frame of every other shape.

    ``centre`` and ``half`` sizes in metres; the rows of ``axes`` are the frame's axes in the room. A shape that
    does not ``cast`` is seen by the camera but takes no part in shadows and bounced light (leaves, cables).
    """

    centre: Bundle
    half: Bundle
    surface: Surface
    axes: Bundle = field(default_factory=lambda: UPRIGHT)
    casts: bool = True

    def moved(self, by: Bundle, axes: Bundle) -> Shape:
        """The same shape where the frame ``axes`` stands at ``by``."""
        if axes is UPRIGHT:
            return replace(self, centre=self.centre + by)
        return replace(self, centre=axes.T @ self.centre + by, axes=self.axes @ axes)

    def local(self, vectors: Bundle) -> Bundle:
        """Directions of the room in the shape's own frame."""
        return vectors if self.axes is UPRIGHT else turned(self.axes, vectors)

    def outer(self, vectors: Bundle) -> Bundle:
        """Directions of the shape's own frame in the room."""
        return vectors if self.axes is UPRIGHT else turned(self.axes.T, vectors)

    def corners(self) -> Bundle:
        """The eight corners of the box around it, shape (3, 8)."""
        signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32).T
        return self.axes.T @ (signs * self.half[:, None]) + self.centre[:, None]

    def meet(self, origin: Bundle, heading: Bundle) -> Bundle:
        """The distance along each ray to the hit from outside, in lengths of ``heading``; FAR if there is none.

        ``origin`` is one point for all rays, (3,), or one for each.
        """
        half = column(self.half, heading)
        away = origin - column(self.centre, origin)
        start = self.local(away if away.ndim > 1 else column(away, heading)) / half
        way = self.local(heading) / half
        inverse = 1 / np.where(np.abs(way) < 1e-12, np.float32(1e-12), way)
        middle, reach = start * inverse, np.abs(inverse)
        return self._met(start, way, -smallest(middle + reach), smallest(reach - middle))

    def _met(self, start: Bundle, way: Bundle, enter: Bundle, leave: Bundle) -> Bundle:  # noqa: ARG002  for round ones
        """Like ``meet``, in the frame of the cube. Each ray enters and leaves the cube at these distances."""
        return np.where((enter < leave) & (enter > NEAR), enter, FAR)

    def normal(self, points: Bundle) -> Bundle:
        """Outward unit normals at points of its surface, both in the room."""
        half = column(self.half, points)
        return unit(self.outer(self._slope(self.local(points - column(self.centre, points)) / half) / half))

    def _slope(self, inside: Bundle) -> Bundle:
        size = np.abs(inside)
        return np.where(size >= largest(size) - 1e-6, np.sign(inside), np.float32(0))

    def skin(self, toward: Bundle) -> Bundle:
        """The points, in the room, at which rays from its centre to the cube's surface leave the shape."""
        return self.outer(toward * column(self.half, toward)) + column(self.centre, toward)


@dataclass(frozen=True, slots=True, eq=False)
class _Round(Shape):
    """Shared by cones and blobs: hits of a convex level."""

    def level(self, p: Bundle) -> Bundle:
        """Below 0 inside, above 0 outside; ``p`` in the frame of the cube."""
        raise NotImplementedError

    def _met(self, start: Bundle, way: Bundle, enter: Bundle, leave: Bundle) -> Bundle:
        met = np.full(enter.shape, FAR, np.float32)
        near = np.nonzero((enter < leave) & (leave > NEAR))
        if near[0].size:
            starts, ways = (np.stack([axis[near] for axis in np.broadcast_to(a, way.shape)]) for a in (start, way))
            met[near] = self._approach(starts, ways, enter[near], leave[near])
        return met

    def _approach(self, start: Bundle, way: Bundle, enter: Bundle, leave: Bundle) -> Bundle:
        t = np.maximum(enter, np.float32(0))
        p = start + way * t
        outside = (enter > NEAR) | (self.level(p) > 0)
        for _ in range(NEWTON_STEPS):
            falling = np.minimum(dot(self._slope(p), way), np.float32(-1e-6))
            t = np.minimum(t - np.maximum(self.level(p), np.float32(0)) / falling, leave + 1)
            p = start + way * t
        return np.where(outside & (t > NEAR) & (t <= leave) & (self.level(p) < TOUCHING), t, FAR)

    def skin(self, toward: Bundle) -> Bundle:
        """See the shape."""
        inner, outer = np.zeros(toward.shape[1:], np.float32), np.ones(toward.shape[1:], np.float32)
        for _ in range(12):
            middle = (inner + outer) / 2
            inside = self.level(toward * middle) <= 0
            inner, outer = np.where(inside, middle, inner), np.where(inside, outer, middle)
        return Shape.skin(self, toward * inner)


@dataclass(frozen=True, slots=True, eq=False)
class Cone(_Round):
    """An upright cone, cylinder or disc; radii at ``foot`` and ``head`` as shares of the half width."""

    foot: float = 1
    head: float = 1

    def level(self, p: Bundle) -> Bundle:
        """See the class above."""
        outside: Bundle = np.maximum(np.hypot(p[0], p[1]) - self._radius(p[2]), np.abs(p[2]) - 1)
        return outside

    def _radius(self, z: Bundle) -> Bundle:
        return (self.foot + self.head) / 2 + (self.head - self.foot) / 2 * z

    def _slope(self, inside: Bundle) -> Bundle:
        out = np.maximum(np.hypot(inside[0], inside[1]), np.float32(1e-6))
        flank = out - self._radius(inside[2]) > np.abs(inside[2]) - 1
        return np.stack(
            [
                np.where(flank, inside[0] / out, np.float32(0)),
                np.where(flank, inside[1] / out, np.float32(0)),
                np.where(flank, np.float32((self.foot - self.head) / 2), np.sign(inside[2])),
            ]
        )


@dataclass(frozen=True, slots=True, eq=False)
class Blob(_Round):
    """A superellipsoid: powers 2 and 2 give a ball, 8 and 4 a cushion, 4 and 2 a pillow, 2 and 4 a drum.

    ``wide`` rounds the outline seen from above, ``tall`` the one seen from the side; both are 2, 4 or 8.
    """

    wide: int = 2
    tall: int = 2

    def level(self, p: Bundle) -> Bundle:
        """See the class above."""
        around = _power(p[0], self.wide) + _power(p[1], self.wide)
        return _root(around, self.tall / self.wide) + _power(p[2], self.tall) - 1

    def _slope(self, inside: Bundle) -> Bundle:
        x, y, z = inside
        around = np.maximum(_power(x, self.wide) + _power(y, self.wide), np.float32(1e-12))
        outer = _root(around, self.tall / self.wide) / around
        rise = _power(z, self.tall - 2) * z
        return np.stack([outer * _power(x, self.wide - 2) * x, outer * _power(y, self.wide - 2) * y, rise]) * self.tall


@dataclass(frozen=True, slots=True, eq=False)
class Ball(Blob):
    """A blob of powers 2 and 2, an ellipsoid, for which there is a formula."""

    def _approach(self, start: Bundle, way: Bundle, enter: Bundle, leave: Bundle) -> Bundle:  # noqa: ARG002  others do
        a, b, c = dot(way, way), dot(start, way), dot(start, start) - 1
        under = b * b - a * c
        t = (-b - np.sqrt(np.maximum(under, 0))) / a
        return np.where((under > 0) & (t > NEAR), t, FAR)


def _power(x: Bundle, even: int) -> Bundle:
    """``x ** even`` for 0, 2, 4, 6 and 8, by squares, which is several times faster."""
    if even == 0:
        return np.ones_like(x)
    square = x * x
    if even == 2:
        return square
    fourth = square * square
    return fourth if even == 4 else fourth * (square if even == 6 else fourth)


def _root(x: Bundle, power: float) -> Bundle:
    """``x ** power`` for a quarter, a half, 1, 2 and 4."""
    if power >= 1:
        return x if power == 1 else _power(x, round(power))
    return np.sqrt(x) if power == 0.5 else np.sqrt(np.sqrt(x))


def _frame(x: Span, y: Span, z: Span) -> tuple[Bundle, Bundle]:
    spans = np.array([x, y, z], np.float32)
    return spans.mean(axis=1), (spans[:, 1] - spans[:, 0]) / 2


def box(x: Span, y: Span, z: Span, surface: Surface, *, casts: bool = True) -> Shape:
    """A box between two values along each axis, in metres."""
    centre, half = _frame(x, y, z)
    return Shape(centre, half, surface, casts=casts)


def cone(x: Span, y: Span, z: Span, surface: Surface, *, foot: float = 1, head: float = 1, casts: bool = True) -> Shape:
    """A cone or cylinder that fills this box."""
    centre, half = _frame(x, y, z)
    return Cone(centre, half, surface, casts=casts, foot=foot, head=head)


def blob(x: Span, y: Span, z: Span, surface: Surface, *, wide: int = 2, tall: int = 2, casts: bool = True) -> Shape:
    """A blob that fills this box."""
    centre, half = _frame(x, y, z)
    if (wide, tall) == (2, 2):
        return Ball(centre, half, surface, casts=casts)
    return Blob(centre, half, surface, casts=casts, wide=wide, tall=tall)


Thing = tuple[Shape, ...]
"""Shapes that form one thing, such as a sofa or a plant."""


def placed(thing: Thing, at: tuple[float, float, float] = (0, 0, 0), turn: float = 0, tilt: float = 0) -> Thing:
    """The thing with its own origin moved to ``at``, tilted about x and turned about its vertical, in degrees."""
    axes = rotation(turn, tilt) if turn or tilt else UPRIGHT
    return tuple(shape.moved(vector(*at), axes) for shape in thing)

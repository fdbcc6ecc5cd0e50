"""The surface that the camera sees through each pixel: which one, where, and its properties."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tools.sample_home.raytrace.place import INWARD, Place
from tools.sample_home.raytrace.shapes import FAR, Shape
from tools.sample_home.raytrace.surfaces import plain
from tools.sample_home.raytrace.vectors import Bundle, Indices, Numbers, column, dot, vector

FILM = 0.036
"""Long edge of a full-frame sensor, metres."""
SKY = -1
FACES = 6
"""Surfaces 0 to 5 are the shell's faces, those of the shapes follow."""
SLANT = 0.06
"""Smallest viewing angle (sine) for painting a surface. Flatter angles would only give blur."""

Size = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Eye:
    """A level camera at the point ``at``, turned ``turn`` degrees to the left of north.

    ``focal`` is its focal length on full frame in metres. ``rise`` shifts the view up by so many picture heights, as
    a shift lens does, so that uprights stay upright.
    """

    at: Bundle
    turn: float
    focal: float
    rise: float = 0

    def ways(self, x: Bundle, y: Bundle, size: Size) -> Bundle:
        """Directions through picture points (pixels from the top left), of length one along the camera's axis."""
        pixel = self.pixel(size)
        cos, sin = math.cos(math.radians(self.turn)), math.sin(math.radians(self.turn))
        across = (x - size[0] / 2) * pixel
        return np.stack([cos * across - sin, sin * across + cos, (size[1] * (0.5 + self.rise) - y) * pixel])

    def pixel(self, size: Size) -> float:
        """A pixel's width at a distance of one."""
        return FILM / self.focal / max(size)

    def frame(self, shape: Shape, size: Size) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the part of the picture that may show a shape."""
        cos, sin = math.cos(math.radians(self.turn)), math.sin(math.radians(self.turn))
        east, north, up = shape.corners() - self.at[:, None]
        depth = cos * north - sin * east
        if np.any(depth < 0.05):
            return (0, 0, *size) if np.any(depth > 0) else (0, 0, 0, 0)
        x = (cos * east + sin * north) / depth / self.pixel(size) + size[0] / 2
        y = size[1] * (0.5 + self.rise) - up / depth / self.pixel(size)
        (left, right), (top, bottom) = (
            np.clip([a.min() - 1, a.max() + 2], 0, n).astype(int).tolist() for a, n in zip((x, y), size, strict=True)
        )
        return left, top, right, bottom


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """The hits along N directions: the number of the surface (SKY if none) and its depth."""

    what: Numbers
    depth: Bundle
    ways: Bundle

    @property
    def count(self) -> int:
        """The number of directions."""
        return self.what.size


@dataclass(frozen=True, slots=True, eq=False)
class Detail:
    """The properties of N points: position, the surface's normal, the normal with relief, and the material."""

    points: Bundle
    flat: Bundle
    normals: Bundle
    albedo: Bundle
    glow: Bundle
    sheen: Bundle
    rough: Bundle


class View:
    """A place seen by a camera, in a picture of ``size`` (width, height)."""

    def __init__(self, place: Place, eye: Eye, size: Size) -> None:
        self.place, self.eye, self.size = place, eye, size
        self._shapes = [shape for thing in place.things for shape in thing]
        self._surfaces = [*(place.shell.surfaces if place.shell else [plain(0, 0, 0)] * FACES)]
        self._surfaces += [shape.surface for shape in self._shapes]
        self._frames = [eye.frame(shape, size) for shape in self._shapes]

    def grid(self, x: Bundle, y: Bundle) -> Sight:
        """The hits through the points at columns ``x`` and rows ``y``, row by row."""
        ways = self.eye.ways(*np.meshgrid(x, y), self.size)
        depth, what = self._backmost(ways.reshape(3, -1))
        depth, what = depth.reshape(y.size, x.size), what.reshape(y.size, x.size)
        for number, (shape, (left, top, right, bottom)) in enumerate(zip(self._shapes, self._frames, strict=True)):
            part = slice(*np.searchsorted(y, [top, bottom])), slice(*np.searchsorted(x, [left, right]))
            if depth[part].size:
                met = shape.meet(self.eye.at, ways[:, *part])
                nearer = met < depth[part]
                np.copyto(depth[part], met, where=nearer)
                np.copyto(what[part], np.int16(FACES + number), where=nearer)
        return Sight(what.ravel(), depth.ravel(), ways.reshape(3, -1))

    def points(self, x: Bundle, y: Bundle) -> Sight:
        """The hits through single picture points."""
        ways = self.eye.ways(x, y, self.size)
        depth, what = self._backmost(ways)
        for number, (shape, (left, top, right, bottom)) in enumerate(zip(self._shapes, self._frames, strict=True)):
            near = np.nonzero((x >= left) & (x <= right) & (y >= top) & (y <= bottom))[0]
            if near.size:
                met = shape.meet(self.eye.at, ways[:, near])
                nearer = met < depth[near]
                depth[near[nearer]] = met[nearer]
                what[near[nearer]] = FACES + number
        return Sight(what, depth, ways)

    def _backmost(self, ways: Bundle) -> tuple[Bundle, Numbers]:
        if self.place.shell is None:
            return np.full(ways.shape[1], FAR, np.float32), np.full(ways.shape[1], SKY, np.int16)
        depth, face = self.place.shell.meet(self.eye.at, ways)
        return depth, np.where(depth < FAR, face, np.int16(SKY))

    def described(self, sight: Sight) -> Detail:
        """The properties of hits. SKY is black and flat, at the position of the camera."""
        points = column(self.eye.at, sight.ways) + sight.ways * np.where(sight.what == SKY, np.float32(0), sight.depth)
        blank = [np.zeros((3, sight.count), np.float32) for _ in range(4)]
        detail = Detail(points, *blank, *(np.zeros(sight.count, np.float32) for _ in range(2)))
        order = np.argsort(sight.what, kind="stable")
        kinds, begins = np.unique(sight.what[order], return_index=True)
        for kind, part in zip(kinds.tolist(), np.split(order, begins[1:]), strict=True):
            if kind == SKY:
                detail.flat[:, part] = vector(0, 0, 1)[:, None]
            else:
                self._describe(kind, part, sight, detail)
        return detail

    def _describe(self, kind: int, part: Indices, sight: Sight, detail: Detail) -> None:
        surface = self._surfaces[kind]
        at, ways = detail.points[:, part], sight.ways[:, part]
        if kind < FACES:
            flat = np.repeat(INWARD[:, kind : kind + 1], part.size, axis=1)
            albedo, normals = surface.painted(at, flat, self._blur(flat, ways, sight.depth[part]))
        else:
            shape = self._shapes[kind - FACES]
            flat = shape.normal(at)
            local = shape.local(at - column(shape.centre, at))
            albedo, normals = surface.painted(local, shape.local(flat), self._blur(flat, ways, sight.depth[part]))
            normals = shape.outer(normals)
        detail.albedo[:, part], detail.normals[:, part] = albedo, normals
        detail.flat[:, part] = flat
        detail.glow[:, part] = column(surface.glow, at)
        detail.sheen[part] = surface.sheen
        detail.rough[part] = surface.rough

    def _blur(self, flat: Bundle, ways: Bundle, depth: Bundle) -> Bundle:
        """The size of a pixel on a surface, in metres."""
        slant = np.maximum(np.abs(dot(flat, ways)) / np.sqrt(dot(ways, ways)), np.float32(SLANT))
        return depth * self.eye.pixel(self.size) / slant

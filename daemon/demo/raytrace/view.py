"""What the camera sees through each pixel: which surface, where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from daemon.demo.raytrace.place import INWARD, Place
from daemon.demo.raytrace.shapes import FAR, Shape
from daemon.demo.raytrace.surfaces import Surface
from daemon.demo.raytrace.vectors import Bundle, Indices, column, dot, turned, unit, vector

FILM = 0.036
"""Long edge of a full-frame sensor, metres."""
SKY = -1
FACES = 6
"""Surfaces 0 to 5 are the shell's faces, those of the shapes follow."""


@dataclass(frozen=True, slots=True, eq=False)
class Eye:
    """A level camera at ``at``; ``turn`` degrees to the left of north; ``rise`` shifts the view up, in picture
    heights, so that uprights stay upright; ``focal`` length in metres on full frame."""

    at: Bundle
    turn: float
    focal: float
    rise: float = 0

    def ways(self, x: Bundle, y: Bundle, size: tuple[int, int]) -> Bundle:
        """Directions through picture points (pixels from the top left), of length one along the camera's axis."""
        width, height = size
        pixel = np.float32(self.pixel(size))
        angle = np.radians(self.turn)
        ahead = vector(-np.sin(angle), np.cos(angle), 0)
        right = vector(np.cos(angle), np.sin(angle), 0)
        across = (x - np.float32(width / 2)) * pixel
        up = (np.float32(height / 2) - y) * pixel + np.float32(self.rise * height) * pixel
        return np.stack([ahead[0] + right[0] * across, ahead[1] + right[1] * across, up])

    def pixel(self, size: tuple[int, int]) -> float:
        """A pixel's width at a distance of one."""
        return FILM / self.focal / max(size)

    def frame(self, shape: Shape, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of the part of the picture a shape can be in."""
        width, height = size
        angle = np.radians(self.turn)
        away = shape.corners() - self.at[:, None]
        depth = -np.sin(angle) * away[0] + np.cos(angle) * away[1]
        if np.any(depth < 0.05):
            return (0, 0, width, height) if np.any(depth > 0) else (0, 0, 0, 0)
        across = (np.cos(angle) * away[0] + np.sin(angle) * away[1]) / depth / self.pixel(size) + width / 2
        down = height / 2 + self.rise * height - away[2] / depth / self.pixel(size)
        return (
            int(np.clip(across.min() - 1, 0, width)),
            int(np.clip(down.min() - 1, 0, height)),
            int(np.clip(across.max() + 2, 0, width)),
            int(np.clip(down.max() + 2, 0, height)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What is seen along N directions: the surface's number (SKY where none), its depth and the point."""

    what: Indices
    depth: Bundle
    ways: Bundle

    @property
    def count(self) -> int:
        """How many."""
        return self.what.size


class View:
    """A place seen by an eye, in a picture of ``size`` (width, height)."""

    def __init__(self, place: Place, eye: Eye, size: tuple[int, int]) -> None:
        self.place, self.eye, self.size = place, eye, size
        self.shapes = [shape for thing in place.things for shape in thing]
        self.surfaces: list[Surface] = [*(place.shell.surfaces if place.shell else [self.shapes[0].surface] * FACES)]
        self.surfaces += [shape.surface for shape in self.shapes]
        self._frames = [eye.frame(shape, size) for shape in self.shapes]

    def grid(self, x: Bundle, y: Bundle) -> Sight:
        """What is seen through the points where columns ``x`` and rows ``y`` cross, row by row."""
        ways = self.eye.ways(*np.meshgrid(x, y), self.size)
        depth, what = self._backmost(ways.reshape(3, -1))
        depth, what = depth.reshape(ways.shape[1:]), what.reshape(ways.shape[1:])
        for number, (shape, (left, top, right, bottom)) in enumerate(zip(self.shapes, self._frames, strict=True)):
            columns = slice(*np.searchsorted(x, [left, right]))
            rows = slice(*np.searchsorted(y, [top, bottom]))
            if columns.start < columns.stop and rows.start < rows.stop:
                met = shape.meet(self.eye.at, ways[:, rows, columns])
                nearer = met < depth[rows, columns]
                np.copyto(depth[rows, columns], met, where=nearer)
                np.copyto(what[rows, columns], FACES + number, where=nearer)
        return Sight(what.ravel(), depth.ravel(), ways.reshape(3, -1))

    def points(self, x: Bundle, y: Bundle) -> Sight:
        """What is seen through picture points given one by one."""
        ways = self.eye.ways(x, y, self.size)
        depth, what = self._backmost(ways)
        for number, (shape, (left, top, right, bottom)) in enumerate(zip(self.shapes, self._frames, strict=True)):
            near = np.nonzero((x >= left) & (x <= right) & (y >= top) & (y <= bottom))[0]
            if near.size:
                met = shape.meet(self.eye.at, ways[:, near])
                nearer = met < depth[near]
                depth[near[nearer]] = met[nearer]
                what[near[nearer]] = FACES + number
        return Sight(what, depth, ways)

    def _backmost(self, ways: Bundle) -> tuple[Bundle, Indices]:
        if self.place.shell is None:
            return np.full(ways.shape[1], FAR, np.float32), np.full(ways.shape[1], SKY, np.int16)
        depth, face = self.place.shell.meet(self.eye.at, ways)
        return depth, np.where(depth < FAR, face, np.int16(SKY))

    def described(self, sight: Sight) -> Detail:
        """Points, normals and materials of all that is seen."""
        count = sight.count
        points = self.eye.at[:, None] + sight.ways * np.where(sight.what == SKY, np.float32(0), sight.depth)
        normals = np.zeros((3, count), np.float32)
        normals[2] = 1
        detail = Detail(points, normals, normals.copy(), *(np.zeros((3, count), np.float32) for _ in range(2)),
                        *(np.zeros(count, np.float32) for _ in range(2)), np.zeros(count, np.bool_))
        order = np.argsort(sight.what, kind="stable")
        kinds, begins = np.unique(sight.what[order], return_index=True)
        for kind, part in zip(kinds, np.split(order, begins[1:]), strict=True):
            if kind != SKY:
                self._describe(int(kind), part, sight, detail)
        return detail

    def _describe(self, kind: int, part: Indices, sight: Sight, detail: Detail) -> None:
        surface = self.surfaces[kind]
        at = detail.points[:, part]
        if kind < FACES:
            shape = None
            flat = np.repeat(INWARD[:, kind : kind + 1], part.size, axis=1)
            local, facing = at, flat
        else:
            shape = self.shapes[kind - FACES]
            flat = shape.normal(at)
            local, facing = shape.local(at), turned(shape.axes, flat)
        normals = flat
        if surface.relief:
            facing = unit(facing + surface.relief(local, facing))
            normals = turned(shape.axes.T, facing) if shape else facing
        if surface.paint:
            slant = np.abs(dot(flat, sight.ways[:, part])) / np.sqrt(dot(sight.ways[:, part], sight.ways[:, part]))
            blur = sight.depth[part] * np.float32(self.eye.pixel(self.size)) / np.maximum(slant, np.float32(0.06))
            detail.albedo[:, part] = surface.paint(local, facing, blur)
        else:
            detail.albedo[:, part] = column(surface.tone, at)
        detail.flat[:, part] = flat
        detail.normals[:, part] = normals
        detail.glow[:, part] = column(surface.glow, at)
        detail.sheen[part] = surface.sheen
        detail.rough[part] = surface.rough
        detail.outdoors[part] = surface.outdoors


@dataclass(frozen=True, slots=True, eq=False)
class Detail:
    """Of N points: place, the surface's own normal, the normal with relief, and what it is made of."""

    points: Bundle
    flat: Bundle
    normals: Bundle
    albedo: Bundle
    glow: Bundle
    sheen: Bundle
    rough: Bundle
    outdoors: Bundle

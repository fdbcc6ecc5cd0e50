"""Paints and reliefs of materials: boards, wood, cloth, plaster, tiles, stone, leaves, folds and dents."""

from __future__ import annotations

import numpy as np

from tools.sample_home.raytrace.noise import chance, noise
from tools.sample_home.raytrace.surfaces import Paint, Relief
from tools.sample_home.raytrace.vectors import Bundle, column, mixed

JOINT = 0.004
"""Width of a joint between tiles or boards, metres."""


def line(off: Bundle, width: float, blur: Bundle) -> Bundle:
    """The share of a pixel that a line covers. ``off`` is the distance to its middle; both in metres."""
    return np.clip((width + blur) / 2 - off, 0, np.minimum(blur, width)) / np.maximum(blur, np.float32(1e-5))


def _within(cell: Bundle, size: float) -> tuple[Bundle, Bundle]:
    """The number of the cell at each point, and the distance to its nearest edge. ``size`` is the size of a cell."""
    number = np.floor(cell)
    return number, np.minimum(cell - number, 1 - cell + number) * size


def _on_face(points: Bundle, normals: Bundle) -> tuple[Bundle, Bundle]:
    """Two coordinates in the face of a point: along it, and up it (along y on a level face)."""
    level = np.abs(normals[2]) > 0.7
    side = (np.abs(normals[0]) > np.abs(normals[1])) & ~level
    return np.where(side, points[1], points[0]), np.where(level, points[1], points[2])


def planks(light: Bundle, dark: Bundle, *, wide: float = 0.16, long: float = 1.9) -> Paint:
    """Boards that run along y."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:  # noqa: ARG001  a paint's form
        x, y, _ = points
        row, to_seam = _within(x / wide, wide)
        board, to_end = _within(y / long + chance(row) * 7, long)
        kind = chance(row, board)
        grain = noise(x * 1.7 + kind * 7, y * 0.11 + kind * 3, 0.9) - 0.5
        figure = noise(x * 0.6 + kind * 5, y * 0.07 + kind, 1.6) - 0.5
        share = np.clip(0.45 + 0.75 * (kind - 0.5) + 1.1 * grain + figure, 0, 1)
        gap = np.maximum(line(to_seam, JOINT, blur), line(to_end, JOINT, blur))
        return mixed(column(light, points), column(dark, points), share) * (1 - 0.72 * gap)

    return paint


def grained(light: Bundle, dark: Bundle, *, axis: int = 0, scale: float = 1) -> Paint:
    """Wood whose grain runs along ``axis``."""
    b, c = (axis + 1) % 3, (axis + 2) % 3

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:  # noqa: ARG001  a paint's form
        along = points[axis] * (0.12 * scale)
        across = (points[b] + points[c] * 0.83) * scale
        grain, figure = noise(along, across * 1.3, 1.0) - 0.5, noise(along * 0.5, across * 0.35, 1.7) - 0.5
        return mixed(column(light, points), column(dark, points), np.clip(0.5 + 1.2 * grain + figure, 0, 1))

    return paint


def woven(colour: Bundle, *, depth: float = 0.5, scale: float = 1) -> Paint:
    """Cloth: a fine, uneven weave that fades with distance."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:  # noqa: ARG001  a paint's form
        u, v = points[0] + points[1] * 0.37, points[2] + points[1] * 0.61
        weave = (noise(u * 3.1 * scale, v * 3.1 * scale, 0.3) - 0.5) * np.clip(0.004 / np.maximum(blur, 1e-4), 0, 1)
        wear = noise(u * 0.3, v * 0.3, 1.5) - 0.5
        return column(colour, points) * (1 + depth * 1.2 * weave + depth * 0.5 * wear)

    return paint


def plastered(colour: Bundle) -> Paint:
    """A painted wall, slightly uneven."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:  # noqa: ARG001  a paint's form
        u, v = _on_face(points, normals)
        return column(colour, points) * (1 + 0.05 * (noise(u * 0.13, v * 0.13, 1.8) - 0.5))

    return paint


def tiled(colour: Bundle, joint: Bundle, *, wide: float, high: float, bond: bool = False, vary: float = 0.1) -> Paint:
    """Tiles or boards with joints. ``bond`` shifts every second row by half a tile, ``vary`` is their variation."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:
        u, v = _on_face(points, normals)
        row, to_bed = _within(v / high, high)
        cell, to_side = _within(u / wide + (row % 2) * (0.5 if bond else 0), wide)
        gap = np.maximum(line(to_side, JOINT, blur), line(to_bed, JOINT, blur))
        return mixed(column(colour, points) * (1 + vary * (chance(cell, row) - 0.5)), column(joint, points), gap)

    return paint


def veined(colour: Bundle, vein: Bundle) -> Paint:
    """Marble."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:  # noqa: ARG001  a paint's form
        u, v = (points[0] + 0.3 * points[2]) * 0.35, (points[1] + 0.7 * points[2]) * 0.35
        bend = noise(u, v, 1.7)
        ridge = 1 - np.abs(noise(u * 0.8 + bend * 0.35, v * 0.8 - bend * 0.3, 1.6) - 0.5) * 9
        share = np.clip(ridge, 0, 1)
        return mixed(column(colour, points), column(vein, points), share * share * 0.75 * (0.3 + 0.7 * bend))

    return paint


def leafy(bright: Bundle, dark: Bundle) -> Paint:
    """A mass of small leaves, or grass."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:  # noqa: ARG001  a paint's form
        u, v = points[0] + points[1] * 0.7, points[2] + points[1] * 0.5
        share = 0.4 + 1.6 * (noise(u * 0.9, v * 0.9, 0.8) - 0.5) + 0.9 * (noise(u * 0.3, v * 0.3, 1.4) - 0.5)
        return mixed(column(dark, points), column(bright, points), np.clip(share, 0, 1))

    return paint


def folds(width: float, depth: float) -> Relief:
    """Upright folds of a curtain that hangs along x."""

    def relief(points: Bundle) -> Bundle:
        sway = (noise(points[0] * 0.6, points[2] * 0.03, 1.6) - 0.5) * 13
        bend = np.zeros_like(points)
        bend[0] = depth * np.sin(points[0] * (2 * np.pi / width) + sway)
        return bend

    return relief


def dented(depth: float, scale: float = 1) -> Relief:
    """Soft dents of cushions and bedding, or of clipped hedges."""
    step = 0.01

    def relief(points: Bundle) -> Bundle:
        u = points[0] * (0.5 * scale) + points[2] * 0.21
        v = points[1] * (0.5 * scale) + points[2] * 0.4
        here = noise(u, v, 1.7)
        slopes = np.stack([noise(u + step, v, 1.7) - here, noise(u, v + step, 1.7) - here, np.zeros_like(here)])
        return slopes * np.float32(-0.05 * depth / step)

    return relief

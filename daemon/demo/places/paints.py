"""Paints: floor boards, wood, fabric, tiles, stone, books, pictures. Each is a colour by place; see `surfaces.Paint`."""

from __future__ import annotations

import numpy as np

from daemon.demo.raytrace.noise import chance, noise
from daemon.demo.raytrace.surfaces import Paint, Relief
from daemon.demo.raytrace.vectors import Bundle, column, mixed, ramp, vector


def _flat(points: Bundle, normals: Bundle) -> tuple[Bundle, Bundle]:
    """Two coordinates within the face a point is on: along it, and up it (or along y on a level face)."""
    level = np.abs(normals[2]) > 0.7
    side = np.abs(normals[0]) > np.abs(normals[1])
    u = np.where(side & ~level, points[1], points[0])
    return u, np.where(level, points[1], points[2])


def _line(distance: Bundle, width: float, blur: Bundle) -> Bundle:
    """How much of a pixel at ``distance`` from the middle of a line of ``width`` metres the line covers."""
    return np.clip((width + blur) / 2 - distance, 0, np.minimum(blur, width)) / np.maximum(blur, np.float32(1e-5))


def planks(light: Bundle, dark: Bundle, *, wide: float = 0.16, long: float = 1.9) -> Paint:
    """Boards that run along y."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:  # noqa: ARG001
        x, y, _ = points
        row = np.floor(x / np.float32(wide))
        start = y / np.float32(long) + chance(row) * 7
        board = np.floor(start)
        kind = chance(row, board)
        grain = noise(x * 1.7 + kind * 7, y * 0.11 + kind * 3, 0.9) - 0.5
        figure = noise(x * 0.6 + kind * 5, y * 0.07 + kind, 1.6) - 0.5
        share = np.clip(0.45 + 0.75 * (kind - 0.5) + 1.1 * grain + 1.0 * figure, 0, 1)
        seam = np.minimum(x / np.float32(wide) - row, 1 - x / np.float32(wide) + row) * np.float32(wide)
        butt = np.minimum(start - board, 1 - start + board) * np.float32(long)
        gap = np.maximum(_line(seam, 0.004, blur), _line(butt, 0.003, blur))
        return mixed(column(light, points), column(dark, points), share) * (1 - 0.72 * gap)

    return paint


def grained(light: Bundle, dark: Bundle, axis: int = 0, scale: float = 1.0) -> Paint:
    """Wood whose grain runs along ``axis``."""
    b, c = (axis + 1) % 3, (axis + 2) % 3

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:  # noqa: ARG001
        along = points[axis] * np.float32(0.12 * scale)
        across = (points[b] + points[c] * np.float32(0.83)) * np.float32(scale)
        share = 0.5 + 1.2 * (noise(along, across * 1.3, 1.0) - 0.5) + 1.0 * (noise(along * 0.5, across * 0.35, 1.7) - 0.5)
        return mixed(column(light, points), column(dark, points), np.clip(share, 0, 1))

    return paint


def woven(colour: Bundle, *, depth: float = 0.5, scale: float = 1.0) -> Paint:
    """Cloth: a fine, uneven weave."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:
        u, v = points[0] + points[1] * np.float32(0.37), points[2] + points[1] * np.float32(0.61)
        fade = np.clip(0.004 / np.maximum(blur, 1e-4), 0, 1)
        weave = (noise(u * 3.1 * scale, v * 3.1 * scale, 0.3) - 0.5) * fade
        wear = noise(u * 0.3, v * 0.3, 1.5) - 0.5
        return column(colour, points) * (1 + depth * 1.2 * weave + depth * 0.5 * wear)

    return paint


def plastered(colour: Bundle) -> Paint:
    """A painted wall, not quite even."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:  # noqa: ARG001
        u, v = _flat(points, normals)
        return column(colour, points) * (1 + 0.05 * (noise(u * 0.13, v * 0.13, 1.8) - 0.5))

    return paint


def tiled(colour: Bundle, joint: Bundle, *, wide: float, high: float, bond: bool = False, vary: float = 0.1) -> Paint:
    """Tiles with joints; ``bond`` shifts every second row by half a tile."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:
        u, v = _flat(points, normals)
        row = np.floor(v / np.float32(high))
        shifted = u / np.float32(wide) + (row % 2) * np.float32(0.5 if bond else 0)
        cell = np.floor(shifted)
        across = np.minimum(shifted - cell, 1 - shifted + cell) * np.float32(wide)
        up = np.minimum(v / np.float32(high) - row, 1 - v / np.float32(high) + row) * np.float32(high)
        gap = np.maximum(_line(across, 0.004, blur), _line(up, 0.004, blur))
        tile = column(colour, points) * (1 + vary * (chance(cell, row) - 0.5))
        return mixed(tile, column(joint, points), gap)

    return paint


def veined(colour: Bundle, vein: Bundle, scale: float = 1.0) -> Paint:
    """Marble."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:  # noqa: ARG001
        u, v = (points[0] + 0.3 * points[2]) * np.float32(0.35 * scale), (points[1] + 0.7 * points[2]) * np.float32(0.35 * scale)
        bend = noise(u, v, 1.7)
        ridge = 1 - np.abs(noise(u * 0.8 + bend * 0.35, v * 0.8 - bend * 0.3, 1.6) - 0.5) * 9
        return mixed(column(colour, points), column(vein, points), np.clip(ridge, 0, 1) ** 2 * np.float32(0.75) * (0.3 + 0.7 * bend))

    return paint


def striped_rug(ground: Bundle, line: Bundle, half: tuple[float, float]) -> Paint:
    """A woven rug with a border and a lattice of fine diamonds."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:
        x, y, _ = points
        pile = 1 + 0.35 * (noise(x * 1.9, y * 1.9, 0.5) - 0.5) + 0.25 * (noise(x * 0.4, y * 0.4, 1.4) - 0.5)
        edge = np.minimum(half[0] - np.abs(x), half[1] - np.abs(y))
        lattice = np.zeros_like(x)
        for slope in (1, -1):
            phase = (x + slope * y * np.float32(0.62)) / np.float32(0.34)
            lattice = np.maximum(lattice, _line(np.abs(phase - np.round(phase)) * np.float32(0.29), 0.022, blur))
        lattice = np.where(edge > 0.22, lattice, 0)
        border = np.maximum(_line(np.abs(edge - 0.20), 0.02, blur), _line(np.abs(edge - 0.13), 0.045, blur))
        return mixed(column(ground, points), column(line, points), np.maximum(lattice * 0.8, border * 0.9)) * pile

    return paint


SPINES = np.array(
    [[0.42, 0.39, 0.33], [0.06, 0.085, 0.13], [0.26, 0.075, 0.05], [0.50, 0.47, 0.41], [0.05, 0.10, 0.085], [0.36, 0.24, 0.10],
     [0.09, 0.09, 0.095], [0.38, 0.31, 0.22], [0.14, 0.19, 0.23], [0.54, 0.52, 0.48], [0.30, 0.15, 0.08], [0.20, 0.22, 0.16]],
    np.float32,
).T


def spines(*, high: float, kind: float) -> Paint:
    """A row of books seen from their backs along x, in a box ``high`` metres tall; ``kind`` picks other books."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:  # noqa: ARG001
        along = points[0] / np.float32(0.036)
        along = along + 0.35 * np.sin(along * 1.1 + kind)
        book = np.floor(along)
        pick = chance(book, book * 0 + kind)
        colour = SPINES[:, (pick * SPINES.shape[1]).astype(np.intp)]
        top = np.float32(high / 2) * (1 - 0.36 * chance(book + 9, book * 0 + kind))
        edge = np.minimum(along - book, 1 - along + book)
        colour = colour * np.clip(0.5 + edge * 2.5, 0, 1)
        label = np.abs(points[2] - np.float32(high) * (0.1 + 0.15 * pick)) < np.float32(high) * (0.02 + 0.09 * (pick * 7 % 1) ** 3)
        colour = np.where(label & (chance(book + 3) > 0.45) & (edge > 0.12), np.float32(0.62) - colour * np.float32(0.6), colour)
        return np.where(points[2] < top, colour, np.float32(0.015))

    return paint


def abstract(ground: Bundle, first: Bundle, second: Bundle, half: tuple[float, float], axis: int = 0) -> Paint:
    """A calm modern painting: a low sun over two hills, on paper with a margin."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:
        u, v = points[axis] / np.float32(half[1]), points[2] / np.float32(half[1])
        soft = np.maximum(blur / np.float32(half[1]) * 0.7, np.float32(0.004))
        wash = 1 + 0.35 * (noise(u * 0.2, v * 0.2, 1.6) - 0.5)
        picture = column(ground, points) * wash
        disc = np.clip(0.5 - (np.hypot(u - 0.18, v - 0.22) - 0.33) / soft, 0, 1)
        picture = mixed(picture, column(first, points) * wash, disc)
        for height, slope, tone in ((-0.12, 0.9, 0.55), (-0.42, -1.3, 1.0)):
            hill = height + 0.16 * np.sin(u * np.float32(2.2 * slope) + 1) + 0.05 * (noise(u * 0.3, v * 0 + height, 1.7) - 0.5)
            share = np.clip(0.5 - (v - hill) / soft, 0, 1)
            picture = mixed(picture, mixed(column(ground, points), column(second, points), np.float32(tone)) * wash, share)
        inside = np.minimum(np.float32(half[0] / half[1]) - np.abs(u), 1 - np.abs(v)) > 0.2
        return np.where(inside, picture, np.float32(0.78))

    return paint


def leafy(bright: Bundle, dark: Bundle) -> Paint:
    """A mass of small leaves."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:  # noqa: ARG001
        u, v = points[0] + points[1] * np.float32(0.7), points[2] + points[1] * np.float32(0.5)
        share = 0.4 + 1.6 * (noise(u * 0.9, v * 0.9, 0.8) - 0.5) + 0.9 * (noise(u * 0.3, v * 0.3, 1.4) - 0.5)
        return mixed(column(dark, points), column(bright, points), np.clip(share, 0, 1))

    return paint


def folds(width: float, depth: float, axis: int = 0) -> Relief:
    """Upright folds of a curtain, across ``axis``."""

    def relief(points: Bundle, normals: Bundle) -> Bundle:  # noqa: ARG001
        phase = points[axis] * np.float32(2 * np.pi / width)
        phase = phase + 2.2 * (noise(points[axis] * 0.6, points[2] * 0.03, 1.6) - 0.5) * 6
        bend = np.zeros_like(points)
        bend[axis] = np.float32(depth) * np.sin(phase)
        return bend

    return relief


def rumpled(depth: float, scale: float = 1.0) -> Relief:
    """Soft dents of cushions and bedding."""

    def relief(points: Bundle, normals: Bundle) -> Bundle:  # noqa: ARG001
        u, v = points[0] * np.float32(0.5 * scale) + points[2] * np.float32(0.21), points[1] * np.float32(0.5 * scale) + points[2] * np.float32(0.4)
        step = np.float32(0.01)
        here = noise(u, v, 1.7)
        dents = np.stack([noise(u + step, v, 1.7) - here, noise(u, v + step, 1.7) - here, here * 0])
        return dents * np.float32(-depth / step * 0.05)

    return relief


def warm_white() -> Bundle:
    """Wall paint."""
    return vector(0.78, 0.76, 0.72)


__all__ = ["ramp"]

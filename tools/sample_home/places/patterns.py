"""Paints that show something: a rug, rows of books, prints on the wall."""

from __future__ import annotations

import numpy as np

from tools.sample_home.places.paints import line
from tools.sample_home.raytrace.noise import chance, noise
from tools.sample_home.raytrace.surfaces import Paint
from tools.sample_home.raytrace.vectors import Bundle, Mask, column, mixed

PAPER = np.float32(0.78)
MARGIN = 0.2
"""A share of a print's half height."""
SPINES = np.array(
    [
        [0.42, 0.39, 0.33],
        [0.06, 0.085, 0.13],
        [0.26, 0.075, 0.05],
        [0.50, 0.47, 0.41],
        [0.05, 0.10, 0.085],
        [0.36, 0.24, 0.10],
        [0.09, 0.09, 0.095],
        [0.38, 0.31, 0.22],
        [0.14, 0.19, 0.23],
        [0.54, 0.52, 0.48],
        [0.30, 0.15, 0.08],
        [0.20, 0.22, 0.16],
    ],
    np.float32,
).T


def lattice(ground: Bundle, thread: Bundle, half: tuple[float, float]) -> Paint:
    """A woven rug with the half sizes ``half``: a lattice of diamonds within two borders."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:  # noqa: ARG001  a paint's form
        x, y, _ = points
        pile = 1 + 0.35 * (noise(x * 1.9, y * 1.9, 0.5) - 0.5) + 0.25 * (noise(x * 0.4, y * 0.4, 1.4) - 0.5)
        edge = np.minimum(half[0] - np.abs(x), half[1] - np.abs(y))
        woven = np.maximum(line(np.abs(edge - 0.20), 0.02, blur), line(np.abs(edge - 0.13), 0.045, blur)) * 0.9
        for slope in (0.62, -0.62):
            phase = (x + slope * y) / 0.34
            strand = line(np.abs(phase - np.round(phase)) * 0.29, 0.022, blur) * 0.8
            woven = np.maximum(woven, np.where(edge > 0.22, strand, np.float32(0)))
        return mixed(column(ground, points), column(thread, points), woven) * pile

    return paint


def spines(high: float, kind: float) -> Paint:
    """The spines of a row of books along x, in a box ``high`` metres tall. ``kind`` selects the books."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:  # noqa: ARG001  a paint's form
        along = points[0] / 0.036
        along = along + 0.35 * np.sin(along * 1.1 + kind)
        book = np.floor(along)
        edge = np.minimum(along - book, 1 - along + book)
        pick = chance(book, kind)
        colour = SPINES[:, (pick * SPINES.shape[1]).astype(np.intp)] * np.clip(0.5 + edge * 2.5, 0, 1)
        title = np.abs(points[2] - high * (0.1 + 0.15 * pick)) < high * (0.02 + 0.09 * (pick * 7 % 1) ** 3)
        colour = np.where(title & (chance(book + 3) > 0.45) & (edge > 0.12), np.float32(0.62) - colour * 0.6, colour)
        above = points[2] > high / 2 * (1 - 0.36 * chance(book + 9, kind))
        return np.where(above, np.float32(0.015), colour)

    return paint


def hills(ground: Bundle, sun: Bundle, land: Bundle, half: tuple[float, float]) -> Paint:
    """A print with the half sizes ``half`` on a wall along x: a low sun over two hills, on paper with a margin."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:  # noqa: ARG001  a paint's form
        u, v, soft = _on_paper(points, half, blur)
        wash = _wash(u, v)
        picture: Bundle = column(ground, points) * wash
        disc = np.clip(0.5 - (np.hypot(u - 0.18, v - 0.22) - 0.33) / soft, 0, 1)
        picture = mixed(picture, column(sun, points) * wash, disc)
        for height, slope, tone in ((-0.12, 0.9, 0.55), (-0.42, -1.3, 1.0)):
            hill = height + 0.16 * np.sin(u * 2.2 * slope + 1) + 0.05 * (noise(u * 0.3, v * 0 + height, 1.7) - 0.5)
            tint = column(ground + (land - ground) * np.float32(tone), points) * wash
            picture = mixed(picture, tint, np.clip(0.5 - (v - hill) / soft, 0, 1))
        return np.where(_inside(u, v, half), picture, PAPER)

    return paint


def arches(ground: Bundle, first: Bundle, second: Bundle, half: tuple[float, float]) -> Paint:
    """A print on a wall along x: nested rounded arches, on paper with a margin."""

    def paint(points: Bundle, normals: Bundle, blur: Bundle) -> Bundle:  # noqa: ARG001  a paint's form
        u, v, soft = _on_paper(points, half, blur)
        wash = _wash(u, v)
        picture: Bundle = column(ground, points) * wash
        out = np.where(v > -0.05, np.hypot(u, v + 0.05), np.abs(u))
        for radius, tone in ((0.52, second), (0.40, ground), (0.34, first), (0.22, ground), (0.16, second)):
            share = np.clip(0.5 - (out - radius) / soft, 0, 1) * np.clip(0.5 + (v + 0.62) / soft, 0, 1)
            picture = mixed(picture, column(tone, points) * wash, share)
        return np.where(_inside(u, v, half), picture, PAPER)

    return paint


def _on_paper(points: Bundle, half: tuple[float, float], blur: Bundle) -> tuple[Bundle, Bundle, Bundle]:
    return points[0] / half[1], points[2] / half[1], np.maximum(blur * (0.7 / half[1]), np.float32(0.004))


def _wash(u: Bundle, v: Bundle) -> Bundle:
    return 1 + 0.35 * (noise(u * 0.2, v * 0.2, 1.6) - 0.5)


def _inside(u: Bundle, v: Bundle, half: tuple[float, float]) -> Mask:
    to_edge: Bundle = np.minimum(half[0] / half[1] - np.abs(u), 1 - np.abs(v))
    return to_edge > MARGIN

"""Bundles of vectors: float32 arrays of shape (3, ...), in metres, z up; colours are bundles too, linear Rec. 709."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bundle = NDArray[np.floating[Any]]
"""At run time all are float32. NumPy's types assume more for a product with a Python number."""
Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]
Numbers = NDArray[np.int16]


def vector(*xyz: float) -> Bundle:
    """One vector or colour, shape (3,)."""
    return np.array(xyz, np.float32)


def column(one: Bundle, like: Bundle) -> Bundle:
    """One vector, shaped to broadcast with ``like``."""
    return one.reshape(3, *[1] * (like.ndim - 1))


def dot(a: Bundle, b: Bundle) -> Bundle:
    """Scalar products, one for each vector."""
    product: Bundle = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    return product


def cross(a: Bundle, b: Bundle) -> Bundle:
    """Vector products."""
    return np.stack([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def unit(a: Bundle) -> Bundle:
    """The same directions with length one."""
    return a / np.sqrt(np.maximum(dot(a, a), np.float32(1e-20)))


def turned(matrix: Bundle, a: Bundle) -> Bundle:
    """``matrix`` (3, 3) times every vector. Written out: BLAS is slow for this shape, and many entries are 0."""
    out = np.empty_like(a)
    for row in range(3):
        terms = [matrix[row, k] * a[k] for k in range(3) if matrix[row, k]]
        out[row] = terms[0] if len(terms) == 1 else terms[0] + terms[1] if len(terms) == 2 else sum(terms)
    return out


def largest(a: Bundle) -> Bundle:
    """The largest of each vector's three numbers; several times faster than a reduction."""
    most: Bundle = np.maximum(np.maximum(a[0], a[1]), a[2])
    return most


def smallest(a: Bundle) -> Bundle:
    """The smallest of each vector's three numbers."""
    least: Bundle = np.minimum(np.minimum(a[0], a[1]), a[2])
    return least


def mixed(a: Bundle, b: Bundle, share: Bundle) -> Bundle:
    """Linear interpolation: ``a`` where ``share`` is 0, ``b`` where it is 1."""
    return a + (b - a) * share


def ramp(low: float, high: float, x: Bundle) -> Bundle:
    """Smooth step: 0 below ``low``, 1 above ``high``, an S curve between."""
    s: Bundle = np.clip((x - low) / (high - low), 0, 1)
    return s * s * (3 - 2 * s)


def basis(normal: Bundle) -> tuple[Bundle, Bundle]:
    """Two unit vectors perpendicular to each unit normal and to each other.

    Source: Duff et al., "Building an Orthonormal Basis, Revisited", JCGT 6(1), 2017.
    """
    x, y, z = normal
    sign = np.where(z >= 0, np.float32(1), np.float32(-1))
    a = -1 / (sign + z)
    b = x * y * a
    return np.stack([1 + sign * x * x * a, sign * b, -sign * x]), np.stack([b, sign + y * y * a, -y])


def rotation(turn: float, tilt: float = 0) -> Bundle:
    """Rows are a frame's axes after ``tilt`` about x and then ``turn`` about z, in degrees."""
    cz, sz = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    cx, sx = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
    axes = np.array([[cz, sz, 0], [-sz * cx, cz * cx, sx], [sz * sx, -cz * sx, cx]])
    return np.where(np.abs(axes) < 1e-9, 0, axes).astype(np.float32)

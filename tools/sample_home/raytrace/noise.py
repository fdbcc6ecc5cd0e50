"""Seamless noise for paints: repeating squares of 512 x 512 values, interpolated at any point."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from tools.sample_home.raytrace.vectors import Bundle

SIDE = 512
_ROW = 1024


@cache
def square(steepness: float) -> Bundle:
    """A square of noise from 0 to 1 (mean 0.5) whose spectrum falls with ``frequency ** -steepness``.

    0 is white, 1 grainy, 2 cloudy.
    """
    spectrum = np.fft.rfft2(np.random.default_rng(round(steepness * 100)).standard_normal((SIDE, SIDE)))
    radius = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None, :])
    radius[0, 0] = 1
    field = np.fft.irfft2(spectrum * radius**-steepness)
    values: Bundle = np.clip((field - field.mean()) / field.std() / 6 + 0.5, 0, 1)
    return values.astype(np.float32)


def noise(u: Bundle, v: Bundle, steepness: float = 1.5) -> Bundle:
    """Noise at ``u, v``; it repeats after 1 in both."""
    found = cv2.remap(square(steepness), _map(u), _map(v), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return np.asarray(found, np.float32).ravel()[: u.size].reshape(u.shape)


def _map(w: Bundle) -> Bundle:
    """Coordinates in rows of a length OpenCV takes."""
    rows = np.zeros((w.size // _ROW + 1, _ROW), np.float32)
    rows.ravel()[: w.size] = (w.ravel() - np.floor(w.ravel())) * SIDE
    return rows


def chance(cell: Bundle, other: Bundle | float = 0) -> Bundle:
    """A pseudo-random number from 0 to 1 for every cell, constant for a cell."""
    value = np.sin(cell * np.float32(12.9898) + other * np.float32(78.233) + np.float32(0.5)) * np.float32(4375.85)
    return value - np.floor(value)

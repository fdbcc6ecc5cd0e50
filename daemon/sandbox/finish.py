"""Finishes a picture: bright and neutral, as is usual for real estate. The changes are mild on purpose.

A few preferences change the picture further, so that a client's test can see that they arrived.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from daemon.sandbox.fuse import Pixels

_MIDDLE: Final = 0.63
"""Target of the median lightness, from 0 to 1."""
_GAMMA: Final = (0.62, 1.1)
_SATURATION: Final = 1.12
_NEUTRAL: Final = 0.5
"""Share of the colour cast that is removed from what should be white."""
_CAST_LIMIT: Final = 6.0
_LOCAL_CONTRAST: Final = 1.3
_SHARPENING: Final = 0.35
_WARMTH: Final = 10
"""Added to yellow, in CIELAB, for a warm picture."""
_SKY: Final = {"CLEAR": (225, 150, 70), "HIGH_CLOUD": (225, 185, 130), "LOW_CLOUD": (190, 175, 165)}
"""The colour of a replaced sky, as blue, green and red, by ``cloud_type``."""
_SKY_PERCENTILE: Final = 90
"""The brightness from which a pixel counts as sky: the brightest tenth of the upper half."""
_SKY_SHARE: Final = 0.7


@dataclass(frozen=True, slots=True)
class Look:
    """The preferences that change a picture: warm colours, and a replaced sky with its ``cloud_type``."""

    warm: bool = False
    sky: str | None = None


NEUTRAL: Final = Look()


def look_of(form: Mapping[str, object]) -> Look | None:
    """The look that an image's preferences ask for; None for a picture that is merged only."""
    if form.get("enhance") is False:
        return None
    sky = str(form.get("cloud_type") or "CLEAR") if form.get("sky_replacement") else None
    return Look(warm=form.get("enhance_type") == "warm", sky=sky)


def finished(pixels: Pixels, look: Look = NEUTRAL) -> Pixels:
    """The picture with corrected levels, white balance, local contrast, colour and sharpness, and with its look."""
    light, green_red, blue_yellow = cv2.split(cv2.cvtColor(pixels, cv2.COLOR_BGR2LAB))
    light = cv2.LUT(light, _curve(np.asarray(light, np.uint8)))
    crisp = cv2.createCLAHE(clipLimit=_LOCAL_CONTRAST, tileGridSize=(4, 4)).apply(light)
    light = cv2.addWeighted(crisp, 0.5, light, 0.5, 0)
    white = (light > np.percentile(light, 55)) & (light < 250)
    colours = [_coloured(np.asarray(plane, np.uint8), white) for plane in (green_red, blue_yellow)]
    if look.warm:
        colours[1] = np.asarray(np.minimum(colours[1].astype(np.int16) + _WARMTH, 255), np.uint8)
    graded = cv2.cvtColor(cv2.merge([light, *colours]), cv2.COLOR_LAB2BGR)
    soft = cv2.GaussianBlur(graded, (0, 0), 1.2)
    sharp = np.asarray(cv2.addWeighted(graded, 1 + _SHARPENING, soft, -_SHARPENING, 0), np.uint8)
    return sharp if look.sky is None else _with_sky(sharp, look.sky)


def _curve(light: Pixels) -> Pixels:
    """Stretch to black and white, move the median to its target, and compress highlights instead of clipping them."""
    low, middle, high = (float(value) for value in np.percentile(light, (0.3, 50, 99.7)))
    low, high = min(low, 20.0), max(high, 200.0)
    place = min(max((middle - low) / (high - low), 0.05), 0.95)
    gamma = min(max(math.log(_MIDDLE) / math.log(place), _GAMMA[0]), _GAMMA[1])
    steps = np.clip((np.arange(256) - low) / (high - low), 0, 1)
    lifted = steps**gamma
    blend = np.clip((steps - 0.6) / 0.4, 0, 1) * 0.5
    return np.asarray(np.round(255 * (lifted * (1 - blend) + steps * blend)), np.uint8)


def _coloured(plane: Pixels, white: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Pixels:
    """A colour plane of CIELAB with less cast and slightly more saturation."""
    off = plane.astype(np.float32) - 128
    calm = white & (np.abs(off) < 20)
    cast = float(np.median(off[calm])) if calm.any() else 0.0
    cast = min(max(cast * _NEUTRAL, -_CAST_LIMIT), _CAST_LIMIT)
    return np.asarray(np.clip((off - cast) * _SATURATION + 128, 0, 255), np.uint8)


def _with_sky(pixels: Pixels, cloud_type: str) -> Pixels:
    """The picture with its brightest parts in the upper half tinted like a sky."""
    light = pixels.max(axis=2)
    upper = light[: (len(light) + 1) // 2]
    bright = np.zeros(light.shape, np.float32)
    bright[: len(upper)] = upper >= np.percentile(upper, _SKY_PERCENTILE)
    share = np.asarray(cv2.GaussianBlur(bright, (0, 0), 2), np.float32)[..., None] * _SKY_SHARE
    return np.asarray(pixels * (1 - share) + np.asarray(_SKY[cloud_type], np.float32) * share, np.uint8)

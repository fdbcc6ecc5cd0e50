"""A camera-card dump of rendered places: `DCIM/100CANON/IMG_0431.JPG` and on, five exposures a scene.

The files name themselves "Canon EOS R6", so that software that looks at maker and model behaves as it would with a
photographer's card. Nothing else of them is a Canon file: there is no maker note.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from daemon.demo.raytrace.vectors import Bundle
from daemon.demo.scene import Scene, scene

Progress = Callable[[int, int], None]
Pixels = NDArray[np.uint8]

FIRST_NUMBER = 431
STEP_EV = 2
APERTURE = 8.0
ISO = 400
FULL_WELL = 60000 * 100 / ISO
"""Electrons at which a pixel is full."""
READ_NOISE = 4.0
"""Electrons, standard deviation."""
MID_GREY = 0.13
"""Share of saturation at which the meter places the room's mean."""
SHUTTERS = tuple(
    Fraction(text)
    for text in (
        "1/8000 1/6400 1/5000 1/4000 1/3200 1/2500 1/2000 1/1600 1/1250 1/1000 1/800 1/640 1/500 1/400 1/320 1/250 1/200 "
        "1/160 1/125 1/100 1/80 1/60 1/50 1/40 1/30 1/25 1/20 1/15 1/13 1/10 1/8 1/6 1/5 1/4 3/10 2/5 1/2 3/5 4/5 1 13/10 "
        "8/5 2 5/2 16/5 4 5 6 8 10 13 15 20 25 30"
    ).split()
)
"""What a camera's shutter dial says, in seconds, a third of a stop apart."""
JPEG_QUALITY = 92
BETWEEN_FRAMES = 0.24
"""Seconds a camera needs from the end of one bracket to the next."""


def curve(linear: Bundle) -> Bundle:
    """The camera's tone curve: share of saturation in, JPEG value from 0 to 1 out."""
    return np.asarray(np.interp(linear, _LINEAR, _TONES), np.float32)


def linear(values: Bundle) -> Bundle:
    """The way back: JPEG value from 0 to 1 in, share of saturation out."""
    return np.asarray(np.interp(values, _TONES, _LINEAR), np.float32)


_LINEAR = np.linspace(0, 1, 4097) ** 2.2
_TONES = (lambda g: g + 0.10 * np.sin(2 * np.pi * (g - 0.02)) * -0.35 * (1 - g) * 2)(np.linspace(0, 1, 4097))

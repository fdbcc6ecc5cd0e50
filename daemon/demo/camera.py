"""Makes a camera-card dump of the sample scenes: ``DCIM/100CANON/IMG_0431.JPG`` etc., one set of brackets per scene.

The files name "Canon EOS R6" as their camera, so that software that checks maker and model handles them like a real
card. Nothing else comes from Canon: there is no maker note.

The simulation has lens glare and fall-off, small movements between frames, shot and read noise, full-well saturation,
14-bit quantisation, white balance and a tone curve.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from daemon.demo.card import OFFSET, Shot, exif
from daemon.demo.scene import Light, Scene, Size, sample

Progress = Callable[[int, int], None]
"""Called with the number of written brackets and the total."""
Pixels = NDArray[np.uint8]

FOLDER = Path("DCIM", "100CANON")
FIRST_NUMBER = 431
MOST_BRACKETS = 9
JPEG_QUALITY = 92
START = datetime(2026, 5, 14, 10, 41, 7, 300_000, tzinfo=timezone(OFFSET))
BETWEEN_FRAMES = 0.24
"""Seconds from the end of one exposure to the beginning of the next."""
BETWEEN_SCENES = (20.0, 60.0)

APERTURE, ISO = Fraction(8), 400
SATURATION = 78 / 0.65 / ISO * float(APERTURE) ** 2
"""Luminance times exposure time that saturates a pixel, in cd/m² s. Source: ISO 12232, saturation-based speed."""
METERED = 0.16
"""Share of saturation to which the meter exposes the scene's mean."""
FULL_WELL, READ_NOISE = 15000.0, 4.0
"""Electrons, at this ISO."""
LEVELS = 1 << 14
GLARE, GLARE_WIDTH = 0.004, 0.08
"""Share of the light that strays in the lens, and how far, in picture widths."""
FALL_OFF = 0.22
"""Light lost in the corners."""
MOVEMENT, ROLL = 0.7, 0.008
"""How far the camera moves between frames: pixels and degrees, standard deviations; at most twice that."""
AUTO_WHITE = 0.55
"""Share of a room's tint that the white balance removes; outdoors 0."""

SHUTTERS = (
    *(
        Fraction(1, n)
        for n in (8000, 6400, 5000, 4000, 3200, 2500, 2000, 1600, 1250, 1000, 800, 640, 500, 400, 320, 250)
    ),
    *(Fraction(1, n) for n in (200, 160, 125, 100, 80, 60, 50, 40, 30, 25, 20, 15, 13, 10, 8, 6, 5, 4)),
    *(Fraction(n, 10) for n in (3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 32, 40, 50, 60, 80, 100, 130, 150, 200, 250, 300)),
)
"""The shutter's speeds as cameras write them, in seconds, a third of a stop apart."""

_SHARES = np.linspace(0, 1, LEVELS)
_GAMMA = _SHARES ** (1 / 2.2)
_TONES = 0.65 * _GAMMA + 0.35 * _GAMMA**2 * (3 - 2 * _GAMMA)
_PIXELS: Pixels = (_TONES * 255 + 0.5).astype(np.uint8)


def linear(values: Light) -> Light:
    """Convert JPEG values from 0 to 1 back through the camera's tone curve to shares of saturation."""
    return np.interp(values, _TONES, _SHARES).astype(np.float32)


def biases(brackets: int) -> tuple[int, ...]:
    """Exposure steps of a set in EV, in the order a Canon takes them: as metered, then dark to bright.

    Two EV apart for up to five brackets, one EV for more. An even number lacks the brightest.
    """
    if not 1 <= brackets <= MOST_BRACKETS:
        raise ValueError(f"A set has 1 to {MOST_BRACKETS} brackets, not {brackets}.")
    step, reach = (2 if brackets <= 5 else 1), brackets // 2
    return (0, *(step * n for n in range(-reach, reach + 1) if n))[:brackets]


def make_shoot(
    folder: Path,
    *,
    scenes: int = 3,
    brackets: int = 5,
    size: Size = (1500, 1000),
    seed: int = 1,
    progress: Progress | None = None,
) -> tuple[Path, ...]:
    """Photograph the given number of scenes and brackets into a card's folders below ``folder``.

    ``size`` is width and height in pixels, portrait or landscape. Returns the files in the order of capture; the same
    arguments give the same bytes. ``progress`` is called before the first and after each file. Raises ValueError for
    an impossible number of brackets, and OSError if the folder cannot be written.
    """
    ladder = biases(brackets)
    target = folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng([seed, brackets])
    begun = START + timedelta(minutes=seed % 240)
    files: list[Path] = []
    for number in range(scenes):
        if progress and not files:
            progress(0, scenes * brackets)
        sitting = Sitting.of(sample(number, size, seed=seed))
        for bias in ladder:
            time = sitting.shutter(bias)
            shot = Shot(begun, time, bias, APERTURE, ISO, sitting.focal, size)
            path = target / f"IMG_{FIRST_NUMBER + len(files):04}.JPG"
            picture = Image.fromarray(sitting.exposed(time, chance, steady=bias == 0))
            picture.save(path, "JPEG", quality=JPEG_QUALITY, subsampling=1, exif=exif(shot))
            files.append(path)
            begun += timedelta(seconds=float(time) + BETWEEN_FRAMES + float(chance.uniform(0, 0.02)))
            if progress:
                progress(len(files), scenes * brackets)
        begun += timedelta(seconds=float(chance.uniform(*BETWEEN_SCENES)))
    return tuple(files)


@dataclass(frozen=True, slots=True, eq=False)
class Sitting:
    """A scene on the sensor: white-balanced light in cd/m², and the metered shutter speed."""

    light: Light
    metered: Fraction
    focal: Fraction

    @classmethod
    def of(cls, scene: Scene) -> Sitting:
        """Point the camera at a scene."""
        light = _through_lens(scene.radiance)
        brightness = light.max(axis=2)
        room = light[brightness < np.percentile(brightness, 70)]
        tint = np.exp(np.log(room + np.float32(1e-3)).mean(axis=0))
        light *= (tint[1] / tint) ** np.float32(AUTO_WHITE if scene.indoors else 0)
        mean = float(np.exp(np.log(brightness + np.float32(1e-3)).mean()))
        return cls(light, _nearest(METERED * SATURATION / mean), Fraction(scene.focal_mm).limit_denominator(10))

    def shutter(self, bias: int) -> Fraction:
        """The shutter speed ``bias`` EV from the metered one."""
        return _nearest(float(self.metered) * 2.0**bias)

    def exposed(self, time: Fraction, chance: np.random.Generator, *, steady: bool) -> Pixels:
        """One frame as the pixels of the camera's JPEG, shape (height, width, 3). ``steady``: without movement."""
        light = self.light if steady else _moved(self.light, chance)
        electrons = light * np.float32(FULL_WELL * float(time) / SATURATION)
        noise = chance.standard_normal(electrons.shape, dtype=np.float32)
        electrons += noise * np.sqrt(np.maximum(electrons, 0) + np.float32(READ_NOISE**2))
        raw = np.clip(electrons * np.float32((LEVELS - 1) / FULL_WELL), 0, LEVELS - 1).astype(np.uint16)
        pixels: Pixels = _PIXELS.take(raw)
        return pixels


def _nearest(seconds: float) -> Fraction:
    return min(SHUTTERS, key=lambda speed: abs(np.log2(float(speed) / seconds)))


def _through_lens(radiance: Light) -> Light:
    """Add the lens' softness, glare and fall-off."""
    height, width = radiance.shape[:2]
    small = cv2.resize(radiance, (max(width // 8, 1), max(height // 8, 1)), interpolation=cv2.INTER_AREA)
    glare = cv2.resize(cv2.GaussianBlur(small, (0, 0), max(width, height) / 8 * GLARE_WIDTH), (width, height))
    y, x = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    fall_off = (1 - FALL_OFF * (x * x + y * y) / 2).astype(np.float32)
    soft = cv2.GaussianBlur(radiance, (3, 3), 0.45)
    return np.asarray((soft * (1 - GLARE) + glare * GLARE) * fall_off[:, :, None], np.float32)


def _moved(light: Light, chance: np.random.Generator) -> Light:
    height, width = light.shape[:2]
    across, down, roll = np.clip(chance.standard_normal(3), -2, 2) * (MOVEMENT, MOVEMENT, ROLL)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), float(roll), 1)
    matrix[:, 2] += across, down
    return np.asarray(cv2.warpAffine(light, matrix, (width, height), borderMode=cv2.BORDER_REFLECT_101), np.float32)

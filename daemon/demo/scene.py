"""The sample scenes: property photos as light in cd/m², with more dynamic range than one exposure can record.

They were rendered once by ``tools/sample_home`` and are JPEG 2000 files (ISO/IEC 15444-1) with 16 bits a channel: the
binary logarithm of the light, from DARKEST_EV to BRIGHTEST_EV. Compression changes them by 0.04 EV (root mean square).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Light = NDArray[np.float32]
"""Shape (height, width, 3), linear Rec. 709, in cd/m²."""
Size = tuple[int, int]
"""Width and height in pixels."""

FOLDER = Path(__file__).with_name("scenes")
SIZE: Size = (1500, 1000)
DARKEST_EV, BRIGHTEST_EV = -8.0, 14.0
"""log2 of the light, in cd/m², that the lowest and the highest code stand for."""
HIGHEST_CODE = 65535

NAMES = ("living-room", "kitchen", "bedroom", "house")
FOCAL_MM = (18.5, 18.5, 19.0, 21.0)
OUTDOORS = frozenset({"house"})

TINT, BRIGHTNESS_EV = 0.06, 1.0
"""Variation of further scenes: of colours (standard deviation, natural logarithm) and of light (maximum)."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One scene. ``focal_mm`` is the focal length on full frame; ``indoors`` is true for a room."""

    radiance: Light
    focal_mm: float
    indoors: bool


def sample(number: int, size: Size, *, seed: int = 1) -> Scene:
    """Scene ``number`` (from 0) cut and scaled to ``size``.

    There are four scenes. Higher numbers, or another ``seed``, give them mirrored and in different light. The same
    arguments give the same pixels.
    """
    kind = number % len(NAMES)
    radiance = _fitted(_decoded(FOLDER / f"{NAMES[kind]}.jp2"), size)
    if (seed, number) != (1, kind):
        radiance = _varied(radiance, np.random.default_rng([seed, number]))
    return Scene(np.ascontiguousarray(radiance), FOCAL_MM[kind], NAMES[kind] not in OUTDOORS)


def encoded(radiance: Light) -> NDArray[np.uint16]:
    """Convert light to the codes of a picture file, in OpenCV's order of channels (blue first)."""
    stops = np.log2(np.maximum(radiance, np.float32(2**DARKEST_EV)))
    codes = (stops - DARKEST_EV) / (BRIGHTEST_EV - DARKEST_EV) * HIGHEST_CODE
    return np.clip(codes + 0.5, 0, HIGHEST_CODE).astype(np.uint16)[:, :, ::-1]


def _decoded(path: Path) -> Light:
    codes = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if codes is None:
        raise OSError(f"{path} cannot be read. Install bracketd again.")
    stops = codes[:, :, ::-1].astype(np.float32) * ((BRIGHTEST_EV - DARKEST_EV) / HIGHEST_CODE) + DARKEST_EV
    return np.asarray(np.exp2(stops), np.float32)


def _fitted(radiance: Light, size: Size) -> Light:
    """Crop the middle of a picture to the shape of ``size`` and scale it."""
    height, width = radiance.shape[:2]
    scale = max(size[0] / width, size[1] / height)
    across, down = min(width, round(size[0] / scale)), min(height, round(size[1] / scale))
    left, top = (width - across) // 2, (height - down) // 2
    middle = radiance[top : top + down, left : left + across]
    method = cv2.INTER_AREA if scale <= 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(middle, size, interpolation=method), np.float32)


def _varied(radiance: Light, chance: np.random.Generator) -> Light:
    tint = np.exp(chance.normal(0, TINT, 3)) * 2.0 ** chance.uniform(-BRIGHTNESS_EV, BRIGHTNESS_EV)
    return np.asarray(radiance[:, ::-1] * tint.astype(np.float32), np.float32)

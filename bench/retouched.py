"""Finished pictures as a service or a person may change them, for the benchmark of looks."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Height by width by 3: blue, green, red."""

KEYSTONE, CROP = 0.05, 0.03
"""Largest change of the width at the top, and of each side, as shares of the width."""
BRIGHTNESS_EV = 1.5
COMBINED = 3
"""Pictures with all changes at once, drawn by chance."""


def variants(picture: Pixels, chance: np.random.Generator) -> Iterator[tuple[str, Pixels]]:
    """The picture with each change by itself, then with all of them."""
    yield "unchanged", picture
    yield "1.5 EV brighter", brighter(picture, BRIGHTNESS_EV)
    yield "1.5 EV darker", brighter(picture, -BRIGHTNESS_EV)
    yield "lighter tones", toned(picture, 0.6)
    yield "darker tones", toned(picture, 1.6)
    yield "more contrast", _bytes(3 * (picture / 255.0) ** 2 - 2 * (picture / 255.0) ** 3)
    yield "grey", saturated(picture, 0)
    yield "saturated", saturated(picture, 1.8)
    yield "other white balance", balanced(picture, 1.25, 0.75)
    yield "other sky", other_sky(picture, chance)
    yield "leaning back", keystoned(picture, KEYSTONE)
    yield "leaning forward", keystoned(picture, -KEYSTONE)
    yield "cropped", cropped(picture, chance)
    yield "soft", soft(picture)
    yield "JPEG quality 80", compressed(picture)
    for number in range(COMBINED):
        changed = cropped(keystoned(other_sky(picture, chance), float(chance.uniform(-KEYSTONE, KEYSTONE))), chance)
        changed = brighter(changed, float(chance.uniform(-BRIGHTNESS_EV, BRIGHTNESS_EV)))
        changed = saturated(toned(changed, float(chance.uniform(0.7, 1.4))), float(chance.uniform(0.5, 1.6)))
        changed = balanced(changed, *(float(one) for one in chance.uniform(0.85, 1.15, 2)))
        yield f"everything, {number + 1}", compressed(soft(changed))


def brighter(picture: Pixels, stops: float) -> Pixels:
    """More light, as at another exposure."""
    return _bytes(((picture / 255.0) ** 2.2 * 2**stops) ** (1 / 2.2))


def toned(picture: Pixels, gamma: float) -> Pixels:
    """Another tone curve."""
    return _bytes((picture / 255.0) ** gamma)


def saturated(picture: Pixels, by: float) -> Pixels:
    """More or less colour."""
    grey = picture.mean(axis=2, keepdims=True)
    return _bytes((grey + (picture - grey) * by) / 255.0)


def balanced(picture: Pixels, red: float, blue: float) -> Pixels:
    """Another white balance."""
    return _bytes(picture * np.array([blue, 1, red]) / 255.0)


def other_sky(picture: Pixels, chance: np.random.Generator) -> Pixels:
    """Another sky, a gradient with clouds: above the horizon, or in the brightest parts of a room."""
    height, width = picture.shape[:2]
    mask = np.zeros((height + 2, width + 2), np.uint8)
    calm = cv2.GaussianBlur(picture, (0, 0), 3)
    flags = 4 | 255 << 8 | cv2.FLOODFILL_MASK_ONLY
    for x in range(5, width, width // 12):
        cv2.floodFill(calm, mask, (x, 3), (0, 0, 0), (3, 3, 3), (3, 3, 3), flags)
    replaced = mask[1:-1, 1:-1] > 0
    if not 0.05 < replaced.mean() < 0.5:
        light = picture.mean(axis=2)
        replaced = light > np.percentile(light, 85)
    top, bottom = chance.uniform((120, 60, 40), (255, 220, 200)), chance.uniform((180, 180, 150), 255)
    sky = np.linspace(0, 1, height)[:, None, None] * (bottom - top) + top
    clouds = cv2.resize(chance.normal(0, 25, (6, 8)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    changed = picture.copy()
    changed[replaced] = _bytes((sky + clouds[:, :, None]) / 255.0)[replaced]
    return changed


def keystoned(picture: Pixels, share: float) -> Pixels:
    """Verticals corrected: the top, or the bottom if negative, stretched."""
    height, width = picture.shape[:2]
    top, bottom = max(share, 0) * width, max(-share, 0) * width
    seen = np.array([[top, 0], [width - top, 0], [width - bottom, height], [bottom, height]], np.float32)
    shown = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(seen, shown)
    return np.asarray(cv2.warpPerspective(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def cropped(picture: Pixels, chance: np.random.Generator) -> Pixels:
    """Less of every side."""
    height, width = picture.shape[:2]
    left, right, top, bottom = chance.uniform(0, CROP, 4)
    return picture[int(top * height) : height - int(bottom * height), int(left * width) : width - int(right * width)]


def soft(picture: Pixels) -> Pixels:
    """A mild blur."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), picture.shape[1] / 600), np.uint8)


def compressed(picture: Pixels) -> Pixels:
    """A JPEG of quality 80."""
    written = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])[1]
    return np.asarray(cv2.imdecode(written, cv2.IMREAD_COLOR), np.uint8)


def _bytes(shares: NDArray[np.float64]) -> Pixels:
    return (np.clip(shares, 0, 1) * 255 + 0.5).astype(np.uint8)

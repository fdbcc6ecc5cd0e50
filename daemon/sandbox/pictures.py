"""Picture files: merges stored brackets into a result, and makes the file that a client requests.

Blocking; runs in the studio's threads.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from daemon.sandbox.decode import decode, resized, within
from daemon.sandbox.finish import Look, finished
from daemon.sandbox.fuse import Pixels, fused

_USUAL_SET: Final = 5
_KEPT_QUALITY: Final = 97
_PREVIEW_QUALITY: Final = 40
_PREVIEW_SIDE: Final = 800
_PREVIEW_SHARE: Final = 2 / 3
"""The largest size of a preview, as a share of the full size. So the preview of a small picture is smaller, too."""
_NOTHING_SIZE: Final = (426, 640)
_LONGEST_SIDE: Final = 8192
"""Largest longer side of a picture, in pixels."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The parameters of a download. A preview is always small and of low quality.

    ``scale`` multiplies the size, ``max_width`` limits it.
    """

    quality: int = 90
    format: str = "jpeg"
    preview: bool = True
    watermark: bool = False
    max_width: int | None = None
    scale: float = 1.0


def merge(
    brackets: Sequence[Path], title: str, long_side: int, *, look: Look | None, original: Path, enhanced: Path
) -> bool:
    """Write the merged picture of a set, without and with finishing. A ``look`` of None leaves it as it was merged.

    Returns False if no bracket could be read; then it writes a placeholder. Larger sets are merged at a smaller size,
    so that they need no more memory. A bracket of another size is left out. Raises ``ValueError`` if the merge fails,
    and ``OSError`` if the result cannot be written.
    """
    bound = round(long_side * min(1.0, math.sqrt(_USUAL_SET / len(brackets))))
    exposures = [pixels for path in brackets if (pixels := decode(path, bound)) is not None]
    exposures = [pixels for pixels in exposures if pixels.shape == exposures[0].shape]
    try:
        merged = fused(exposures) if exposures else _nothing(title)
        result = finished(merged, look) if exposures and look is not None else merged
    except cv2.error as problem:
        raise ValueError(str(problem)) from None
    _write(original, merged, "jpeg", _KEPT_QUALITY)
    _write(enhanced, result, "jpeg", _KEPT_QUALITY)
    return bool(exposures)


def render(source: Path, target: Path, long_side: int, wish: Wish) -> None:
    """Write the file that ``wish`` describes. Raises ``OSError``, and ``ValueError`` for an unreadable source.

    The full size is that of the brackets, ``long_side``, even if they were merged at a smaller size.
    """
    pixels = decode(source, _PREVIEW_SIDE if wish.preview else None)
    if pixels is None:
        raise ValueError(f"no picture in {source.name}")
    side = max(*pixels.shape[:2], min(long_side, _LONGEST_SIDE))
    if wish.preview:
        pixels = within(pixels, max(1, round(side * _PREVIEW_SHARE)))
    height, width = pixels.shape[:2]
    full = width if wish.preview else width * side / max(width, height)
    wide = max(1, round(min(full * wish.scale, wish.max_width or full)))
    if wide != width:
        pixels = resized(pixels, wide, round(height * wide / width))
    if wish.watermark:
        pixels = _watermarked(pixels)
    _write(target, pixels, wish.format, min(wish.quality, _PREVIEW_QUALITY) if wish.preview else wish.quality)


def _nothing(title: str) -> Pixels:
    """A placeholder for a set without readable pictures."""
    pixels = np.full((*_NOTHING_SIZE, 3), 228, np.uint8)
    for line, text in enumerate(("sandbox: no picture could be read", title[:48])):
        place = (24, 200 + 36 * line)
        cv2.putText(pixels, _ascii(text), place, cv2.FONT_HERSHEY_SIMPLEX, 0.7, (96, 96, 96), 1, cv2.LINE_AA)
    return pixels


def _watermarked(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    layer = pixels.copy()
    size = max(0.4, width / 900)
    for across in range(0, width, max(1, width // 3)):
        for down in range(height // 6, height + 1, max(1, height // 4)):
            place = (across, down)
            cv2.putText(layer, "SANDBOX", place, cv2.FONT_HERSHEY_SIMPLEX, size, (255, 255, 255), 2, cv2.LINE_AA)
    return np.asarray(cv2.addWeighted(layer, 0.35, pixels, 0.65, 0), np.uint8)


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode()


def _write(path: Path, pixels: Pixels, kind: str, quality: int) -> None:
    extension, parameters = {
        "jpeg": (".jpg", [cv2.IMWRITE_JPEG_QUALITY, quality]),
        "png": (".png", [cv2.IMWRITE_PNG_COMPRESSION, 4]),
        "webp": (".webp", [cv2.IMWRITE_WEBP_QUALITY, quality]),
    }[kind]
    done, data = cv2.imencode(extension, pixels, parameters)
    if not done:
        raise OSError(f"could not encode {path.name}")
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(data.tobytes())
    part.replace(path)

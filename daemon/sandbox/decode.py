"""Decodes a bracket's file of any kind, at a limited size."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from daemon.errors import FileError
from daemon.exif import Capture, read
from daemon.sandbox.fuse import Pixels

_RAW: Final = frozenset({"cr2", "cr3", "nef", "arw", "dng", "orf", "pef", "srw", "rw2", "raf"})
_JPEG_START: Final = re.compile(rb"\xff\xd8\xff[\xc0-\xfe]")
_MOST_EMBEDDED: Final = 16

cv2.utils.logging.setLogLevel(
    cv2.utils.logging.LOG_LEVEL_SILENT
)  # a file that cannot be decoded is reported by the return value, not on stderr


def decode(path: Path, long_side: int | None = None) -> Pixels | None:
    """The file's picture, upright, with a longer side of at most ``long_side``; None if it cannot be decoded.

    For a RAW file it is the largest JPEG inside: the preview that the camera embeds.
    """
    try:
        capture = read(path)
    except FileError:
        capture = Capture()
    seen = max(capture.width or 0, capture.height or 0)
    pixels = None if capture.container in _RAW else cv2.imread(str(path), _reduction(seen, long_side))
    if pixels is None:
        pixels = _embedded(path, long_side)
    return None if pixels is None else within(np.asarray(pixels, np.uint8), long_side)


def within(pixels: Pixels, long_side: int | None) -> Pixels:
    """The picture, scaled down if its longer side exceeds ``long_side``."""
    height, width = pixels.shape[:2]
    factor = (long_side or 1 << 20) / max(height, width)
    return resized(pixels, round(width * factor), round(height * factor)) if factor < 1 else pixels


def resized(pixels: Pixels, width: int, height: int) -> Pixels:
    """The picture in another size. Scaling down averages pixels."""
    size = (max(1, width), max(1, height))
    way = cv2.INTER_AREA if width < pixels.shape[1] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, size, interpolation=way), np.uint8)


def _reduction(seen: int, long_side: int | None) -> int:
    """The decoder's reduced size: the JPEG decoder can skip pixels that scaling down would average anyway."""
    spare = seen / (long_side or 1 << 20)
    if spare >= 4:
        return cv2.IMREAD_REDUCED_COLOR_4
    return cv2.IMREAD_REDUCED_COLOR_2 if spare >= 2 else cv2.IMREAD_COLOR


def _embedded(path: Path, long_side: int | None) -> Pixels | None:
    """The largest embedded JPEG. Each is decoded at an eighth of its size, and only the largest at full size."""
    if path.stat().st_size < 1024:
        return None
    data = np.memmap(path, np.uint8, "r")
    largest, start, seen = 0, 0, 0
    for found in islice(_JPEG_START.finditer(data.data), _MOST_EMBEDDED):
        small = cv2.imdecode(np.asarray(data[found.start() :]), cv2.IMREAD_REDUCED_COLOR_8)
        if small is not None and small.size > largest:
            largest, start, seen = small.size, found.start(), 8 * max(small.shape[:2])
    if not largest:
        return None
    pixels = cv2.imdecode(np.asarray(data[start:]), _reduction(seen, long_side))
    return None if pixels is None else np.asarray(pixels, np.uint8)

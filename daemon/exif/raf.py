"""RAF, Fujifilm's raw format: a JPEG with the Exif block inside, and a directory of the sensor's data."""

from __future__ import annotations

from dataclasses import replace

from daemon.exif.capture import Capture
from daemon.exif.jpeg import read_jpeg
from daemon.exif.source import Source
from daemon.exif.tags import whole_size

MAGIC = b"FUJIFILMCCD-RAW "

MOST_ENTRIES = 64
"""The maximum number of entries of the sensor directory to read."""

_JPEG_POINTER = 84
_SENSOR_POINTER = 92
_CROPPED_SIZE = 0x0111


def read_raf(source: Source) -> Capture:
    """Read a RAF file. Its pointers and sizes are big-endian."""
    capture = read_jpeg(source, source.number(_JPEG_POINTER, 4))
    width, height = _cropped_size(source, source.number(_SENSOR_POINTER, 4))
    return replace(capture, container="raf", width=width, height=height)


def _cropped_size(source: Source, directory: int) -> tuple[int, int] | tuple[None, None]:
    """Width and height of the image. An entry is a tag, a size in bytes, and the data, here height then width."""
    at = directory + 4
    for _ in range(min(source.number(directory, 4), MOST_ENTRIES)):
        if source.number(at, 2) == _CROPPED_SIZE:
            return whole_size(source.number(at + 6, 2), source.number(at + 4, 2))
        at += 4 + source.number(at + 2, 2)
    return None, None

"""PNG: pixel size in the IHDR chunk, an Exif block in the eXIf chunk (PNG 3rd edition, section 11)."""

from __future__ import annotations

from dataclasses import replace

from daemon.exif.capture import Capture
from daemon.exif.source import Source
from daemon.exif.tags import capture_in, whole_size

MAGIC = b"\x89PNG\r\n\x1a\n"

MOST_CHUNKS = 64
"""The maximum number of chunks to read. Exif should be before the image data."""


def read_png(source: Source) -> Capture:
    """Read a PNG up to its image data."""
    capture = Capture()
    size: tuple[int, int] | tuple[None, None] = (None, None)
    at = len(MAGIC)
    for _ in range(MOST_CHUNKS):
        name = source.at(at + 4, 4)
        if name in (b"", b"IDAT", b"IEND"):
            break
        if name == b"IHDR":
            size = whole_size(source.number(at + 8, 4), source.number(at + 12, 4))
        if name == b"eXIf":
            capture = capture_in(source, at + 8)
        at += 12 + source.number(at, 4)
    return replace(capture, container="png", width=size[0], height=size[1])

"""JPEG: Exif in the APP1 segment, pixel size in the frame header (ITU-T T.81, annex B; Exif 2.32, section 4.7)."""

from __future__ import annotations

from dataclasses import replace

from daemon.exif.capture import Capture
from daemon.exif.source import Source
from daemon.exif.tags import capture_in, whole_size

MAGIC = b"\xff\xd8\xff"

MOST_SEGMENTS = 256
"""The maximum number of segments to read. An extended XMP packet of several megabytes has about forty."""

_APP1 = 0xE1
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN = 0xDA
_END = 0xD9


def read_jpeg(source: Source, start: int = 0) -> Capture:
    """Read the JPEG at ``start`` up to its frame header."""
    capture: Capture | None = None
    at = start + 2
    for _ in range(MOST_SEGMENTS):
        head = source.at(at, 10)
        if len(head) < 4 or head[0] != 0xFF or head[1] in (_SCAN, _END):
            break
        if head[1] == 0xFF:  # a fill byte
            at += 1
            continue
        if head[1] == _APP1 and capture is None and head[4:8] == b"Exif":
            capture = capture_in(source, at + 10)
        if head[1] in _FRAME_HEADERS:
            frame = source.at(at + 5, 4)
            width, height = whole_size(int.from_bytes(frame[2:]), int.from_bytes(frame[:2]))
            if width is not None:
                capture = replace(capture or Capture(), width=width, height=height)
            break
        at += 2 + int.from_bytes(head[2:4])
    return replace(capture or Capture(), container="jpeg")

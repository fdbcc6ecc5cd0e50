"""Boxes of the ISO base media file format, on which CR3 and HEIF are based (ISO/IEC 14496-12, section 4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from daemon.exif.source import Source

END = 1 << 62
"""The end of the outermost boxes: an offset beyond any file."""

MOST_BOXES = 1024
"""The maximum number of boxes, or rows of a table, on one level. A tiled HEIF has about two hundred items."""


class Box(NamedTuple):
    """A box: its four-letter type, and the start and end of its payload in the file."""

    kind: bytes
    start: int
    end: int

    def payload(self, source: Source) -> bytes:
        """The payload, up to the limit of one read."""
        return source.at(self.start, self.end - self.start)


def boxes(source: Source, start: int, end: int) -> Iterator[Box]:
    """The boxes from ``start`` to ``end``, in order."""
    for _ in range(MOST_BOXES):
        head = source.at(start, 16)
        if len(head) < 8 or start + 8 > end:
            return
        size, skip = int.from_bytes(head[:4]), 8
        if size == 1:
            size, skip = int.from_bytes(head[8:]), 16
        stop = end if size == 0 else min(start + size, end)
        if stop < start + skip:
            return
        yield Box(head[4:8], start + skip, stop)
        start = stop


def first_box(source: Source, start: int, end: int, kind: bytes) -> Box | None:
    """The first box of that type, None if there is none."""
    return next((box for box in boxes(source, start, end) if box.kind == kind), None)

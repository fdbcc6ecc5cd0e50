"""Boxes of the ISO base media file format, of which CR3 and HEIF are made (ISO/IEC 14496-12, section 4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from daemon.exif.source import Source

END = 1 << 62
"""Beyond any file: where the outermost boxes end."""

MOST_BOXES = 1024
"""Boxes, or rows of a table, looked at on one level; a tiled HEIF names some two hundred items."""


class Box(NamedTuple):
    """A box: its four-letter type, and where its payload begins and ends in the file."""

    kind: bytes
    start: int
    end: int

    def payload(self, source: Source) -> bytes:
        """The payload, as much as one read may give."""
        return source.at(self.start, self.end - self.start)


def boxes(source: Source, start: int, end: int) -> Iterator[Box]:
    """The boxes from ``start`` up to ``end``, one after another."""
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
    """The first box of that type."""
    return next((box for box in boxes(source, start, end) if box.kind == kind), None)

"""Image file directories of TIFF and BigTIFF as places in a file: what they hold ends where, not what it means.

TIFF 6.0, section 2; BigTIFF as libtiff documents it: numbers of 64 bits where TIFF has 32, and 20 bytes an entry.
``daemon.exif.ifd`` reads the values of classic directories and forgives what is missing; here that is what counts.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from daemon.exif.structure.body import TAIL_BYTES, Body

MOST_ENTRIES = 512
"""Entries of one directory; cameras write fewer than 150, and a greater count is no directory."""

MOST_NUMBERS = TAIL_BYTES // 8
"""Numbers read of one list, whatever their type, so that lists of offsets and of counts stay side by side."""

_BIG = 43
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_CODES = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}


class Layout(NamedTuple):
    """How a file writes its directories: byte order, and the codes of ``struct`` for its numbers."""

    magic: int
    order: str
    count_code: str
    offset_code: str

    @property
    def count_bytes(self) -> int:
        """Bytes of the count before a directory's entries."""
        return struct.calcsize(f"={self.count_code}")

    @property
    def offset_bytes(self) -> int:
        """Bytes of an offset, which are also those of a value that stands in its entry."""
        return struct.calcsize(f"={self.offset_code}")

    @property
    def entry_bytes(self) -> int:
        """Bytes of an entry: tag, type, count, value or offset."""
        return 4 + 2 * self.offset_bytes


class Entry(NamedTuple):
    """An entry: its TIFF type, and where its values begin and end."""

    kind: int
    start: int
    end: int


class Directory(NamedTuple):
    """The entries by tag, where the last one ends, and the offset of the next directory; 0 if there is none."""

    body: Body
    layout: Layout
    entries: dict[int, Entry]
    end: int
    next: int

    def numbers(self, tag: int) -> tuple[int, ...]:
        """The unsigned integers of ``tag``, of very many the last; empty if it is absent or lies beyond the file."""
        entry = self.entries.get(tag)
        if entry is None or entry.kind not in _CODES or entry.end > self.body.size:
            return ()
        code = struct.Struct(f"{self.layout.order}{_CODES[entry.kind]}")
        start = max(entry.start, entry.end - MOST_NUMBERS * code.size)
        data = self.body.at(start, entry.end - start)
        return tuple(number for (number,) in code.iter_unpack(data[: len(data) // code.size * code.size]))

    def number(self, tag: int) -> int:
        """The first of the integers of ``tag``; 0 if there is none."""
        return next(iter(self.numbers(tag)), 0)

    def end_of(self, tag: int) -> int:
        """Where the values of ``tag`` end; 0 if it is absent."""
        return self.entries[tag].end if tag in self.entries else 0


def open_layout(body: Body) -> tuple[Layout, int]:
    """How a file that begins with II or MM writes its directories, and the offset of the first one."""
    order = "<" if body.at(0, 2) == b"II" else ">"
    magic = body.number(2, 2, order)
    if magic == _BIG:
        return Layout(magic, order, "Q", "Q"), body.number(8, 8, order)
    return Layout(magic, order, "H", "I"), body.number(4, 4, order)


def open_directory(body: Body, layout: Layout, at: int) -> Directory | None:
    """The directory at ``at``, as much of it as there is; None if none can be."""
    count = body.number(at, layout.count_bytes, layout.order)
    first = at + layout.count_bytes
    end = first + count * layout.entry_bytes
    if not 0 < count <= MOST_ENTRIES:
        return None
    table = body.at(first, end - first)
    row = struct.Struct(f"{layout.order}HH{layout.offset_code * 2}")
    entries: dict[int, Entry] = {}
    rows = row.iter_unpack(table[: len(table) // row.size * row.size])
    for number, (tag, kind, values, value) in enumerate(rows):
        if kind in _SIZES:
            size = _SIZES[kind] * values
            inline = first + number * row.size + 4 + layout.offset_bytes
            start = inline if size <= layout.offset_bytes else value
            entries[tag] = Entry(kind, start, start + size)
    if len(entries) * 2 < len(table) // row.size:  # most of their types are none: other data that lie there
        return None
    return Directory(body, layout, entries, end, body.number(end, layout.offset_bytes, layout.order))

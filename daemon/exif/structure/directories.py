"""Positions of directories and their values in TIFF and BigTIFF files.

TIFF 6.0, section 2. BigTIFF as documented by libtiff: 64-bit numbers instead of 32, and 20 bytes per entry.
``daemon.exif.ifd`` reads values and ignores missing data; this module finds missing data.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from daemon.exif.structure.body import TAIL_BYTES, Body

MOST_ENTRIES = 512
"""The maximum number of entries of a directory. Cameras write fewer than 150; with more it is not a directory."""

MOST_NUMBERS = TAIL_BYTES // 8
"""The maximum number of values to read from one list. It is the same for all types, so that offsets and counts
match."""

_BIG = 43
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_CODES = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}


class Layout(NamedTuple):
    """The format of a file's directories: byte order, and the ``struct`` codes of its numbers."""

    magic: int
    order: str
    count_code: str
    offset_code: str

    @property
    def count_bytes(self) -> int:
        """Bytes of the entry count at the start of a directory."""
        return struct.calcsize(f"={self.count_code}")

    @property
    def offset_bytes(self) -> int:
        """Bytes of an offset, and of a value that is stored in its entry."""
        return struct.calcsize(f"={self.offset_code}")

    @property
    def entry_bytes(self) -> int:
        """Bytes of an entry: tag, type, count, value or offset."""
        return 4 + 2 * self.offset_bytes


class Entry(NamedTuple):
    """An entry: its TIFF type, and the start and end of its values."""

    kind: int
    start: int
    end: int


class Directory(NamedTuple):
    """The entries by tag, the end of the last entry, and the next directory's offset, 0 if there is none."""

    body: Body
    layout: Layout
    entries: dict[int, Entry]
    end: int
    next: int

    def numbers(self, tag: int) -> tuple[int, ...]:
        """The unsigned integers of ``tag``, the last ones if there are many. Empty if missing or beyond the file."""
        entry = self.entries.get(tag)
        if entry is None or entry.kind not in _CODES or entry.end > self.body.size:
            return ()
        code = struct.Struct(f"{self.layout.order}{_CODES[entry.kind]}")
        start = max(entry.start, entry.end - MOST_NUMBERS * code.size)
        data = self.body.at(start, entry.end - start)
        return tuple(number for (number,) in code.iter_unpack(data[: len(data) // code.size * code.size]))

    def number(self, tag: int) -> int:
        """The first integer of ``tag``, 0 if there is none."""
        return next(iter(self.numbers(tag)), 0)

    def end_of(self, tag: int) -> int:
        """The end of the values of ``tag``, 0 if it is missing."""
        return self.entries[tag].end if tag in self.entries else 0


def open_layout(body: Body) -> tuple[Layout, int]:
    """The layout of a file that begins with II or MM, and the offset of its first directory."""
    order = "<" if body.at(0, 2) == b"II" else ">"
    magic = body.number(2, 2, order)
    if magic == _BIG:
        return Layout(magic, order, "Q", "Q"), body.number(8, 8, order)
    return Layout(magic, order, "H", "I"), body.number(4, 4, order)


def open_directory(body: Body, layout: Layout, at: int) -> Directory | None:
    """The directory at ``at``, as far as it exists. None if there cannot be one."""
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
    if len(entries) * 2 < len(table) // row.size:  # most types are invalid: these are other data
        return None
    return Directory(body, layout, entries, end, body.number(end, layout.offset_bytes, layout.order))

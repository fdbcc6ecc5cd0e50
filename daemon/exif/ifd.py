"""Image file directories, the tables of tags in TIFF and Exif (TIFF 6.0, section 2)."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Any, NamedTuple

from daemon.exif.source import Source

MOST_ENTRIES = 512
"""The maximum number of entries of one directory. Cameras write fewer than 150."""

_CODES = {1: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 13: "I"}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_RATIOS = {5: "I", 10: "i"}
_FLOATS = {11: "f", 12: "d"}
_OFFSETS = (4, 13)


class Field(NamedTuple):
    """One entry: its TIFF type, its number of values, and the first value's offset in the file."""

    kind: int
    values: int
    at: int


@dataclass(frozen=True, slots=True)
class Directory:
    """The entries of one directory by tag. Values are read on access. An invalid value reads as missing."""

    tiff: Tiff
    fields: dict[int, Field]

    def numbers(self, tag: int, most: int = 32) -> tuple[int, ...]:
        """Up to ``most`` integers of ``tag``. Empty if it is missing or not of an integer type."""
        field = self.fields.get(tag)
        if field is None or field.kind not in _CODES:
            return ()
        return self._unpacked(field, _CODES[field.kind], min(field.values, most))

    def number(self, tag: int) -> int | None:
        """The first integer of ``tag``, None if there is none."""
        found = self.numbers(tag, 1)
        return found[0] if found else None

    def ratios(self, tag: int, most: int = 4) -> tuple[float, ...]:
        """Up to ``most`` numbers of ``tag``: fractions (without zero denominators), finite floats or integers.

        Some editors write FLOAT or DOUBLE (TIFF 6.0 types 11 and 12) where Exif requires fractions.
        """
        field = self.fields.get(tag)
        if field is not None and field.kind in _FLOATS:
            floats = self._unpacked(field, _FLOATS[field.kind], min(field.values, most))
            return tuple(filter(math.isfinite, floats))
        if field is None or field.kind not in _RATIOS:
            return tuple(float(number) for number in self.numbers(tag, most))
        parts = self._unpacked(field, _RATIOS[field.kind], 2 * min(field.values, most))
        return tuple(over / under for over, under in zip(parts[::2], parts[1::2], strict=False) if under)

    def ratio(self, tag: int) -> float | None:
        """The first fraction of ``tag``, None if there is none."""
        found = self.ratios(tag, 1)
        return found[0] if found else None

    def text(self, tag: int, most: int = 128) -> str | None:
        """The printable text of ``tag`` up to its first NUL, stripped of white space. None if nothing is left."""
        if tag in self.fields and self.fields[tag].kind not in (1, 2, 7):
            return None
        text = self.blob(tag, most).split(b"\0", 1)[0].decode("utf-8", "replace")
        return "".join(filter(str.isprintable, text)).strip() or None

    def blob(self, tag: int, most: int) -> bytes:
        """Up to ``most`` raw bytes of ``tag``."""
        at, size = self.place(tag)
        return self.tiff.source.at(at, min(size, most))

    def place(self, tag: int) -> tuple[int, int]:
        """Offset in the file and size in bytes of the values of ``tag``. The size is 0 if it is missing."""
        field = self.fields.get(tag)
        return (field.at, field.values * _SIZES[field.kind]) if field else (0, 0)

    def directory(self, tag: int) -> Directory:
        """The directory that ``tag`` points to or contains, empty if there is none."""
        return next(iter(self.directories(tag, 1)), Directory(self.tiff, {}))

    def directories(self, tag: int, most: int) -> tuple[Directory, ...]:
        """Up to ``most`` directories that ``tag`` points to."""
        field = self.fields.get(tag)
        if field is None:
            return ()
        if field.kind not in _OFFSETS:
            return (self.tiff.directory(field.at - self.tiff.base),)
        return tuple(self.tiff.directory(offset) for offset in self.numbers(tag, most))

    def _unpacked(self, field: Field, code: str, count: int) -> tuple[Any, ...]:
        width = struct.calcsize(f"={code}")
        data = self.tiff.source.at(field.at, count * width)
        whole = len(data) // width
        return struct.unpack(f"{self.tiff.order}{whole}{code}", data[: whole * width])


@dataclass(frozen=True, slots=True)
class Tiff:
    """One TIFF structure: the position of its offset 0 in the file, and its byte order, ``<`` or ``>``."""

    source: Source
    base: int
    order: str

    def directory(self, offset: int) -> Directory:
        """The directory at ``offset``, empty if there is none. Its pointer to a next directory is never followed."""
        start = self.base + offset
        count = min(self.source.number(start, 2, self.order), MOST_ENTRIES)
        table = self.source.at(start + 2, 12 * count)
        fields: dict[int, Field] = {}
        rows = struct.iter_unpack(f"{self.order}HHII", table[: len(table) // 12 * 12])
        for row, (tag, kind, values, value) in enumerate(rows):
            if kind in _SIZES:
                inline = _SIZES[kind] * values <= 4
                fields[tag] = Field(kind, values, start + 12 * row + 10 if inline else self.base + value)
        return Directory(self, fields)


def open_tiff(source: Source, base: int) -> tuple[Tiff, int, int] | None:
    """The TIFF structure at ``base``, its magic number and its first directory's offset. None if there is none."""
    header = source.at(base, 8)
    order = {b"II": "<", b"MM": ">"}.get(header[:2])
    if order is None or len(header) < 8:
        return None
    magic, first = struct.unpack(f"{order}HI", header[2:])
    return Tiff(source, base, order), magic, first

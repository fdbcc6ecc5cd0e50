"""Builds small camera files with just enough structure for a reader, in either byte order."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SRATIONAL, FLOAT, DOUBLE = 1, 2, 3, 4, 5, 7, 10, 11, 12

Placed = Callable[[str, int], bytes]
"""Bytes that depend on the byte order and on where, counted from the TIFF header, they will stand."""


@dataclass(frozen=True)
class Plain:
    """An entry with ``count`` values. ``packed`` gives their bytes once byte order and offset are known."""

    kind: int
    count: int
    packed: Placed


@dataclass(frozen=True)
class Subs:
    """An entry that points to directories."""

    directories: Sequence[Mapping[int, Plain | Subs]]


Entries = Mapping[int, Plain | Subs]


def _numbers(kind: int, code: str, count: int, values: Sequence[int]) -> Plain:
    return Plain(kind, count, lambda order, _: struct.pack(f"{order}{len(values)}{code}", *values))


def shorts(*values: int) -> Plain:
    """16-bit integers; negative ones as two's complement."""
    return _numbers(SHORT, "H", len(values), [value & 0xFFFF for value in values])


def longs(*values: int) -> Plain:
    """32-bit integers."""
    return _numbers(LONG, "I", len(values), values)


def ratio(*parts: int) -> Plain:
    """Unsigned fractions, as numerators and denominators in turn."""
    return _numbers(RATIONAL, "I", len(parts) // 2, parts)


def sratio(*parts: int) -> Plain:
    """Signed fractions, as numerators and denominators in turn."""
    return _numbers(SRATIONAL, "i", len(parts) // 2, parts)


def floats(*values: float) -> Plain:
    """32-bit floating point numbers."""
    return Plain(FLOAT, len(values), lambda order, _: struct.pack(f"{order}{len(values)}f", *values))


def doubles(*values: float) -> Plain:
    """64-bit floating point numbers."""
    return Plain(DOUBLE, len(values), lambda order, _: struct.pack(f"{order}{len(values)}d", *values))


def text(value: str) -> Plain:
    """Text, with its NUL."""
    data = value.encode() + b"\0"
    return Plain(ASCII, len(data), lambda _order, _at: data)


def blob(data: bytes) -> Plain:
    """Bytes without a type."""
    return Plain(UNDEFINED, len(data), lambda _order, _at: data)


def placed(make: Placed) -> Plain:
    """Untyped bytes that contain offsets, such as a maker note."""
    return Plain(UNDEFINED, len(make("<", 0)), make)


def sub(entries: Entries) -> Subs:
    """A pointer to a directory."""
    return Subs([entries])


def directory(entries: Entries, order: str, at: int) -> bytes:
    """A directory for offset ``at``, followed by its values and the directories that it points to."""
    rows, data = b"", b""
    behind = at + 2 + 12 * len(entries) + 4
    for tag, entry in sorted(entries.items()):
        offsets = []
        for inside in entry.directories if isinstance(entry, Subs) else ():
            offsets.append(behind + len(data))
            data += directory(inside, order, offsets[-1])
        field = longs(*offsets) if isinstance(entry, Subs) else entry
        here = behind + len(data)
        value = field.packed(order, here)
        if len(value) > 4:
            data += value + b"\0" * (len(value) % 2)
            value = struct.pack(f"{order}I", here)
        rows += struct.pack(f"{order}HHI", tag, field.kind, field.count) + value.ljust(4, b"\0")
    return struct.pack(f"{order}H", len(entries)) + rows + b"\0\0\0\0" + data


def tiff(entries: Entries, order: str = "<", magic: int = 42, gap: bytes = b"") -> bytes:
    """A TIFF structure with one directory, ``gap`` bytes after the header."""
    head = {"<": b"II", ">": b"MM"}[order]
    first = 8 + len(gap)
    return head + struct.pack(f"{order}HI", magic, first) + gap + directory(entries, order, first)


def segment(marker: int, payload: bytes) -> bytes:
    """One JPEG segment."""
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(payload) + 2) + payload


def jpeg(block: bytes | None, width: int = 6000, height: int = 4000, before: bytes = b"", after: bytes = b"") -> bytes:
    """A JPEG with an Exif block, other segments before and after it, and a frame header; no picture."""
    app1 = segment(0xE1, b"Exif\0\0" + block) if block is not None else b""
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
    scan = segment(0xDA, b"\1\1\0\0\x3f\0")
    return b"\xff\xd8" + before + app1 + after + frame + scan + b"\0" * 8 + b"\xff\xd9"


def chunk(name: bytes, payload: bytes) -> bytes:
    """One PNG chunk. Its checksum is invalid, because no reader checks it."""
    return struct.pack(">I", len(payload)) + name + payload + b"\0\0\0\0"


def png(block: bytes, width: int, height: int) -> bytes:
    """A PNG with an Exif block; no picture."""
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"eXIf", block) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    )


def raf(inside: bytes, width: int, height: int, gap: int = 0) -> bytes:
    """A RAF with a JPEG and, ``gap`` bytes after it, the sensor's directory."""
    sensor = struct.pack(">IHHIHHHH", 2, 0x0110, 4, 0, 0x0111, 4, height, width)
    at = 160 + len(inside) + gap
    head = b"FUJIFILMCCD-RAW 0201".ljust(84, b"\0") + struct.pack(">IIII", 160, len(inside), at, len(sensor))
    return head.ljust(160, b"\0") + inside + b"\0" * gap + sensor


def box(kind: bytes, payload: bytes) -> bytes:
    """One box of the ISO base media file format."""
    return struct.pack(">I", len(payload) + 8) + kind + payload


def cr3(parts: Sequence[bytes], gap: int = 0) -> bytes:
    """A CR3 with the boxes CMT1, CMT2 and so on, after ``gap`` bytes of other data."""
    inside = b"".join(box(b"CMT%d" % number, part) for number, part in enumerate(parts, 1))
    canon = box(b"uuid", bytes.fromhex("85c0b687820f11e08111f4ce462b6a48") + box(b"CNCV", b"CanonCR3_001") + inside)
    other = box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + box(b"CMT1", b""))
    return (
        box(b"ftyp", b"crx \0\0\0\1crx isom")
        + box(b"free", b"\0" * gap)
        + box(b"moov", other + canon)
        + box(b"mdat", b"")
    )


@dataclass(frozen=True)
class Heif:
    """A HEIF with one picture and its Exif item, in the variants the standard allows."""

    block: bytes
    width: int = 6000
    height: int = 4000
    turn: int | None = None
    iloc: int = 0
    infe: int = 2
    in_idat: bool = False
    wide: bool = False
    meta_last: bool = False
    gap: int = 0

    def file(self) -> bytes:
        """The file."""
        start = box(b"ftyp", b"heic\0\0\0\0mif1heic")
        item = struct.pack(">I", 6) + b"Exif\0\0" + self.block
        data = box(b"mdat", b"\0" * self.gap + item)
        if self.in_idat:
            return start + self._meta(0, item)
        if self.meta_last:
            return start + data + self._meta(len(start) + 8 + self.gap, item)
        length = len(self._meta(0, item))
        return start + self._meta(len(start) + length + 8 + self.gap, item) + data

    def _meta(self, at: int, item: bytes) -> bytes:
        ispe = box(b"ispe", struct.pack(">III", 0, self.width, self.height))
        irot = b"" if self.turn is None else box(b"irot", bytes([self.turn]))
        properties = box(b"ipco", box(b"colr", b"nclx") + ispe + irot)
        indices = (2,) if self.turn is None else (2, 0x8003 if self.wide else 0x83)
        coded = struct.pack(f">{len(indices)}{'H' if self.wide else 'B'}", *indices)
        ids = "I" if self.wide else "H"
        ipma = struct.pack(f">II{ids}B", 0x01000001 if self.wide else 0, 1, 1, len(indices)) + coded
        parts = (
            box(b"hdlr", struct.pack(">II4s", 0, 0, b"pict") + b"\0" * 13)
            + box(b"pitm", struct.pack(f">I{ids}", 0x01000000 if self.wide else 0, 1))
            + self._iinf()
            + self._iloc(at, len(item))
            + box(b"iprp", properties + box(b"ipma", ipma))
        )
        return box(b"meta", b"\0\0\0\0" + parts + (box(b"idat", item) if self.in_idat else b""))

    def _iinf(self) -> bytes:
        ids = "H" if self.infe == 2 else "I"
        entries = b"".join(
            box(b"infe", struct.pack(f">I{ids}H4s", self.infe << 24, number, 0, kind) + b"\0")
            for number, kind in ((1, b"hvc1"), (7, b"Exif"))
        )
        count = struct.pack(">IH", 0, 2) if self.infe == 2 else struct.pack(">II", 0x01000000, 2)
        return box(b"iinf", count + entries)

    def _iloc(self, at: int, length: int) -> bytes:
        if self.iloc == 0:  # two extents for the picture, so that they must be stepped over
            picture = struct.pack(">HHHIIII", 1, 0, 2, 0, 1, 0, 1)
            return box(
                b"iloc", struct.pack(">IHH", 0, 0x4400, 2) + picture + struct.pack(">HHHII", 7, 0, 1, at, length)
            )
        ids = "H" if self.iloc == 1 else "I"
        base = 0 if self.in_idat else at // 2
        head = struct.pack(f">IH{ids}", self.iloc << 24, 0x4444, 2)
        picture = struct.pack(f">{ids}HHIH", 1, 0, 0, 0, 0)
        exif = struct.pack(f">{ids}HHIHIII", 7, int(self.in_idat), 0, base, 1, 0, at - base, length)
        return box(b"iloc", head + picture + exif)

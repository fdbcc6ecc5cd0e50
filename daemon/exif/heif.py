"""HEIF, the format of HEIC and HIF files: Exif is an item of the ``meta`` box (ISO/IEC 23008-12; 14496-12, 8.11)."""

from __future__ import annotations

from dataclasses import replace

from daemon.exif.boxes import END, MOST_BOXES, Box, boxes, first_box
from daemon.exif.capture import Capture
from daemon.exif.source import HEAD_BYTES, Source
from daemon.exif.tags import capture_in, whole_size

BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif")

_IN_FILE = 0
_IN_ITEM_DATA = 1
_ORIENTATIONS = (1, 8, 3, 6)  # Exif's number for irot's quarter turns anticlockwise


class _Fields:
    """Reads consecutive unsigned big-endian integers; 0 beyond the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def skip(self, size: int) -> None:
        self._at += size

    def take(self, size: int) -> int:
        self._at += size
        return int.from_bytes(self._data[self._at - size : self._at])


def read_heif(source: Source) -> Capture:
    """Read a HEIF file."""
    meta = first_box(source, 0, END, b"meta")
    if meta is None:
        return Capture(container="heif")
    inside = {box.kind: box for box in boxes(source, meta.start + 4, meta.end)}
    capture = Capture()
    item = _exif_item(source, inside.get(b"iinf"))
    place = _place(source, inside, item) if item is not None else None
    if place:
        at, size = place
        block = source.at(at, min(size, HEAD_BYTES))
        capture = capture_in(source, at + 4 + int.from_bytes(block[:4]))
    return replace(_shaped(capture, source, _primary_properties(source, inside)), container="heif")


def _shaped(capture: Capture, source: Source, properties: dict[bytes, Box]) -> Capture:
    """The capture with the size from ``ispe`` and, if Exif has none, the orientation from ``irot``."""
    if b"ispe" in properties:
        at = properties[b"ispe"].start + 4
        width, height = whole_size(source.number(at, 4), source.number(at + 4, 4))
        if width is not None:
            capture = replace(capture, width=width, height=height)
    if b"irot" in properties and capture.orientation is None:
        turns = source.number(properties[b"irot"].start, 1) & 3
        capture = replace(capture, orientation=_ORIENTATIONS[turns])
    return capture


def _exif_item(source: Source, info: Box | None) -> int | None:
    """The number of the item of type ``Exif``, None if there is none."""
    if info is None:
        return None
    skip = 6 if source.number(info.start, 1) == 0 else 8
    for entry in boxes(source, info.start + skip, info.end):
        fields = _Fields(source.at(entry.start, 14))
        version = fields.take(4) >> 24
        item = fields.take(2 if version == 2 else 4)
        protection, kind = fields.take(2), fields.take(4)
        if version >= 2 and not protection and kind == int.from_bytes(b"Exif"):
            return item
    return None


def _place(source: Source, inside: dict[bytes, Box], wanted: int) -> tuple[int, int] | None:
    """Offset in the file and size of an item's first extent, from ``iloc``."""
    if b"iloc" not in inside:
        return None
    fields = _Fields(inside[b"iloc"].payload(source))
    version = fields.take(4) >> 24
    widths = fields.take(2)
    offset, length, base = (widths >> shift & 15 for shift in (12, 8, 4))
    index = widths & 15 if version else 0
    fields.take(2 if version < 2 else 4)
    for _ in range(MOST_BOXES):
        item = fields.take(2 if version < 2 else 4)
        method = fields.take(2) & 15 if version else _IN_FILE
        fields.take(2)
        start = fields.take(base)
        extents = fields.take(2)
        fields.take(index)
        extent = start + fields.take(offset), fields.take(length)
        if item == wanted and extents:
            return _in_file(extent, method, inside)
        fields.skip((extents - 1) * (index + offset + length))
    return None


def _in_file(extent: tuple[int, int], method: int, inside: dict[bytes, Box]) -> tuple[int, int] | None:
    if method == _IN_FILE:
        return extent
    if method == _IN_ITEM_DATA and b"idat" in inside:
        return inside[b"idat"].start + extent[0], extent[1]
    return None


def _primary_properties(source: Source, inside: dict[bytes, Box]) -> dict[bytes, Box]:
    """The properties of the primary item by type."""
    if b"pitm" not in inside or b"iprp" not in inside:
        return {}
    fields = _Fields(inside[b"pitm"].payload(source))
    version = fields.take(4) >> 24
    primary = fields.take(2 if version == 0 else 4)
    parts = {box.kind: box for box in boxes(source, inside[b"iprp"].start, inside[b"iprp"].end)}
    if b"ipco" not in parts or b"ipma" not in parts:
        return {}
    listed = list(boxes(source, parts[b"ipco"].start, parts[b"ipco"].end))
    indices = _properties_of(source, parts[b"ipma"], primary)
    return {listed[index - 1].kind: listed[index - 1] for index in indices if 0 < index <= len(listed)}


def _properties_of(source: Source, associations: Box, wanted: int) -> list[int]:
    """The positions, from 1, of an item's properties in the list of all properties."""
    fields = _Fields(associations.payload(source))
    head = fields.take(4)
    wide_items, wide_indices = head >> 24 > 0, bool(head & 1)
    fields.take(4)
    for _ in range(MOST_BOXES):
        item = fields.take(4 if wide_items else 2)
        count = fields.take(1)
        if item == wanted:
            return [fields.take(2) & 0x7FFF if wide_indices else fields.take(1) & 0x7F for _ in range(count)]
        fields.skip(count * (2 if wide_indices else 1))
    return []

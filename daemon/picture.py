"""Parses the structure of a JPEG, PNG or WebP, from the first byte to the end of the picture.

Bytes after that end do not matter: cameras, phones and servers append further pictures, text and padding.

Sources: JPEG, ITU-T T.81, annex B; PNG, W3C PNG 3rd edition, section 5; WebP, RFC 9649, sections 2.3 to 2.7.
"""

from __future__ import annotations

import re
from typing import Final, Protocol

MOST_SEGMENTS: Final = 4096
"""Most segments of a JPEG. Cameras write fewer than a hundred; extended metadata needs some hundreds."""
MOST_CHUNKS: Final = 1 << 17
"""Most chunks of a PNG. libpng writes one for each 8 KiB of image data."""

_PNG: Final = b"\x89PNG\r\n\x1a\n"

Pixels = tuple[int, int]


class Reading(Protocol):
    """The parsing state of a picture that is read piece by piece.

    ``pixels`` are width and height from its header, None until they are known. ``whole`` is True once image data and
    the end of the picture were read.
    """

    @property
    def pixels(self) -> Pixels | None:
        """Width and height."""

    @property
    def whole(self) -> bool:
        """True if the picture is complete."""

    @property
    def goes_on(self) -> bool:
        """True if further bytes matter."""

    def feed(self, data: bytes) -> None:
        """Read the next bytes."""


def reading_of(head: bytes) -> Reading | None:
    """A reading for the format of these first bytes (12 are enough), None for another format."""
    if head.startswith(b"\xff\xd8\xff"):
        return JpegReading()
    if head.startswith(_PNG):
        return PngReading()
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WebpReading()
    return None


class _Parts:
    """The parser that all formats share. It goes from part to part and skips data that is not needed.

    A format's ``_part`` parses the bytes from ``at`` on. It returns the next position, or None if it needs more bytes.
    """

    def __init__(self, parts: int, skip: int = 0) -> None:
        self.pixels: Pixels | None = None
        self.ended = False
        self._parts = parts
        """How many more parts are parsed; 0 after invalid data."""
        self._skip = skip
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Read the next bytes."""
        data, at = self._rest + data, 0
        while self.goes_on:
            skipped = min(self._skip, len(data) - at)
            self._skip -= skipped
            at += skipped
            after = self._part(data, at) if at < len(data) else None
            if after is None:
                break
            at = after
        self._rest = data[at:] if self.goes_on else b""

    @property
    def goes_on(self) -> bool:
        """True if further bytes matter. False after the end and after invalid data."""
        return not self.ended and self._parts > 0

    def _part(self, data: bytes, at: int) -> int | None:
        raise NotImplementedError


_EOI, _SOS = 0xD9, 0xDA
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SEGMENTS: Final = frozenset(range(0xC0, 0xFF)) - frozenset(range(0xD0, 0xDA))
"""Markers that are followed by a length and data (T.81, table B.1)."""
_IN_SCAN: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
"""A marker that ends a scan's data. Inside a scan, 0xFF is followed by 0 or a restart marker (T.81, B.1.1.5)."""
_FILL: Final = re.compile(rb"\xff+")


class JpegReading(_Parts):
    """A JPEG. It ends with the end marker after its first scan. Those of thumbnails are inside segments.

    Like libjpeg, it skips bytes between segments that are not a marker. ``odd`` is True if something after the first
    scan belongs to no scan, so that the picture may have ended without an end marker. ``begun`` is True once image data
    were read.
    """

    def __init__(self) -> None:
        super().__init__(MOST_SEGMENTS)
        self.odd = self.begun = self._in_scan = False

    @property
    def whole(self) -> bool:
        """True if a scan and the end marker after it were read."""
        return self.ended and self.begun

    def _part(self, data: bytes, at: int) -> int | None:
        marker = self._marker(data, at)
        if marker is None or marker + 2 > len(data):
            kept = len(data) - data.endswith(b"\xff") if marker is None else marker
            return kept if kept > at else None
        code = data[marker + 1]
        if code == _EOI:
            self.ended = True
        elif code in _SEGMENTS:
            return self._segment(code, data, marker)
        else:
            self._parts -= 1
            self.odd |= self.begun
        return marker + 2

    def _marker(self, data: bytes, at: int) -> int | None:
        """The position of the next marker, None if there is none in these bytes."""
        if self._in_scan:
            found = _IN_SCAN.search(data, at)
            return found.start() if found else None
        fill = _FILL.search(data, at)
        self.odd |= self.begun and (fill is None or fill.start() > at)
        return fill.end() - 1 if fill else None

    def _segment(self, code: int, data: bytes, at: int) -> int | None:
        if len(data) < at + 9 and (code in _FRAMES or len(data) < at + 4):
            return None
        self._parts -= 1
        if code in _FRAMES:
            self.odd |= self.begun
            self.pixels = self.pixels or _pixels(data[at + 7 : at + 9], data[at + 5 : at + 7])
        self._in_scan = code == _SOS
        self.begun |= self._in_scan
        self._skip = max(0, int.from_bytes(data[at + 2 : at + 4]) - 2)
        return at + 4


class PngReading(_Parts):
    """A PNG. It ends with the chunk IEND."""

    def __init__(self) -> None:
        super().__init__(MOST_CHUNKS, skip=len(_PNG))
        self._begun = False

    @property
    def whole(self) -> bool:
        """True if image data and IEND after them were read."""
        return self.ended and self._begun

    def _part(self, data: bytes, at: int) -> int | None:
        name, begin = data[at + 4 : at + 8], at + 8
        if len(data) < begin + (8 if name == b"IHDR" else 4 if name == b"IEND" else 0) or len(name) < 4:
            return None
        self._parts = self._parts - 1 if name.isalpha() else 0
        if name == b"IHDR":
            self.pixels = _pixels(data[begin : begin + 4], data[begin + 4 : begin + 8])
        self._begun |= name == b"IDAT"
        self.ended = name == b"IEND"
        self._skip = int.from_bytes(data[at : at + 4]) + 4
        return begin


class WebpReading(_Parts):
    """A WebP. Its header states its length."""

    _HEAD: Final = 30

    def __init__(self) -> None:
        super().__init__(1)
        self._head = False

    @property
    def whole(self) -> bool:
        """True if as many bytes were read as the header states."""
        return self.ended

    def _part(self, data: bytes, at: int) -> int | None:
        if self._head:
            self.ended = True
            return at
        if len(data) < self._HEAD:
            return None
        self._head = True
        self.pixels = _webp_pixels(data)
        self._skip = max(0, int.from_bytes(data[4:8], "little") + 7 - self._HEAD)
        return self._HEAD


def _webp_pixels(head: bytes) -> Pixels | None:
    def number(begin: int, end: int) -> int:
        return int.from_bytes(head[begin:end], "little")

    match head[12:16]:
        case b"VP8X":
            return number(24, 27) + 1, number(27, 30) + 1
        case b"VP8L":
            bits = number(21, 25)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            return number(26, 28) & 0x3FFF, number(28, 30) & 0x3FFF
        case _:
            return None


def _pixels(width: bytes, height: bytes) -> Pixels | None:
    """Width and height in pixels, None if one of them is 0 (a JPEG may state its height later)."""
    size = int.from_bytes(width), int.from_bytes(height)
    return size if all(size) else None

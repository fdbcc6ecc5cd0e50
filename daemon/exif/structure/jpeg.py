"""Checks if a JPEG is complete: an end marker must follow the main picture's data (ITU-T T.81, annex B).

In a scan's data, 0xFF is followed by 0 or a restart marker (B.1.1.5). Between scans there are only tables, comments,
application data and scan headers (B.2.4). So the first end marker after the first scan header is the main picture's;
those of thumbnails in the header come before the scan header. Usually the last 64 KiB are enough: a file is complete if
they end with an end marker or contain anything that cannot be between a picture's scans, because that is a trailer. If
they could be part of a scan, the file is parsed marker by marker from its beginning, because a trailer of text, spaces
or 0xFF looks like scan data too.

Cameras, phones and programs write after the end marker: further pictures, listed in the MP index (CIPA DC-007, section
5.2), with up to 32 KiB of zeros between them (Sony); a gain map, then a video (Ultra HDR, Motion Photo 1.0); Samsung's
trailer, which ends with SEFT and follows some panoramas without any end marker (libjpeg-turbo issue 163); and zeros,
several megabytes from macOS's Image Capture in 2020. Programs that edit a JPEG may leave an outdated index, so an end
marker at the end takes precedence over the index.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from daemon.exif.ifd import open_tiff
from daemon.exif.jpeg import MOST_SEGMENTS
from daemon.exif.structure import words
from daemon.exif.structure.body import PAGE_BYTES, Body
from daemon.exif.structure.boxes import KNOWN, outermost
from daemon.exif.structure.verdict import WHOLE, Structure
from daemon.picture import JpegReading

END_MARKER = b"\xff\xd9"

STUFFED = b"\xff\0"
"""0xFF inside a scan's data."""

MOST_PICTURES = 16
"""The maximum number of pictures of an MP index. Cameras write up to four."""

_SAMSUNG_END = b"SEFT"

_SCAN = 0xDA
_APP2 = 0xE2
_IN_HEADERS = frozenset(range(0xC0, 0xFF)) - frozenset(range(0xD0, 0xDA))  # all have a length
_MP_ENTRIES = 0xB002

_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])", re.DOTALL)
_BETWEEN_SCANS = frozenset({0xC4, 0xCC, _SCAN, 0xDB, 0xDC, 0xDD, *range(0xE0, 0xF0), 0xFE})
"""Segments that may be between the scans of a progressive picture, by their markers."""


class _Picture(NamedTuple):
    """The start and end of an additional picture."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Header:
    """The part before the first scan's data: its end, and the position of the MP index, if any."""

    end: int
    scan: bool
    index: int | None


def check_jpeg(body: Body) -> Structure:
    """Check a JPEG by its header, its last 64 KiB and its MP index; in doubt, by all of its bytes."""
    written = body.written(body.size)
    header = _header(body)
    if header.end > body.size or (not header.scan and header.end > body.size - 4):
        return Structure(words.before_picture(body.size))
    tail = body.before(written, header.end)
    last = _last_picture(body, header.index)
    if tail.endswith(_SAMSUNG_END):
        return WHOLE
    if tail.endswith(END_MARKER) and (last is None or last.start < written or written == body.size):
        return WHOLE
    if last and last.end > body.size:
        return Structure(words.short(body.size, last.end))
    unwritten = body.size - written >= PAGE_BYTES
    certain = unwritten and STUFFED in tail  # a stalled copy may be checked often, so do not read all of it
    cut = _may_be_scan_data(tail) and (certain or not _has_ended(body, written))
    if (last and last.end > written) or (cut and unwritten):
        return Structure(words.unwritten(written, body.size))
    if cut:
        return Structure(words.cut(written, "JPEG end marker"))
    if last and (needed := _end_of_video(body, last.end)) > body.size:
        return Structure(words.short(body.size, needed))
    stalled = body.stalled(body.size)
    return WHOLE if stalled is None else Structure(words.unwritten(stalled, body.size))


def _header(body: Body) -> _Header:
    at, index = 2, None
    for _ in range(MOST_SEGMENTS):
        head = body.at(at, 8)
        if head[:2] == b"\xff\xff":  # a fill byte
            at += 1
            continue
        if len(head) < 4 or head[0] != 0xFF or head[1] not in _IN_HEADERS:
            break
        if head[1] == _APP2 and head[4:] == b"MPF\0":
            index = at + 8
        at += 2 + int.from_bytes(head[2:4])
        if head[1] == _SCAN:
            return _Header(at, scan=True, index=index)
    return _Header(at, scan=False, index=index)


def _last_picture(body: Body, index: int | None) -> _Picture | None:
    """The additional picture that ends last. The main picture has offset 0; other offsets are relative to the index."""
    opened = open_tiff(body.source, index) if index is not None else None
    if index is None or opened is None:
        return None
    tiff, _, first = opened
    entries = tiff.directory(first).blob(_MP_ENTRIES, MOST_PICTURES * 16)
    rows = list(struct.iter_unpack(f"{tiff.order}IIII", entries[: len(entries) // 16 * 16]))
    if not rows or rows[0][2]:  # not the main picture: an unknown kind of index
        return None
    pictures = [_Picture(index + offset, index + offset + size) for _, size, offset, _ in rows if offset]
    return max(pictures, key=lambda picture: picture.end, default=None)


def _may_be_scan_data(tail: bytes) -> bool:
    """True if all of these bytes could be within the scans of one picture."""
    at = 0
    while marker := _MARKER.search(tail, at):
        length = int.from_bytes(tail[marker.end() : marker.end() + 2].ljust(2, b"\xff"))
        if marker[1][0] not in _BETWEEN_SCANS or length < 2:
            return False
        at = marker.end() + length
    return True


def _has_ended(body: Body, written: int) -> bool:
    """True if the picture ends in the first ``written`` bytes, or may have ended there without an end marker."""
    reading = JpegReading()
    for piece in body.pieces(written):
        reading.feed(piece)
        if reading.odd or not reading.goes_on:
            return True
    return False


def _end_of_video(body: Body, at: int) -> int:
    """The end of a video that begins at ``at``, 0 if there is none."""
    video = list(takewhile(lambda box: box.kind in KNOWN, outermost(body, at)))
    return video[-1].end if video and video[0].kind == b"ftyp" else 0

"""Is a JPEG whole? The end marker must stand behind the main picture's data (ITU-T T.81, annex B).

In a scan's data 0xFF is followed by 0 or a restart marker (B.1.1.5); between scans only tables, comments, application
data and scan headers may stand (B.2.4). So the first end marker behind the first scan header is the main picture's. The
end markers of thumbnails in the header lie before the scan header and do not count. The last 64 KiB mostly tell: a file
is whole if they end with an end marker or have something that cannot stand between a picture's scans, for then a
trailer follows the picture. If they could be part of a scan, the file is followed marker by marker from its beginning:
a trailer of text, blanks or 0xFF looks like scan data, too.

What cameras, phones and programs write behind the end marker: further pictures, listed by the MP index (CIPA DC-007,
section 5.2) with zeros up to 32 KiB between (Sony); a gain map, then a video (Ultra HDR, Motion Photo 1.0); Samsung's
trailer, which ends with SEFT and follows some panoramas that have no end marker at all (libjpeg-turbo issue 163);
zeros, megabytes of them from macOS's Image Capture in 2020. Programs that edit a JPEG may keep an index that is not
true any more, so an index never outweighs an end marker at the end.
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
"""0xFF as a scan's data have it."""

MOST_PICTURES = 16
"""Pictures of an MP index looked at; cameras write up to four."""

_SAMSUNG_END = b"SEFT"

_SCAN = 0xDA
_APP2 = 0xE2
_IN_HEADERS = frozenset(range(0xC0, 0xFF)) - frozenset(range(0xD0, 0xDA))  # all have a length
_MP_ENTRIES = 0xB002

_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])", re.DOTALL)
_BETWEEN_SCANS = frozenset({0xC4, 0xCC, _SCAN, 0xDB, 0xDC, 0xDD, *range(0xE0, 0xF0), 0xFE})
"""Segments that may stand between the scans of a progressive picture, if only for their markers."""


class _Picture(NamedTuple):
    """A further picture: where it begins and where it ends."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Header:
    """What stands before the first scan's data: where that ends, and the MP index, if there is one."""

    end: int
    scan: bool
    index: int | None


def check_jpeg(body: Body) -> Structure:
    """Judge a JPEG by its header, its last 64 KiB and its MP index; by all of it if those leave a doubt."""
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
    certain = unwritten and STUFFED in tail  # a stalled copy, which may be looked at often: all of it is not read
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
    """The further picture that ends last; the main one has the offset 0, all others count from the index."""
    opened = open_tiff(body.source, index) if index is not None else None
    if index is None or opened is None:
        return None
    tiff, _, first = opened
    entries = tiff.directory(first).blob(_MP_ENTRIES, MOST_PICTURES * 16)
    rows = list(struct.iter_unpack(f"{tiff.order}IIII", entries[: len(entries) // 16 * 16]))
    if not rows or rows[0][2]:  # not the main picture: an index that is laid out otherwise
        return None
    pictures = [_Picture(index + offset, index + offset + size) for _, size, offset, _ in rows if offset]
    return max(pictures, key=lambda picture: picture.end, default=None)


def _may_be_scan_data(tail: bytes) -> bool:
    """Whether all of it could stand within the scans of one picture."""
    at = 0
    while marker := _MARKER.search(tail, at):
        length = int.from_bytes(tail[marker.end() : marker.end() + 2].ljust(2, b"\xff"))
        if marker[1][0] not in _BETWEEN_SCANS or length < 2:
            return False
        at = marker.end() + length
    return True


def _has_ended(body: Body, written: int) -> bool:
    """Whether the picture comes to its end in the first ``written`` bytes, or may do so without an end marker."""
    reading = JpegReading()
    for piece in body.pieces(written):
        reading.feed(piece)
        if reading.odd or not reading.goes_on:
            return True
    return False


def _end_of_video(body: Body, at: int) -> int:
    """Where a video that begins at ``at`` ends; 0 if there is none."""
    video = list(takewhile(lambda box: box.kind in KNOWN, outermost(body, at)))
    return video[-1].end if video and video[0].kind == b"ftyp" else 0

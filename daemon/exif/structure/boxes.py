"""Checks if a file of boxes (CR3, HEIC, HIF, AVIF) is complete: its outermost boxes fill it exactly.

See ISO/IEC 14496-12, section 4.2. A size of 0 means up to the end of the file, 1 means that a 64-bit size follows.
After all required boxes, unknown data are a trailer: cameras and phones append zeros (libheif issue 1010) or bits of
text (ExifTool issue 361). ``mdat`` has the image data, ``meta`` or ``moov`` their position; Samsung writes ``mdat``
first.
"""

from __future__ import annotations

from collections.abc import Iterator

from daemon.exif.boxes import Box, first_box
from daemon.exif.structure import words
from daemon.exif.structure.body import Body
from daemon.exif.structure.verdict import WHOLE, Structure

MOST_OUTERMOST = 64
"""The maximum number of outermost boxes. Cameras write about ten."""

KNOWN = frozenset(b"ftyp styp meta moov moof mfra mdat idat free skip wide uuid udta jumb mpvd sefd".split())
"""Types of outermost boxes in files of cameras and phones."""


def check_boxes(body: Body) -> Structure:
    """Check a file of boxes by their sizes and by its last 64 KiB."""
    found: dict[bytes, Box] = {}
    end = 0
    for box in outermost(body, 0):
        if box.end > body.size:
            if box.kind not in KNOWN and _has_picture(body, found):
                break
            return Structure(words.short(body.size, box.end))
        found[box.kind] = box
        end = box.end
    if not _has_picture(body, found):
        written = body.written(body.size)
        if written <= end < body.size:
            return Structure(words.unwritten(written, body.size))
        return Structure(words.cut(body.size, "image metadata" if b"mdat" in found else "image data"))
    stalled = body.stalled(end)
    return WHOLE if stalled is None else Structure(words.unwritten(stalled, body.size))


def outermost(body: Body, at: int) -> Iterator[Box]:
    """The consecutive boxes from ``at`` on. The last one may end beyond the file."""
    for _ in range(MOST_OUTERMOST):
        head = body.at(at, 16)
        if len(head) < 8 or not any(head[4:8]):
            return
        size, skip = int.from_bytes(head[:4]), 8
        if size == 1:
            size, skip = max(int.from_bytes(head[8:]), 16), 16
        end = body.size if size == 0 else at + size
        if end < at + skip:
            return
        yield Box(head[4:8], at + skip, end)
        at = end


def _has_picture(body: Body, found: dict[bytes, Box]) -> bool:
    if b"mdat" in found:
        return b"meta" in found or b"moov" in found
    meta = found.get(b"meta")
    return meta is not None and first_box(body.source, meta.start + 4, meta.end, b"idat") is not None

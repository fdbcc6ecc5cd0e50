"""Checks if a PNG or a WebP is complete.

A PNG ends with the chunk IEND (W3C PNG, section 11.2.5); a WebP states its size (RFC 9649). Phones append data to PNGs,
and zeros may follow both, so IEND is searched in the last 64 KiB before the zeros. If it is not there, more data may
have been appended, so the PNG is parsed chunk by chunk.
"""

from __future__ import annotations

from daemon.exif.structure import words
from daemon.exif.structure.body import PAGE_BYTES, Body
from daemon.exif.structure.verdict import WHOLE, Structure
from daemon.picture import PngReading

_LAST_CHUNK = b"\0\0\0\0IEND\xaeB`\x82"


def check_png(body: Body) -> Structure:
    """Check a PNG by its last 64 KiB, and by its chunks if IEND is not there."""
    written = body.written(body.size)
    if _LAST_CHUNK in body.before(written) or _has_ended(body, written):
        return WHOLE
    if body.size - written >= PAGE_BYTES:
        return Structure(words.unwritten(written, body.size))
    return Structure(words.cut(written, "PNG end (IEND)"))


def _has_ended(body: Body, written: int) -> bool:
    """True if the chunk IEND is in the first ``written`` bytes."""
    reading = PngReading()
    for piece in body.pieces(written):
        reading.feed(piece)
        if not reading.goes_on:
            break
    return reading.ended


def check_webp(body: Body) -> Structure:
    """Check a WebP by its stated size and by the last 64 KiB before that."""
    needed = body.number(4, 4, "<") + 8
    if needed > body.size:
        return Structure(words.short(body.size, needed))
    stalled = body.stalled(needed)
    return WHOLE if stalled is None else Structure(words.unwritten(stalled, body.size))

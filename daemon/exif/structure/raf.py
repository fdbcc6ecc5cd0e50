"""Checks if a RAF, Fujifilm's raw format, is complete. Its header has offset and length of its parts, big-endian.

Offsets and lengths are read as in ExifTool's FujiFilm module and exiv2 (pull request 2824). A second frame, of SuperCCD
and EXR sensors, is ignored. Compressed files of some bodies state the length before compression (LibRaw has a rule for
the X-H2S), so a length of at least the uncompressed size is not a fault.
"""

from __future__ import annotations

from daemon.exif.raf import MOST_ENTRIES
from daemon.exif.structure import words
from daemon.exif.structure.body import Body
from daemon.exif.structure.verdict import UNKNOWN, WHOLE, Structure

_JPEG, _DIRECTORY, _SENSOR = 84, 92, 100  # each an offset and a length
_COMPRESSION = 108
_FULL_SIZE = 0x0100


def check_raf(body: Body) -> Structure:
    """Check a RAF by its header and by the last 64 KiB of the sensor's data."""
    ends = {part: sum(_extent(body, part)) for part in (_JPEG, _DIRECTORY, _SENSOR) if all(_extent(body, part))}
    if ends.get(_SENSOR, 0) > body.size and _is_before_compression(body):
        ends[_SENSOR] = body.size
    needed = max(ends.values(), default=0)
    if needed > body.size:
        return Structure(words.short(body.size, needed))
    if _SENSOR not in ends:
        return Structure(words.before_picture(body.size)) if body.size < _COMPRESSION else UNKNOWN
    stalled = body.stalled(ends[_SENSOR])
    return WHOLE if stalled is None else Structure(words.unwritten(stalled, body.size))


def _extent(body: Body, part: int) -> tuple[int, int]:
    return body.number(part, 4), body.number(part + 4, 4)


def _is_before_compression(body: Body) -> bool:
    """True if the sensor's data are compressed and their stated length is 14 bits or more per pixel."""
    if not body.number(_COMPRESSION, 4):
        return False
    directory = body.number(_DIRECTORY, 4)
    at = directory + 4
    for _ in range(min(body.number(directory, 4), MOST_ENTRIES)):
        if body.number(at, 2) == _FULL_SIZE:
            pixels = body.number(at + 4, 2) * body.number(at + 6, 2)
            return 0 < pixels * 14 // 8 <= body.number(_SENSOR + 4, 4)
        at += 4 + body.number(at + 2, 2)
    return False

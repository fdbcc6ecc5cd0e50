"""Selects the check for a file's format, and limits the reads."""

from __future__ import annotations

import os

from daemon.exif.heif import BRANDS
from daemon.exif.jpeg import MAGIC as JPEG
from daemon.exif.png import MAGIC as PNG
from daemon.exif.raf import MAGIC as RAF
from daemon.exif.reader import MOST_BRANDS
from daemon.exif.source import HEAD_BYTES, Fetch
from daemon.exif.structure import words
from daemon.exif.structure.body import Body
from daemon.exif.structure.boxes import check_boxes
from daemon.exif.structure.chunks import check_png, check_webp
from daemon.exif.structure.jpeg import check_jpeg
from daemon.exif.structure.raf import check_raf
from daemon.exif.structure.tiff import MAGICS as TIFF
from daemon.exif.structure.tiff import check_tiff
from daemon.exif.structure.verdict import UNKNOWN, Structure
from daemon.regular import open_regular

LEAST_BYTES = 64
"""The minimum size of a photo. A smaller file was cut off before its format can be detected."""


def fault(path: str | os.PathLike[str]) -> str | None:
    """Why the file at ``path`` is incomplete. None if it is complete or its format is unknown.

    Raises OSError if it cannot be read.
    """
    return structure(path).fault


def structure(path: str | os.PathLike[str]) -> Structure:
    """Check the structure of the file at ``path``.

    Opens the file once and reads its first and last 64 KiB. If the structure is elsewhere, adds the limited reads of
    ``daemon.exif.source``. A JPEG or PNG that seems to be cut off is read completely. Raises only OSError, if the file
    cannot be read.
    """
    with open_regular(path) as file:

        def fetch(offset: int, size: int) -> bytes:
            return os.pread(file.fileno(), size, offset)

        return judge(os.read(file.fileno(), HEAD_BYTES), os.fstat(file.fileno()).st_size, fetch)


def judge(head: bytes, size: int, fetch: Fetch | None = None) -> Structure:
    """Check the structure of a file of ``size`` bytes that begins with ``head``.

    ``fetch(offset, size)`` returns bytes beyond the head. It is called a limited number of times, plus once for each
    MiB of a JPEG or PNG that seems to be cut off. Only errors of ``fetch`` are raised. Bytes that could not be read do
    not cause a fault.
    """
    if not size:
        return Structure(words.empty())
    written = len(head.rstrip(b"\0"))
    if 0 < written <= size < LEAST_BYTES:
        return Structure(words.before_picture(size))
    if written < LEAST_BYTES:
        return Structure(words.unwritten(written, size))
    body = Body(head, size, fetch)
    found = _judged(body, head)
    return UNKNOWN if found.fault and body.blind else found


def _judged(body: Body, head: bytes) -> Structure:
    if head.startswith(JPEG):
        return check_jpeg(body)
    if head.startswith(TIFF):
        return check_tiff(body)
    if head.startswith(RAF):
        return check_raf(body)
    if head.startswith(PNG):
        return check_png(body)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return check_webp(body)
    if head[4:8] == b"ftyp" and _is_picture(head):
        return check_boxes(body)
    return UNKNOWN


def _is_picture(head: bytes) -> bool:
    """True if a file of boxes is a CR3 or a HEIF, by its brands."""
    brands = range(8, min(int.from_bytes(head[:4]), MOST_BRANDS * 4), 4)
    return head[8:12] == b"crx " or any(head[at : at + 4] in BRANDS for at in brands)

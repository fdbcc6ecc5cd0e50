"""Which check judges a file, and the bounded reads behind it."""

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
"""No photo is smaller; one that is was cut before its format can be told."""


def fault(path: str | os.PathLike[str]) -> str | None:
    """Why the file at ``path`` is not whole; None when it is, or when its format cannot be told.

    Raises OSError when it cannot be read.
    """
    return structure(path).fault


def structure(path: str | os.PathLike[str]) -> Structure:
    """What the structure of the file at ``path`` says.

    One open, and reads of its first and last 64 KiB; where the structure lies elsewhere, the bounded further reads of
    ``daemon.exif.source``. A JPEG or PNG that seems to be cut is read once, from beginning to end. Raises OSError
    when it cannot be read, and nothing else whatever its bytes are.
    """
    with open_regular(path) as file:

        def fetch(offset: int, size: int) -> bytes:
            return os.pread(file.fileno(), size, offset)

        return judge(os.read(file.fileno(), HEAD_BYTES), os.fstat(file.fileno()).st_size, fetch)


def judge(head: bytes, size: int, fetch: Fetch | None = None) -> Structure:
    """What the structure of a file of ``size`` bytes says that begins with ``head``.

    ``fetch(offset, size)`` gives bytes beyond the head; it is called a bounded number of times, and once more for each
    MiB of a JPEG or PNG that seems to be cut. Nothing is raised except what ``fetch`` raises. What could not be read is
    not held against the file.
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
    """Whether a file of boxes is a CR3 or one of HEIF's kinds, by the brands it names."""
    brands = range(8, min(int.from_bytes(head[:4]), MOST_BRANDS * 4), 4)
    return head[8:12] == b"crx " or any(head[at : at + 4] in BRANDS for at in brands)

"""Reads one camera file: detects its format and limits the reads."""

from __future__ import annotations

import errno
import os

from daemon.errors import FileGone, FileUnreadable
from daemon.exif.capture import Capture
from daemon.exif.cr3 import read_cr3
from daemon.exif.heif import BRANDS, read_heif
from daemon.exif.jpeg import MAGIC as JPEG
from daemon.exif.jpeg import read_jpeg
from daemon.exif.png import MAGIC as PNG
from daemon.exif.png import read_png
from daemon.exif.raf import MAGIC as RAF
from daemon.exif.raf import read_raf
from daemon.exif.source import HEAD_BYTES, Fetch, Source
from daemon.exif.tiff import MAGICS as TIFF
from daemon.exif.tiff import read_tiff
from daemon.regular import open_regular

MOST_BRANDS = 32
"""The maximum number of brands to read when deciding whether a file of boxes is a HEIF."""

_GONE = (errno.ENOENT, errno.ENOTDIR)


def read(path: str | os.PathLike[str]) -> Capture:
    """Read the exposure data of the file at ``path``. Returns an empty Capture if it is not a picture.

    Opens the file once and reads 64 KiB. If metadata are elsewhere, adds the limited reads of ``daemon.exif.source``.

    Raises:
        FileGone: the file no longer exists.
        FileUnreadable: the file cannot be read.

    """
    name = os.fspath(path)
    try:
        with open_regular(name) as file:
            length = os.fstat(file.fileno()).st_size

            def fetch(offset: int, size: int) -> bytes:
                if offset >= length:
                    return b""
                return os.pread(file.fileno(), size, offset)

            return parse(os.read(file.fileno(), HEAD_BYTES), fetch)
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno in _GONE:
            raise FileGone(
                name, f"{name} no longer exists ({reason}). bracketd checks again at the next scan."
            ) from error
        raise FileUnreadable(name, f"{name} cannot be read ({reason}). Check its permissions and the disk.") from error


def parse(head: bytes, fetch: Fetch | None = None) -> Capture:
    """Read the exposure data of a file that begins with ``head``. Returns an empty Capture if it is not a picture.

    ``fetch(offset, size)`` returns bytes beyond the head, for formats with metadata elsewhere. It is called a limited
    number of times. Only errors of ``fetch`` are raised, whatever the bytes are.
    """
    source = Source(head, fetch)
    if head.startswith(JPEG):
        return read_jpeg(source)
    if head.startswith(TIFF):
        return read_tiff(source)
    if head.startswith(RAF):
        return read_raf(source)
    if head.startswith(PNG):
        return read_png(source)
    if head[4:8] == b"ftyp":
        if head[8:12] == b"crx ":
            return read_cr3(source)
        if any(head[at : at + 4] in BRANDS for at in range(8, min(source.number(0, 4), MOST_BRANDS * 4), 4)):
            return read_heif(source)
    return Capture()

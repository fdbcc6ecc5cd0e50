"""Reads camera, time, place, exposure and bracket marks from the head of a camera file.

``read`` opens a file, ``parse`` takes bytes. Both return a ``Capture``, whose ``mark`` is a ``BracketMark``. Formats:
JPEG, PNG, HEIF (HEIC, HIF), CR3, RAF, TIFF and the raw formats built on it (CR2, NEF, ARW, DNG, ORF, PEF, SRW, RW2).
No file content makes them raise, loop or read without a limit.
"""

from daemon.exif.capture import BracketMark, Capture
from daemon.exif.reader import parse, read

__all__ = ["BracketMark", "Capture", "parse", "read"]

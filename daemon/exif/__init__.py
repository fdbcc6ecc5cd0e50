"""Camera, time, exposure and bracket marks from the head of a camera file.

``read`` opens a file, ``parse`` takes bytes; both give a ``Capture``, whose ``mark`` is a ``BracketMark``. Containers:
JPEG, PNG, HEIF (HEIC, HIF), CR3, RAF, TIFF and the raw formats built on it (CR2, NEF, ARW, DNG, ORF, PEF, SRW, RW2).
Nothing in a file makes them raise, loop or read without bound.
"""

from daemon.exif.capture import BracketMark, Capture
from daemon.exif.reader import parse, read

__all__ = ["BracketMark", "Capture", "parse", "read"]

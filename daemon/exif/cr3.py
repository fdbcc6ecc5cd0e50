"""CR3, Canon's raw format: TIFF structures in the boxes CMT1 to CMT4 of Canon's box in ``moov``."""

from __future__ import annotations

from dataclasses import replace

from daemon.exif.boxes import END, boxes, first_box
from daemon.exif.capture import Capture
from daemon.exif.ifd import Directory, Tiff, open_tiff
from daemon.exif.marks import canon
from daemon.exif.source import Source
from daemon.exif.tags import capture_of

_CANON = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")


def read_cr3(source: Source) -> Capture:
    """Read a CR3: CMT1 has the first directory, CMT2 the Exif directory, CMT3 the maker note, CMT4 the GPS data."""
    parts: dict[bytes, Directory] = {}
    movie = first_box(source, 0, END, b"moov")
    for box in boxes(source, movie.start, movie.end) if movie else ():
        if box.kind == b"uuid" and source.at(box.start, 16) == _CANON:
            parts = {part.kind: _directory(source, part.start) for part in boxes(source, box.start + 16, box.end)}
            break
    none = Directory(Tiff(source, 0, "<"), {})
    ifd0, exif, note, gps = (parts.get(kind, none) for kind in (b"CMT1", b"CMT2", b"CMT3", b"CMT4"))
    return replace(capture_of(ifd0, exif, canon(note), gps), container="cr3")


def _directory(source: Source, at: int) -> Directory:
    opened = open_tiff(source, at)
    return opened[0].directory(opened[2]) if opened else Directory(Tiff(source, at, "<"), {})

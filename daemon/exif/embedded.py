"""Finds the JPEG previews that the camera stored in a raw file.

Sources: TIFF 6.0 and TIFF/EP for directories and strips; ExifTool's tag tables for RW2 (JpgFromRaw), ORF
(PreviewImageStart) and RAF; lclevy's description of CR3 for the boxes PRVW and THMB.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from daemon.exif.boxes import END, Box, boxes
from daemon.exif.ifd import open_tiff
from daemon.exif.jpeg import MAGIC as JPEG
from daemon.exif.jpeg import MOST_SEGMENTS
from daemon.exif.makernotes import note_directory
from daemon.exif.raf import MAGIC as RAF
from daemon.exif.source import Fetch, Source
from daemon.exif.structure.body import Body
from daemon.exif.structure.directories import Directory, open_directory, open_layout
from daemon.exif.tags import EXIF_DIRECTORY, MAKE, MAKER_NOTE
from daemon.exif.tiff import MAGICS as TIFF

MOST_DIRECTORIES = 12
"""The maximum number of directories to look at. A DNG with previews and masks has seven."""
MOST_PICTURES = 8
"""The maximum number of pictures to return. Cameras store up to four."""

_COMPRESSION, _STRIP, _STRIP_BYTES, _PHOTOMETRIC = 0x0103, 0x0111, 0x0117, 0x0106
_JPEG_COMPRESSIONS = (6, 7, 34892)  # old and new JPEG; lossy DNG
_SENSOR_VALUES = (32803, 34892)  # colour filter array, linear raw
_JPEG, _JPEG_BYTES = 0x0201, 0x0202
_SUB_IMAGES = 0x014A
_PANASONIC_JPEG = 0x002E
_OLYMPUS_SETTINGS, _OLYMPUS_PREVIEW, _OLYMPUS_PREVIEW_BYTES = 0x2020, 0x0101, 0x0102
_RAF_POINTER = 84

_CANON = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_CANON_PREVIEW = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16")
_CANON_BEFORE_JPEG = 32
"""The fields before the JPEG in PRVW and THMB take 12 to 16 bytes, depending on their version."""

_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SHOWN = (0xC0, 0xC1, 0xC2)
"""Baseline, extended and progressive. A lossless frame (0xC3) has sensor data."""
_SCAN, _END = 0xDA, 0xD9


class Embedded(NamedTuple):
    """A JPEG in a file: offset, stated size in bytes, width and height in pixels as stored.

    The stated size may be wrong and may reach beyond the file.
    """

    at: int
    size: int
    width: int
    height: int


class _Place(NamedTuple):
    at: int
    size: int


def embedded(head: bytes, size: int, fetch: Fetch | None = None) -> tuple[Embedded, ...]:
    """The JPEGs inside a raw file of ``size`` bytes that begins with ``head``, the largest first.

    Empty for other formats and for HEIF, whose previews are not JPEGs. The number of calls of ``fetch`` is limited, as
    in ``daemon.exif.source``. Only errors of ``fetch`` are raised.
    """
    looking = Source(head, fetch)
    found: dict[int, Embedded] = {}
    for place in _places(head, size, fetch):
        pixels = _pixels(looking, place.at) if 0 < place.at < size and place.size > 0 else None
        if pixels:
            found[place.at] = Embedded(place.at, min(place.size, size - place.at), *pixels)
        if len(found) == MOST_PICTURES:
            break
    return tuple(sorted(found.values(), key=lambda one: one.width * one.height, reverse=True))


def _places(head: bytes, size: int, fetch: Fetch | None) -> Iterator[_Place]:
    if head.startswith(RAF):
        source = Source(head, fetch)
        yield _Place(source.number(_RAF_POINTER, 4), source.number(_RAF_POINTER + 4, 4))
    elif head[4:12] == b"ftypcrx ":
        yield from _in_cr3(Source(head, fetch))
    elif head.startswith(TIFF):
        yield from _in_directories(Body(head, size, fetch))
        yield from _in_olympus_note(Source(head, fetch))


def _in_directories(body: Body) -> Iterator[_Place]:
    """The JPEGs of all directories: of the chain that begins with the first one, and of its sub-images."""
    layout, first = open_layout(body)
    seen, pending = set[int](), [(first, True)]
    while pending and len(seen) < MOST_DIRECTORIES:
        at, follow = pending.pop(0)
        directory = None if at in seen else open_directory(body, layout, at)
        seen.add(at)
        if directory is None:
            continue
        yield from _in_directory(directory)
        pending += [(sub, False) for sub in directory.numbers(_SUB_IMAGES)[:MOST_DIRECTORIES]]
        if follow and directory.next:
            pending.append((directory.next, True))


def _in_directory(directory: Directory) -> Iterator[_Place]:
    yield _Place(directory.number(_JPEG), directory.number(_JPEG_BYTES))
    if _PANASONIC_JPEG in directory.entries:
        start = directory.entries[_PANASONIC_JPEG].start
        yield _Place(start, directory.end_of(_PANASONIC_JPEG) - start)
    strips, sizes = directory.numbers(_STRIP), directory.numbers(_STRIP_BYTES)
    is_jpeg = directory.number(_COMPRESSION) in _JPEG_COMPRESSIONS
    if is_jpeg and len(strips) == len(sizes) == 1 and directory.number(_PHOTOMETRIC) not in _SENSOR_VALUES:
        yield _Place(strips[0], sizes[0])


def _in_olympus_note(source: Source) -> Iterator[_Place]:
    """The preview of an ORF. Its offset is relative to the same position as those of the maker note."""
    opened = open_tiff(source, 0)
    if opened is None:
        return
    ifd0 = opened[0].directory(opened[2])
    note = note_directory(ifd0.directory(EXIF_DIRECTORY), MAKER_NOTE, ifd0.text(MAKE))
    settings = note.directory(_OLYMPUS_SETTINGS)
    at, size = settings.number(_OLYMPUS_PREVIEW), settings.number(_OLYMPUS_PREVIEW_BYTES)
    if at and size:
        yield _Place(settings.tiff.base + at, size)


def _in_cr3(source: Source) -> Iterator[_Place]:
    """PRVW in a box of its own, and THMB in Canon's box of ``moov``."""
    for box in boxes(source, 0, END):
        if box.kind == b"moov":
            for inside in boxes(source, box.start, box.end):
                if inside.kind == b"uuid" and source.at(inside.start, 16) == _CANON:
                    yield from _canon_pictures(source, Box(inside.kind, inside.start + 16, inside.end))
        elif box.kind == b"uuid" and source.at(box.start, 16) == _CANON_PREVIEW:
            yield from _canon_pictures(source, Box(box.kind, box.start + 24, box.end))


def _canon_pictures(source: Source, outer: Box) -> Iterator[_Place]:
    for box in boxes(source, outer.start, outer.end):
        if box.kind in (b"PRVW", b"THMB"):
            before = source.at(box.start, _CANON_BEFORE_JPEG).find(JPEG)
            if before >= 0:
                yield _Place(box.start + before, box.end - box.start - before)


def _pixels(source: Source, start: int) -> tuple[int, int] | None:
    """Width and height of the JPEG at ``start``; None if there is none or if it has sensor data."""
    if source.at(start, len(JPEG)) != JPEG:
        return None
    at = start + 2
    for _ in range(MOST_SEGMENTS):
        head = source.at(at, 9)
        if len(head) < 9 or head[0] != 0xFF or head[1] in (_SCAN, _END):
            return None
        if head[1] == 0xFF:  # a fill byte
            at += 1
            continue
        if head[1] in _FRAME_HEADERS:
            height, width = int.from_bytes(head[5:7]), int.from_bytes(head[7:9])
            return (width, height) if head[1] in _SHOWN and width and height else None
        at += 2 + int.from_bytes(head[2:4])
    return None

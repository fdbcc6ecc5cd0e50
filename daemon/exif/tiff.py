"""TIFF and the raw formats based on it: CR2, NEF, ARW, DNG, ORF, PEF, SRW, RW2 (TIFF 6.0; TIFF/EP; DNG 1.6)."""

from __future__ import annotations

from dataclasses import replace

from daemon.exif.capture import Capture
from daemon.exif.ifd import Directory, open_tiff
from daemon.exif.jpeg import MAGIC as JPEG_MAGIC
from daemon.exif.jpeg import read_jpeg
from daemon.exif.makernotes import NO_NOTE, note_in, note_in_private_data
from daemon.exif.source import HEAD_BYTES, Source
from daemon.exif.tags import EXIF_DIRECTORY, MAKE, MAKER_NOTE, capture_of, whole_size

MAGICS = (b"II*\0", b"MM\0*", b"IIRO", b"IIRS", b"MMOR", b"IIU\0")

MOST_SUB_IMAGES = 8
"""The maximum number of SubIFDs to read. A DNG with previews and masks has five."""

_TIFF = 42
_PANASONIC = 85
_NEW_SUBFILE_TYPE = 0x00FE
_WIDTH = 0x0100
_HEIGHT = 0x0101
_PHOTOMETRIC = 0x0106
_SENSOR_VALUES = (32803, 34892)  # colour filter array, linear raw
_SUB_IMAGES = 0x014A
_DNG_VERSION = 0xC612
_DEFAULT_CROP_SIZE = 0xC620
_RAW_BY_MAKER = {"NIKON": "nef", "SONY": "arw", "PENTAX": "pef", "RICOH": "pef", "SAMSUNG": "srw"}

_PANASONIC_BORDERS = (0x0004, 0x0005, 0x0006, 0x0007)  # top, left, bottom, right
_PANASONIC_ISO = 0x0017
_PANASONIC_JPEG = 0x002E


def read_tiff(source: Source) -> Capture:
    """Read the TIFF structure at the start of the file."""
    opened = open_tiff(source, 0)
    if opened is None:
        return Capture()
    tiff, magic, first = opened
    ifd0 = tiff.directory(first)
    exif = ifd0.directory(EXIF_DIRECTORY)
    make = ifd0.text(MAKE)
    note = note_in(exif, MAKER_NOTE, make)
    capture = capture_of(ifd0, exif, note_in_private_data(ifd0, make) if note == NO_NOTE else note)
    if magic == _PANASONIC:
        return _panasonic(source, ifd0, capture)
    if magic != _TIFF:
        return _sized(replace(capture, container="orf"), ifd0)
    if source.at(8, 2) == b"CR":  # the first directory describes a preview; Exif has the image's size
        return replace(capture, container="cr2")
    main = _main_image((ifd0, *ifd0.directories(_SUB_IMAGES, MOST_SUB_IMAGES)))
    return _sized(replace(capture, container=_kind(ifd0, main)), main)


def _kind(ifd0: Directory, main: Directory) -> str:
    if _DNG_VERSION in ifd0.fields:
        return "dng"
    if main.number(_PHOTOMETRIC) not in _SENSOR_VALUES:
        return "tiff"
    return _RAW_BY_MAKER.get((ifd0.text(MAKE) or "").upper().split(" ")[0], "tiff")


def _main_image(images: tuple[Directory, ...]) -> Directory:
    """The largest image that is not marked as a preview."""
    whole = [image for image in images if not image.number(_NEW_SUBFILE_TYPE)]
    return max(whole or images, key=lambda image: (image.number(_WIDTH) or 0) * (image.number(_HEIGHT) or 0))


def _sized(capture: Capture, image: Directory) -> Capture:
    """The capture with the image's size: the cropped size of a DNG or ARW, or else the stored size."""
    crop = image.ratios(_DEFAULT_CROP_SIZE, 2)
    sides = [round(side) for side in crop] if len(crop) == 2 else [image.number(_WIDTH), image.number(_HEIGHT)]
    width, height = whole_size(*sides)
    return capture if width is None else replace(capture, width=width, height=height)


def _panasonic(source: Source, ifd0: Directory, capture: Capture) -> Capture:
    """Read an RW2: the embedded JPEG has the metadata and the maker note, the borders give the size."""
    at, size = ifd0.place(_PANASONIC_JPEG)
    if source.at(at, min(size, HEAD_BYTES)).startswith(JPEG_MAGIC):
        inside = read_jpeg(source, at)
        capture = capture if inside.taken_at is None else inside
    top, left, bottom, right = (ifd0.number(tag) or 0 for tag in _PANASONIC_BORDERS)
    width, height = whole_size(right - left, bottom - top)
    iso = capture.iso or ifd0.number(_PANASONIC_ISO) or None
    return replace(capture, container="rw2", width=width, height=height, iso=iso)

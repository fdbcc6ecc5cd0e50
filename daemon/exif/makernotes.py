"""Finds the directory inside a maker note, and reads its bracket marks.

No standard defines where a maker's directory begins and what its offsets are relative to. Layouts and tags are from
ExifTool's tag tables (exiftool.org/TagNames).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from daemon.exif.capture import BracketMark
from daemon.exif.ifd import Directory, Tiff, open_tiff
from daemon.exif.marks import Note, canon, fujifilm, nikon, olympus, panasonic, pentax, sony
from daemon.exif.source import Source

NO_NOTE = Note(None, BracketMark())

MOST_ENTRIES = 255
"""The maximum number of entries in a maker's directory. More means no directory, or the other byte order."""

MOST_PRIVATE_RECORDS = 32
"""The maximum number of records to read in a DNG's private data."""

_DNG_PRIVATE_DATA = 0xC634

Reads = Callable[[Directory], Note]


@dataclass(frozen=True, slots=True)
class _Layout:
    """The layout of notes that begin with ``mark``.

    The directory begins after ``skip`` bytes. If ``own`` is True, its offsets are relative to the note's first byte, or
    else to the same position as those of the surrounding TIFF structure.
    """

    mark: bytes
    skip: int
    own: bool
    reads: Reads


_LAYOUTS = (
    _Layout(b"Nikon\0\x01", 8, False, nikon),
    _Layout(b"FUJIFILM", 12, True, fujifilm),
    _Layout(b"Panasonic\0\0\0", 12, False, panasonic),
    _Layout(b"OLYMP\0", 8, False, olympus),
    _Layout(b"OLYMPUS\0", 12, True, olympus),
    _Layout(b"OM SYSTEM\0", 16, True, olympus),
    _Layout(b"SONY DSC ", 12, False, sony),
    _Layout(b"SONY CAM ", 12, False, sony),
    _Layout(b"SONY MOBILE", 12, False, sony),
    _Layout(b"AOC\0", 6, False, pentax),
    _Layout(b"PENTAX \0", 10, True, pentax),
    _Layout(b"RICOH\0II", 8, True, pentax),
    _Layout(b"RICOH\0MM", 8, True, pentax),
)

_BARE = {"CANON": canon, "NIKON": nikon, "SONY": sony}
"""Makers whose notes may begin directly with the directory, by the first word of the make."""


def note_in(directory: Directory, tag: int, make: str | None) -> Note:
    """Read the maker note in ``tag``."""
    at, size = directory.place(tag)
    return note_at(directory.tiff, at, make) if size else NO_NOTE


def note_at(tiff: Tiff, at: int, make: str | None) -> Note:
    """Read the maker note at offset ``at`` of the file. ``tiff`` is the structure that contains it."""
    directory, reads = _opened(tiff, at, make)
    return reads(directory)


def note_directory(directory: Directory, tag: int, make: str | None) -> Directory:
    """The directory of the maker note in ``tag``, empty if there is none."""
    at, size = directory.place(tag)
    return _opened(directory.tiff, at, make)[0] if size else Directory(directory.tiff, {})


def _opened(tiff: Tiff, at: int, make: str | None) -> tuple[Directory, Reads]:
    """The directory of the note at ``at``, empty if its layout is unknown, and the function that reads it."""
    source = tiff.source
    opening = source.at(at, 16)
    if opening.startswith(b"Nikon\0\x02"):
        opened = open_tiff(source, at + 10)
        return (opened[0].directory(opened[2]), nikon) if opened else (Directory(tiff, {}), _nothing)
    for layout in _LAYOUTS:
        if opening.startswith(layout.mark):
            base = at if layout.own else tiff.base
            return _directory(source, base, at + layout.skip, tiff.order), layout.reads
    reads = _BARE.get((make or "").upper().split(" ")[0])
    return (_directory(source, tiff.base, at, tiff.order), reads) if reads else (Directory(tiff, {}), _nothing)


def _nothing(_: Directory) -> Note:
    return NO_NOTE


def note_in_private_data(ifd0: Directory, make: str | None) -> Note:
    """Read the maker note in DNGPrivateData, where Pentax stores its own, and Adobe's converter the raw file's.

    Adobe's data are its name, a NUL, then records of a four-letter name, a big-endian size and that many bytes.
    ``MakN`` has the byte order, the note's offset in the raw file, on which its offsets are based, and the note.
    """
    source = ifd0.tiff.source
    at, size = ifd0.place(_DNG_PRIVATE_DATA)
    if source.at(at, 6) != b"Adobe\0":
        return note_at(ifd0.tiff, at, None) if size else NO_NOTE
    record, end = at + 6, at + size
    for _ in range(MOST_PRIVATE_RECORDS):
        if record >= end:
            break
        length = source.number(record + 4, 4)
        if source.at(record, 4) == b"MakN":
            order = "<" if source.at(record + 8, 2) == b"II" else ">"
            note = record + 14
            return note_at(Tiff(source, note - source.number(record + 10, 4), order), note, make)
        record += 8 + length + length % 2
    return NO_NOTE


def _directory(source: Source, base: int, at: int, order: str) -> Directory:
    """The directory at ``at``, empty if its number of entries is invalid.

    Software that rewrites the Exif block may leave the note in a byte order other than ``order``.
    """
    for likely in (order, "<" if order == ">" else ">"):
        if 0 < source.number(at, 2, likely) <= MOST_ENTRIES:
            return Tiff(source, base, likely).directory(at - base)
    return Directory(Tiff(source, base, order), {})

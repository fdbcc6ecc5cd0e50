"""Checks if a TIFF, or a raw file based on it, is complete: all data of its directories must be inside the file.

CR2, NEF, NRW, ARW, SR2, DNG, ORF, PEF, SRW, ERF, 3FR, FFF, IIQ, TIFF and BigTIFF: the strips or tiles of every image,
the embedded JPEGs (tags 0x0201, 0x0202), the lists of these, the directories, and the blocks that programs write last.
ExifTool's validation skips this check only for 3FR and RW2. Exceptions:

- Some Hasselblad bodies state the size before compression (ExifTool issue 476); such a count is not used.
- RW2 and RWL have no usable size. It is computed from the packing (rawspeed, LibRaw): 16 bytes hold 9 to 14 pixels;
  the size of the newest packing is unknown.
- The pointer from a sub-image to a next directory is invalid in some raw formats (Exif.pm) and never followed.
- The Sony A100 has sensor data where others have directories of sub-images; data that are not a directory are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from daemon.exif.structure import words
from daemon.exif.structure.body import Body
from daemon.exif.structure.directories import Directory, Layout, open_directory, open_layout
from daemon.exif.structure.verdict import UNKNOWN, WHOLE, Structure
from daemon.exif.tags import EXIF_DIRECTORY

MAGICS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"IIRO", b"IIRS", b"MMOR", b"IIU\0")

MOST_DIRECTORIES = 24
"""The maximum number of directories to read. A CR2 has four, a DNG with previews and masks seven."""

_OLYMPUS = (0x4F52, 0x5352)
_PANASONIC = 85

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _SAMPLES = 0x0100, 0x0101, 0x0102, 0x0103, 0x0115
_PIECES = ((0x0111, 0x0117), (0x0144, 0x0145))  # strips and tiles: offsets, counts of bytes
_JPEG, _JPEG_BYTES = 0x0201, 0x0202
_SUB_IMAGES = 0x014A
_POINTERS = (EXIF_DIRECTORY, 0x8825)
_BLOCKS = (
    *(0x0102, 0x0140, 0x015B),  # needed for decoding: bits per sample, colour map, JPEG tables
    *(0x02BC, 0x83BB, 0x8649, 0x8773, 0x935C),  # written last by programs: XMP, IPTC, Photoshop's, ICC profile, layers
)
_LOSSLESS_JPEG = 7
_END_MARKER = b"\xff\xd9"

_PANASONIC_WIDTH, _PANASONIC_HEIGHT, _PANASONIC_BITS = 0x0002, 0x0003, 0x000A
_PANASONIC_PACKING, _PANASONIC_DATA = 0x002D, 0x0118
_PIXELS_IN_16_BYTES = {(4, 12): 14, (5, 12): 10, (5, 14): 9, (6, 12): 14, (6, 14): 11, (7, 12): 10, (7, 14): 9}


@dataclass(slots=True)
class _Named:
    """The data of the directories: ends of images, starts and ends of JPEGs, ends of everything else.

    ``empty`` are positions of directories or ends of lists at which there may be only zeros.
    """

    images: list[int] = field(default_factory=list)
    jpegs: list[tuple[int, int]] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)


def check_tiff(body: Body) -> Structure:
    """Check a TIFF by its directories and by the last 64 KiB of its image data."""
    layout, first = open_layout(body)
    named = _panasonic(body, layout, first) if layout.magic == _PANASONIC else _walk(body, layout, first)
    images = [*named.images, *_true_ends(body, named)]
    needed = max([*images, *named.others, 0])
    if needed > body.size:
        return Structure(words.short(body.size, needed, at_least=needed not in images))
    if named.empty and (written := body.written(body.size)) <= max(named.empty):
        return Structure(words.unwritten(written, body.size))
    if not images:
        return UNKNOWN
    stalled = body.stalled(max(images))
    return WHOLE if stalled is None else Structure(words.unwritten(stalled, body.size))


def _walk(body: Body, layout: Layout, first: int) -> _Named:
    named, seen = _Named(), set[int]()
    pending = [(first, layout.magic not in _OLYMPUS)]
    while pending and len(seen) < MOST_DIRECTORIES:
        at, follow = pending.pop(0)
        if at in seen:
            continue
        seen.add(at)
        named.others.append(at + layout.count_bytes)
        directory = open_directory(body, layout, at)
        if directory is None:
            named.empty.append(at)
            continue
        _name(directory, named)
        subs = directory.numbers(_SUB_IMAGES)
        pending.extend((sub, False) for sub in subs[:MOST_DIRECTORIES] if sub)
        if follow and directory.next and (not subs or directory.next < body.size):
            pending.append((directory.next, True))
    return named


def _name(directory: Directory, named: _Named) -> None:
    """Add the data of one directory."""
    named.others.append(directory.end)
    named.others.extend(map(directory.end_of, (*_BLOCKS, _SUB_IMAGES)))
    named.others.extend(pointer + 2 for pointer in map(directory.number, _POINTERS) if pointer)
    for offsets, counts in _PIECES:
        named.others.extend((directory.end_of(offsets), directory.end_of(counts)))
        starts, sizes = directory.numbers(offsets), directory.numbers(counts)
        if len(starts) != len(sizes) or _is_before_compression(directory, sizes):
            continue
        ends = [start + size for start, size in zip(starts, sizes, strict=True) if start and size]
        named.images.extend(ends)
        if starts and not ends:
            named.empty.append(max(directory.end_of(offsets), directory.end_of(counts)))
    start, size = directory.number(_JPEG), directory.number(_JPEG_BYTES)
    if start and size:
        named.jpegs.append((start, start + size))


def _is_before_compression(directory: Directory, sizes: tuple[int, ...]) -> bool:
    """True if the stated size of a lossless JPEG is exactly the size of its uncompressed image."""
    if directory.number(_COMPRESSION) != _LOSSLESS_JPEG:
        return False
    samples = (directory.number(_SAMPLES) or 1) * -(-directory.number(_BITS) // 8)
    return sum(sizes) == directory.number(_WIDTH) * directory.number(_HEIGHT) * samples


def _true_ends(body: Body, named: _Named) -> list[int]:
    """The ends of the embedded JPEGs.

    If a stated length is too large, other data show that the file is not cut off: an image after the JPEG's start, or
    the JPEG's end marker at the end of the file.
    """
    size, last_image = body.size, max(named.images, default=0)
    return [
        end
        for start, end in named.jpegs
        if end <= size or start >= size or (start >= last_image and body.at(size - 2, 2) != _END_MARKER)
    ]


def _panasonic(body: Body, layout: Layout, first: int) -> _Named:
    """The data of an RW2 or RWL: the sensor's data are the rest of the file, and have at least their packed size."""
    directory = open_directory(body, layout, first)
    if directory is None:
        return _Named(others=[first + layout.count_bytes], empty=[first])
    packing = directory.number(_PANASONIC_PACKING), directory.number(_PANASONIC_BITS)
    pixels = _PIXELS_IN_16_BYTES.get(packing)
    rows, columns = directory.number(_PANASONIC_HEIGHT), directory.number(_PANASONIC_WIDTH)
    taken = rows * (columns // pixels) * 16 if pixels else 1
    data = directory.number(_PANASONIC_DATA) or directory.number(_PIECES[0][0])
    ends = [data + taken] if data else []
    ends += [body.size] if ends and ends[0] <= body.size else []
    return _Named(images=ends, others=[directory.end])

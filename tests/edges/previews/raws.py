"""Raw files with previews inside, in the layout of each maker: a large preview, a small one, and sensor data."""

from __future__ import annotations

import struct
from collections.abc import Callable

from tests.edges.exif.build import Plain, Subs, blob, box, cr3, longs, raf, shorts, sub, text, tiff
from tests.edges.exif.samples import IFD0, headed
from tests.edges.exif.wholes import chained, located, noise, strip

CANON = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
CANON_PREVIEW = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16")
SENSOR = noise(30_000, 2)
LOSSLESS = b"\xff\xd8\xff\xc3\0\x0b\x0e\x10\0\x20\0\1\1\x11\0" + SENSOR
"""Sensor data as Canon and Adobe store them: a lossless JPEG (frame header 0xC3), larger than any preview."""

Make = Callable[[bytes, bytes, int], bytes]
"""Makes a raw file from a large preview, a small preview, and an orientation."""


def turned(orientation: int) -> dict[int, Plain | Subs]:
    """The first directory's usual entries, with this orientation."""
    return {**IFD0, 0x0112: shorts(orientation)}


def named(at: int, preview: bytes) -> dict[int, Plain | Subs]:
    """The entries that name a JPEG (TIFF 6.0: JPEGInterchangeFormat)."""
    return {0x0201: longs(at), 0x0202: longs(len(preview))}


def cr2(large: bytes, small: bytes, orientation: int) -> bytes:
    """A CR2: preview, thumbnail, and sensor data as a lossless JPEG, in a chain of directories."""

    def head(*at: int) -> bytes:
        first = {**turned(orientation), **strip(at[0], large, x0103=shorts(6))}
        sensor = strip(at[2], LOSSLESS, x0103=shorts(6))
        return chained([first, named(at[1], small), sensor], "<", b"CR\2\0\0\0\0\0")

    return located(head, large, small, LOSSLESS)


def pef(large: bytes, small: bytes, orientation: int) -> bytes:
    """A PEF: sensor data, thumbnail, and preview, in a chain of big-endian directories."""

    def head(*at: int) -> bytes:
        first = {**turned(orientation), 0x010F: text("PENTAX"), 0x0106: shorts(32803), **strip(at[2], SENSOR)}
        return chained([first, named(at[1], small), named(at[0], large)], ">")

    return located(head, large, small, SENSOR)


def in_sub_images(make: str, *, dng: bool) -> Make:
    """The layout of NEF, ARW, SRW and DNG: the previews are sub-images."""

    def made(large: bytes, small: bytes, orientation: int) -> bytes:
        def head(*at: int) -> bytes:
            shown = {0x0106: shorts(6)}
            preview = {**strip(at[0], large, x0103=shorts(7)), **shown} if dng else named(at[0], large)
            size = {0x0100: longs(6000), 0x0101: longs(4000)}
            sensor = {0x0106: shorts(32803), **size, **strip(at[2], LOSSLESS, x0103=shorts(7))}
            more = {0xC612: blob(b"\1\4\0\0")} if dng else {}
            first = {**turned(orientation), 0x010F: text(make), **named(at[1], small), **more}
            return tiff({**first, 0x014A: Subs([preview, sensor])})

        return located(head, large, small, LOSSLESS)

    return made


def rw2(large: bytes, small: bytes, orientation: int) -> bytes:
    """An RW2: the JPEG is the value of an entry."""
    return tiff({**turned(orientation), 0x002E: blob(large)}, magic=85) + small + SENSOR


def orf(large: bytes, small: bytes, orientation: int) -> bytes:
    """An ORF: the preview's offset is in the maker note and relative to it."""

    def head(at: int, _: int) -> bytes:
        def note(start: int) -> Plain:
            settings = {0x0101: longs(max(0, at - start)), 0x0102: longs(len(large))}
            return headed(b"OLYMPUS\0II\3\0", {0x2020: sub(settings)}, own=True)

        def file(start: int) -> bytes:
            return tiff(
                {**turned(orientation), 0x010F: text("OLYMPUS"), 0x8769: sub({0x927C: note(start)})}, magic=0x4F52
            )

        return file(file(0).find(b"OLYMPUS\0II"))

    return located(head, large, SENSOR) + small


def raf_of(large: bytes, _small: bytes, _orientation: int) -> bytes:
    """A RAF: its header names the JPEG, whose Exif has the orientation."""
    return raf(large, 6000, 4000)


def cr3_of(large: bytes, small: bytes, orientation: int) -> bytes:
    """A CR3: THMB in Canon's box, and PRVW in a box of its own."""
    data = cr3([tiff(turned(orientation))])
    thumbnail = box(b"THMB", struct.pack(">IHHIHH", 0, 160, 120, len(small), 1, 0) + small)
    canon = data.index(CANON) - 8
    moov = data.index(b"moov") - 4
    end = canon + int.from_bytes(data[canon : canon + 4])
    grown = bytearray(data[:end] + thumbnail + data[end:])
    for at in (canon, moov):
        struct.pack_into(">I", grown, at, int.from_bytes(data[at : at + 4]) + len(thumbnail))
    preview = box(b"PRVW", struct.pack(">IHHHHI", 0, 1, 1620, 1080, 1, len(large)) + large)
    return bytes(grown) + box(b"uuid", CANON_PREVIEW + struct.pack(">II", 0, 1) + preview)


MAKERS: dict[str, Make] = {
    "cr2": cr2,
    "cr3": cr3_of,
    "nef": in_sub_images("NIKON CORPORATION", dng=False),
    "arw": in_sub_images("SONY", dng=False),
    "srw": in_sub_images("SAMSUNG", dng=False),
    "dng": in_sub_images("DJI", dng=True),
    "raf": raf_of,
    "orf": orf,
    "rw2": rw2,
    "pef": pef,
}

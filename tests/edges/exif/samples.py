"""One photo in every container, and the values that must be read from it."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import datetime

from daemon.exif import BracketMark, Capture
from tests.edges.exif.build import (
    Entries,
    Heif,
    Plain,
    Subs,
    blob,
    cr3,
    directory,
    jpeg,
    longs,
    placed,
    png,
    raf,
    ratio,
    shorts,
    sratio,
    sub,
    text,
    tiff,
)

EXIF: dict[int, Plain | Subs] = {
    0x829A: ratio(1, 80),
    0x829D: ratio(56, 10),
    0x8827: shorts(400),
    0x9003: text("2024:05:17 10:31:07"),
    0x9204: sratio(-2, 3),
    0x9209: shorts(0x11),
    0x920A: ratio(17, 1),
    0x9291: text("375"),
    0xA002: longs(6000),
    0xA003: longs(4000),
    0xA402: shorts(2),
    0xA431: text("0420117"),
}

IFD0: dict[int, Plain | Subs] = {
    0x010F: text("Canon"),
    0x0110: text("Canon EOS R5"),
    0x0112: shorts(6),
}

READ = Capture(
    container="jpeg",
    make="Canon",
    model="Canon EOS R5",
    serial="0420117",
    taken_at=datetime(2024, 5, 17, 10, 31, 7, 375_000),  # noqa: DTZ001 - the camera's own clock
    has_subsec=True,
    exposure_s=1 / 80,
    f_number=5.6,
    iso=400,
    bias_ev=-2 / 3,
    exposure_mode=2,
    focal_mm=17.0,
    flash_fired=True,
    orientation=6,
    width=6000,
    height=4000,
    mark=BracketMark(aeb=True, value_ev=-2.0),
)

CANON_NOTE: dict[int, Plain | Subs] = {
    0x0004: shorts(36, *[0] * 16, -64),
    0x000C: longs(420117),
    0x0093: shorts(12, 0, 0, 1, -64, 2),
}
"""AEB, two stops under."""


def note(entries: Entries) -> Plain:
    """A maker note that is a directory without any header."""
    return placed(lambda order, at: directory(entries, order, at))


def headed(head: bytes, entries: Entries, *, own: bool = False) -> Plain:
    """A note whose directory follows ``head``. Its offsets are relative to the note itself if ``own`` is True."""
    return placed(lambda order, at: head + directory(entries, order, len(head) if own else at + len(head)))


def nikon(entries: Entries) -> Plain:
    """Nikon's note, which contains a complete TIFF structure."""
    return placed(lambda order, _: b"Nikon\0\2\x11\0\0" + tiff(entries, order))


def enciphered(first: int, places: dict[int, int], size: int = 0x30) -> bytes:
    """Sony's tag 0x9400. Bytes up to 248 are cubed modulo 249, except ``first``."""
    plain = bytes(places.get(place, 0) for place in range(1, size))
    return bytes([first]) + bytes(pow(byte, 3, 249) if byte < 249 else byte for byte in plain)


def photo(
    maker_note: Plain | None = None,
    ifd0: Entries | None = None,
    exif: Entries | None = None,
) -> dict[int, Plain | Subs]:
    """The photo's first directory, with other entries on top."""
    inside: dict[int, Plain | Subs] = {**EXIF, **(exif or {}), 0x927C: maker_note or note(CANON_NOTE)}
    return {**IFD0, **(ifd0 or {}), 0x8769: sub(inside)}


def block(order: str = "<") -> bytes:
    """The photo's Exif block."""
    return tiff(photo(), order)


def without_size(entries: Entries) -> dict[int, Plain | Subs]:
    """The entries without Exif's pixel size, as in raw formats that do not write it."""
    return {tag: entry for tag, entry in entries.items() if tag not in (0xA002, 0xA003)}


def raw_photo(make: str, order: str, main: Entries, **more: Plain | Subs) -> bytes:
    """The photo as a raw file: the first directory is a preview, sub-images are another preview and the sensor's."""
    preview = {0x00FE: longs(1), 0x0100: longs(1620), 0x0101: longs(1080)}
    sensor: dict[int, Plain | Subs] = {0x00FE: longs(0), 0x0106: shorts(32803), **main}
    extra = {int(tag[1:], 16): entry for tag, entry in more.items()}
    inside = without_size({**EXIF, 0x927C: blob(b"none to be read here")})
    first = {**IFD0, 0x010F: text(make), 0x0100: longs(160), 0x0101: longs(120), 0x00FE: longs(1)}
    return tiff({**first, 0x014A: Subs([preview, sensor]), 0x8769: sub(inside), **extra}, order)


def cr2(order: str = "<") -> bytes:
    """The photo as a CR2: a TIFF with Canon's mark after the header, and a preview in the first directory."""
    return tiff(photo(ifd0={0x0100: shorts(1536), 0x0101: shorts(1024)}), order, gap=b"CR\2\0\0\0\0\0")


def rw2(inside: bytes, iso: int = 400) -> bytes:
    """The photo as an RW2: the JPEG is the value of an entry, and the borders give the size."""
    borders = {0x0004: shorts(8), 0x0005: shorts(12), 0x0006: shorts(4008), 0x0007: shorts(6012)}
    return tiff({**IFD0, **borders, 0x0017: shorts(iso), 0x002E: blob(inside)}, magic=85)


def everything() -> dict[str, tuple[bytes, Capture]]:
    """Files by name, with the values that must be read from each."""
    size = {0x0100: longs(6000), 0x0101: longs(4000)}
    cropped = {0x0100: longs(6048), 0x0101: longs(4024), 0xC620: ratio(6000, 1, 4000, 1)}
    bare = replace(READ, mark=BracketMark())
    orf = tiff(photo(ifd0=size), magic=0x4F52)
    files = {
        "cr2.cr2": (cr2(), "cr2", READ),
        "arw.arw": (raw_photo("SONY", "<", cropped), "arw", replace(bare, make="SONY")),
        "pef.pef": (raw_photo("PENTAX", ">", size), "pef", replace(bare, make="PENTAX")),
        "orf.orf": (orf, "orf", READ),
        "rw2.rw2": (rw2(jpeg(block(), 1920, 1280)), "rw2", READ),
        "raf.raf": (raf(jpeg(block(), 1920, 1280), 6000, 4000), "raf", READ),
        "png.png": (png(block(), 6000, 4000), "png", READ),
        "heif.heic": (Heif(block(), turn=1).file(), "heif", READ),
    }
    for name, order in (("little", "<"), ("big", ">")):
        dng = raw_photo("DJI", order, cropped, xC612=blob(b"\1\4\0\0"))
        nef = raw_photo("NIKON CORPORATION", order, size)
        plain = {**photo(), **size}
        parts = (IFD0, EXIF, CANON_NOTE, {0: blob(b"\2\3\0\0")})
        files |= {
            f"{name}.jpg": (jpeg(block(order)), "jpeg", READ),
            f"{name}.tif": (tiff(plain, order), "tiff", READ),
            f"{name}.dng": (dng, "dng", replace(bare, make="DJI")),
            f"{name}.nef": (nef, "nef", replace(bare, make="NIKON CORPORATION")),
            f"{name}.cr3": (cr3([tiff(part, order) for part in parts]), "cr3", READ),
        }
    return {name: (data, replace(read, container=container)) for name, (data, container, read) in files.items()}


def private_data(order: str, maker_note: Entries) -> bytes:
    """DNGPrivateData as Adobe's converter writes it. The note was at offset 1000 of the raw file."""
    inside = {"<": b"II", ">": b"MM"}[order] + struct.pack(">I", 1000) + directory(maker_note, order, 1000)
    other = b"Othr" + struct.pack(">I", 3) + b"odd\0"
    return b"Adobe\0" + other + b"MakN" + struct.pack(">I", len(inside)) + inside


def noted() -> dict[str, bytes]:
    """JPEGs by maker, each with a note that has all the maker's marks."""
    fuji = directory({0x0010: text("FPX 1234"), 0x1100: shorts(1), 0x1101: shorts(2)}, "<", 12)
    drive = {0x2010: sub({0x0101: text("BHP302")}), 0x2020: sub({0x0600: shorts(5, 2, 1)})}
    pentax = {0x0205: blob(bytes([0] * 7 + [64, 0, 0x13] + [0] * 9)), 0x0229: text("4312987")}
    sony = {0x9400: blob(enciphered(0x31, {9: 2, 0x12: 1, 0x16: 3})), 0xB049: shorts(5), 0xB04A: shorts(2)}
    notes = {
        "Canon": note(CANON_NOTE),
        "FUJIFILM": blob(b"FUJIFILM\x0c\0\0\0" + fuji),
        "NIKON": nikon({0x0019: sratio(-4, 6), 0x001D: text("6012345"), 0x0089: shorts(16), 0x00A7: longs(12345)}),
        "OLYMPUS": headed(b"OLYMPUS\0II\3\0", drive, own=True),
        "Panasonic": headed(b"Panasonic\0\0\0", {0x0025: blob(b"F35"), 0x002A: shorts(2), 0x002B: longs(3)}),
        "PENTAX": headed(b"AOC\0II", pentax),
        "SONY": headed(b"SONY DSC \0\0\0", sony),
    }
    return {make: jpeg(tiff({0x010F: text(make), 0x8769: sub({0x927C: one})})) for make, one in notes.items()}

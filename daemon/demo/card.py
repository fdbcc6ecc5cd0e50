"""Writes a camera's metadata: Exif 2.31 in a little-endian TIFF 6.0 structure.

Pillow cannot do it: it guesses each tag's type from its value and gives exposure bias a wrong type.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from PIL.ExifTags import Base as Tag

from daemon.demo.scene import Size

MAKE, MODEL = "Canon", "Canon EOS R6"
SERIAL = "283021004417"
LENS = "RF15-35mm F2.8 L IS USM"
LENS_RANGE = (Fraction(15), Fraction(35), Fraction(28, 10), Fraction(28, 10))
OFFSET = timedelta(hours=1)
"""From UTC to the camera's clock."""

UPRIGHT, INCH, COSITED, SRGB = 1, 2, 2, 1
APERTURE_PRIORITY, PATTERN_METERING, FLASH_OFF, AUTO_BRACKET, AUTO_WHITE_BALANCE = 3, 5, 16, 2, 0
DPI = Fraction(72)

Value = str | bytes | int | tuple[Fraction, ...]
Entry = tuple[int, str, Value]
"""A tag, the name of its type, its value."""
TYPES = {"ascii": 2, "short": 3, "long": 4, "rational": 5, "undefined": 7, "signed rational": 10}
UNIT = {"ascii": 1, "short": 2, "long": 4, "rational": 8, "undefined": 1, "signed rational": 8}
HEAD = b"II*\0" + struct.pack("<I", 8)


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame: its time, exposure time (seconds), EV from the metered exposure, and the camera's settings."""

    begun: datetime
    time: Fraction
    bias: int
    aperture: Fraction
    iso: int
    focal_mm: Fraction
    size: Size


def exif(shot: Shot) -> bytes:
    """The Exif segment of a shot; times are the camera's own clock, with hundredths as this camera writes them."""
    clock, hundredths = f"{shot.begun:%Y:%m:%d %H:%M:%S}", f"{shot.begun.microsecond // 10_000:02}"
    offset = f"+{OFFSET // timedelta(hours=1):02}:00"
    picture: list[Entry] = [
        (Tag.Make, "ascii", MAKE),
        (Tag.Model, "ascii", MODEL),
        (Tag.Orientation, "short", UPRIGHT),
        (Tag.XResolution, "rational", (DPI,)),
        (Tag.YResolution, "rational", (DPI,)),
        (Tag.ResolutionUnit, "short", INCH),
        (Tag.DateTime, "ascii", clock),
        (Tag.YCbCrPositioning, "short", COSITED),
        (Tag.ExifOffset, "long", 0),
    ]
    settings: list[Entry] = [
        (Tag.ExposureTime, "rational", (shot.time,)),
        (Tag.FNumber, "rational", (shot.aperture,)),
        (Tag.ExposureProgram, "short", APERTURE_PRIORITY),
        (Tag.ISOSpeedRatings, "short", shot.iso),
        (Tag.ExifVersion, "undefined", b"0231"),
        (Tag.DateTimeOriginal, "ascii", clock),
        (Tag.DateTimeDigitized, "ascii", clock),
        (Tag.OffsetTime, "ascii", offset),
        (Tag.OffsetTimeOriginal, "ascii", offset),
        (Tag.OffsetTimeDigitized, "ascii", offset),
        (Tag.ComponentsConfiguration, "undefined", b"\1\2\3\0"),
        (Tag.ExposureBiasValue, "signed rational", (Fraction(shot.bias),)),
        (Tag.MeteringMode, "short", PATTERN_METERING),
        (Tag.Flash, "short", FLASH_OFF),
        (Tag.FocalLength, "rational", (shot.focal_mm,)),
        (Tag.SubsecTime, "ascii", hundredths),
        (Tag.SubsecTimeOriginal, "ascii", hundredths),
        (Tag.SubsecTimeDigitized, "ascii", hundredths),
        (Tag.FlashPixVersion, "undefined", b"0100"),
        (Tag.ColorSpace, "short", SRGB),
        (Tag.ExifImageWidth, "long", shot.size[0]),
        (Tag.ExifImageHeight, "long", shot.size[1]),
        (Tag.ExposureMode, "short", AUTO_BRACKET),
        (Tag.WhiteBalance, "short", AUTO_WHITE_BALANCE),
        (Tag.BodySerialNumber, "ascii", SERIAL),
        (Tag.LensSpecification, "rational", LENS_RANGE),
        (Tag.LensModel, "ascii", LENS),
    ]
    second = len(HEAD) + len(_directory(picture, len(HEAD)))
    picture[-1] = (Tag.ExifOffset, "long", second)
    return b"Exif\0\0" + HEAD + _directory(picture, len(HEAD)) + _directory(settings, second)


def _directory(entries: Sequence[Entry], at: int) -> bytes:
    """An image file directory ``at`` bytes into the file, followed by its values of over four bytes."""
    begin = at + 2 + 12 * len(entries) + 4
    listed, values = struct.pack("<H", len(entries)), b""
    for tag, kind, value in sorted(entries, key=lambda entry: entry[0]):
        data = _packed(kind, value)
        listed += struct.pack("<HHI", tag, TYPES[kind], len(data) // UNIT[kind])
        if len(data) > 4:
            listed += struct.pack("<I", begin + len(values))
            values += data + b"\0" * (len(data) % 2)
        else:
            listed += data.ljust(4, b"\0")
    return listed + struct.pack("<I", 0) + values


def _packed(kind: str, value: Value) -> bytes:
    if isinstance(value, str):
        return value.encode("ascii") + b"\0"
    if isinstance(value, bytes):
        return value
    if isinstance(value, int):
        return struct.pack("<H" if kind == "short" else "<I", value)
    pair = "<ii" if kind == "signed rational" else "<II"
    return b"".join(struct.pack(pair, part.numerator, part.denominator) for part in value)

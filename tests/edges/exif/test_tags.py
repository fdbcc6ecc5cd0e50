from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime

import pytest

from daemon.exif import Capture, parse
from tests.edges.exif.build import (
    Entries,
    Plain,
    blob,
    doubles,
    floats,
    jpeg,
    longs,
    ratio,
    shorts,
    sratio,
    sub,
    text,
    tiff,
)


def read(exif: Entries, ifd0: Entries | None = None) -> Capture:
    """The capture of a JPEG with these entries."""
    return parse(jpeg(tiff({**(ifd0 or {}), 0x8769: sub(exif)})))


def at(*parts: int) -> datetime:
    """A time of the camera's own clock."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - naive on purpose


@pytest.mark.parametrize(
    ("written", "taken_at"),
    [
        ("2022:07:29 12:48:00", at(2022, 7, 29, 12, 48)),
        ("2022-07-29T12:48:00", at(2022, 7, 29, 12, 48)),
        ("2022/7/29 2:48:00", at(2022, 7, 29, 2, 48)),
        ("2022:07:29 12:48:00+02:00", at(2022, 7, 29, 12, 48)),
        ("0000:00:00 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("2022:02:30 12:00:00", None),
        ("2022:07:29 24:00:00", None),
        ("2022:07:29", None),
        ("٢٠٢٢:07:29 12:48:00", None),
        ("", None),
    ],
)
def test_time_is_the_camera_s_own(written: str, taken_at: datetime | None) -> None:
    """DateTimeOriginal is read as a naive time; an invalid value is None."""
    assert read({0x9003: text(written)}).taken_at == taken_at


@pytest.mark.parametrize(
    ("written", "microsecond", "has_subsec"),
    [
        ("3", 300_000, True),
        ("30", 300_000, True),
        ("948", 948_000, True),
        ("000001", 1, True),
        ("1234567", 123_456, True),
        ("78  ", 780_000, True),
        ("00", 0, True),
        ("", 0, False),
        ("  ", 0, False),
        ("n/a", 0, False),
        ("²", 0, False),
    ],
)
def test_subseconds_are_digits_behind_the_point(written: str, microsecond: int, has_subsec: bool) -> None:
    """SubSecTimeOriginal is a decimal fraction of any length; anything but digits is ignored."""
    capture = read({0x9003: text("2022:07:29 12:48:00"), 0x9291: text(written)})
    assert (capture.taken_at, capture.has_subsec) == (at(2022, 7, 29, 12, 48, 0, microsecond), has_subsec)


def test_there_are_no_subseconds_without_a_time() -> None:
    """A fraction of a second without a time is ignored."""
    assert read({0x9291: text("30")}) == Capture(container="jpeg", width=6000, height=4000)


def test_time_of_the_last_edit_is_not_the_time_of_capture() -> None:
    """DateTime and DateTimeDigitized never stand in for DateTimeOriginal."""
    digitized = {0x9004: text("2022:07:29 12:48:00"), 0x9292: text("30")}
    assert read(digitized, {0x0132: text("2022:07:29 12:48:00")}).taken_at is None


@pytest.mark.parametrize(
    ("entries", "iso"),
    [
        ({0x8827: shorts(100)}, 100),
        ({0x8827: shorts(100, 0)}, 100),
        ({0x8827: longs(204_800)}, 204_800),
        ({0x8827: shorts(65535), 0x8831: longs(51_200), 0x8832: longs(102_400)}, 102_400),
        ({0x8827: shorts(65535), 0x8831: longs(102_400)}, 102_400),
        ({0x8827: shorts(65535), 0x8833: longs(102_400)}, 102_400),
        ({0x8827: shorts(65535)}, 65535),
        ({0x8827: shorts(0), 0x8832: longs(64)}, 64),
        ({0x8827: shorts(0)}, None),
        ({0x8827: longs(2**32 - 1)}, None),
        ({0x8827: longs(2**32 - 1), 0x8832: longs(800)}, 800),
        ({0x8827: shorts(65535), 0x8832: longs(2**32 - 1), 0x8833: longs(102_400)}, 102_400),
        ({}, None),
    ],
)
def test_iso_beyond_16_bits_stands_elsewhere(entries: Entries, iso: int | None) -> None:
    """ISO is PhotographicSensitivity, or one of the wider tags if that has its maximum or is missing."""
    assert read(entries).iso == iso


@pytest.mark.parametrize(
    ("entries", "field", "value"),
    [
        ({0x829A: ratio(8, 10)}, "exposure_s", 0.8),
        ({0x829A: ratio(1, 0)}, "exposure_s", None),
        ({0x829A: ratio(0, 1)}, "exposure_s", None),
        ({0x829A: text("1/80")}, "exposure_s", None),
        ({0x829D: ratio(0, 0)}, "f_number", None),
        ({0x829D: shorts(8)}, "f_number", 8.0),
        ({0x9204: sratio(-4, 3)}, "bias_ev", -4 / 3),
        ({0x9204: sratio(4, -3)}, "bias_ev", -4 / 3),
        ({0x9204: sratio(0, 6)}, "bias_ev", 0.0),
        ({0x9204: sratio(1, 0)}, "bias_ev", None),
        ({0x920A: ratio(0, 10)}, "focal_mm", None),
        ({0x920A: ratio(245, 10)}, "focal_mm", 24.5),
        ({0x9209: shorts(0x10)}, "flash_fired", False),
        ({0x9209: shorts(0x5F)}, "flash_fired", True),
        ({}, "flash_fired", None),
        ({0xA402: shorts(1)}, "exposure_mode", 1),
        ({0xA431: text("  ")}, "serial", None),
        ({0xA431: blob(b"\x1b[2J12\x0734\0garbage")}, "serial", "[2J1234"),
    ],
)
def test_values_are_numbers_or_nothing(entries: Entries, field: str, value: object) -> None:
    """Zero denominators, impossible zeros and wrong types count as missing. Text loses its control characters."""
    assert getattr(read(entries), field) == value


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [floats, doubles])
def test_fractions_may_be_floating_point_numbers(kind: Callable[[float], Plain], order: str) -> None:
    """FLOAT and DOUBLE are read like fractions, as some editors write them. Infinity and NaN count as missing."""
    entries = {0x829A: kind(0.0125), 0x829D: kind(8.0), 0x9204: kind(-2.0), 0x920A: kind(16.5)}
    capture = parse(jpeg(tiff({0x8769: sub(entries)}, order)))
    assert (capture.f_number, capture.bias_ev, capture.focal_mm) == (8.0, -2.0, 16.5)
    assert capture.exposure_s == pytest.approx(0.0125)
    for nonsense in (math.inf, -math.inf, math.nan, 0.0, -1.0):
        assert read({0x829A: kind(nonsense)}).exposure_s is None


@pytest.mark.parametrize(("written", "orientation"), [(1, 1), (8, 8), (0, None), (9, None)])
def test_orientation_is_1_to_8(written: int, orientation: int | None) -> None:
    """Orientation is one of Exif's eight, or None."""
    assert read({}, {0x0112: shorts(written)}).orientation == orientation


def test_names_lose_their_padding() -> None:
    """Make and model are stripped of blanks and NULs, whatever their encoding."""
    capture = read({}, {0x010F: blob(b"  FUJIFILM \0\0"), 0x0110: blob(b"X\xffT5")})
    assert (capture.make, capture.model) == ("FUJIFILM", "X\N{REPLACEMENT CHARACTER}T5")


def test_one_side_is_not_a_size() -> None:
    """A width without a height is ignored."""
    data = b"\xff\xd8\xff\xe1\0\x60Exif\0\0" + tiff({0x8769: sub({0xA002: longs(6000)})})
    capture = parse(data)
    assert (capture.width, capture.height) == (None, None)

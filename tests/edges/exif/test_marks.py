from __future__ import annotations

import struct

import pytest

from daemon.exif import BracketMark, Capture, parse
from tests.edges.exif.build import Plain, blob, directory, jpeg, longs, placed, shorts, sratio, sub, text, tiff
from tests.edges.exif.samples import enciphered, headed, nikon, note


def capture(make: str, maker_note: Plain, order: str = "<") -> Capture:
    """The data read from a JPEG with this maker note."""
    return parse(jpeg(tiff({0x010F: text(make), 0x8769: sub({0x927C: maker_note})}, order)))


def mark(make: str, maker_note: Plain, order: str = "<") -> BracketMark:
    """The bracket mark of a JPEG with this maker note."""
    return capture(make, maker_note, order).mark


def canon(mode: int, code: int) -> Plain:
    """Canon's note with a bracket mode and value."""
    return note({0x0004: shorts(36, *[0] * 16, code), 0x0093: shorts(12, 0, 0, mode, code, 0)})


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("code", "value_ev"), [(0, 0.0), (-128, -4.0), (64, 2.0), (12, 1 / 3), (-20, -2 / 3), (44, 4 / 3), (16, 0.5)]
)
def test_canon_says_its_value(code: int, value_ev: float, order: str) -> None:
    """Canon's AEB value is converted to EV, with exact thirds."""
    read = mark("Canon", canon(1, code), order)
    assert read.aeb is True
    assert read.value_ev == pytest.approx(value_ev)


@pytest.mark.parametrize(("mode", "aeb"), [(0, False), (1, True), (2, False), (3, False), (4, False)])
def test_canon_s_other_brackets_are_not_aeb(mode: int, aeb: bool) -> None:
    """Focus, ISO and white balance brackets of Canon are not exposure brackets."""
    assert mark("Canon", canon(mode, 0)).aeb is aeb


def test_canon_without_file_info_is_marked_by_its_value() -> None:
    """Without Canon's BracketMode, a value other than 0 means AEB, and 0 means unknown."""
    notes = [note({0x0004: shorts(36, *[0] * 16, code)}) for code in (-64, 0)]
    assert [mark("Canon", one) for one in notes] == [BracketMark(aeb=True, value_ev=-2.0), BracketMark(value_ev=0.0)]


def test_canon_s_arrays_are_checked() -> None:
    """A Canon array that does not begin with its own size was moved or damaged, and is ignored."""
    broken = note({0x0004: shorts(99, *[0] * 16, -64), 0x0093: shorts(99, 0, 0, 1, -64, 0)})
    assert mark("Canon", broken) == BracketMark()


def test_canon_s_note_may_be_left_in_its_own_byte_order() -> None:
    """A note that an editor left little-endian in a big-endian file is still read."""
    kept = placed(lambda _, at: directory({0x0093: shorts(12, 0, 0, 1, -64, 0)}, "<", at))
    assert mark("Canon", kept, ">") == BracketMark(aeb=True, value_ev=-2.0)


def test_canon_s_note_has_a_serial_number() -> None:
    """Canon's own serial number, ten digits, is used if Exif has none."""
    assert capture("Canon", note({0x000C: longs(420117)})).serial == "0000420117"


@pytest.mark.parametrize(
    ("mode", "aeb"), [(0, False), (1, False), (16, True), (17, True), (16 + 64, False), (16 + 256, False)]
)
@pytest.mark.parametrize("order", ["<", ">"])
def test_nikon_says_mode_value_and_count(mode: int, aeb: bool, order: str) -> None:
    """Nikon's bit 4 means AEB, unless white balance or D-lighting is set too. Value and shutter count are read."""
    entries = {0x0089: shorts(mode), 0x0019: sratio(-4, 6), 0x00A7: longs(12345), 0x001D: text("6012345")}
    read = capture("NIKON CORPORATION", nikon(entries), order)
    assert read.mark == BracketMark(aeb=aeb, value_ev=-4 / 6, shutter_count=12345)
    assert read.serial == "6012345"


def test_nikon_may_not_know() -> None:
    """A Nikon value with a zero denominator is None, and so is the shutter count for "not counted"."""
    entries = {0x0089: shorts(0), 0x0019: sratio(0, 0), 0x00A7: longs(4294965247)}
    assert mark("NIKON CORPORATION", nikon(entries)) == BracketMark(aeb=False)


def test_old_nikon_notes_have_other_heads() -> None:
    """Nikon's older notes, with a short head or without one, are read too."""
    entries = {0x0089: shorts(16), 0x00A7: longs(7)}
    expected = BracketMark(aeb=True, shutter_count=7)
    assert mark("NIKON", headed(b"Nikon\0\1\0", entries)) == expected
    assert mark("NIKON", note(entries)) == expected


SONY_HEADS = [b"SONY DSC \0\0\0", b"SONY CAM \0\0\0", b"SONY MOBILE\0", b""]


@pytest.mark.parametrize("head", SONY_HEADS)
@pytest.mark.parametrize(
    ("mode", "number", "expected"),
    [
        (0, 0, BracketMark(aeb=False)),
        (2, 3, BracketMark(aeb=False, sequence_number=3)),
        (5, 1, BracketMark(aeb=True, sequence_number=1)),
        (65535, 65535, BracketMark()),
    ],
)
def test_sony_says_mode_and_number(head: bytes, mode: int, number: int, expected: BracketMark) -> None:
    """Sony's release mode 5 means AEB. The sequence number counts within one press, and 65535 means unknown."""
    entries = {0xB049: shorts(mode), 0xB04A: shorts(number)}
    assert mark("SONY", headed(head, entries)) == expected


@pytest.mark.parametrize(
    ("first", "places"),
    [
        (0x07, (0x10, 0x08, 0x22)),
        (0x0C, (0x10, 0x08, 0x1E)),
        (0x23, (0x09, 0x12, 0x16)),
        (0x32, (0x09, 0x12, 0x16)),
    ],
)
@pytest.mark.parametrize(("mode", "aeb"), [(0, False), (1, False), (2, True), (3, False), (23, True)])
def test_sony_s_enciphered_tag_says_more(first: int, places: tuple[int, ...], mode: int, aeb: bool) -> None:
    """Sony's encrypted tag gives AEB, number and length, at the offsets of its version."""
    entries = {0x9400: blob(enciphered(first, dict(zip(places, (mode, 2, 5), strict=True))))}
    expected = BracketMark(aeb=aeb, sequence_number=3, sequence_length=5)
    assert mark("SONY", headed(SONY_HEADS[0], entries)) == expected


SERIAL = bytes.fromhex("0123456789ab")


@pytest.mark.parametrize(
    ("model", "count_at", "serial_at", "size"),
    [(371, 0x3A, 0x88, 6), (384, 0x3A, 0x8A, 6), (397, 0x0A, 0x38, 6), (388, 0x3A, 0x88, 6), (340, 0x32, 0x7C, 4)],
)
def test_sony_s_body_is_known(model: int, count_at: int, serial_at: int, size: int) -> None:
    """Sony's encrypted tag 0x9050 gives the body's serial number and shutter count, at the model's offsets."""
    places = {count_at: 0x39, count_at + 1: 0x30, serial_at: 0x01}
    places |= {serial_at + at: byte for at, byte in enumerate(SERIAL[:size])}
    entries = {0xB001: shorts(model), 0x9050: blob(enciphered(0, places, size=0x100))}
    read = capture("SONY", headed(SONY_HEADS[0], entries))
    assert (read.serial, read.mark.shutter_count) == (SERIAL[:size].hex(), 12345)


@pytest.mark.parametrize(("model", "size"), [(371, 0x80), (371, 0), (999, 0x100), (None, 0x100)])
def test_a_sony_whose_body_is_not_known_has_no_serial(model: int | None, size: int) -> None:
    """A tag that is cut short, a model with an unknown layout and a note without a model give no serial number."""
    entries = {} if model is None else {0xB001: shorts(model)}
    body = {0x9050: blob(enciphered(0, {0x88: 1, 0x38: 1}, size=size))} if size else {}
    read = capture("SONY", headed(SONY_HEADS[0], {**entries, **body}))
    assert (read.serial, read.mark.shutter_count) == (None, None)


def test_exif_s_own_serial_comes_first() -> None:
    """If Exif has a body serial number, Sony's internal one does not replace it."""
    entries = {0xB001: shorts(371), 0x9050: blob(enciphered(0, {0x88: 1}, size=0x100))}
    inside = {0xA431: text("5012345"), 0x927C: headed(SONY_HEADS[0], entries)}
    assert parse(jpeg(tiff({0x010F: text("SONY"), 0x8769: sub(inside)}))).serial == "5012345"


def test_sony_s_single_frames_are_not_a_sequence() -> None:
    """A sequence of one frame is ignored, so that counters of 1 and 1 do not look like restarts."""
    entries = {0xB049: shorts(0), 0x9400: blob(enciphered(0x31, {0x12: 0, 0x16: 1}))}
    assert mark("SONY", headed(SONY_HEADS[0], entries)) == BracketMark(aeb=False)


@pytest.mark.parametrize(("length", "expected"), [(0, None), (100, None), (200, None), (9, 9)])
def test_sony_s_length_may_be_open(length: int, expected: int | None) -> None:
    """Continuous drive and panoramas give no sequence length."""
    entries = {0x9400: blob(enciphered(0x26, {0x12: 1, 0x16: length}))}
    assert mark("SONY", headed(SONY_HEADS[0], entries)).sequence_length == expected


@pytest.mark.parametrize("data", [enciphered(0xD0, {9: 2, 0x16: 3}), enciphered(0x31, {9: 2}, size=0x20)])
def test_sony_s_unknown_versions_say_nothing(data: bytes) -> None:
    """An encrypted tag of an unknown version, or a truncated one, is ignored."""
    assert mark("SONY", headed(SONY_HEADS[0], {0x9400: blob(data)})) == BracketMark()


@pytest.mark.parametrize(
    ("mode", "number", "expected"),
    [
        (0, 0, BracketMark(aeb=False)),
        (1, 2, BracketMark(aeb=True, sequence_number=2)),
        (6, 2, BracketMark(aeb=False, sequence_number=2)),
    ],
)
@pytest.mark.parametrize("order", ["<", ">"])
def test_fujifilm_is_little_endian_whatever_surrounds_it(
    mode: int, number: int, expected: BracketMark, order: str
) -> None:
    """Fujifilm's note has its own byte order and origin. AutoBracketing 1 means AEB, 6 means pixel shift."""
    entries = {0x0010: text("FPX 1234 5678"), 0x1100: shorts(mode), 0x1101: shorts(number)}
    fuji = blob(b"FUJIFILM" + struct.pack("<I", 12) + directory(entries, "<", 12))
    read = capture("FUJIFILM", fuji, order)
    assert (read.mark, read.serial) == (expected, "FPX 1234 5678")


@pytest.mark.parametrize(
    ("mode", "number", "expected"),
    [
        (0, 0, BracketMark(aeb=False)),
        (2, 7, BracketMark(aeb=True, sequence_number=7)),
        (3, 4, BracketMark(aeb=False, sequence_number=4)),
    ],
)
def test_panasonic_says_mode_and_number(mode: int, number: int, expected: BracketMark) -> None:
    """Panasonic's burst mode 2 means AEB, 3 means focus."""
    entries = {0x0025: blob(b"F350807010058\0\0\0"), 0x002A: shorts(mode), 0x002B: longs(number)}
    read = capture("Panasonic", headed(b"Panasonic\0\0\0", entries))
    assert (read.mark, read.serial) == (expected, "F350807010058")


@pytest.mark.parametrize(
    ("drive", "expected"),
    [
        ((0, 0), BracketMark(aeb=False)),
        ((0, 3), BracketMark(aeb=False)),
        ((1, 4), BracketMark(aeb=False, sequence_number=4)),
        ((2, 1), BracketMark(aeb=True, sequence_number=1)),
        ((3, 1), BracketMark(aeb=False, sequence_number=1)),
        ((4, 1), BracketMark(aeb=True, sequence_number=1)),
        ((5, 2, 0b1), BracketMark(aeb=True, sequence_number=2)),
        ((5, 2, 0b10), BracketMark(aeb=False, sequence_number=2)),
        ((5, 2, 0b100000, 0, 4), BracketMark(aeb=True, sequence_number=2)),
        ((5,), BracketMark(aeb=False)),
    ],
)
@pytest.mark.parametrize(
    ("head", "own"),
    [(b"OLYMP\0\1\0", False), (b"OLYMPUS\0II\3\0", True), (b"OM SYSTEM\0\0\0II\4\0", True)],
)
def test_olympus_says_drive_and_number(drive: tuple[int, ...], expected: BracketMark, head: bytes, own: bool) -> None:
    """Olympus' drive mode 2, 4, or 5 with the exposure bits means AEB, in old and new notes."""
    settings = sub({0x0600: shorts(*drive)})
    entries = {0x2010: sub({0x0101: text("BHP302")}), 0x2020: settings}
    read = capture("OLYMPUS CORPORATION", headed(head, entries, own=own))
    assert (read.mark, read.serial) == (expected, "BHP302")


def test_olympus_may_hold_its_settings_in_place() -> None:
    """Old Olympus notes contain the settings as bytes instead of pointing to them."""
    settings = placed(lambda order, at: directory({0x0600: shorts(2, 3)}, order, at))
    assert mark("OLYMPUS", headed(b"OLYMP\0\1\0", {0x2020: settings})).aeb is True


def test_olympus_without_settings_says_nothing() -> None:
    """An Olympus note without a drive mode gives no mark."""
    assert mark("OLYMPUS", headed(b"OLYMPUS\0II\3\0", {0x0100: shorts(1)}, own=True)) == BracketMark()


@pytest.mark.parametrize(
    ("head", "own"),
    [(b"AOC\0MM", False), (b"PENTAX \0MM", True), (b"RICOH\0MM", True)],
)
@pytest.mark.parametrize(
    ("drive", "shot", "expected"),
    [
        (0, 0x03, BracketMark(aeb=False)),
        (1, 0x03, BracketMark(aeb=False)),
        (64, 0x03, BracketMark(aeb=True, sequence_number=1, sequence_length=3)),
        (64, 0x45, BracketMark(aeb=True, sequence_number=5, sequence_length=5)),
        (64, 0x00, BracketMark(aeb=True, sequence_number=1)),
    ],
)
def test_pentax_says_drive_number_and_length(
    head: bytes, own: bool, drive: int, shot: int, expected: BracketMark
) -> None:
    """Pentax' drive mode bit 6 means AEB, and the shot byte has number and length."""
    entries = {0x0205: blob(bytes([0] * 7 + [drive, 0, shot] + [0] * 9)), 0x0229: text("4312987")}
    read = capture("PENTAX", headed(head, entries, own=own), ">")
    assert (read.mark, read.serial) == (expected, "4312987")


@pytest.mark.parametrize("size", [9, 25])
def test_pentax_settings_of_another_size_are_another_table(size: int) -> None:
    """Pentax' settings are only read if their size is one with a known layout."""
    assert mark("PENTAX", headed(b"AOC\0MM", {0x0205: blob(b"\xff" * size)}), ">") == BracketMark()


def test_pentax_keeps_its_note_in_a_dng_s_private_data() -> None:
    """The maker note of a Pentax camera's DNG is read from DNGPrivateData."""
    settings = blob(bytes([0] * 7 + [64, 0, 0x13] + [0] * 9))
    data = tiff({0xC612: blob(b"\1\1\0\0"), 0xC634: headed(b"PENTAX \0MM", {0x0205: settings}, own=True)}, ">")
    assert parse(data).mark == BracketMark(aeb=True, sequence_number=2, sequence_length=3)


@pytest.mark.parametrize("make", ["DJI", "Apple", "LEICA CAMERA AG", ""])
def test_makers_without_marks_have_none(make: str) -> None:
    """An unknown maker note is ignored, whatever it contains."""
    assert mark(make, note({0x0093: shorts(12, 0, 0, 1, -64, 0), 0x0089: shorts(16)})) == BracketMark()


@pytest.mark.parametrize("make", ["Canon", "NIKON", "SONY"])
def test_a_note_without_a_directory_is_ignored(make: str) -> None:
    """Text or noise in place of a maker's directory is not searched for entries."""
    assert capture(make, blob(b"no directory here")).mark == BracketMark()

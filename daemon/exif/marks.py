"""Reads bracket marks from the directory of each maker's note. Tags are from ExifTool's tag tables."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from daemon.exif.capture import BracketMark
from daemon.exif.ifd import Directory


class Note(NamedTuple):
    """The data of a maker note: the body's serial number, if any, and the bracket mark."""

    serial: str | None
    mark: BracketMark


_NIKON_BRACKETING = 1 << 4
_NIKON_NOT_EXPOSURE = 1 << 6 | 1 << 8  # white balance, active D-lighting: set together with bit 4
_NIKON_NO_COUNT = 0xFFFFF7FF

_OLYMPUS_EXPOSURE_MODES = (2, 4)  # exposure, exposure and white balance
_OLYMPUS_BY_BITS = 5
_OLYMPUS_EXPOSURE_BITS = 1 << 0 | 1 << 5

_SONY_BRACKETING = 5
_SONY_RELEASE_BRACKETING = (2, 23)  # continuous, single
_SONY_ABSENT = 0xFFFF
_SONY_PLAIN = {pow(plain, 3, 249): plain for plain in range(249)}
_SONY_TABLE = bytes(_SONY_PLAIN.get(byte, byte) for byte in range(256))
_SONY_PANORAMA = 100


class _SonyLayout(NamedTuple):
    """Offsets in the encrypted tag 0x9400 of the release mode, the image number minus 1, and the sequence's length."""

    release: int
    number: int
    length: int


_SONY_A = _SonyLayout(0x10, 0x08, 0x22)
_SONY_B = _SonyLayout(0x10, 0x08, 0x1E)
_SONY_C = _SonyLayout(0x09, 0x12, 0x16)
_SONY_LAYOUTS = {
    **dict.fromkeys((0x07, 0x09, 0x0A), _SONY_A),
    **dict.fromkeys((0x0C,), _SONY_B),
    **dict.fromkeys((0x23, 0x24, 0x26, 0x28, 0x31, 0x32, 0x33, 0x41), _SONY_C),
}
"""The tag's layouts, by its first byte before decryption."""


class _SonyBody(NamedTuple):
    """Offsets in the encrypted tag 0x9050 of the shutter count (3 bytes) and the body's serial number."""

    shutter: int
    serial: int
    serial_bytes: int = 6


_SONY_COUNT_BYTES = 3
_SONY_BODY_BYTES = 0x90
_SONY_MODEL_ID = 0xB001
_SONY_BODIES = {
    **dict.fromkeys((302, 306, 311, 312, 313, 318, 339, 340, 346), _SonyBody(0x32, 0x7C, 4)),
    **dict.fromkeys((347, 350, 354, 357, 358, 360, 362, 363, 371, 375, 376), _SonyBody(0x3A, 0x88)),
    **dict.fromkeys((378, 379, 381, 382, 383, 385, 386, 387, 388, 390), _SonyBody(0x3A, 0x88)),
    384: _SonyBody(0x3A, 0x8A),
    **dict.fromkeys((394, 396, 397), _SonyBody(0x0A, 0x38)),
}
"""Bodies by SonyModelID. ILCE-6400 (371) was checked with 55 files; the others are from ExifTool's Tag9050 tables."""


def canon(note: Directory) -> Note:
    """Canon: FileInfo 0x0093 [3] BracketMode, [4] BracketValue; ShotInfo 0x0004 [17] AEBBracketValue."""
    file_info = _canon_words(note, 0x0093)
    shot_info = _canon_words(note, 0x0004)
    mode = file_info[3] if len(file_info) > 3 else None
    code = shot_info[17] if len(shot_info) > 17 else file_info[4] if len(file_info) > 4 else None
    value = None if code is None else _canon_ev(code)
    aeb = mode == 1 if mode is not None else True if value else None
    number = note.number(0x000C)
    return Note(f"{number:010d}" if number else None, BracketMark(aeb=aeb, value_ev=value))


def nikon(note: Directory) -> Note:
    """Nikon: ShootingMode 0x0089, ExposureBracketValue 0x0019, ShutterCount 0x00A7."""
    mode = note.number(0x0089)
    count = note.number(0x00A7)
    mark = BracketMark(
        aeb=None if mode is None else bool(mode & _NIKON_BRACKETING) and not mode & _NIKON_NOT_EXPOSURE,
        value_ev=note.ratio(0x0019),
        shutter_count=None if count == _NIKON_NO_COUNT else count,
    )
    return Note(note.text(0x001D) or note.text(0x00A0), mark)


def sony(note: Directory) -> Note:
    """Sony: ReleaseMode 0xB049, SequenceNumber 0xB04A, and the encrypted 0x9400 and 0x9050."""
    mode, number = (None if found == _SONY_ABSENT else found for found in map(note.number, (0xB049, 0xB04A)))
    length = None
    bracketing = [] if mode is None else [mode == _SONY_BRACKETING]
    enciphered = note.blob(0x9400, 64)
    layout = _SONY_LAYOUTS.get(enciphered[0]) if len(enciphered) > 0x22 else None
    if layout:
        plain = enciphered.translate(_SONY_TABLE)
        bracketing.append(plain[layout.release] in _SONY_RELEASE_BRACKETING)
        number = int.from_bytes(plain[layout.number : layout.number + 4], "little") + 1
        length = plain[layout.length]
    mark = _in_sequence(any(bracketing) if bracketing else None, number, length)
    serial, count = _sony_body(note)
    return Note(serial, replace(mark, shutter_count=count))


def fujifilm(note: Directory) -> Note:
    """Fujifilm: AutoBracketing 0x1100, SequenceNumber 0x1101."""
    mode = note.number(0x1100)
    return Note(note.text(0x0010), _in_sequence(None if mode is None else mode == 1, note.number(0x1101)))


def panasonic(note: Directory) -> Note:
    """Panasonic: BurstMode 0x002A, SequenceNumber 0x002B."""
    mode = note.number(0x002A)
    return Note(note.text(0x0025), _in_sequence(None if mode is None else mode == 2, note.number(0x002B)))


def olympus(note: Directory) -> Note:
    """Olympus and OM System: DriveMode 0x0600 of CameraSettings 0x2020: mode, shot number, bits of the mode."""
    drive = note.directory(0x2020).numbers(0x0600, 3)
    serial = note.directory(0x2010).text(0x0101)
    if not drive:
        return Note(serial, BracketMark())
    mode, shot, bits = (*drive, 0, 0)[:3]
    aeb = mode in _OLYMPUS_EXPOSURE_MODES or (mode == _OLYMPUS_BY_BITS and bool(bits & _OLYMPUS_EXPOSURE_BITS))
    return Note(serial, _in_sequence(aeb, shot if mode else None))


def pentax(note: Directory) -> Note:
    """Pentax: CameraSettings 0x0205 byte 7 DriveMode2, byte 9 number and length; K-01 and later differ."""
    settings = note.blob(0x0205, 32)
    serial = note.text(0x0229)
    if not 10 <= len(settings) < 25:
        return Note(serial, BracketMark())
    aeb = bool(settings[7] & 1 << 6)
    shot = settings[9]
    return Note(serial, _in_sequence(aeb, (shot >> 4) + 1, shot & 15) if aeb else BracketMark(aeb=False))


def _sony_body(note: Directory) -> tuple[str | None, int | None]:
    """The body's serial number in hexadecimal and its shutter count. None for models with an unknown layout."""
    body = _SONY_BODIES.get(note.number(_SONY_MODEL_ID) or 0)
    plain = note.blob(0x9050, _SONY_BODY_BYTES).translate(_SONY_TABLE)
    if body is None or len(plain) < body.serial + body.serial_bytes:
        return None, None
    serial = plain[body.serial : body.serial + body.serial_bytes]
    count = int.from_bytes(plain[body.shutter : body.shutter + _SONY_COUNT_BYTES], "little")
    return serial.hex() if any(serial) else None, count or None


def _canon_words(note: Directory, tag: int) -> tuple[int, ...]:
    """An array of signed 16-bit words, whose first word must be its size in bytes. Empty if it is not."""
    words = note.numbers(tag)
    if not words or words[0] != note.place(tag)[1]:
        return ()
    return tuple(word - 0x10000 if word >= 0x8000 else word for word in words)


def _canon_ev(code: int) -> float:
    """Canon's exposure values are in 1/32 EV, except that a third is written as 12 and two thirds as 20."""
    whole, part = divmod(abs(code), 32)
    value = whole + {12: 1 / 3, 20: 2 / 3}.get(part, part / 32)
    return -value if code < 0 else value


def _in_sequence(aeb: bool | None, number: int | None, length: int | None = None) -> BracketMark:
    """A mark with its position in the sequence. Ignores 0, sequences of one frame, and implausible numbers."""
    if length == 1 or not number or number > 9999:
        return BracketMark(aeb=aeb)
    return BracketMark(aeb, None, number, length if length and length < _SONY_PANORAMA else None)

"""Converts Exif's standard tags to a Capture (CIPA DC-008, Exif 2.32, section 4.6)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from daemon.exif.bounds import EV, EXPOSURE_S, F_NUMBER, FOCAL_MM, ISO, within
from daemon.exif.capture import BracketMark, Capture
from daemon.exif.gps import GPS_DIRECTORY, location
from daemon.exif.ifd import Directory, open_tiff
from daemon.exif.makernotes import note_in
from daemon.exif.marks import Note
from daemon.exif.source import Source

EXIF_DIRECTORY = 0x8769
MAKE = 0x010F
MAKER_NOTE = 0x927C

_MODEL = 0x0110
_ORIENTATION = 0x0112
_EXPOSURE_TIME = 0x829A
_F_NUMBER = 0x829D
_ISO = 0x8827
_ISO_ELSEWHERE = (0x8832, 0x8831, 0x8833)  # recommended exposure index, standard output sensitivity, ISO speed
_ISO_TOO_HIGH = 65535
_DATE_TIME_ORIGINAL = 0x9003
_BIAS = 0x9204
_FLASH = 0x9209
_FOCAL_LENGTH = 0x920A
_SUB_SEC_ORIGINAL = 0x9291
_PIXEL_WIDTH = 0xA002
_PIXEL_HEIGHT = 0xA003
_EXPOSURE_MODE = 0xA402
_BODY_SERIAL = 0xA431
_DNG_SERIAL = 0xC62F

_DATE_TIME = re.compile(r"(\d{4})[:/-](\d\d?)[:/-](\d\d?)[ T](\d\d?):(\d\d):(\d\d)", re.ASCII)


def capture_in(source: Source, base: int) -> Capture:
    """Read the Exif block at ``base``, including its maker note. Returns an empty Capture if there is none."""
    opened = open_tiff(source, base)
    if opened is None:
        return Capture()
    tiff, _, first = opened
    ifd0 = tiff.directory(first)
    exif = ifd0.directory(EXIF_DIRECTORY)
    return capture_of(ifd0, exif, note_in(exif, MAKER_NOTE, ifd0.text(MAKE)))


def capture_of(ifd0: Directory, exif: Directory, note: Note, gps: Directory | None = None) -> Capture:
    """Combine the first directory, the Exif directory and the maker note. TIFF/EP has all tags in the first.

    ``gps`` is the GPS directory; by default, the first directory points to it. A number beyond ``daemon.exif.bounds``
    counts as absent.
    """

    def ratio(tag: int) -> float | None:
        found = exif.ratio(tag)
        return ifd0.ratio(tag) if found is None else found

    def number(tag: int) -> int | None:
        found = exif.number(tag)
        return ifd0.number(tag) if found is None else found

    def text(tag: int) -> str | None:
        return exif.text(tag) or ifd0.text(tag)

    flash = number(_FLASH)
    orientation = ifd0.number(_ORIENTATION)
    taken_at, has_subsec = _time(text(_DATE_TIME_ORIGINAL), text(_SUB_SEC_ORIGINAL))
    width, height = whole_size(exif.number(_PIXEL_WIDTH), exif.number(_PIXEL_HEIGHT))
    return Capture(
        make=ifd0.text(MAKE),
        model=ifd0.text(_MODEL),
        serial=text(_BODY_SERIAL) or text(_DNG_SERIAL) or note.serial,
        taken_at=taken_at,
        has_subsec=has_subsec,
        exposure_s=within(EXPOSURE_S, ratio(_EXPOSURE_TIME)),
        f_number=within(F_NUMBER, ratio(_F_NUMBER)),
        iso=_iso([number(tag) for tag in (_ISO, *_ISO_ELSEWHERE)]),
        bias_ev=within(EV, ratio(_BIAS)),
        exposure_mode=number(_EXPOSURE_MODE),
        focal_mm=within(FOCAL_MM, ratio(_FOCAL_LENGTH)),
        flash_fired=None if flash is None else bool(flash & 1),
        orientation=orientation if orientation is not None and 1 <= orientation <= 8 else None,
        width=width,
        height=height,
        mark=_bounded(note.mark),
        gps=location(ifd0.directory(GPS_DIRECTORY) if gps is None else gps),
    )


def whole_size(width: int | None, height: int | None) -> tuple[int, int] | tuple[None, None]:
    """A pixel size if both sides are positive, else (None, None)."""
    return (width, height) if width and height and width > 0 and height > 0 else (None, None)


def _bounded(mark: BracketMark) -> BracketMark:
    """A bracket mark without an offset that no camera can have."""
    return replace(mark, value_ev=within(EV, mark.value_ev))


def _iso(found: list[int | None]) -> int | None:
    """Exif 2.3: 65535 in the first tag means that another tag has the value. 2**32 - 1 means no value."""
    for value in found:
        if value is not None and within(ISO, value) is not None and value != _ISO_TOO_HIGH:
            return value
    return _ISO_TOO_HIGH if found[0] == _ISO_TOO_HIGH else None


def _time(text: str | None, subsec: str | None) -> tuple[datetime | None, bool]:
    match = _DATE_TIME.match(text or "")
    if match is None:
        return None, False
    has_subsec = subsec is not None and subsec.isascii() and subsec.isdigit()
    microsecond = int(subsec[:6].ljust(6, "0")) if subsec is not None and has_subsec else 0
    year, month, day, hour, minute, second = map(int, match.groups())
    try:
        taken_at = datetime(year, month, day, hour, minute, second, microsecond)  # noqa: DTZ001 - the camera's own clock
    except ValueError:
        return None, False
    return taken_at, has_subsec

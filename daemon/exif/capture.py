"""The data of one camera file about its exposure, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BracketMark:
    """The maker note's data about bracketing. A value is None if the note does not have it.

    ``aeb`` is True if the frame was taken in auto exposure bracketing, False if the camera says it was not.
    ``value_ev`` is the frame's offset from the metered exposure in EV; positive is brighter.
    ``sequence_number`` counts from 1 within one press of the shutter, and ``sequence_length`` is the number of frames
    requested; both are None for single frames. Other drive modes set them too, so check ``aeb`` first.
    ``shutter_count`` is the body's lifetime counter.
    """

    aeb: bool | None = None
    value_ev: float | None = None
    sequence_number: int | None = None
    sequence_length: int | None = None
    shutter_count: int | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """Camera, time and exposure of one file. A value is None if it is missing, invalid or impossible for a camera.

    ``container`` is one of jpeg, png, heif, cr3, raf, tiff and its family: cr2, nef, arw, dng, orf, pef, srw, rw2.
    ``taken_at`` is naive, from the camera's clock: DateTimeOriginal with SubSecTimeOriginal as its fraction.
    ``has_subsec`` is True if the file has that fraction, even if it is a constant "00".
    ``exposure_s`` is in seconds, ``focal_mm`` in millimetres, ``iso`` in ISO 12232 units, ``bias_ev`` in EV.
    ``exposure_mode`` is Exif's number: 0 automatic, 1 manual, 2 auto bracket. ``orientation`` is Exif's 1 to 8.
    ``width`` and ``height`` are the main image's pixels as stored, before orientation; both or neither is None.
    ``gps`` is latitude and longitude in degrees (WGS 84). It is private, so it is not in the text of a Capture.
    """

    container: str | None = None
    make: str | None = None
    model: str | None = None
    serial: str | None = None
    taken_at: datetime | None = None
    has_subsec: bool = False
    exposure_s: float | None = None
    f_number: float | None = None
    iso: int | None = None
    bias_ev: float | None = None
    exposure_mode: int | None = None
    focal_mm: float | None = None
    flash_fired: bool | None = None
    orientation: int | None = None
    width: int | None = None
    height: int | None = None
    mark: BracketMark = BracketMark()
    gps: tuple[float, float] | None = field(default=None, repr=False)

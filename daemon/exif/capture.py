"""What one camera file says about the exposure it holds: plain values, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BracketMark:
    """What the camera's maker note says about bracketing; None where it says nothing.

    ``aeb`` is True when the frame was taken in auto exposure bracketing, False when the camera says it was not.
    ``value_ev`` is the frame's offset from the metered exposure in EV, positive is brighter.
    ``sequence_number`` counts from 1 within one press of the shutter and ``sequence_length`` is how many were
    asked for; both are None for single frames. Drives other than bracketing count too: look at ``aeb`` first.
    ``shutter_count`` is the body's lifetime counter.
    """

    aeb: bool | None = None
    value_ev: float | None = None
    sequence_number: int | None = None
    sequence_length: int | None = None
    shutter_count: int | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """Camera, time and exposure of one file; None where the file does not say, or says what no camera can do.

    ``container`` is one of jpeg, png, heif, cr3, raf, tiff and its family: cr2, nef, arw, dng, orf, pef, srw, rw2.
    ``taken_at`` is naive: the camera's own clock, DateTimeOriginal with SubSecTimeOriginal as its fraction.
    ``has_subsec`` tells that the file carries that fraction, be it a constant "00".
    ``exposure_s`` is in seconds, ``focal_mm`` in millimetres, ``iso`` in ISO 12232 units, ``bias_ev`` in EV.
    ``exposure_mode`` is Exif's number: 0 automatic, 1 manual, 2 auto bracket. ``orientation`` is Exif's 1 to 8.
    ``width`` and ``height`` are the main image's pixels as stored, before orientation; both or neither is None.
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

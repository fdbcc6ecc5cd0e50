"""Reads where a photo was taken from the GPS directory (CIPA DC-008, Exif 2.32, section 4.6.6)."""

from __future__ import annotations

from daemon.exif.bounds import LATITUDE, LONGITUDE, within
from daemon.exif.ifd import Directory

GPS_DIRECTORY = 0x8825

_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 1, 2, 3, 4
_STATUS = 9
_VOID = "V"
_SIGNS = {"N": 1, "S": -1, "E": 1, "W": -1}


def location(gps: Directory) -> tuple[float, float] | None:
    """Latitude and longitude in degrees (WGS 84), north and east positive. None if missing, invalid or exactly 0, 0.

    Receivers that do not know their position write 0, 0, or their last position with the status V.
    """
    if gps.text(_STATUS) == _VOID:
        return None
    latitude = within(LATITUDE, _degrees(gps, _LATITUDE, _LATITUDE_REF, "NS"))
    longitude = within(LONGITUDE, _degrees(gps, _LONGITUDE, _LONGITUDE_REF, "EW"))
    if latitude is None or longitude is None or (latitude, longitude) == (0, 0):
        return None
    return latitude, longitude


def _degrees(gps: Directory, tag: int, reference: int, letters: str) -> float | None:
    """An angle in degrees from degrees, minutes and seconds and the letter of its direction; None if one is missing."""
    letter = (gps.text(reference) or "").upper()
    parts = gps.ratios(tag, 3)
    if len(parts) != 3 or len(letter) != 1 or letter not in letters:
        return None
    degrees, minutes, seconds = parts
    if degrees < 0 or not 0 <= minutes <= 60 or not 0 <= seconds <= 60:
        return None
    return _SIGNS[letter] * (degrees + minutes / 60 + seconds / 3600)

"""The metadata of one photo, as far as grouping needs them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from daemon.grouping.shutter import stops
from daemon.shoot.shot import CLOCK_SET, counted

AUTO_BRACKET = 2
"""Exif ExposureMode (0xA402) for auto exposure bracketing."""

ROLLS_AFTER = 9999
"""Cameras number their files from 0001 to 9999, and then from 0001 again."""

DCF = 8
"""The length of the name of a camera's folder: three digits and five letters (JEITA CP-3461)."""

_TIME = re.compile(r"\d{8}[_-]\d{6,9}\D*$")


@dataclass(frozen=True, slots=True)
class Frame:
    """The metadata of one photo. None for absent values.

    ``path`` is relative to the shoot's folder. ``body`` is make, model and serial number of the camera; ``serial`` is
    the serial number alone. ``taken_at`` is in seconds from 1970 of the camera's clock, whose steps are
    ``resolution_s`` long: 1.0 without fractions of a second. ``exposure_s`` is in seconds, ``focal_mm`` in millimetres,
    ``bias_ev`` the exposure bias in EV. ``pixels`` are width and height as stored, ``orientation`` is Exif's 1 to 8,
    ``exposure_mode`` Exif's 0xA402 (2: auto bracket). ``flash`` is True if the flash fired. ``shutter_count`` is the
    body's lifetime counter. ``aeb`` is True if the camera recorded auto exposure bracketing, False if it recorded
    another mode. With ``aeb``, ``value_ev`` is the offset from the metered exposure, and ``number`` of ``length`` the
    place in the sequence, counted from 1. ``gps`` is latitude and longitude in degrees (WGS 84). It is private, so it
    is not in the text of a Frame.
    """

    path: str
    body: str = ""
    taken_at: float | None = None
    exposure_s: float | None = None
    f_number: float | None = None
    iso: float | None = None
    focal_mm: float | None = None
    pixels: tuple[int, int] | None = None
    aeb: bool | None = None
    value_ev: float | None = None
    number: int | None = None
    length: int | None = None
    resolution_s: float = 1.0
    bias_ev: float | None = None
    exposure_mode: int | None = None
    orientation: int | None = None
    flash: bool | None = None
    shutter_count: int | None = None
    serial: str = ""
    gps: tuple[float, float] | None = field(default=None, repr=False)

    @property
    def moment(self) -> float | None:
        """``taken_at``. None before 2000: such a clock was never set, and restarts with every battery change."""
        return None if self.taken_at is None or self.taken_at < CLOCK_SET else self.taken_at

    @property
    def time(self) -> float:
        """``taken_at``, 0 if unknown."""
        return self.taken_at or 0.0

    @property
    def shutter(self) -> float:
        """``exposure_s``, 0 if unknown."""
        return self.exposure_s or 0.0

    @property
    def is_marked(self) -> bool | None:
        """True if the camera took the frame in auto exposure bracketing, False if in another mode, None if unknown.

        Editors remove the maker note; then Exif's ExposureMode still marks a bracket.
        """
        return True if self.aeb is None and self.exposure_mode == AUTO_BRACKET else self.aeb

    @property
    def ev(self) -> float:
        """The exposure value at ISO 100, log2(N²/t) - log2(ISO/100). Absent values count as N = 1, t = 1, ISO 100."""
        return (
            2 * math.log2(self.f_number or 1.0) - stops(self.exposure_s or 1.0) - math.log2((self.iso or 100.0) / 100)
        )

    @property
    def folder(self) -> str:
        """The folder of the file."""
        return self.path.rpartition("/")[0]

    @property
    def card(self) -> str:
        """The card of the file: the folder that contains DCIM, or else the file's own folder."""
        folder = f"{self.folder}/"
        return folder.partition("DCIM/")[0] if "DCIM/" in folder else folder

    @property
    def directory(self) -> int:
        """The number of the camera's folder (100 of ``100CANON``), 0 for another folder."""
        name = self.folder.rpartition("/")[2]
        return int(name[:3]) if len(name) == DCF and name[:3].isdecimal() else 0

    @property
    def stem(self) -> str:
        """The file name without extension, in lower case."""
        return self.path.rpartition("/")[2].rpartition(".")[0].casefold()

    @property
    def counted(self) -> tuple[str, int] | None:
        """The letters before the camera's running number in the file name, and that number. None without one.

        A phone's time (``20240601_120000``) does not count; a drone has the time before the number
        (``DJI_20240601120000_0001``).
        """
        return None if _TIME.search(self.stem) else counted(self.path)

    @property
    def file_number(self) -> int | None:
        """The camera's running number in the file name."""
        found = self.counted
        return None if found is None else found[1]


def missing_between(before: Frame, after: Frame) -> int | None:
    """The number of missing file numbers between two frames. None if their names do not show it."""
    if before.card != after.card:
        return None
    first, second = before.counted, after.counted
    if first is None or second is None or first[0] != second[0]:
        return None
    missing = second[1] - first[1] - 1
    if missing < -ROLLS_AFTER // 2:
        missing += ROLLS_AFTER
    return missing if missing >= 0 else None

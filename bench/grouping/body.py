"""A camera body in use: it numbers and names its files, stamps the time, and writes its marks."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from bench.grouping.camera import Camera, Marks
from bench.grouping.exposure import Exposure
from daemon.grouping import Frame

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a camera's clock has no time zone

READOUT = 0.08
"""Seconds from the end of an exposure until a camera can take the next one."""


class View(NamedTuple):
    """What the camera points at. ``brightness_ev`` is the exposure value at ISO 100, ``orientation`` Exif's."""

    brightness_ev: float
    focal_mm: float = 16.0
    orientation: int = 1


class Place(NamedTuple):
    """A frame's place in a sequence, from 1. ``offset`` is in thirds of a stop. ``aeb`` is False for a burst."""

    at: int
    of: int
    offset: int = 0
    aeb: bool = True


@dataclass(slots=True)
class Body:
    """A camera body with its card.

    ``root`` is the card's folder in the shoot. ``is_flat`` is True if a person copied the files out of the card's
    folders. ``number`` is the number of the last file. ``dark_frames`` is True for long exposure noise reduction, which
    takes as long as the exposure. ``doubles`` is True if a nominal 30 s lasts 32 s, False if it lasts 30 s.
    ``stamps_end`` is True if the time is that of the exposure's end. ``writes_s`` is the number of seconds that the
    card needs for a frame. ``clock_s`` is how many seconds the body's clock is fast.
    """

    camera: Camera
    serial: str = ""
    root: str = ""
    is_flat: bool = False
    extension: str = "JPG"
    number: int = 0
    folder: int = 100
    shutter_count: int = 10_000
    dark_frames: bool = False
    doubles: bool = True
    stamps_end: bool = False
    writes_s: float = 0.1
    clock_s: float = 0.0
    _backlog: float = field(default=0.0, init=False)
    _last: float = field(default=0.0, init=False)

    @property
    def name(self) -> str:
        """Make, model and serial number, as in ``Frame.body``."""
        return " ".join(part for part in (self.camera.make, self.camera.model, self.serial) if part)

    def ready(self, now: float) -> float:
        """When a frame can be taken at the earliest: a full buffer delays it. ``now`` is in seconds from 1970."""
        self._backlog = max(0.0, self._backlog - (now - self._last) / self.writes_s)
        wait = max(0.0, self._backlog + 1 - self.camera.buffer) * self.writes_s
        self._backlog = max(0.0, self._backlog - wait / self.writes_s) + 1
        self._last = now + wait
        return self._last

    def busy_s(self, exposure: Exposure) -> float:
        """The time from the start of a frame to the start of the next one, if the buffer is not full."""
        open_s = self._open_s(exposure)
        dark_s = open_s if self.dark_frames and open_s >= 1 else 0.0
        return max(self.camera.interval_s, open_s + dark_s + READOUT)

    def frame(
        self,
        now: float,
        exposure: Exposure,
        view: View,
        *,
        place: Place | None = None,
        manual: bool = False,
        flash: bool = False,
    ) -> Frame:
        """Take a frame at ``now``, and write its file."""
        camera, marks = self.camera, self.camera.marks
        self.shutter_count += 1
        stamped = now + self.clock_s + (self._open_s(exposure) if self.stamps_end else 0.0)
        step = camera.resolution_s
        aeb = place is not None and place.aeb
        offset_ev = place.offset / 3 if place is not None and aeb else 0.0
        return Frame(
            self.next_path(stamped),
            body=self.name,
            taken_at=round(math.floor(stamped / step + 1e-6) * step, 3),
            exposure_s=_measured(exposure) if camera.odd_times else exposure.seconds,
            f_number=exposure.f_number,
            iso=float(exposure.iso_speed),
            focal_mm=view.focal_mm,
            pixels=camera.pixels,
            aeb=aeb if Marks.AEB in marks else None,
            value_ev=offset_ev if Marks.VALUE in marks else None,
            number=place.at if place is not None and Marks.NUMBER in marks else None,
            length=place.of if place is not None and aeb and Marks.LENGTH in marks else None,
            resolution_s=step,
            bias_ev=0.0 if manual or Marks.BIAS not in marks else offset_ev,
            exposure_mode=2 if aeb and Marks.MODE in marks else int(manual),
            orientation=view.orientation,
            flash=flash,
            shutter_count=self.shutter_count if Marks.COUNT in marks else None,
        )

    def skip(self, files: int = 1) -> None:
        """Use numbers for files that are not in the shoot, such as videos."""
        for _ in range(files):
            self.number += 1
            if self.number > self.camera.naming.last:
                self.number, self.folder = 1, self.folder + 1

    def next_path(self, stamped: float) -> str:
        """The path of the next file, with the next number. ``stamped`` is its time."""
        self.skip()
        naming, taken = self.camera.naming, EPOCH + timedelta(milliseconds=math.floor(stamped * 1000))
        values = {"n": self.number, "d": self.folder, "t": taken, "ms": taken.microsecond // 1000}
        folder = "" if self.is_flat else f"DCIM/{naming.folder.format(**values)}/"
        return f"{self.root}{folder}{naming.file.format(**values)}.{self.extension}"

    def _open_s(self, exposure: Exposure) -> float:
        """How long the shutter is open."""
        return exposure.lasts_s if self.doubles else exposure.seconds


def _measured(exposure: Exposure) -> float:
    """The exact shutter time as phones write it: a whole fraction of a second."""
    open_s = exposure.lasts_s
    return 1 / round(1 / open_s) if open_s < 0.5 else round(open_s, 2)

"""Frames from photos: what a file's head says of camera, time and exposure, in the words of ``daemon.grouping``."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime

from daemon.errors import FileError
from daemon.exif import BracketMark, Capture, read
from daemon.grouping import Frame

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a camera's clock knows no time zone

AUTO_BRACKET = 2
"""Exif's ExposureMode (0xA402) of a frame that was taken in auto exposure bracketing."""


def frame(folder: str, path: str) -> Frame | None:
    """How the photo at ``path`` in a shoot's folder was taken, from a read of 64 KiB; None if it cannot be read."""
    try:
        return _frame_of(path, read(os.path.join(folder, path)))
    except FileError:
        return None


def _frame_of(path: str, capture: Capture) -> Frame:
    size = (capture.width, capture.height)
    mark = _marked(capture)
    return Frame(
        path,
        body=" ".join(part for part in (capture.make, capture.model, capture.serial) if part),
        taken_at=None if capture.taken_at is None else (capture.taken_at - EPOCH).total_seconds(),
        exposure_s=capture.exposure_s,
        f_number=capture.f_number,
        iso=capture.iso,
        focal_mm=capture.focal_mm,
        pixels=None if size[0] is None or size[1] is None else (size[0], size[1]),
        aeb=mark.aeb,
        value_ev=mark.value_ev,
        number=mark.sequence_number,
        length=mark.sequence_length,
    )


def _marked(capture: Capture) -> BracketMark:
    """The camera's bracket mark. Where editing removed the maker note, Exif's ExposureMode and bias stand in for it."""
    mark = capture.mark
    if mark.aeb is None and capture.exposure_mode == AUTO_BRACKET:
        return replace(mark, aeb=True, value_ev=capture.bias_ev if mark.value_ev is None else mark.value_ev)
    return mark

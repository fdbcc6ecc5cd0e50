"""Frames from photos: what a file's head says of camera, time and exposure, in the words of ``daemon.grouping``."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime

from daemon.errors import FileError
from daemon.exif import BracketMark, Capture, parse, read
from daemon.files.passing import may_pass
from daemon.grouping import Frame
from daemon.regular import open_regular
from daemon.shoot import Shot
from daemon.shoot.shot import UNKNOWN

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a camera's clock knows no time zone

AUTO_BRACKET = 2
"""Exif's ExposureMode (0xA402) of a frame that was taken in auto exposure bracketing."""


def frame(folder: str, path: str) -> Frame | None:
    """How the photo at ``path`` in a shoot's folder was taken, from a read of 64 KiB; None if it cannot be read.

    Raises OSError for what may pass: such a photo is asked again.
    """
    capture = _capture(folder, path)
    return None if capture is None else _frame_of(path, capture)


def shot(folder: str, path: str) -> Shot:
    """The frame that the photo at ``path`` in a shoot's folder shows, from 64 KiB; unknown if it cannot be read.

    Raises OSError for what may pass.
    """
    capture = _capture(folder, path)
    return UNKNOWN if capture is None else _shot_of(capture)


def shot_if_read(folder: str, path: str) -> Shot:
    """The same, and unknown also where the error may pass, for a look that is not repeated."""
    try:
        return shot(folder, path)
    except OSError:
        return UNKNOWN


def _capture(folder: str, path: str) -> Capture | None:
    """What a photo says; None if it cannot be read. Raises OSError for what may pass."""
    try:
        return read(os.path.join(folder, path))
    except FileError as error:
        cause = error.__cause__
        if isinstance(cause, OSError) and may_pass(cause):
            raise OSError(cause.errno, cause.strerror) from error
        return None


def shot_in(folder: str, path: str, head: bytes) -> Shot:
    """The same from a photo's first 64 KiB. Only formats that keep it elsewhere are read further. Raises OSError."""

    def fetch(offset: int, size: int) -> bytes:
        with open_regular(os.path.join(folder, path)) as file:
            return os.pread(file.fileno(), size, offset) if offset < os.fstat(file.fileno()).st_size else b""

    return _shot_of(parse(head, fetch))


def _frame_of(path: str, capture: Capture) -> Frame:
    mark = _marked(capture)
    return Frame(
        path,
        body=" ".join(part for part in (capture.make, capture.model, capture.serial) if part),
        taken_at=None if capture.taken_at is None else (capture.taken_at - EPOCH).total_seconds(),
        exposure_s=capture.exposure_s,
        f_number=capture.f_number,
        iso=capture.iso,
        focal_mm=capture.focal_mm,
        pixels=_pixels(capture),
        aeb=mark.aeb,
        value_ev=mark.value_ev,
        number=mark.sequence_number,
        length=mark.sequence_length,
    )


def _shot_of(capture: Capture) -> Shot:
    taken = capture.taken_at
    return Shot(
        make=_plain(capture.make),
        model=_plain(capture.model),
        serial=_plain(capture.serial),
        second=None if taken is None else int((taken.replace(microsecond=0) - EPOCH).total_seconds()),
        fraction=taken.microsecond / 1e6 if taken is not None and taken.microsecond else None,
        exposure_s=capture.exposure_s,
        f_number=capture.f_number,
        iso=capture.iso,
        pixels=_pixels(capture),
    )


def _plain(text: str | None) -> str:
    """Text as it is compared: programs change its case and its blanks."""
    return " ".join((text or "").lower().split())


def _pixels(capture: Capture) -> tuple[int, int] | None:
    return None if capture.width is None or capture.height is None else (capture.width, capture.height)


def _marked(capture: Capture) -> BracketMark:
    """The camera's bracket mark. Where editing removed the maker note, Exif's ExposureMode and bias stand in for it."""
    mark = capture.mark
    if mark.aeb is None and capture.exposure_mode == AUTO_BRACKET:
        return replace(mark, aeb=True, value_ev=capture.bias_ev if mark.value_ev is None else mark.value_ev)
    return mark

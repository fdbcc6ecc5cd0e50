"""Reads a photo's camera, time, place and exposure, as values for ``daemon.grouping`` and ``daemon.shoot``."""

from __future__ import annotations

import os
from datetime import datetime

from daemon.errors import FileError
from daemon.exif import Capture, parse, read
from daemon.files.passing import may_pass
from daemon.grouping import Frame
from daemon.regular import open_regular
from daemon.shoot import Shot
from daemon.shoot.shot import UNKNOWN

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a camera's clock has no time zone

HUNDREDTH = 0.01
"""The resolution in seconds of a clock with fractions. Many cameras write a constant ``00``, which does not count."""


def frame(folder: str, path: str) -> Frame | None:
    """The frame data of the photo at ``path`` in a shoot's folder, from 64 KiB; None if it cannot be read.

    Raises OSError for a temporary error, so that the photo can be read again later.
    """
    capture = _capture(folder, path)
    return None if capture is None else _frame_of(path, capture)


def shot(folder: str, path: str) -> Shot:
    """The shot of the photo at ``path`` in a shoot's folder, from 64 KiB; ``UNKNOWN`` if it cannot be read.

    Raises OSError for a temporary error.
    """
    capture = _capture(folder, path)
    return UNKNOWN if capture is None else _shot_of(capture)


def shot_if_read(folder: str, path: str) -> Shot:
    """As ``shot``, but ``UNKNOWN`` also after a temporary error, for a read that is not repeated."""
    try:
        return shot(folder, path)
    except OSError:
        return UNKNOWN


def _capture(folder: str, path: str) -> Capture | None:
    """A photo's metadata; None if it cannot be read. Raises OSError for a temporary error."""
    try:
        return read(os.path.join(folder, path))
    except FileError as error:
        cause = error.__cause__
        if isinstance(cause, OSError) and may_pass(cause):
            raise OSError(cause.errno, cause.strerror) from error
        return None


def shot_in(folder: str, path: str, head: bytes) -> Shot:
    """As ``shot``, from a photo's first 64 KiB. Reads more only for formats that need it. Raises OSError."""
    return _shot_of(_capture_in(folder, path, head))


def taken_in(folder: str, path: str, head: bytes) -> tuple[Shot, Frame]:
    """The shot and the frame data of a photo, as ``shot_in``. Raises OSError."""
    capture = _capture_in(folder, path, head)
    return _shot_of(capture), _frame_of(path, capture)


def _capture_in(folder: str, path: str, head: bytes) -> Capture:
    def fetch(offset: int, size: int) -> bytes:
        with open_regular(os.path.join(folder, path)) as file:
            return os.pread(file.fileno(), size, offset) if offset < os.fstat(file.fileno()).st_size else b""

    return parse(head, fetch)


def _frame_of(path: str, capture: Capture) -> Frame:
    mark, taken = capture.mark, capture.taken_at
    return Frame(
        path,
        body=" ".join(part for part in (capture.make, capture.model, capture.serial) if part),
        serial=capture.serial or "",
        taken_at=None if taken is None else (taken - EPOCH).total_seconds(),
        resolution_s=HUNDREDTH if taken is not None and taken.microsecond else 1.0,
        exposure_s=capture.exposure_s,
        f_number=capture.f_number,
        iso=capture.iso,
        focal_mm=capture.focal_mm,
        pixels=_pixels(capture),
        aeb=mark.aeb,
        value_ev=mark.value_ev,
        number=mark.sequence_number,
        length=mark.sequence_length,
        gps=capture.gps,
        bias_ev=capture.bias_ev,
        exposure_mode=capture.exposure_mode,
        orientation=capture.orientation,
        flash=capture.flash_fired,
        shutter_count=mark.shutter_count,
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
    """Text for comparison, in lower case and with single spaces: programs change both."""
    return " ".join((text or "").lower().split())


def _pixels(capture: Capture) -> tuple[int, int] | None:
    return None if capture.width is None or capture.height is None else (capture.width, capture.height)

"""Frames from photos: what a file's head says of camera, time and exposure, in the words of ``daemon.grouping``."""

from __future__ import annotations

import os
from datetime import datetime

from daemon.errors import FileError
from daemon.exif import Capture, read
from daemon.files.passing import may_pass
from daemon.grouping import Frame

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a camera's clock knows no time zone


def frame(folder: str, path: str) -> Frame | None:
    """How the photo at ``path`` in a shoot's folder was taken, from a read of 64 KiB; None if it cannot be read.

    Raises OSError for what may pass: such a photo is asked again.
    """
    try:
        return _frame_of(path, read(os.path.join(folder, path)))
    except FileError as error:
        cause = error.__cause__
        if isinstance(cause, OSError) and may_pass(cause):
            raise OSError(cause.errno, cause.strerror) from error
        return None


def _frame_of(path: str, capture: Capture) -> Frame:
    size = (capture.width, capture.height)
    return Frame(
        path,
        body=" ".join(part for part in (capture.make, capture.model, capture.serial) if part),
        taken_at=None if capture.taken_at is None else (capture.taken_at - EPOCH).total_seconds(),
        exposure_s=capture.exposure_s,
        f_number=capture.f_number,
        iso=capture.iso,
        focal_mm=capture.focal_mm,
        pixels=None if size[0] is None or size[1] is None else (size[0], size[1]),
        aeb=capture.mark.aeb,
        value_ev=capture.mark.value_ev,
        number=capture.mark.sequence_number,
        length=capture.mark.sequence_length,
    )

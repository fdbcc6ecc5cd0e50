"""Chooses one file for each frame, of frames with variants and copies."""

from __future__ import annotations

from collections.abc import Iterable

from daemon.grouping.frame import Frame
from daemon.grouping.frames import one_per_frame
from daemon.shoot import File, Shot


def once(frames: Iterable[Frame]) -> list[Frame]:
    """One of the files of each frame: ``one_per_frame`` decides which files show the same frame."""
    of = {frame.path: frame for frame in frames}
    shots = {path: _shot(frame) for path, frame in of.items()}
    return [of[file.path] for file in one_per_frame([File(path, 0, 0, 0) for path in of], shots).send]


def _shot(frame: Frame) -> Shot:
    """The frame's shot. Its model omits the serial number, because formats write serial numbers differently."""
    second = None if frame.taken_at is None else int(frame.taken_at)
    return Shot(
        model=frame.body.removesuffix(frame.serial).strip().lower(),
        serial=frame.serial.lower(),
        second=second,
        fraction=None if second is None or frame.resolution_s >= 1 else frame.time - second,
        exposure_s=frame.exposure_s,
        f_number=frame.f_number,
        iso=frame.iso,
        pixels=frame.pixels,
    )

"""Frames of one camera, made by hand, for the tests of grouping."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from daemon.grouping import Frame, group

NOON = 1_717_243_200.0
"""The begin of the shoots, in seconds from 1970."""

THREE, FIVE = (0.0, -2.0, 2.0), (0.0, -4.0, -2.0, 2.0, 4.0)


def frame(file: int, at: float = 0.0, level: float = 0.0, **more: Any) -> Frame:
    """The frame with a file number, taken ``at`` seconds after noon.

    It is ``level`` EV brighter than 1/60 s at f/8 and ISO 100. It has no bracket mark unless ``more`` fields say so.
    """
    values: dict[str, Any] = {
        "path": f"IMG_{file:04}.JPG",
        "body": "Canon EOS R6",
        "taken_at": NOON + at,
        "exposure_s": 2.0**level / 60,
        "f_number": 8.0,
        "iso": 100.0,
        "focal_mm": 16.0,
        "pixels": (6000, 4000),
        "resolution_s": 0.01,
    }
    return Frame(**{**values, **more})


def taken(
    offsets: Sequence[float], file: int = 1, at: float = 0.0, *, pause: float = 0.4, level: float = 0.0, **more: Any
) -> list[Frame]:
    """Frames with these offsets in EV, with consecutive numbers and ``pause`` seconds between their begins."""
    return [frame(file + place, at + pause * place, level + offset, **more) for place, offset in enumerate(offsets)]


def marked(offsets: Sequence[float], file: int = 1, at: float = 0.0, **more: Any) -> list[Frame]:
    """As ``taken``, with the offsets as bracket marks of the camera."""
    frames = taken(offsets, file, at, **more)
    return [replace(one, aeb=True, value_ev=offset) for one, offset in zip(frames, offsets, strict=True)]


def shoot(
    sets: int, offsets: Sequence[float] = THREE, *, every: float = 20.0, file: int = 1, **more: Any
) -> list[list[Frame]]:
    """Sets with different exposures, one ``every`` so many seconds."""
    return [
        taken(offsets, file + at * len(offsets), every * at, level=(0.0, -1.0, 1.0)[at % 3], **more)
        for at in range(sets)
    ]


def flat(sets: Iterable[Iterable[Frame]]) -> list[Frame]:
    """All frames, in their order."""
    return [one for some in sets for one in some]


def sizes(frames: Sequence[Frame]) -> list[int]:
    """The number of frames of each set and single frame that grouping finds, in the order of their paths."""
    found = group(frames)
    some = [*(one.paths for one in found.sets), *((one.path,) for one in found.singles)]
    return [len(paths) for paths in sorted(some)]


def numbers(paths: Iterable[str]) -> list[int]:
    """The numbers of files named by ``frame``."""
    return [int(path[4:8]) for path in paths]

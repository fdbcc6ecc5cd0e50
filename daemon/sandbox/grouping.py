"""Groups brackets into images in the service's ways: every N, automatic, or as the client says.

Automatic grouping here is simple and works for ordinary sets of three to nine. It uses capture times, and exposures
that do not repeat within a set. The service also compares the pictures.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from daemon.errors import FileError
from daemon.exif import Capture, read
from daemon.sandbox.fields import LARGEST_SET

_LONGEST_GAP_S: Final = 6.0
_SAME_EXPOSURE_EV: Final = 0.2


@dataclass(frozen=True, slots=True)
class Shot:
    """One stored bracket: its id, its name, and its file's metadata, which may be empty."""

    id: str
    name: str
    capture: Capture


def shot_of(record_id: str, name: str, path: Path) -> Shot:
    """A bracket with its file's metadata; without metadata if the file cannot be read."""
    try:
        return Shot(record_id, name, read(path))
    except FileError:
        return Shot(record_id, name, Capture())


def by_capture(shots: Sequence[Shot]) -> list[Shot]:
    """Sort by capture time with its fraction, then by the number in the file's name, then by name."""
    return sorted(shots, key=_moment)


def _moment(shot: Shot) -> tuple[bool, float, int, str]:
    """The sort key of a shot; shots without a time come last."""
    taken = shot.capture.taken_at
    since = (taken - datetime.min).total_seconds() if taken else 0.0  # noqa: DTZ901 - a camera's clock has no zone
    return taken is None, since, _number(shot.name), shot.name


def every(shots: Sequence[Shot], size: int) -> list[list[Shot]]:
    """Sets of ``size`` brackets in order of capture; the last set may be shorter."""
    ordered = by_capture(shots)
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]


def automatic(shots: Sequence[Shot]) -> list[list[Shot]]:
    """Sets of exposures of one scene, in order of capture. A shot without time or exposure is a separate set."""
    sets: list[list[Shot]] = []
    for shot in by_capture(shots):
        if sets and _belongs(shot, sets[-1]):
            sets[-1].append(shot)
        else:
            sets.append([shot])
    return sets


def _belongs(shot: Shot, group: Sequence[Shot]) -> bool:
    before = group[-1].capture
    now = shot.capture
    value = exposure_ev(now)
    if len(group) >= LARGEST_SET or before.taken_at is None or now.taken_at is None or value is None:
        return False
    if (before.make, before.model, before.serial) != (now.make, now.model, now.serial):
        return False
    if (before.width, before.height, before.orientation) != (now.width, now.height, now.orientation):
        return False
    idle = (now.taken_at - before.taken_at).total_seconds() - max(before.exposure_s or 0, now.exposure_s or 0)
    if idle > _LONGEST_GAP_S:
        return False
    others = [exposure_ev(other.capture) for other in group]
    return all(other is not None and abs(value - other) > _SAME_EXPOSURE_EV for other in others)


def exposure_ev(capture: Capture) -> float | None:
    """The exposure value at ISO 100, from time, aperture and sensitivity; None without a time."""
    if not capture.exposure_s:
        return None
    return math.log2((capture.f_number or 1.0) ** 2 / capture.exposure_s) - math.log2((capture.iso or 100) / 100)


def _number(name: str) -> int:
    """The last digits before the extension: the camera's counter. Digits in a prefix are ignored."""
    found = re.findall(r"\d+", name.rsplit(".", 1)[0])
    return int(found[-1]) if found else 0

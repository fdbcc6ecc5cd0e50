"""Decides which photos belong together: one file per frame, and bracket sets with missing photos."""

from daemon.grouping.copies import copies, to_compare
from daemon.grouping.dangling import dangling
from daemon.grouping.frames import Choice, Prefer, one_per_frame
from daemon.grouping.stream import Frame
from daemon.shoot.formats import JPEG, RAW, extension

__all__ = [
    "JPEG",
    "RAW",
    "Choice",
    "Frame",
    "Prefer",
    "copies",
    "dangling",
    "extension",
    "one_per_frame",
    "to_compare",
]

"""Decides which photos belong together: one file per frame, and bracket sets with missing photos."""

from daemon.grouping.copies import copies, to_compare
from daemon.grouping.dangling import dangling
from daemon.grouping.frame import Frame
from daemon.grouping.frames import Choice, one_per_frame
from daemon.grouping.group import group
from daemon.grouping.sets import BracketSet, Confidence, Grouping, Single
from daemon.shoot.formats import JPEG, RAW, extension
from daemon.shoot.sets import Prefer

__all__ = [
    "JPEG",
    "RAW",
    "BracketSet",
    "Choice",
    "Confidence",
    "Frame",
    "Grouping",
    "Prefer",
    "Single",
    "copies",
    "dangling",
    "extension",
    "group",
    "one_per_frame",
    "to_compare",
]

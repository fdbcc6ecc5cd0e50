"""Which photos belong together: the files that are brackets, and bracket sets that seem to lack a photo."""

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

"""Which photos belong together: the files that are brackets, and bracket sets that seem to lack a photo."""

from daemon.grouping.dangling import dangling
from daemon.grouping.frames import JPEG, RAW, extension, one_per_frame
from daemon.grouping.stream import Frame

__all__ = ["JPEG", "RAW", "Frame", "dangling", "extension", "one_per_frame"]

"""Is a photo file whole? Judged by what its own structure says of where it ends, from its head and tail only.

A copy that stalls, or a sync client that is not done, leaves a file that is short, or one of full size whose end is
still zeros; neither its size nor its time tells. The room of Exif has this rather than the room of files because it
knows these containers, and nothing else does.

When in doubt a file is whole: an order must never wait for ever for a file that has nothing wrong. So X3F, MRW, CRW
and whatever else is not known pass; of what follows a picture only that is missed which the file itself announces; and
zeros count, in formats without an end marker, from 64 KiB on and when they begin where a copy would stop.
"""

from daemon.exif.structure.judge import fault, judge, structure
from daemon.exif.structure.verdict import Structure

__all__ = ["Structure", "fault", "judge", "structure"]

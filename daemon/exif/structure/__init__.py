"""Checks if a photo file is complete, by comparing its end with its own structure. Reads only its head and tail.

An interrupted copy, or a sync client that has not finished, leaves a file that is too short, or one of full size that
ends with zeros. Neither its size nor its mtime shows that. This is part of ``daemon.exif``, which knows the formats.

In doubt a file counts as complete, because an order must never wait forever for an intact file. X3F, MRW, CRW and
unknown formats therefore pass. Data after the picture count as missing only if the file announces them. In formats
without an end marker, zeros count only from 64 KiB on, and only if they begin where a copy would stop.
"""

from daemon.exif.structure.judge import fault, judge, structure
from daemon.exif.structure.verdict import Structure

__all__ = ["Structure", "fault", "judge", "structure"]

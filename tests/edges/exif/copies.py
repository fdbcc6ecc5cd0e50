"""A photo file as a copy program leaves it: complete, cut off, or of full size but not fully written."""

from __future__ import annotations

from dataclasses import dataclass, field

from daemon.exif.source import HEAD_BYTES
from daemon.exif.structure import Structure, judge


@dataclass
class Disk:
    """A file as a copy program left it: its first ``length`` bytes, with zeros from ``written`` on."""

    data: bytes
    length: int
    written: int
    reads: list[tuple[int, int]] = field(default_factory=list)

    def fetch(self, offset: int, size: int) -> bytes:
        """Bytes of the file. Records the read."""
        self.reads.append((offset, size))
        return self.bytes(offset, size)

    def bytes(self, offset: int, size: int) -> bytes:
        """Bytes of the file."""
        end = min(offset + size, self.length)
        return self.data[offset : min(end, self.written)].ljust(max(0, end - offset), b"\0")

    def structure(self) -> Structure:
        """The result of checking its structure."""
        return judge(self.bytes(0, HEAD_BYTES), self.length, self.fetch)


def whole(data: bytes) -> Disk:
    """The complete file."""
    return Disk(data, len(data), len(data))


def cut(data: bytes, length: int) -> Disk:
    """The file cut off after ``length`` bytes."""
    return Disk(data, length, length)


def stalled(data: bytes, written: int) -> Disk:
    """The file at full size, with only its first ``written`` bytes written."""
    return Disk(data, len(data), written)


@dataclass(frozen=True)
class Photo:
    """A complete file.

    ``needed`` is the size without data that nothing in the file announces. ``last`` is the number of bytes after the
    end of the picture's data.
    """

    data: bytes
    needed: int
    last: int = 0


def photo(data: bytes, behind: bytes = b"") -> Photo:
    """A file with trailing data that nothing in it announces."""
    return Photo(data + behind, len(data))

"""A photo file as a copy leaves it: whole, cut, or of full size and not yet written."""

from __future__ import annotations

from dataclasses import dataclass, field

from daemon.exif.source import HEAD_BYTES
from daemon.exif.structure import Structure, judge


@dataclass
class Disk:
    """A file as a copy left it: its first ``length`` bytes, of which those from ``written`` on are zeros yet."""

    data: bytes
    length: int
    written: int
    reads: list[tuple[int, int]] = field(default_factory=list)

    def fetch(self, offset: int, size: int) -> bytes:
        """Bytes of the file; the read is remembered."""
        self.reads.append((offset, size))
        return self.bytes(offset, size)

    def bytes(self, offset: int, size: int) -> bytes:
        """Bytes of the file."""
        end = min(offset + size, self.length)
        return self.data[offset : min(end, self.written)].ljust(max(0, end - offset), b"\0")

    def structure(self) -> Structure:
        """What its structure says."""
        return judge(self.bytes(0, HEAD_BYTES), self.length, self.fetch)


def whole(data: bytes) -> Disk:
    """The file when all of it is there."""
    return Disk(data, len(data), len(data))


def cut(data: bytes, length: int) -> Disk:
    """The file when only its first ``length`` bytes are there."""
    return Disk(data, length, length)


def stalled(data: bytes, written: int) -> Disk:
    """The file when it has its size, and only its first ``written`` bytes."""
    return Disk(data, len(data), written)


@dataclass(frozen=True)
class Photo:
    """A whole file; ``needed`` is how much of it must be there, and behind that is what nothing in it announces.

    ``last`` is how much of it lies behind where the picture's data end.
    """

    data: bytes
    needed: int
    last: int = 0


def photo(data: bytes, behind: bytes = b"") -> Photo:
    """A file with something behind it that nothing in it announces."""
    return Photo(data + behind, len(data))

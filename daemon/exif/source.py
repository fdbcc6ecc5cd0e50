"""Reads a file's bytes by offset: its head, and a limited number of further pieces."""

from __future__ import annotations

from collections.abc import Callable

HEAD_BYTES = 64 * 1024
"""Bytes of the first read. Most cameras store all metadata in them."""

PIECE_BYTES = 4 * 1024
"""Further reads are aligned to this many bytes."""

MOST_READS = 24
"""The maximum number of further reads of one file."""

MOST_BYTES = 256 * 1024
"""The maximum number of bytes of further reads of one file."""

Fetch = Callable[[int, int], bytes]
"""``fetch(offset, size)`` returns the file's bytes there, fewer at its end."""


class Source:
    """Bytes of one file by absolute offset.

    ``at`` never raises for an invalid offset or size. It returns fewer bytes, so that parsers of hostile structures
    only have to check the length of the result.
    """

    __slots__ = ("_bytes_left", "_fetch", "_pieces", "_reads_left")

    def __init__(self, head: bytes, fetch: Fetch | None = None) -> None:
        self._pieces = [(0, head)]
        self._fetch = fetch
        self._reads_left = MOST_READS
        self._bytes_left = MOST_BYTES

    def at(self, offset: int, size: int) -> bytes:
        """Up to ``size`` bytes, at most 64 KiB, from ``offset``. Fewer at the end of the file or of the limits."""
        size = min(size, HEAD_BYTES)
        if offset < 0 or size <= 0:
            return b""
        held = self._held(offset, size)
        if len(held) < size and self._load(offset, size):
            held = self._held(offset, size)
        return held

    def number(self, offset: int, size: int, order: str = ">") -> int:
        """The unsigned integer of ``size`` bytes at ``offset``, 0 if there are none."""
        return int.from_bytes(self.at(offset, size), "little" if order == "<" else "big")

    def _held(self, offset: int, size: int) -> bytes:
        longest = b""
        for start, piece in self._pieces:
            if start <= offset < start + len(piece):
                part = piece[offset - start : offset - start + size]
                if len(part) == size:
                    return part
                longest = max(longest, part, key=len)
        return longest

    def _load(self, offset: int, size: int) -> bool:
        start = offset - offset % PIECE_BYTES
        length = -(-(offset + size - start) // PIECE_BYTES) * PIECE_BYTES
        if self._fetch is None or self._reads_left == 0 or length > self._bytes_left:
            return False
        self._reads_left -= 1
        self._bytes_left -= length
        self._pieces.append((start, self._fetch(start, length)))
        return True

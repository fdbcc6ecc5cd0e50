"""A file's bytes by offset: its head, and a bounded number of further pieces."""

from __future__ import annotations

from collections.abc import Callable

HEAD_BYTES = 64 * 1024
"""How much of a file is read at once; most cameras keep all metadata in it."""

PIECE_BYTES = 4 * 1024
"""Further reads begin and end at multiples of this."""

MOST_READS = 24
"""Further reads allowed for one file."""

MOST_BYTES = 256 * 1024
"""Bytes of further reads allowed for one file."""

Fetch = Callable[[int, int], bytes]
"""``fetch(offset, size)`` gives the file's bytes there, fewer at its end."""


class Source:
    """Bytes of one file by absolute offset.

    ``at`` never raises on an absurd offset or size: what cannot be had is left out of the answer, so that readers
    of hostile structures need only look at the length of what they get.
    """

    __slots__ = ("_bytes_left", "_fetch", "_pieces", "_reads_left")

    def __init__(self, head: bytes, fetch: Fetch | None = None) -> None:
        self._pieces = [(0, head)]
        self._fetch = fetch
        self._reads_left = MOST_READS
        self._bytes_left = MOST_BYTES

    def at(self, offset: int, size: int) -> bytes:
        """Up to ``size`` bytes, and never more than 64 KiB, from ``offset``; fewer where the file or the bounds end."""
        size = min(size, HEAD_BYTES)
        if offset < 0 or size <= 0:
            return b""
        held = self._held(offset, size)
        if len(held) < size and self._load(offset, size):
            held = self._held(offset, size)
        return held

    def number(self, offset: int, size: int, order: str = ">") -> int:
        """The unsigned integer of ``size`` bytes at ``offset``; 0 where there are none."""
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

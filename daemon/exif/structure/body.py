"""The bytes of a file whose size is known, and where the zeros before an end begin."""

from __future__ import annotations

from collections.abc import Iterator

from daemon.exif.source import PIECE_BYTES, Fetch, Source

TAIL_BYTES = 64 * 1024
"""How much is read before an end."""

STALLED_BYTES = 64 * 1024
"""Zeros right before the end of image data that cannot be image data any more.

More than any padding known: Panasonic fills up its last block of 16 KiB, Sony and others the last 32 KiB of a file.
"""

PAGE_BYTES = 4 * 1024
"""Copying programs and file systems write whole multiples of this; a picture's own black begins anywhere."""

FOLLOWED_BYTES = 1024 * 1024
"""How much is read at once where a file is followed from its beginning."""

MOST_FOLLOWED = 256 * 1024 * 1024
"""Files with more bytes are not followed; a JPEG of 100 million pixels has up to 60 MB."""

LAST_BYTES = 16
"""Zeros that may by chance be the last bytes written before the unwritten ones."""


class Body:
    """One file by offset, in the bounded reads of ``daemon.exif.source``: as many for its structure as for its end.

    ``source`` is what the structure is read from. ``blind`` tells that bytes which lie in the file could not be had,
    be it because the reads were used up or because the file has shrunk since its size was asked: no fault may be
    built on them.
    """

    __slots__ = ("_end", "_fetch", "_head", "blind", "size", "source")

    def __init__(self, head: bytes, size: int, fetch: Fetch | None) -> None:
        self._head, self._fetch = head, fetch
        self.source = Source(head, fetch)
        self.size = size
        self._end = Source(head, fetch)
        self.blind = False

    def at(self, offset: int, count: int) -> bytes:
        """``count`` bytes, at most 64 KiB, from ``offset``; fewer where the file ends."""
        return self._read(self.source, offset, count)

    def number(self, offset: int, count: int, order: str = ">") -> int:
        """The unsigned integer of ``count`` bytes at ``offset``; 0 where there are none."""
        return int.from_bytes(self.at(offset, count), "little" if order == "<" else "big")

    def before(self, end: int, start: int = 0) -> bytes:
        """The last 64 KiB before ``end``, but nothing before ``start``."""
        first = max(start, end - TAIL_BYTES)
        return self._read(self._end, first, end - first)

    def written(self, end: int) -> int:
        """Where the zeros that reach up to ``end`` begin; ``end`` if there are none.

        A run longer than 64 KiB is found by halving, as one that goes on to the left.
        """
        tail = self.before(end)
        first = end - len(tail)
        data = tail.rstrip(b"\0")
        if data or first <= 0:
            return first + len(data)
        low, high = 0, -(-first // PIECE_BYTES)  # pieces: this one holds data, that one and all later ones are zeros
        while high - low > 1:
            middle = (low + high) // 2
            if self._data_in(middle):
                low = middle
            else:
                high = middle
        return low * PIECE_BYTES + self._data_in(low)

    def stalled(self, end: int) -> int | None:
        """Where a copy stopped that had been given its full size beforehand; None if image data reach ``end``."""
        written = self.written(end)
        return written if end - written >= STALLED_BYTES and -written % PAGE_BYTES < LAST_BYTES else None

    def pieces(self, end: int) -> Iterator[bytes]:
        """All bytes from the beginning up to ``end``, piece by piece.

        These reads are not bounded like the others: only a file that would otherwise be called not whole is followed.
        """
        yield self._head[:end]
        at = len(self._head)
        while at < end:
            piece = self._fetch(at, min(FOLLOWED_BYTES, end - at)) if self._fetch and end <= MOST_FOLLOWED else b""
            if not piece:
                self.blind = True
                return
            yield piece
            at += len(piece)

    def _data_in(self, piece: int) -> int:
        return len(self._read(self._end, piece * PIECE_BYTES, PIECE_BYTES).rstrip(b"\0"))

    def _read(self, source: Source, offset: int, count: int) -> bytes:
        there = max(0, min(count, TAIL_BYTES, self.size - offset))
        found = source.at(offset, there)
        self.blind |= len(found) < there
        return found

"""Reads the bytes of a file of known size, and finds zeros at its end."""

from __future__ import annotations

from collections.abc import Iterator

from daemon.exif.source import PIECE_BYTES, Fetch, Source

TAIL_BYTES = 64 * 1024
"""Bytes to read before an end."""

STALLED_BYTES = 64 * 1024
"""If at least this many bytes right before the end of image data are zeros, they are not image data.

It is more than any known padding: Panasonic pads its last block of 16 KiB, Sony and others the last 32 KiB of a file.
"""

PAGE_BYTES = 4 * 1024
"""Copy programs and file systems write multiples of this, whereas black parts of a picture may begin anywhere."""

FOLLOWED_BYTES = 1024 * 1024
"""Bytes per read if a file is parsed from its beginning."""

MOST_FOLLOWED = 256 * 1024 * 1024
"""Larger files are not parsed from the beginning. A JPEG of 100 million pixels has up to 60 MB."""

LAST_BYTES = 16
"""The maximum number of zeros in image data that may, by chance, be right before the unwritten part of a file."""


class Body:
    """Reads one file by offset, with the limits of ``daemon.exif.source`` for its structure and again for its end.

    ``source`` reads the structure. ``blind`` is True if bytes inside the file could not be read, because the limit was
    reached or the file has shrunk. Then no fault may be reported.
    """

    __slots__ = ("_end", "_fetch", "_head", "blind", "size", "source")

    def __init__(self, head: bytes, size: int, fetch: Fetch | None) -> None:
        self._head, self._fetch = head, fetch
        self.source = Source(head, fetch)
        self.size = size
        self._end = Source(head, fetch)
        self.blind = False

    def at(self, offset: int, count: int) -> bytes:
        """``count`` bytes, at most 64 KiB, from ``offset``; fewer at the end of the file."""
        return self._read(self.source, offset, count)

    def number(self, offset: int, count: int, order: str = ">") -> int:
        """The unsigned integer of ``count`` bytes at ``offset``, 0 if there are none."""
        return int.from_bytes(self.at(offset, count), "little" if order == "<" else "big")

    def before(self, end: int, start: int = 0) -> bytes:
        """The last 64 KiB before ``end``, but no bytes before ``start``."""
        first = max(start, end - TAIL_BYTES)
        return self._read(self._end, first, end - first)

    def written(self, end: int) -> int:
        """The start of the zeros that end at ``end``; ``end`` if there are none.

        The start of a run longer than 64 KiB is found by bisection.
        """
        tail = self.before(end)
        first = end - len(tail)
        data = tail.rstrip(b"\0")
        if data or first <= 0:
            return first + len(data)
        low, high = 0, -(-first // PIECE_BYTES)  # in pieces: ``low`` has data, ``high`` and all later ones are zeros
        while high - low > 1:
            middle = (low + high) // 2
            if self._data_in(middle):
                low = middle
            else:
                high = middle
        return low * PIECE_BYTES + self._data_in(low)

    def stalled(self, end: int) -> int | None:
        """Where the copy of a preallocated file stopped, None if image data reach ``end``."""
        written = self.written(end)
        return written if end - written >= STALLED_BYTES and -written % PAGE_BYTES < LAST_BYTES else None

    def pieces(self, end: int) -> Iterator[bytes]:
        """All bytes from the beginning to ``end``, piece by piece.

        These reads have no such limits, because only files that seem to be incomplete are read this way.
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

"""Identifies a file's content: by a mark, from two short reads, and by the SHA-256 of the whole file.

A camera writes time, exposure and a preview into a file's head, and no two photos have the same end. So the mark, a
hash of size, head and tail, distinguishes photos without reading gigabytes. If two marks are equal, the SHA-256
decides.
"""

from __future__ import annotations

import hashlib
import os
from typing import NamedTuple

from daemon.regular import open_regular

PIECE = 256 * 1024
"""Bytes per read of a whole file."""

ENDS = 64 * 1024
"""Bytes at each end of a file that its mark includes."""


class Ends(NamedTuple):
    """A file's mark and its first 64 KiB, which contain the Exif data."""

    mark: str
    head: bytes


def mark(folder: str, path: str) -> str:
    """The mark of a file: 32 hex digits of BLAKE2b over its size, head and tail. Raises OSError."""
    return ends(folder, path).mark


def ends(folder: str, path: str) -> Ends:
    """The mark and the head of a file, from one read at each end. Raises OSError."""
    with open_regular(os.path.join(folder, path)) as file:
        size = os.fstat(file.fileno()).st_size
        digest = hashlib.blake2b(size.to_bytes(8, "big"), digest_size=16)
        head = _read(file.fileno(), min(size, ENDS), 0)
        digest.update(head)
        digest.update(_read(file.fileno(), min(size, ENDS), max(0, size - ENDS)))
    return Ends(digest.hexdigest(), head)


def sha256(folder: str, path: str) -> str:
    """The SHA-256 of a file's bytes, in hex. Raises OSError."""
    with open_regular(os.path.join(folder, path)) as file:
        digest = hashlib.sha256()
        while piece := os.read(
            file.fileno(), PIECE
        ):  # raises, unlike file_digest(), which mistakes None for a full buffer
            digest.update(piece)
    return digest.hexdigest()


def _read(descriptor: int, length: int, offset: int) -> bytes:
    data = b""
    while len(data) < length and (piece := os.pread(descriptor, length - len(data), offset + len(data))):
        data += piece
    return data

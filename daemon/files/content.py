"""What a file's content is known by: a mark, from two short reads, and the SHA-256 of all of it.

A camera writes time, exposure and a preview into a file's head, and no two photos end alike; so the mark, over size,
head and tail, tells photos apart without reading gigabytes. Where a mark says that a file is known, the SHA-256 has
the last word.
"""

from __future__ import annotations

import hashlib
import os

from daemon.regular import open_regular

ENDS = 64 * 1024
"""Bytes at either end of a file that its mark is made of."""


def mark(folder: str, path: str) -> str:
    """The mark of a file: 32 hex digits of BLAKE2b over its size, head and tail. Raises OSError."""
    with open_regular(os.path.join(folder, path)) as file:
        size = os.fstat(file.fileno()).st_size
        digest = hashlib.blake2b(size.to_bytes(8, "big"), digest_size=16)
        digest.update(_read(file.fileno(), min(size, ENDS), 0))
        digest.update(_read(file.fileno(), min(size, ENDS), max(0, size - ENDS)))
    return digest.hexdigest()


def sha256(folder: str, path: str) -> str:
    """The SHA-256 of a file's bytes, in hex. Raises OSError."""
    with open_regular(os.path.join(folder, path)) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(descriptor: int, length: int, offset: int) -> bytes:
    data = b""
    while len(data) < length and (piece := os.pread(descriptor, length - len(data), offset + len(data))):
        data += piece
    return data

"""Makes shoots to send: complete JPEG files of any size, all different."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from PIL import Image

COMMENT = 65_533
"""Capacity of one comment segment in bytes, without its marker and length (ITU-T T.81, B.2.4.5)."""

_serial = count()


def make_shoot(folder: Path, *, photos: int, size_mb: float) -> Path:
    """Make a folder of photos of the given size in million bytes, flushed to the disk."""
    folder.mkdir(parents=True)
    for number in range(photos):
        with open(folder / f"IMG_{number + 1:04}.JPG", "wb") as file:
            file.writelines(jpeg(int(size_mb * 1e6)))
            file.flush()
            os.fsync(file.fileno())
    return folder


def jpeg(size: int) -> Iterator[bytes]:
    """A picture of a few pixels, padded with comments to at least ``size`` bytes."""
    buffer = io.BytesIO()
    Image.new("L", (8, 8)).save(buffer, "JPEG")
    picture = buffer.getvalue()
    yield picture[:2]
    yield _comment(str(next(_serial)).encode())
    noise = os.urandom(COMMENT)
    for _ in range(max(0, size - len(picture)) // (COMMENT + 4) + 1):
        yield _comment(noise)
    yield picture[2:]


def _comment(text: bytes) -> bytes:
    return b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text

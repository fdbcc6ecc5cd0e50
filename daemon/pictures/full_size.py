"""A finished picture in full size, read piece by piece."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

from daemon.pictures.finding import Identity
from daemon.pictures.values import Why
from daemon.pictures.volume import Volume
from daemon.regular import open_regular

PIECE = 256 * 1024

MEDIA_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
"""Media types by extension. Anything else is only offered as bytes, so that a browser never runs it."""


@dataclass(frozen=True, slots=True)
class FullSize:
    """An open file. ``tag`` changes whenever the file does. Read it by ``pieces``, or close it."""

    name: str
    media_type: str
    size: int
    tag: str
    _file: io.FileIO
    _volume: Volume

    async def pieces(self) -> AsyncIterator[bytes]:
        """The file's bytes, then it is closed. Ends early, with fewer than ``size`` bytes, if the disk fails."""
        left = self.size
        try:
            while left:
                piece = await self._volume(_read, self._file.fileno(), self.size - left, min(left, PIECE))
                if not piece:
                    return
                left -= len(piece)
                yield piece
        except OSError:
            return
        finally:
            self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def opened(found: Identity, volume: Volume) -> FullSize | Why:
    """Open a file that is still the one that was found. Blocks on the disk; raises OSError."""
    file = open_regular(found.path, links=False)
    status = os.fstat(file.fileno())
    if (status.st_size, status.st_mtime_ns, status.st_ino) != (found.size, found.mtime_ns, found.inode):
        file.close()
        return Why.GONE
    name = os.path.basename(found.path)
    media_type = MEDIA_TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    return FullSize(name, media_type, found.size, found.tag(), file, volume)


def _read(descriptor: int, at: int, count: int) -> bytes:
    return os.pread(descriptor, count, at)

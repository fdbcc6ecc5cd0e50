"""The pictures that were made, as files below ``state_dir/thumbnails``. All of them can be deleted at any time.

Together they take at most ``MOST`` bytes: when there are more, the ones that were not used for longest are removed.
Every method blocks on the disk, and none raises an error: what cannot be kept is made again.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

FOLDER = "thumbnails"

MOST = 256 << 20
"""Bytes of all files together: about 8,000 thumbnails of 32 KB, or 400 large previews of 600 KB."""

LEFT = 0.9
"""The share of ``MOST`` that is kept when files are removed."""

FREE = 128 << 20
"""Bytes that stay free on the disk, which also has the state."""

LARGEST = 8 << 20
"""The largest file to read, in bytes."""

_START, _END = b"\xff\xd8", b"\xff\xd9"


class Cache:
    """JPEGs by their tags. Thread-safe; there must be only one for a folder."""

    def __init__(self, state_dir: Path, most: int = MOST) -> None:
        self._folder, self._most = state_dir / FOLDER, most
        self._lock = threading.Lock()
        self._size: int | None = None

    def find(self, tag: str) -> bytes | None:
        """The JPEG with this tag, None if there is none. A file that a power cut left incomplete does not count."""
        path = self._path(tag)
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST)
        except OSError:
            return None
        if not (data.startswith(_START) and data.endswith(_END)):
            return None
        with suppress(OSError):
            os.utime(path)
        return data

    def keep(self, tag: str, jpeg: bytes) -> None:
        """Keep a JPEG, if the disk has room for it."""
        path = self._path(tag)
        part = path.with_name(f".{path.name}.part")
        with self._lock, suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if shutil.disk_usage(path.parent).free < FREE:
                return
            before = self._measured()
            try:
                with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as file:
                    file.write(jpeg)
                os.replace(part, path)
            except OSError:
                part.unlink(missing_ok=True)
                raise
            self._size = before + len(jpeg)
            if self._size > self._most:
                self._make_room()

    def _path(self, tag: str) -> Path:
        return self._folder / tag[:2] / f"{tag}.jpg"

    def _measured(self) -> int:
        """The size of all files. They are listed once, then counted."""
        if self._size is None:
            self._size = sum(size for _, size, _ in self._files())
        return self._size

    def _make_room(self) -> None:
        """Remove the files that were not used for longest, and what is left of interrupted writes."""
        files = sorted(self._files())
        size = sum(size for _, size, _ in files)
        for _, one, path in files:
            if size <= self._most * LEFT:
                break
            with suppress(OSError):
                os.unlink(path)
                size -= one
        self._size = size

    def _files(self) -> Iterator[tuple[float, int, str]]:
        """Time of the last use, size and path of each file."""
        for folder, _, names in os.walk(self._folder):
            for name in names:
                with suppress(OSError):
                    path = os.path.join(folder, name)
                    status = os.lstat(path)
                    yield status.st_mtime, status.st_size, path

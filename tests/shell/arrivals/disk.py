"""A model of a disk with one shoot: what a scan shows of its files, and what is really written.

Sizes are in bytes, times in seconds of simulated time. A file has a final size (``full``) and a written size
(``written``); a scan shows neither. The structure shows that a file is unfinished, unless ``daemon.exif.structure``
does not know its format.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from daemon.exif.structure import words
from daemon.files.names import classify, holds_in_flight, is_beside_the_photos, is_junk_folder
from daemon.grouping import extension
from daemon.shoot import File, FileClass, Listing, listing
from tests.shell.simulated import START

Kinds = Callable[[str], FileClass | None]

UNTOLD = frozenset({"x3f", "mrw"})
"""Formats whose end ``daemon.exif.structure`` cannot tell."""


@functools.cache
def kind_of(path: str) -> FileClass | None:
    """The class that a scan gives to a path in a shoot, by the tables of ``daemon.files.names``."""
    *folders, name = path.split("/")
    if any(is_junk_folder(folder) or is_beside_the_photos(folder, on_card=False) for folder in folders):
        return None
    kind = classify(name)
    return FileClass.IN_FLIGHT if kind is not None and any(map(holds_in_flight, folders)) else kind


@dataclass(slots=True)
class Kept:
    """A file. ``dataless``: listed, with its bytes elsewhere. ``renewed``: it still ends with the older version."""

    full: int
    inode: int
    mtime_ns: int
    size: int = 0
    written: int = 0
    dataless: bool = False
    renewed: bool = False

    @property
    def whole(self) -> bool:
        """True if all of its bytes are written."""
        return self.written >= self.full and not self.dataless


class Disk:
    """One shoot's folder. It exists from its first file on. ``now`` is the time of the current event."""

    def __init__(self, shoot: str) -> None:
        self.shoot, self.now, self.is_there = shoot, 0.0, False
        self._files: dict[str, Kept] = {}
        self._inodes = 100

    # --- what programs do ---

    def make_folder(self) -> None:
        """Create the empty folder of the shoot."""
        self.is_there = True

    def create(self, path: str, full: int, *, size: int = 0, dataless: bool = False) -> None:
        """Create a file that will have ``full`` bytes. ``size`` is its preallocated size."""
        self.is_there = True
        self._inodes += 1
        self._files[path] = Kept(full, self._inodes, self._mtime_ns(), size, 0, dataless)

    def write(self, path: str, written: int, *, seen: bool = True) -> None:
        """Write up to a position. Not ``seen``: within the present size, and without a new time."""
        file = self._files[path]
        file.written = written
        if seen:
            file.size, file.mtime_ns = max(file.size, written), self._mtime_ns()

    def bring(self, path: str) -> None:
        """Bring the bytes of a dataless file; nothing else changes."""
        file = self._files[path]
        file.written, file.dataless = file.full, False

    def truncate(self, path: str) -> None:
        """Truncate a file and begin to write it again."""
        file = self._files[path]
        file.size, file.written, file.mtime_ns = 0, 0, self._mtime_ns()

    def overwrite(self, path: str) -> None:
        """Begin to write a file again, over its old bytes."""
        file = self._files[path]
        file.written, file.mtime_ns, file.renewed = 0, self._mtime_ns(), True

    def stamp(self, path: str, mtime: float) -> None:
        """Set a file's time, seconds of simulated time."""
        self._files[path].mtime_ns = int((START + mtime) * 1e9)

    def rename(self, path: str, to: str) -> None:
        """Rename a file. An existing file with the new name is replaced."""
        self._files[to] = self._files.pop(path)

    def remove(self, path: str) -> None:
        """Delete a file."""
        del self._files[path]

    def rename_folder(self, folder: str, to: str) -> None:
        """Rename a folder in the shoot, with its content."""
        for path in [path for path in self._files if path.startswith(f"{folder}/")]:
            self.rename(path, to + path.removeprefix(folder))

    def rename_shoot(self, to: str) -> None:
        """Rename the shoot's folder."""
        self.shoot = to

    # --- what others see ---

    @property
    def found(self) -> Listing:
        """The files at one moment. Raises FileNotFoundError if there is no folder."""
        return listing(self.stats(self.shoot))

    def stats(self, folder: str, kinds: Kinds = kind_of) -> Iterator[File]:
        """The files that a scan finds, one by one.

        Events during the scan show only in files listed after them. Raises FileNotFoundError if there is no folder.
        """
        if not self.is_there or folder.rpartition("/")[2] != self.shoot:
            raise FileNotFoundError(folder)
        for path in tuple(self._files):
            kind, kept = kinds(path), self._files.get(path)
            if kind is None or kept is None:
                continue
            if kind is FileClass.PHOTO and kept.dataless:
                kind = FileClass.PLACEHOLDER
            problem = "is empty (0 bytes)" if kind is FileClass.PHOTO and not kept.size else None
            yield File(path, kept.size, kept.mtime_ns, kept.inode, kind, problem)

    def fault(self, path: str) -> str | None:
        """What a file's structure says. Raises FileNotFoundError."""
        kept = self._files.get(path)
        if kept is None:
            raise FileNotFoundError(path)
        if kept.whole or kept.renewed or extension(path) in UNTOLD:
            return None
        if kept.size < kept.full:
            return words.short(kept.size, kept.full)
        return words.unwritten(kept.written, kept.size)

    def is_whole(self, file: File) -> bool:
        """True if a photo that a scan found exists with all of its bytes."""
        kept = self._files.get(file.path)
        return kept is not None and kept.inode == file.inode and kept.whole

    def _mtime_ns(self) -> int:
        return int((START + self.now) * 1e9)

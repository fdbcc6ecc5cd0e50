"""Scans watched folders for shoots, and shoots for files.

It uses ``os.scandir`` and one ``stat`` per file and opens nothing. Later checks find out if a photo can be read.
access(2) does not show that: it may fail where open(2) succeeds, as with NFSv4 access lists, or succeed where open(2)
fails.

It follows symbolic links to files, and links to folders on the shoot's own disk, one link deep. A link to a folder that
contains the shoot, such as the watched folder or ``/``, is not followed, because it would make everything part of the
shoot. A scan stops after a maximum number of files and folders, and reports that.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from daemon.files.names import (
    classify,
    holds_in_flight,
    is_beside_the_photos,
    is_junk_folder,
    is_other_picture,
    is_unknown,
)
from daemon.files.passing import is_refusal, may_pass
from daemon.files.placeholders import placeholder
from daemon.shoot import Bound, File, FileClass, Listing, listing

MOST = 100_000
"""The maximum number of files and folders in a shoot. A day's work with several cameras has a tenth of this."""

MOST_LINKED = 10_000
"""The maximum number of files and folders behind links."""

DEEPEST = 250
"""The maximum number of levels of folders below a shoot."""

SLICE = 0.5
"""Seconds that one shoot is scanned before the next shoot's turn."""

NAMED = 1000
"""The maximum number of files in other formats that are listed."""

LOOSE_NAMED = 3
"""The maximum number of photos beside the shoots that are listed."""

LARGE = 1_000_000
"""A file of an unknown format may be a photo from this size in bytes."""

Identity = tuple[int, int]
"""Device number and inode."""


@dataclass(frozen=True, slots=True)
class Root:
    """The content of a watched folder.

    ``identity`` is its device and inode. ``shoots`` are the names of the folders directly in it that may be shoots,
    each with its inode. ``loose`` is the number of photos beside them, and ``named`` are the first of these.
    """

    identity: Identity
    shoots: Mapping[str, int]
    loose: int
    named: tuple[str, ...] = ()


def look_at_root(root: str) -> Root:
    """List a watched folder. Raises OSError if it cannot be listed."""
    identity, shoots, loose, named = _identity(os.stat(root)), dict[str, int](), 0, list[str]()
    with os.scandir(root) as entries:
        for entry in entries:
            if _is_folder(entry):
                if not is_junk_folder(entry.name) and not holds_in_flight(entry.name):
                    shoots[entry.name] = entry.inode()
            elif classify(entry.name) is FileClass.PHOTO or is_other_picture(entry.name):
                loose += 1
                named = sorted((*named, entry.name))[:LOOSE_NAMED]
    return Root(identity, shoots, loose, tuple(named))


def scan(folder: str) -> Listing:
    """All relevant files in a shoot's folder. Raises FileNotFoundError if the folder does not exist."""
    return scan_with_times(folder)[0]


def scan_with_times(folder: str) -> tuple[Listing, Mapping[str, int]]:
    """All relevant files in a shoot's folder, and the mtime of each folder just before it was listed."""
    walk = Walk(folder)
    while not go_on(walk):
        pass
    return walk.found, walk.times


def go_on(walk: Walk, seconds: float = SLICE) -> bool:
    """Continue a walk for some seconds. Returns True if it is complete. Raises FileNotFoundError like ``scan``."""
    end = time.monotonic() + seconds
    return all(time.monotonic() <= end for _step in walk.steps)


class Unfinished(Exception):
    """A scan has used up its time before it was complete. The next scan continues where it stopped."""


@dataclass(frozen=True, slots=True)
class Level:
    """A folder of the walk, with the folders above it. ``linked`` is True if it was reached through a link."""

    path: str
    identity: Identity
    above: Level | None = None
    depth: int = 0
    linked: bool = False
    within: FileClass = FileClass.PHOTO

    def lies_in(self, identity: Identity) -> bool:
        """True if this is the folder with that identity, or is inside it."""
        level: Level | None = self
        while level is not None and level.identity != identity:
            level = level.above
        return level is not None


class Walk:
    """One scan of a shoot. Iterate over ``steps`` to continue it; it is complete when there are no more.

    ``found`` is the result so far. ``times`` are the folders' mtimes by path, in nanoseconds. The walk reads at most
    ``most`` files and folders, and at most ``most_linked`` behind links.
    """

    def __init__(self, folder: str, *, most: int = MOST, most_linked: int = MOST_LINKED) -> None:
        self.folder, self._most, self._most_linked = folder, most, most_linked
        self.times: dict[str, int] = {}
        self.steps = self._walk()
        self._files: list[File] = []
        self._problems: list[str] = []
        self._unanswered = ""
        self._others: list[str] = []
        self._unknown: list[str] = []
        self._bound: Bound | None = None
        self._unanswered = ""
        self._seen = self._behind_links = 0
        self._outside: frozenset[Identity] = frozenset()

    @property
    def found(self) -> Listing:
        """All relevant files so far."""
        has_photos = any(file.kind is FileClass.PHOTO for file in self._files)
        others = self._others if has_photos else (*self._others, *self._unknown)
        return listing(self._files, self._problems, bound=self._bound, others=others, unanswered=self._unanswered)

    def _walk(self) -> Iterator[None]:
        top = Level("", _identity(os.stat(self.folder)))
        self._outside = _folders_above(self.folder)
        if top.identity in self._outside:
            self._bound = Bound.LEADS_OUT
            return
        pending = [top]
        while pending:
            level = pending.pop()
            entries = self._list(level)
            on_card = any(entry.name.upper() == "DCIM" for entry in entries)
            for entry in entries:
                if self._is_too_much(level):
                    self._bound = Bound.TOO_MANY
                    return
                below = self._take(entry, level, on_card=on_card)
                if below is not None:
                    pending.append(below)
                yield

    def _list(self, level: Level) -> list[os.DirEntry[str]]:
        """The entries of a folder, at most one more than the walk may still read."""
        try:
            self.times[level.path] = folder_time(self.folder, level.path)
            with os.scandir(os.path.join(self.folder, level.path)) as entries:
                return list(islice(entries, self._most - self._seen + 1))
        except FileNotFoundError:
            pass
        except OSError as error:
            self._fails(f"folder {level.path or '.'} cannot be read", error)
        return []

    def _fails(self, what: str, error: OSError) -> None:
        self._problems.append(f"{what} ({error.strerror})")
        if may_pass(error) and not is_refusal(error):  # missing permissions need a person
            self._unanswered = self._unanswered or error.strerror or str(error)

    def _is_too_much(self, level: Level) -> bool:
        self._seen += 1
        self._behind_links += level.linked
        return self._seen > self._most or self._behind_links > self._most_linked

    def _take(self, entry: os.DirEntry[str], level: Level, *, on_card: bool) -> Level | None:
        """Add a file to the result, or return the folder to scan."""
        path = f"{level.path}/{entry.name}" if level.path else entry.name
        if _is_folder(entry):
            if is_junk_folder(entry.name) or is_beside_the_photos(entry.name, on_card=on_card):
                return None
            return self._below(entry, path, level)
        try:
            self._files.extend(_file(entry, path, level.within))
        except OSError as error:
            self._fails(f"{path} cannot be read", error)
        if len(self._others) < NAMED and is_other_picture(entry.name):
            self._others.append(path)
        elif len(self._unknown) < NAMED and is_unknown(entry.name) and _is_large(entry):
            self._unknown.append(path)
        return None

    def _below(self, entry: os.DirEntry[str], path: str, level: Level) -> Level | None:
        try:
            here, linked = _identity(entry.stat()), entry.is_symlink()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._fails(f"folder {path} cannot be read", error)
            return None
        if here in self._outside or level.lies_in(here):
            return None
        why = None
        if level.depth >= DEEPEST:
            why = f"folder {path} is more than {DEEPEST} levels deep"
        elif linked and level.linked:
            why = f"link {path} is inside another linked folder"
        elif linked and here[0] != level.identity[0]:
            why = f"link {path} points to another disk"
        if why is not None:
            self._problems.append(f"{why} and is not followed")
            return None
        within = FileClass.IN_FLIGHT if holds_in_flight(entry.name) else level.within
        return Level(path, here, level, level.depth + 1, linked or level.linked, within)


def has_more_folders(folder: str, *, than: int) -> bool:
    """True if a folder contains more than ``than`` folders at any depth, or more files than a shoot may have.

    Does not follow links.
    """
    pending, folders, seen = [folder], 0, 0
    while pending:
        with suppress(OSError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                seen += 1
                if entry.is_dir(follow_symlinks=False):
                    folders += 1
                    pending.append(entry.path)
                if folders > than or seen > MOST:
                    return True
    return False


def are_as_then(folder: str, times: Mapping[str, int]) -> bool:
    """True if no entry was added to or removed from these folders. Raises OSError if one no longer exists."""
    return all(folder_time(folder, relative) == then for relative, then in times.items())


def folder_time(folder: str, relative: str) -> int:
    """The time when an entry was last added to or removed from any folder of a shoot, in nanoseconds.

    Raises OSError.
    """
    return os.stat(os.path.join(folder, relative)).st_mtime_ns


def find_again(folder: str, files: Sequence[File]) -> str | None:
    """The new path of a renamed folder: the folder beside ``folder`` that contains exactly these files, or None.

    Files are compared by inode, size and time, which renaming a folder does not change.
    """
    root = os.path.dirname(folder)
    try:
        with os.scandir(root) as entries:
            others = sorted(entry.path for entry in entries if _is_folder(entry) and entry.path != folder)
        held = (other for other in others if all(look(other, file.path) == file for file in files))
        return next(held, None) if files else None
    except OSError:
        return None


def is_folder(path: str) -> bool:
    """True if there is a folder at a path. Raises OSError if that is unknown, because the disk does not respond."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def look(folder: str, path: str) -> File | None:
    """One photo of a shoot as it is now, None if it no longer exists. Raises OSError for other problems."""
    try:
        status = os.stat(os.path.join(folder, path))
    except (FileNotFoundError, NotADirectoryError):
        return None
    return File(path, status.st_size, status.st_mtime_ns, status.st_ino, ctime_ns=status.st_ctime_ns)


def _file(entry: os.DirEntry[str], path: str, within: FileClass) -> Iterator[File]:
    kind = classify(entry.name)
    if kind is None:
        return
    if within is FileClass.IN_FLIGHT:
        kind = FileClass.IN_FLIGHT
    try:
        status = entry.stat()
    except FileNotFoundError:
        if kind is FileClass.PHOTO and entry.is_symlink():
            yield File(path, 0, 0, 0, kind, "is a link to a file that does not exist")
        return
    except OSError as error:
        if may_pass(error):
            raise
        yield File(path, 0, 0, 0, kind, f"cannot be read ({error.strerror})")
        return
    if not stat.S_ISREG(status.st_mode):
        return
    if kind is FileClass.PHOTO and placeholder(status):
        kind = FileClass.PLACEHOLDER
    problem = "is empty (0 bytes)" if kind is FileClass.PHOTO and status.st_size == 0 else None
    yield File(path, status.st_size, status.st_mtime_ns, status.st_ino, kind, problem, status.st_ctime_ns)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_large(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.stat().st_size >= LARGE
    except OSError:
        return False


def _folders_above(folder: str) -> frozenset[Identity]:
    """The watched folder and all folders above it, and if the shoot is a link, all folders above its target."""
    ends = os.path.realpath(os.path.dirname(folder)), os.path.dirname(os.path.realpath(folder))
    above = {above for end in ends for above in _upwards(end)}
    known = (_identity_at(path) for path in above)
    return frozenset(identity for identity in known if identity is not None)


def _upwards(folder: str) -> Iterator[str]:
    """A folder and all folders above it, as absolute paths."""
    yield folder
    while folder != (folder := os.path.dirname(folder)):
        yield folder


def _identity_at(path: str) -> Identity | None:
    try:
        return _identity(os.stat(path))
    except OSError:
        return None


def _identity(status: os.stat_result) -> Identity:
    return status.st_dev, status.st_ino

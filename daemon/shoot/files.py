"""The files of a shoot as one scan found them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class FileClass(StrEnum):
    """What a file in a shoot is to us."""

    PHOTO = "photo"
    IN_FLIGHT = "in flight"
    PLACEHOLDER = "placeholder"
    CONFLICT = "conflict copy"
    READY = "ready"
    OTHER = "other"


class Bound(StrEnum):
    """Why a scan stopped before it had seen all of a shoot."""

    TOO_MANY = "too many files"
    LEADS_OUT = "a link to a folder that the watched folder lies in"


@dataclass(frozen=True, slots=True, order=True)
class File:
    """A file as one look found it. ``path`` is relative to the shoot's folder, with ``/``; ``size`` in bytes.

    ``problem`` is why a photo could not be used as it is: empty, not readable. ``ctime_ns`` is when content or status
    last changed; it tells no two files apart, for a chmod changes it too.
    """

    path: str
    size: int
    mtime_ns: int
    inode: int
    kind: FileClass = FileClass.PHOTO
    problem: str | None = None
    ctime_ns: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything relevant that one scan of a shoot found; junk is not in it.

    ``problems``: folders and files that could not be looked at. ``unanswered`` is the disk's error for one of them that
    may pass by itself, empty if there is none. ``bound`` is why the scan stopped before its end. ``others`` are the
    paths of files that may be photos of a format that is not sent; what changes about them changes no shoot.
    """

    files: tuple[File, ...] = ()
    problems: tuple[str, ...] = ()
    bound: Bound | None = None
    others: tuple[str, ...] = field(default=(), compare=False)
    unanswered: str = ""

    @property
    def photos(self) -> tuple[File, ...]:
        """The photos, in the order of their paths."""
        return self.of(FileClass.PHOTO)

    @property
    def usable(self) -> tuple[File, ...]:
        """The photos without a problem."""
        return tuple(file for file in self.photos if file.problem is None)

    @property
    def bytes(self) -> int:
        """How much there is of photos."""
        return sum(file.size for file in self.photos)

    def of(self, kind: FileClass) -> tuple[File, ...]:
        """The files of one class."""
        return tuple(file for file in self.files if file.kind is kind)


def listing(
    files: Iterable[File],
    problems: Iterable[str] = (),
    *,
    bound: Bound | None = None,
    others: Iterable[str] = (),
    unanswered: str = "",
) -> Listing:
    """A listing in its one order, so that two scans compare equal when nothing changed."""
    return Listing(tuple(sorted(files)), tuple(sorted(problems)), bound, tuple(sorted(others)), unanswered)

"""The files of a shoot in one scan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class FileClass(StrEnum):
    """The class of a file in a shoot."""

    PHOTO = "photo"
    IN_FLIGHT = "in flight"
    PLACEHOLDER = "placeholder"
    CONFLICT = "conflict copy"
    READY = "ready"
    OTHER = "other"


class Bound(StrEnum):
    """Why a scan stopped before it was complete."""

    TOO_MANY = "too many files"
    LEADS_OUT = "a link to a folder that the watched folder lies in"


@dataclass(frozen=True, slots=True, order=True)
class File:
    """A file at one check. ``path`` is relative to the shoot's folder, with ``/``. ``size`` is in bytes.

    ``problem`` is why a photo cannot be used: it is empty or not readable. ``ctime_ns`` is when content or status last
    changed. It does not count in comparisons, because a chmod changes it too.
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
    """All relevant files of a shoot in one scan, without junk.

    ``problems`` describe folders and files that could not be read. ``unanswered`` is a disk error among them that may
    be temporary, empty if there is none. ``bound`` is why the scan stopped early. ``others`` are the paths of files
    that may be photos in a format that is not sent; they do not count in comparisons.
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
        """The total size of the photos in bytes."""
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
    """A sorted listing, so that two scans compare equal if nothing changed."""
    return Listing(tuple(sorted(files)), tuple(sorted(problems)), bound, tuple(sorted(others)), unanswered)

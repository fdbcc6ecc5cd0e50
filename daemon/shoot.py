"""What a shoot is, and when it is settled: decided from numbers it is given.

A shoot is a folder, at any depth below it, with its files. It is *settled* when none of its files was added,
removed or changed (path, size, mtime, inode) for the quiet period on our own monotonic clock, when no file is in
flight, and when every photo can be read. Times are seconds of a monotonic clock; a file's own mtime is only
compared for being the same, so one from the future makes nobody wait.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class FileClass(StrEnum):
    """What a file in a shoot is to us."""

    PHOTO = "photo"
    IN_FLIGHT = "in flight"
    PLACEHOLDER = "placeholder"
    CONFLICT = "conflict copy"
    READY = "ready"
    OTHER = "other"


@dataclass(frozen=True, slots=True, order=True)
class File:
    """A file as one look found it. ``path`` is relative to the shoot's folder, with ``/``; ``size`` in bytes.

    ``problem`` is why a photo could not be used as it is: empty, not readable.
    """

    path: str
    size: int
    mtime_ns: int
    inode: int
    kind: FileClass = FileClass.PHOTO
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything relevant that one scan of a shoot found; junk is not in it. ``problems``: folders not readable."""

    files: tuple[File, ...] = ()
    problems: tuple[str, ...] = ()

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


def listing(files: Iterable[File], problems: Iterable[str] = ()) -> Listing:
    """A listing in its one order, so that two scans compare equal when nothing changed."""
    return Listing(tuple(sorted(files)), tuple(sorted(problems)))


@dataclass(frozen=True, slots=True)
class Arrival:
    """A shoot that is not settled yet: what the scans found, since when it is so, and when it was last looked at."""

    found: Listing
    still_since: float
    seen_at: float

    @classmethod
    def first(cls, found: Listing, now: float) -> Arrival:
        """The first scan of a shoot."""
        return cls(found, still_since=now, seen_at=now)

    def seen(self, found: Listing, now: float) -> Arrival:
        """This arrival after another scan at ``now``."""
        return replace(self, seen_at=now) if found == self.found else Arrival.first(found, now)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a shoot is settled, and if not, why it waits; ``look_at`` is when to scan it again at the latest."""

    settled: bool
    reason: str
    look_at: float | None = None


PATIENCE = 30.0
"""Seconds between looks at a shoot that waits for something else than time."""


DAMAGED = 600.0
"""Seconds of stillness, beyond the quiet period, after which a bad photo is not waited for any longer."""


def verdict(arrival: Arrival, quiet: float, *, leave_out: bool = False) -> Verdict:
    """Whether a shoot is settled, judged by its last scan: one that was taken after the quiet period.

    ``leave_out``: it goes without photos that cannot be read, once they have been so for long.
    """
    found, seen_at = arrival.found, arrival.seen_at
    if not found.photos:
        return Verdict(settled=False, reason="no photos")
    if in_flight := found.of(FileClass.IN_FLIGHT):
        return _wait(seen_at, f"{_names(in_flight)} still being copied or synced")
    if placeholders := found.of(FileClass.PLACEHOLDER):
        return _wait(seen_at, f"{_names(placeholders)} still only a placeholder of the sync client")
    ready = bool(found.of(FileClass.READY))
    quiet_at = arrival.still_since + quiet
    if seen_at < quiet_at and not ready:
        return Verdict(settled=False, reason=f"{_count(found)}; settled when quiet for {quiet:g} s", look_at=quiet_at)
    if problems := (*found.problems, *(f"{file.path} {file.problem}" for file in found.photos if file.problem)):
        if leave_out and not found.problems and seen_at >= quiet_at + DAMAGED and found.usable:
            return Verdict(settled=True, reason=f"quiet for {quiet + DAMAGED:g} s; goes without {problems[0]}")
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        return _wait(seen_at, f"{problems[0]}{more}. Mend it, or `bracketd submit` the folder to send the rest")
    return Verdict(settled=True, reason="a .ready file says it is complete" if ready else f"quiet for {quiet:g} s")


def _wait(seen_at: float, reason: str) -> Verdict:
    return Verdict(settled=False, reason=reason, look_at=seen_at + PATIENCE)


def _names(files: tuple[File, ...]) -> str:
    first = files[0].path
    return f"{first} is" if len(files) == 1 else f"{first} and {len(files) - 1} more are"


def _count(found: Listing) -> str:
    return f"{len(found.photos)} photo(s), {found.bytes / 1e6:.0f} MB so far"

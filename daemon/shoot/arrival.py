"""An arriving shoot: the results of its scans, how long it has been unchanged, and its pauses so far.

Times are seconds of our monotonic clock. A file's mtime is only compared for equality, so an mtime in the future causes
no wait.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from daemon.shoot.files import File, FileClass, Listing

SHARE = 0.95
"""The quiet period is based on this percentile of the pauses before the shoot's files."""

TIMES = 4
"""The quiet period is this many times that pause."""

LONGEST = 600.0
"""The longest adaptive quiet period, in seconds."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """The quiet period: ``base`` seconds, and with ``adaptive`` more for a shoot that arrived with pauses."""

    base: float
    adaptive: bool = False

    def of(self, pauses: tuple[float, ...]) -> float:
        """The quiet period in seconds for a shoot with these pauses."""
        if not self.adaptive or not pauses:
            return self.base
        usual = sorted(pauses)[math.ceil(SHARE * len(pauses)) - 1]
        return max(self.base, min(TIMES * usual, LONGEST))


@dataclass(frozen=True, slots=True)
class Client:
    """A sync client's report on a shoot. ``done`` is None if the client cannot tell; ``why`` is for a person.

    ``foresees`` is True if the client learns of all of a sender's files before it downloads the first one, so that done
    proves more than a pause.
    """

    done: bool | None = None
    why: str = ""
    foresees: bool = False


NOBODY = Client()
"""The report if there is no sync client."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A shoot that is not settled yet: the last scan's result, since when it is unchanged, and when it was scanned.

    ``paused`` is the longest pause before each file, by path, arrived or changed. There is one number per file, because
    the many pieces of large files would hide the pauses between files. ``moving`` is the photo that changed last.
    ``faults`` says by path why photos are not complete. ``examined`` are the photos that need no further check: the
    complete ones, and the others until the next scan, because a file can become complete without a visible change.
    ``client`` is the sync client's last report. ``dangling`` says which bracket set seems incomplete: "" if none, None
    until the current photos were checked. ``outdated`` are ``.ready`` files that are older than a photo. A ``late``
    shoot already has an order, to which its first ``.ready`` belongs. ``unread`` says by path since when the disk has
    failed to read a photo while it could read others.
    """

    found: Listing
    still_since: float
    seen_at: float
    paused: Mapping[str, float] = field(default_factory=dict)
    moving: File | None = None
    examined: frozenset[File] = frozenset()
    faults: Mapping[str, str] = field(default_factory=dict)
    client: Client = NOBODY
    dangling: str | None = None
    late: bool = False
    outdated: frozenset[File] = frozenset()
    unread: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def first(cls, found: Listing, now: float, *, late: bool = False) -> Arrival:
        """The arrival after the first scan of a shoot."""
        return cls(found, still_since=now, seen_at=now, late=late)

    def seen(self, found: Listing, now: float) -> Arrival:
        """The arrival after another scan at ``now``."""
        whole = frozenset(file for file in self.examined if file.path not in self.faults)
        if found == self.found:
            return replace(self, found=found, seen_at=now, examined=whole)
        known = frozenset(self.found.files)
        changed = [file for file in found.files if file not in known]
        pause = now - self.still_since
        came = {file.path: max(pause, self.paused.get(file.path, 0.0)) for file in changed if known}
        photos = [file for file in changed if file.kind is FileClass.PHOTO]
        overruled = found if self.late and not known else self.found if photos else Listing()
        return replace(
            self,
            found=found,
            still_since=now,
            seen_at=now,
            paused={**self.paused, **came},
            moving=_growing(photos, self.found) or self.moving,
            examined=whole.intersection(found.files),
            faults={},
            unread={f.path: self.unread[f.path] for f in known.intersection(found.files) if f.path in self.unread},
            dangling=None,
            outdated=(self.outdated | frozenset(overruled.of(FileClass.READY))).intersection(found.files),
        )

    @property
    def is_ready(self) -> bool:
        """True if a ``.ready`` file marks the shoot as complete and no photo has arrived since."""
        return any(file not in self.outdated for file in self.found.of(FileClass.READY))

    @property
    def pauses(self) -> tuple[float, ...]:
        """The shoot's pauses so far, one for each file that arrived after the first scan."""
        return tuple(self.paused.values())

    @property
    def unexamined(self) -> tuple[File, ...]:
        """Photos that were not checked in their current state, or were not complete at an earlier scan."""
        return tuple(file for file in self.found.usable if file not in self.examined)

    def examine(self, faults: Mapping[File, str | None]) -> Arrival:
        """The arrival after these photos were checked. The fault of a complete photo is None.

        A photo that has become complete is a change like any other and restarts the quiet period.
        """
        checked = {**self.faults, **{file.path: why for file, why in faults.items()}}
        recovered = any(checked[path] is None for path in self.faults)
        return replace(
            self,
            still_since=self.seen_at if recovered else self.still_since,
            examined=self.examined | faults.keys(),
            faults={path: why for path, why in checked.items() if why is not None},
        )

    def not_read(self, paths: Collection[str], *, others: bool) -> Arrival:
        """The arrival after the disk failed to read these photos. Photos not in ``paths`` are no longer unread.

        ``others`` is True if another photo could be read at that time. If not, the fault is the disk's.
        """
        since = {path: self.unread.get(path, self.seen_at) if others else self.seen_at for path in paths}
        return replace(self, unread=since)

    def sets_checked(self, dangling: str) -> Arrival:
        """The arrival after the check for incomplete bracket sets, with its result in words, "" if there is none."""
        return replace(self, dangling=dangling)

    def asked(self, client: Client) -> Arrival:
        """The arrival after the sync client's report."""
        return replace(self, client=client)


def _growing(changed: list[File], before: Listing) -> File | None:
    """The changed photo to show: one that grew, or else the last new one."""
    sizes = {file.path: file.size for file in before.files}
    grew = [file for file in changed if file.size > sizes.get(file.path, file.size)]
    return next(reversed(grew or changed), None)

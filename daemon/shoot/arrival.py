"""A shoot on its way in: what the scans found, how long it has been still, and how long it paused before.

Times are seconds of our own monotonic clock; a file's own mtime is only compared for being the same, so one from the
future makes nobody wait.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from daemon.shoot.files import File, FileClass, Listing

SHARE = 0.95
"""Which part of its files a shoot brought after shorter pauses than the one that its quiet period is reckoned by."""

TIMES = 4
"""How much longer than that pause a shoot must be still."""

LONGEST = 600.0
"""The longest quiet period, in seconds, that a shoot can bring upon itself."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """How long a shoot must be still: ``base`` seconds, and if ``adaptive`` longer for one that came with pauses."""

    base: float
    adaptive: bool = False

    def of(self, pauses: tuple[float, ...]) -> float:
        """The quiet period of a shoot that paused so while it was filling."""
        if not self.adaptive or not pauses:
            return self.base
        usual = sorted(pauses)[math.ceil(SHARE * len(pauses)) - 1]
        return max(self.base, min(TIMES * usual, LONGEST))


@dataclass(frozen=True, slots=True)
class Client:
    """What a sync client says of a shoot. ``done``: True, False, or None if it cannot tell; ``why`` is for a person.

    ``foresees``: it learns what a sender has before the first of it comes, so that done means more than a pause.
    """

    done: bool | None = None
    why: str = ""
    foresees: bool = False


NOBODY = Client()
"""There is no sync client."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A shoot that is not settled yet: what the scans found, since when it is so, and when it was last looked at.

    ``paused`` is the longest pause before each file, by path, came or changed: one number a file, or the many pieces of
    large files would hide the pauses between them. ``moving`` is the photo that changed last. ``faults`` say of photos,
    by path, why they were not whole when they were looked into; ``examined`` are those that need no further look: the
    whole ones, and the others until the next scan, for a file can become whole without a change of what a scan sees.
    ``client`` is what the sync client said last. ``dangling`` is why a bracket set seems to lack photos, "" when none
    does, and None until its photos were looked into for that, as they are now. ``outdated`` are ``.ready`` files that
    photos came after; a shoot that came ``late`` has an order already, and the ``.ready`` it came with is that one's.
    ``unread`` says of photos, by path, since when the disk has not given them out while it gave out others.
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
        """The first scan of a shoot."""
        return cls(found, still_since=now, seen_at=now, late=late)

    def seen(self, found: Listing, now: float) -> Arrival:
        """This arrival after another scan at ``now``."""
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
        """Whether a person's ``.ready`` file says that all is there, and no photo came since."""
        return any(file not in self.outdated for file in self.found.of(FileClass.READY))

    @property
    def pauses(self) -> tuple[float, ...]:
        """The pauses that this shoot made so far, one for each file that came after the first scan."""
        return tuple(self.paused.values())

    @property
    def unexamined(self) -> tuple[File, ...]:
        """Photos that were not looked into as they are now, or were not whole at an earlier scan."""
        return tuple(file for file in self.found.usable if file not in self.examined)

    def examine(self, faults: Mapping[File, str | None]) -> Arrival:
        """This arrival after a look into these photos: None for one that is whole.

        That one has become whole is a change like any other, and the shoot must be still from then on.
        """
        looked = {**self.faults, **{file.path: why for file, why in faults.items()}}
        mended = any(looked[path] is None for path in self.faults)
        return replace(
            self,
            still_since=self.seen_at if mended else self.still_since,
            examined=self.examined | faults.keys(),
            faults={path: why for path, why in looked.items() if why is not None},
        )

    def not_read(self, paths: Collection[str], *, others: bool) -> Arrival:
        """This arrival after a look for which the disk did not give out these photos, and gave out all the others.

        ``others``: it gave out another one at the time. If not, the disk is at fault and no photo.
        """
        since = {path: self.unread.get(path, self.seen_at) if others else self.seen_at for path in paths}
        return replace(self, unread=since)

    def sets_told(self, dangling: str) -> Arrival:
        """This arrival after a look for bracket sets that lack photos: in words, "" if none does."""
        return replace(self, dangling=dangling)

    def asked(self, client: Client) -> Arrival:
        """This arrival after the sync client was asked."""
        return replace(self, client=client)


def _growing(changed: list[File], before: Listing) -> File | None:
    """The photo that says most about what goes on: one that grew, else the last new one."""
    sizes = {file.path: file.size for file in before.files}
    grew = [file for file in changed if file.size > sizes.get(file.path, file.size)]
    return next(reversed(grew or changed), None)

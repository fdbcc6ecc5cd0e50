"""Rechecks recently locked shoots for photos added or changed since the lock.

The older its order, the less often a shoot is scanned. Between scans only the times of its folders are checked, which
show added and removed files. Only a scan finds a file that was overwritten.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from daemon.files import scan
from daemon.host.clock import Clock
from daemon.shoot import File, Listing, look_every
from daemon.store.known import KnownBy
from daemon.store.protocol import Store
from daemon.watcher.altered import Allowance
from daemon.watcher.bugs import Bugs, Work
from daemon.watcher.intake import Intake
from daemon.watcher.presence import Blocking

LATE = 2 * 86400.0
"""Seconds after its order's last change during which a shoot is rechecked."""

RAREST = 3600.0
"""The longest pause between scans, in seconds. The pause is a twentieth of the time since the order's last change."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """The last scan of a shoot.

    ``at`` is when it was made (monotonic), ``of`` when the shoot's orders had last changed.

    ``times`` are the times of its folders, by path, in nanoseconds.
    """

    found: Listing
    times: Mapping[str, int]
    at: float
    of: float


class LateRechecks:
    """Rechecks the recently locked shoots of one watched folder. Caches scans, so that most rechecks are cheap."""

    def __init__(
        self, watch: str, intake: Intake, store: Store, clock: Clock, *, bugs: Bugs, blocking: Blocking
    ) -> None:
        self._watch, self._intake, self._store, self._clock = watch, intake, store, clock
        self._bugs, self._blocking = bugs, blocking
        self._seen: dict[str, Scanned] = {}

    async def recheck(self) -> tuple[str, ...]:
        """Recheck all recently locked shoots. Returns the names of those with unsent photos to send."""
        recent = await self._store.recent(self._watch, self._clock.now() - LATE)
        self._seen = {folder: seen for folder, seen in self._seen.items() if folder in recent}
        shoots = {os.path.basename(folder): (folder, changed_at) for folder, changed_at in recent.items()}
        self._bugs.keep(shoots, Work.LATE_RECHECK)
        more, allowance = [], Allowance()
        for shoot, (folder, changed_at) in shoots.items():
            if self._bugs.rests(shoot, Work.LATE_RECHECK):
                continue
            with self._bugs.contained(shoot, Work.LATE_RECHECK), suppress(OSError):
                if await self._has_more(folder, changed_at, allowance):
                    more.append(shoot)
                self._bugs.over(shoot, Work.LATE_RECHECK)
        return tuple(more)

    async def _has_more(self, folder: str, changed_at: float, allowance: Allowance) -> bool:
        now, seen = self._clock.monotonic(), self._seen.get(folder)
        pause = look_every(self._clock.now() - changed_at, least=0.0, most=RAREST)
        if seen is not None and seen.of == changed_at and now - seen.at < pause:
            with suppress(OSError):
                if await self._blocking(scan.are_as_then, folder, seen.times):
                    return False
        self._seen.pop(folder, None)
        found, times = await self._blocking(scan.scan_with_times, folder)
        if seen is None or seen.of != changed_at or _as_seen(seen.found) != _as_seen(found):
            orders = await self._store.earlier(KnownBy(folder))
            checked = await self._intake.late.of_locked(orders, found, allowance)
            if checked.more or not checked.complete:
                return checked.more
        self._seen[folder] = Scanned(found, times, now, changed_at)
        return False


def _as_seen(found: Listing) -> tuple[tuple[File, int | None], ...]:
    """Files with their ctimes, which a comparison of files ignores."""
    return tuple((file, file.ctime_ns) for file in found.files)

"""Checks skipped shoots periodically for added photos. They are not sent; ``status`` reports them.

A check is cheap: it compares the times of a shoot's folders, which change when a photo is added. A shoot is scanned
once after the start, and again only when a time has changed.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress

from daemon.files import scan
from daemon.host.clock import Clock
from daemon.store.protocol import Store
from daemon.watcher.bugs import Bugs, Work
from daemon.watcher.intake import Intake
from daemon.watcher.presence import Blocking

AT_ONCE = 50
"""The number of skipped shoots to check in one turn."""

PATIENCE = 1.0
"""Seconds after which a turn ends, because a slow disk has more important work."""


class SkippedRechecks:
    """Checks the skipped shoots of one watched folder in turn."""

    def __init__(
        self, watch: str, intake: Intake, store: Store, clock: Clock, *, bugs: Bugs, blocking: Blocking
    ) -> None:
        self._watch, self._intake, self._store, self._clock = watch, intake, store, clock
        self._bugs, self._blocking = bugs, blocking
        self._turn: deque[tuple[str, str]] = deque()
        self._times: dict[str, Mapping[str, int]] = {}

    async def recheck(self, there: Collection[str], inode_of: Callable[[str], int | None]) -> None:
        """Check some of the shoots in ``there``.

        ``inode_of`` returns a folder's inode, None if inodes are not reliable.
        """
        if not self._turn:
            skipped = await self._store.skipped_in(self._watch)
            self._times = {folder: times for folder, times in self._times.items() if folder in skipped}
            self._turn.extend(item for item in skipped.items() if os.path.basename(item[0]) in there)
            self._bugs.keep({os.path.basename(folder) for folder, _ in self._turn}, Work.SKIPPED_RECHECK)
        until = self._clock.monotonic() + PATIENCE
        for _ in range(min(AT_ONCE, len(self._turn))):
            folder, order_id = self._turn.popleft()
            shoot = os.path.basename(folder)
            if self._bugs.rests(shoot, Work.SKIPPED_RECHECK):
                continue
            with self._bugs.contained(shoot, Work.SKIPPED_RECHECK), suppress(OSError):
                await self._check(folder, order_id, inode_of(shoot))
                self._bugs.over(shoot, Work.SKIPPED_RECHECK)
            if self._clock.monotonic() >= until:
                return

    async def _check(self, folder: str, order_id: str, inode: int | None) -> None:
        known = self._times.get(folder)
        if known is not None:
            with suppress(OSError):
                if await self._blocking(scan.are_as_then, folder, known):
                    return
        found, times = await self._blocking(scan.scan_with_times, folder)
        await self._intake.late.of_skipped(order_id, found, inode)
        self._times[folder] = times

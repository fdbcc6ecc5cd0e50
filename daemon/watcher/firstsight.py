"""The first scan of a watched folder: shoots already in it are an archive, and are skipped.

A folder that did not exist at first and then appears with shoots in it was just mounted, copied or synced. Then old
shoots cannot be distinguished from new ones. So all shoots count as an archive until none has arrived for a quiet
period. A folder that appears empty was created by a person, and everything added to it is new.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

import structlog

from daemon.files import scan
from daemon.host.clock import Clock
from daemon.photos.choosing import by_name
from daemon.shoot import Bound, FileClass, Listing
from daemon.store.protocol import Store
from daemon.watcher.archive import entries
from daemon.watcher.bugs import Bugs, Work
from daemon.watcher.folder import WatchedFolder
from daemon.watcher.intake import Intake
from daemon.watcher.presence import Blocking

log = structlog.get_logger("bracketd.watcher")

AT_ONCE = 50
"""The number of skipped shoots without a record to scan in one turn."""

PATIENCE = 1.0
"""Seconds after which a turn ends: an unresponsive disk takes minutes per shoot."""

LOOK_EVERY = 30.0
"""Seconds between scans of the shoots in a folder that is being filled."""


class FirstSight:
    """One watched folder at its first scan. ``skipped`` counts the skipped shoots of a folder that appeared.

    A bug that prevents a shoot from being skipped does not make it new work: it is not sent, and until it is skipped
    the folder counts as never seen.
    """

    def __init__(
        self, folder: WatchedFolder, intake: Intake, store: Store, clock: Clock, *, bugs: Bugs, blocking: Blocking
    ) -> None:
        self._folder, self._intake, self._store, self._clock = folder, intake, store, clock
        self._bugs, self._blocking = bugs, blocking
        self._was_missing = self._is_filling = self._has_begun = False
        self._stopped: set[str] = set()
        self._has_tried, self._given_up, self._tries = False, set[str](), Counter[str]()
        self._shoots: dict[str, tuple[str, Listing]] = {}
        self._changed_at = self._looked_at = clock.monotonic()
        self.skipped = 0

    def missing(self) -> None:
        """Record that the folder, which was never seen, does not exist."""
        self._was_missing = True

    def begin_again(self) -> None:
        """Start over after the folder was missing or replaced: its shoots count as existing."""
        self._has_begun = False

    async def skip(self, shoots: Sequence[str], inode_of: Callable[[str], int | None]) -> list[str]:
        """Skip the existing shoots of a new watched folder. Returns the shoots to follow."""
        archive = [s for s in shoots if not self._has_begun or self._is_filling or s in self._stopped]
        outcomes = {shoot: await self._outcome(shoot, inode_of(shoot)) for shoot in archive}
        self._has_begun = True
        self._stopped = {shoot for shoot, is_skipped in outcomes.items() if is_skipped is None}
        left = [shoot for shoot in shoots if outcomes.get(shoot, False) is False]
        skipped = sum(is_skipped is True for is_skipped in outcomes.values())
        if skipped:
            self._changed_at = self._clock.monotonic()
            log.warning(
                "existing shoots skipped",
                watch=self._folder.watch,
                shoots=skipped,
                remedy="`bracketd submit FOLDER` sends one; `existing: process` sends those of a new watched folder",
            )
        if not self._was_missing:
            return left
        self._is_filling = self._was_missing = self._is_filling or bool(shoots)
        self.skipped += skipped
        return [] if self._is_filling else left

    async def goes_on(self) -> bool:
        """True while shoots still count as part of the archive: the folder is being filled, or a bug stopped one."""
        now = self._clock.monotonic()
        if self._is_filling and now - self._looked_at >= LOOK_EVERY:
            self._looked_at = now
            for shoot in tuple(self._shoots):
                with self._bugs.contained(shoot, Work.FIRST_SIGHT):
                    await self._look_again(shoot)
                    self._bugs.over(shoot, Work.FIRST_SIGHT)
            if now - self._changed_at >= max(self._folder.quiet.base, LOOK_EVERY):
                self._is_filling = self._was_missing = False
                self._shoots.clear()
                log.info("no more existing shoots arriving; later shoots are new", watch=self._folder.watch)
        self._has_begun = self._is_filling or bool(self._stopped)
        return self._has_begun

    async def record_missing(self, there: Collection[str], inode_of: Callable[[str], int | None]) -> None:
        """Record the photos of skipped shoots that have no record yet, if their folders are unchanged.

        An older version skipped them, or their disk did not respond. At the start all are tried, later a few per turn.
        """
        missing = await self._store.skipped_in(self._folder.watch, recorded=False)
        todo = {order_id: shoot for folder, order_id in missing.items() if (shoot := os.path.basename(folder)) in there}
        turn = sorted(todo.keys() - self._given_up, key=lambda order_id: self._tries[order_id])
        most, until = (AT_ONCE, self._clock.monotonic() + PATIENCE) if self._has_tried else (len(turn), float("inf"))
        self._has_tried = True
        for order_id in turn[:most]:
            shoot = todo[order_id]
            self._tries[order_id] += 1
            if self._bugs.rests(shoot, Work.FIRST_SIGHT):
                continue
            with self._bugs.contained(shoot, Work.FIRST_SIGHT), suppress(OSError):
                await self._record(shoot, order_id, inode_of(shoot))
                self._bugs.over(shoot, Work.FIRST_SIGHT)
            if self._clock.monotonic() >= until:
                return

    async def _record(self, shoot: str, order_id: str, inode: int | None) -> None:
        """Record the photos in a skipped shoot's folder, unless it is a different shoot now. Raises OSError.

        The record of a shoot that was never scanned is complete only if its folders have not changed since the skip.
        """
        found, times = await self._blocking(scan.scan_with_times, self._folder.path(shoot))
        order = await self._store.load(order_id)
        never_seen = not order.source.fingerprint
        if never_seen and not _is_archive(found):
            return
        is_same_folder = order.source.inode == inode if None not in (order.source.inode, inode) else never_seen
        if not (is_same_folder or (not never_seen and order.source.fingerprint == by_name(found))):
            self._given_up.add(order_id)
            return
        untouched = max(times.values(), default=0) <= order.times.created_at * 1e9
        if never_seen and not untouched:
            self._given_up.add(order_id)
        whole = not found.unanswered and (untouched or not never_seen)
        await self._store.record_skipped(order_id, entries(found), complete=whole)

    async def _outcome(self, shoot: str, inode: int | None) -> bool | None:
        """True if a shoot is skipped, False if it must be followed, None if a bug stopped it.

        If a bug prevents recording its photos, the shoot is skipped without them, like an unreadable shoot.
        """
        if self._bugs.rests(shoot, Work.FIRST_SIGHT):
            return None
        for skip in (self._skip, self._skip_unseen):
            with self._bugs.contained(shoot, Work.FIRST_SIGHT):
                is_skipped = await skip(shoot, inode)
                self._bugs.over(shoot, Work.FIRST_SIGHT)
                return is_skipped
        return None

    async def _skip_unseen(self, shoot: str, inode: int | None) -> bool:
        if await self._store.newest(self._folder.path(shoot)) is None:  # else it failed after it was skipped
            await self._intake.skip(shoot, None, inode)
        return True

    async def _skip(self, shoot: str, inode: int | None) -> bool:
        """Record an existing shoot as skipped, even an online-only one. A folder without photos is not skipped."""
        found = await self._scan(shoot)
        if found is not None and (found.bound is Bound.LEADS_OUT or not _is_archive(found)):
            return False
        is_whole = found is not None and not found.unanswered
        order_id = await self._intake.skip(shoot, found if is_whole else None, inode)
        if found is not None and not is_whole:
            await self._store.record_skipped(order_id, entries(found), complete=False)
        if self._was_missing:
            self._shoots[shoot] = order_id, found or Listing()
        return True

    async def _look_again(self, shoot: str) -> None:
        order_id, before = self._shoots[shoot]
        found = await self._scan(shoot)
        if found is not None and found != before:
            self._shoots[shoot], self._changed_at = (order_id, found), self._clock.monotonic()
            await self._store.record_skipped(order_id, entries(found), complete=not found.unanswered)

    async def _scan(self, shoot: str) -> Listing | None:
        try:
            found: Listing = await self._blocking(scan.scan, self._folder.path(shoot))
        except OSError:
            return None
        return found


def _is_archive(found: Listing) -> bool:
    """True if a folder contains photos, problems or placeholders at the first scan."""
    return bool(found.photos or found.problems or found.of(FileClass.PLACEHOLDER))

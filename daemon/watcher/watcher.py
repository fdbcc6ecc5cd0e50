"""Watches one folder: finds new shoots and waits until they are settled.

Hints show where to scan, a scan shows what is there, and ``daemon.shoot.verdict`` decides if a shoot is settled. The
same code runs at the start, on a hint, at every rescan and when polling.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress

import structlog

from daemon.errors import StateFull
from daemon.files.roots import RootSnapshot
from daemon.host.clock import Clock
from daemon.orders import Desk
from daemon.store import notes
from daemon.store.attention import Heed
from daemon.watcher.arrivals import Arrivals
from daemon.watcher.asks import AGAIN, FolderAsks
from daemon.watcher.attention import AttentionList
from daemon.watcher.bugs import Bugs, Work
from daemon.watcher.firstsight import FirstSight
from daemon.watcher.folder import WatchedFolder
from daemon.watcher.hints import Dirty, waker
from daemon.watcher.intake import Intake
from daemon.watcher.late import LateRechecks
from daemon.watcher.missed import Missed
from daemon.watcher.presence import LOOK_EVERY
from daemon.watcher.probes import Probes
from daemon.watcher.skipped import SkippedRechecks
from daemon.watcher.slices import Slices
from daemon.watcher.supervision import Supervision
from daemon.watcher.waitinglist import WaitingList

log = structlog.get_logger("bracketd.watcher")

GATHER = 0.2
"""Seconds to collect hints before a scan: copying a card causes thousands per second."""

JUMP = 5.0
"""Seconds by which the wall clock and the monotonic clock may diverge before this counts as a jump."""


class Watcher:
    """Watches one folder. ``ready`` is set after the first round."""

    def __init__(
        self,
        folder: WatchedFolder,
        intake: Intake,
        desk: Desk,
        root: Supervision,
        *,
        clock: Clock,
        probes: Probes,
    ) -> None:
        self.folder = folder
        self.ready = asyncio.Event()
        self.alive_at = clock.monotonic()
        self._intake, self._store, self._root, self._clock = intake, desk.store, root, clock
        self._wake = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._dirty = Dirty(waker(loop, self._wake))
        self._stopping = False
        self._there: Mapping[str, int] | None = None
        store, blocking = desk.store, root.blocking
        self._attention, self._waiting = AttentionList(folder.watch, store), WaitingList(folder.watch, store)
        self._bugs = bugs = Bugs(folder.watch, clock)
        self._arrivals = Arrivals(folder, intake, clock, bugs=bugs, blocking=Slices(blocking), probes=probes)
        self._first_sight = FirstSight(folder, intake, store, clock, bugs=bugs, blocking=blocking)
        self._skipped = SkippedRechecks(folder.watch, intake, store, clock, bugs=bugs, blocking=blocking)
        inbox = desk.inbox(folder.watch, self._wake)
        self._asks = FolderAsks(inbox, intake, self._arrivals, desk, clock, blocking=blocking)
        self._late = LateRechecks(folder.watch, intake, store, clock, bugs=bugs, blocking=blocking)
        self._loose = 0
        self._missed = Missed()
        self._ahead = clock.now() - clock.monotonic()
        self._rescan_at = clock.monotonic()

    def stop(self) -> None:
        """End ``run`` at the next opportunity."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Watch until ``stop``."""
        try:
            while not self._stopping:
                self._wake.clear()
                try:
                    pause = await self._look_around()
                except StateFull:  # raised in a thread, which cannot wait; the next round repeats the work
                    with suppress(StateFull):
                        await self._store.wait_for_room()
                    continue
                self.ready.set()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), pause)
                    await asyncio.sleep(GATHER)
        finally:
            await self._root.close()

    async def _look_around(self) -> float:
        """Do one round of everything due. Returns the seconds until the next round."""
        self.alive_at = now = self._clock.monotonic()
        dirty, everything = self._dirty.take()
        self._missed.hinted(dirty, everything=everything)
        await self._root.check_hints()
        everything = everything or now >= self._rescan_at or self._root.hints is None or self._time_jumped(now)
        snapshot, is_other = await self._root.check(self._dirty, self._arrivals)
        if snapshot is None or is_other:
            self._there = None
            self._first_sight.begin_again()
        if snapshot is None:
            if self._root.never_seen:
                self._first_sight.missing()
            await self._asks.wait_for_folder()
            return LOOK_EVERY
        await self._asks.carry_out(self._root.hints, self._inode)
        if everything or snapshot.root.shoots != self._there:
            await self._meet(snapshot, dirty)
        if everything:
            self._rescan_at = now + self.folder.interval
            await self._skipped.recheck(self._there or {}, self._inode)
            for shoot in await self._late.recheck():
                if shoot not in self._arrivals and shoot in (self._there or {}):
                    await self._arrivals.follow(shoot, self._root.hints, self._inode(shoot), late=True)
        for shoot in self._arrivals.due(now, dirty, everything=everything):
            goes_on = await self._arrivals.look(shoot)
            self._attention.others(shoot, self.folder.path(shoot), self._arrivals.others(shoot))
            if not goes_on:
                await self._arrivals.forget(shoot, self._root.hints)
            elif self._arrivals.is_beyond_bounds(shoot):
                await self._root.unfollow(shoot)
            elif shoot not in dirty and self._arrivals.changed(shoot, since=self._root.hinted_since):
                self._missed.found(shoot, now)
        await self._waiting.show((*self._bugs.waiting(), *self._arrivals.waiting()))
        await self._attention.show()
        await self._report_missed()
        pause = max(0.0, self._arrivals.next_look(self._rescan_at) - self._clock.monotonic())
        return min(pause, AGAIN) if self._asks.waits else pause

    def _time_jumped(self, now: float) -> bool:
        """True if the machine slept or its clock was set, so that changes may have been missed."""
        before, self._ahead = self._ahead, self._clock.now() - now
        jumped = abs(self._ahead - before) > JUMP
        if jumped:
            log.info("clock jump or system sleep; rescanning everything", seconds=self._ahead - before)
        return jumped

    async def _report_missed(self) -> None:
        """Report the number of changes without an event, if the system gives events."""
        if self._root.gives_events and self._missed.judge(self._clock.monotonic()):
            log.warning(
                "changes found by a scan; no event received", watch=self.folder.watch, so_far=self._missed.count
            )
            await self._store.note(notes.Missed(self.folder.watch, self._missed.count))

    async def _meet(self, snapshot: RootSnapshot, dirty: frozenset[str]) -> None:
        """Follow shoots that appeared and forget those that vanished. Skips the shoots of a new watched folder."""
        root = snapshot.root
        if root.loose and self._loose != root.loose:
            log.warning("photos directly in the watched folder ignored", watch=self.folder.watch, photos=root.loose)
        self._loose = root.loose
        self._attention.root(Heed.LOOSE, root.loose, root.named)
        self._attention.keep(root.shoots)
        self._bugs.keep(root.shoots, *Work)
        known, there = self._there, root.shoots
        appeared = {s for s, inode in there.items() if self._is_other(known, s, inode)} if known is not None else set()
        for shoot in appeared - dirty:
            self._missed.found(shoot, self._clock.monotonic())
        self._there = there
        for shoot in self._arrivals.names - there.keys():
            await self._arrivals.forget(shoot, self._root.hints)
        others = {shoot: self._inode(shoot) or 0 for shoot in there if shoot not in self._arrivals}
        taken = await self._store.taken(self.folder.watch, others)
        new = sorted(others.keys() - taken)
        await self._first_sight.record_missing(there, self._inode)
        if snapshot.is_new and not self.folder.process_existing:
            new = await self._first_sight.skip(new, self._inode)
        self._attention.root(Heed.FIRST_SIGHT, self._first_sight.skipped)
        if not await self._first_sight.goes_on():
            await self._root.remember(snapshot)
        for shoot in (*new, *await self._back(sorted(appeared & taken))):
            await self._arrivals.follow(shoot, self._root.hints, self._inode(shoot), late=shoot in taken)

    async def _back(self, shoots: Iterable[str]) -> list[str]:
        """The reappeared shoots to follow, including those whose check met a bug, so that the bug is reported."""
        back = []
        for shoot in shoots:
            is_followed = True
            with self._bugs.contained(shoot, Work.ARRIVAL):
                is_followed = await self._intake.may_be_more(shoot)
            if is_followed:
                back.append(shoot)
        return back

    def _inode(self, shoot: str) -> int | None:
        """The inode of a shoot's folder at the last look at the root; None if inodes are not reliable."""
        return (self._there or {}).get(shoot) if self.folder.inodes else None

    def _is_other(self, known: Mapping[str, int], shoot: str, inode: int) -> bool:
        """True if a shoot's folder is new, or was replaced by another folder of that name."""
        return shoot not in known or (self.folder.inodes and known[shoot] != inode)

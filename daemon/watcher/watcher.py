"""Watches one folder: finds new shoots and waits until they are settled.

Hints say where to look, a scan says what is there, ``daemon.shoot.verdict`` says whether it is settled. The same
code runs at start, on a hint, at every rescan and when polling.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

import structlog

from daemon.errors import StateFull
from daemon.files.roots import NOT_THERE, Look, Roots, away, not_yet
from daemon.host.clock import Clock
from daemon.store.asks import Ask
from daemon.store.attention import Heed
from daemon.store.store import Store
from daemon.watcher.arrivals import Arrivals
from daemon.watcher.asks import AGAIN, FolderAsks
from daemon.watcher.attention import AttentionList
from daemon.watcher.firstsight import FirstSight
from daemon.watcher.folder import WatchedFolder
from daemon.watcher.hints import Dirty, Hints, NoHints
from daemon.watcher.intake import Intake
from daemon.watcher.late import LateLooks
from daemon.watcher.missed import Missed
from daemon.watcher.presence import LOOK_EVERY, Blocking, Presence
from daemon.watcher.probes import Probes
from daemon.watcher.skipped import SkippedLooks
from daemon.watcher.slices import Slices

log = structlog.get_logger("bracketd.watcher")

GATHER = 0.2
"""Seconds to let hints come together: copying a card raises thousands a second."""

JUMP = 5.0
"""Seconds by which the wall clock and our own may come apart before something must have happened."""


class Watcher:
    """One watched folder. ``make_hints`` gives its source of hints; ``ready`` is set after the first look."""

    def __init__(
        self,
        folder: WatchedFolder,
        intake: Intake,
        store: Store,
        clock: Clock,
        *,
        roots: Roots,
        presence: Presence,
        make_hints: Callable[[str, Dirty], Hints],
        blocking: Blocking,
        probes: Probes,
    ) -> None:
        self.folder = folder
        self.ready = asyncio.Event()
        self.alive_at = clock.monotonic()
        self._intake, self._store, self._clock, self._blocking = intake, store, clock, blocking
        self._roots, self._presence, self._make_hints = roots, presence, make_hints
        self._hints: Hints | None = None
        self._identity: tuple[int, int] | None = None
        self._wake = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._dirty = Dirty(lambda: loop.call_soon_threadsafe(self._wake.set))
        self._stopping = False
        self._there: Mapping[str, int] | None = None
        self._attention = AttentionList(folder.watch, store)
        self._arrivals = Arrivals(folder, intake, store, clock, blocking=Slices(blocking), probes=probes)
        self._first_sight = FirstSight(folder, intake, store, clock, blocking)
        self._skipped = SkippedLooks(folder.watch, intake, store, clock, blocking=blocking)
        self._asks = FolderAsks(folder, intake, self._arrivals, store, clock, blocking=blocking, inode_of=self._inode)
        self._late = LateLooks(folder.watch, intake, store, clock, blocking=blocking)
        self._loose = 0
        self._missed = Missed()
        self._hinted_since = clock.monotonic()
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
                except StateFull:  # met by a thread, which cannot wait; the next look finds what this one did
                    with suppress(StateFull):
                        await self._store.wait_for_room()
                    continue
                self.ready.set()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), pause)
                    await asyncio.sleep(GATHER)
        finally:
            await self._end_hints()

    def take(self, ask: Ask) -> bool:
        """Take on what a person asks of a shoot in this folder; False when it lies in another folder."""
        if not self._asks.take(ask):
            return False
        self._wake.set()
        return True

    async def _look_around(self) -> float:
        """One look at whatever is due; returns the seconds until the next."""
        self.alive_at = now = self._clock.monotonic()
        dirty, everything = self._dirty.take()
        self._missed.hinted(dirty, everything=everything)
        if self._hints is not None and not await self._works(self._hints):
            log.warning("the system's events ended; bracketd starts them again", watch=self.folder.watch)
            await self._end_hints()
        everything = everything or now >= self._rescan_at or self._hints is None or self._time_jumped(now)
        look = await self._look_at_root()
        if look is None:
            return LOOK_EVERY
        await self._asks.carry_out(self._hints)
        if everything or look.root.shoots != self._there:
            await self._meet(look, dirty)
        if everything:
            self._rescan_at = now + self.folder.interval
            await self._skipped.look(self._there or {}, self._inode)
            for shoot in await self._late.look():
                if shoot not in self._arrivals and shoot in (self._there or {}):
                    await self._arrivals.follow(shoot, self._hints, self._inode(shoot), late=True)
        for shoot in self._arrivals.due(now, dirty, everything=everything):
            goes_on = await self._arrivals.look(shoot)
            self._attention.others(shoot, self.folder.path(shoot), self._arrivals.others(shoot))
            if not goes_on:
                await self._arrivals.forget(shoot, self._hints)
            elif self._arrivals.is_beyond_bounds(shoot) and self._hints is not None:
                with suppress(OSError):
                    await self._blocking(self._hints.forget, shoot)
            elif shoot not in dirty and self._arrivals.changed(shoot, since=self._hinted_since):
                self._missed.found(shoot, now)
        await self._arrivals.show()
        await self._attention.show()
        await self._tell_missed()
        pause = max(0.0, self._arrivals.next_look(self._rescan_at) - self._clock.monotonic())
        return min(pause, AGAIN) if self._asks.waits else pause

    def _time_jumped(self, now: float) -> bool:
        """Whether the machine slept, or its clock was set: nobody knows what happened meanwhile."""
        before, self._ahead = self._ahead, self._clock.now() - now
        jumped = abs(self._ahead - before) > JUMP
        if jumped:
            log.info("the machine slept or its clock was set; everything is looked at", seconds=self._ahead - before)
        return jumped

    async def _tell_missed(self) -> None:
        """Say how many changes came without an event, where events are given at all."""
        if not isinstance(self._hints, NoHints) and self._missed.judge(self._clock.monotonic()):
            log.warning("changes without an event, found by a scan", watch=self.folder.watch, so_far=self._missed.count)
            await self._store.note(f"missed {self.folder.watch}", self._missed.count)

    async def _look_at_root(self) -> Look | None:
        """The watched folder as it is, with hints coming; None while it is away. What is known of it stays."""
        look = await self._see_root()
        if look is not None and look.root.identity != self._identity:
            await self._end_hints()
            self._identity, self._there = look.root.identity, None
        if look is not None and self._hints is None:
            self._hints = await self._start_hints()
            look = await self._see_root()
        if look is None:
            await self._end_hints()
            self._there = None
        return look

    async def _see_root(self) -> Look | None:
        """One look at the watched folder; if it is away, or its disk is, that is told."""
        try:
            look: Look = await self._blocking(self._roots.look, self.folder.watch)
            why = look.unmounted
        except NOT_THERE as error:
            if await self._blocking(self._roots.is_unknown, self.folder.watch):
                self._first_sight.missing()
                await self._presence.away(not_yet(self.folder.watch))
            else:
                await self._presence.away(away("watched", self.folder.watch, f"cannot be read: {error.strerror}"))
            return None
        except OSError as error:
            await self._presence.away(away("watched", self.folder.watch, f"cannot be read: {error.strerror}"))
            return None
        if why is not None:
            await self._presence.away(away("watched", self.folder.watch, why))
            return None
        await self._presence.back()
        return look

    async def _meet(self, look: Look, dirty: frozenset[str]) -> None:
        """Shoots that came and went. At the first sight of a watched folder, its shoots are an archive."""
        root = look.root
        if root.loose and self._loose != root.loose:
            log.warning("photos outside a shoot's folder are left alone", watch=self.folder.watch, photos=root.loose)
        self._loose = root.loose
        self._attention.root(Heed.LOOSE, root.loose, root.named)
        self._attention.keep(root.shoots)
        known, there = self._there, root.shoots
        appeared = {s for s, inode in there.items() if self._is_other(known, s, inode)} if known is not None else set()
        for shoot in appeared - dirty:
            self._missed.found(shoot, self._clock.monotonic())
        self._there = there
        for shoot in self._arrivals.names - there.keys():
            await self._arrivals.forget(shoot, self._hints)
        others = {shoot: self._inode(shoot) or 0 for shoot in there if shoot not in self._arrivals}
        taken = await self._store.taken(self.folder.watch, others)
        new = sorted(others.keys() - taken)
        await self._first_sight.record_older(there, self._inode)
        if look.is_new and not self.folder.process_existing:
            new = await self._first_sight.skip(new, self._inode)
        self._attention.root(Heed.FIRST_SIGHT, self._first_sight.skipped)
        if not await self._first_sight.goes_on():
            await self._blocking(self._roots.remember, self.folder.watch, look)
        back = [shoot for shoot in sorted(appeared & taken) if await self._intake.may_be_more(shoot)]
        for shoot in (*new, *back):
            await self._arrivals.follow(shoot, self._hints, self._inode(shoot), late=shoot in taken)

    def _inode(self, shoot: str) -> int | None:
        """The inode of a shoot's folder as the last look at the root showed it, where that means anything."""
        return (self._there or {}).get(shoot) if self.folder.inodes else None

    def _is_other(self, known: Mapping[str, int], shoot: str, inode: int) -> bool:
        """Whether a shoot's folder was not there before, or is another one under its name."""
        return shoot not in known or (self.folder.inodes and known[shoot] != inode)

    async def _start_hints(self) -> Hints:
        hints, self._hinted_since = self._make_hints(self.folder.watch, self._dirty), self._clock.monotonic()
        try:
            await self._blocking(hints.start)
        except OSError as error:
            await self._blocking(hints.stop)
            log.warning("the system gives no events; folders are scanned instead", why=error.strerror)
            return NoHints()
        for shoot in self._arrivals:
            with suppress(OSError):  # a shoot that cannot be followed is scanned, as it was before
                await self._blocking(hints.follow, shoot)
        return hints

    async def _works(self, hints: Hints) -> bool:
        try:
            works: bool = await self._blocking(hints.works)
        except OSError:
            return False
        return works

    async def _end_hints(self) -> None:
        """End the source of hints; one that hangs on a dead mount is left behind."""
        if self._hints is not None:
            with suppress(OSError):
                await self._blocking(self._hints.stop)
            self._hints = None

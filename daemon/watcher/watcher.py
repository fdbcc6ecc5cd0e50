"""Watches one folder: finds new shoots and waits until they are settled.

Hints say where to look, a scan says what is there, ``daemon.shoot.verdict`` says whether it is settled. The same
code runs at start, on a hint, at every rescan and when polling.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import structlog

from daemon.files import scan
from daemon.host.clock import Clock
from daemon.shoot import Arrival, Listing, verdict
from daemon.store.rows import Waiting
from daemon.store.store import Store
from daemon.watcher.hints import Dirty, Hints, NoHints
from daemon.watcher.intake import Intake, WatchedFolder

log = structlog.get_logger("bracketd.watcher")

Blocking = Callable[..., Awaitable[Any]]
"""Runs a file-system call and its arguments in a thread: a hung mount must not stop the rest."""

GATHER = 0.2
"""Seconds to let hints come together: copying a card raises thousands a second."""

ROOT_RETRY = 10.0
"""Seconds between looks for a watched folder that is not there."""

MISSING, LOOSE = "/missing", "/loose"
"""What was said of the watched folder itself; no shoot's name has a slash."""


class Watcher:
    """One watched folder. ``make_hints`` gives its source of hints; ``ready`` is set after the first look."""

    def __init__(
        self,
        folder: WatchedFolder,
        intake: Intake,
        store: Store,
        clock: Clock,
        *,
        make_hints: Callable[[str, Dirty], Hints],
        blocking: Blocking,
    ) -> None:
        self.folder = folder
        self.ready = asyncio.Event()
        self.alive_at = clock.monotonic()
        self._intake, self._store, self._clock, self._blocking = intake, store, clock, blocking
        self._make_hints = make_hints
        self._hints: Hints | None = None
        self._identity: tuple[int, int] | None = None
        self._wake = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._dirty = Dirty(lambda: loop.call_soon_threadsafe(self._wake.set))
        self._turn = asyncio.Lock()
        self._stopping = False
        self._there: frozenset[str] = frozenset()
        self._arrivals: dict[str, Arrival] = {}
        self._since: dict[str, float] = {}
        self._look_at: dict[str, float] = {}
        self._shown: list[Waiting] = []
        self._said: dict[str, object] = {}
        self._known: set[str] = set()
        self._seen = False
        self._rescan_at = clock.monotonic()

    def stop(self) -> None:
        """End ``run`` at the next opportunity."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Watch until ``stop``."""
        self._known = {os.path.basename(f) for f in await self._store.folders() if self._is_mine(f)}
        try:
            while not self._stopping:
                self._wake.clear()
                async with self._turn:
                    pause = await self._look_around()
                self.ready.set()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), pause)
                    await asyncio.sleep(GATHER)
        finally:
            await self._end_hints()

    def _is_mine(self, folder: str) -> bool:
        return os.path.dirname(folder) == self.folder.watch.rstrip(os.sep)

    async def submit(self, shoot: str) -> None:
        """Send a shoot of this folder now, as it lies there."""
        async with self._turn:
            try:
                found: Listing = await self._blocking(scan.scan, self.folder.path(shoot))
            except OSError as error:
                log.warning("submitted, but it cannot be read", shoot=shoot, why=error.strerror)
                return
            if await self._intake.submit(shoot, found):
                await self._forget(shoot)
                self._known.add(shoot)
            await self._show()

    async def _look_around(self) -> float:
        """One look at whatever is due; returns the seconds until the next."""
        self.alive_at = now = self._clock.monotonic()
        dirty, everything = self._dirty.take()
        if self._hints is not None and not self._hints.works():
            log.warning("the system's events ended; they are started anew", watch=self.folder.watch)
            await self._end_hints()
        everything = everything or now >= self._rescan_at or self._hints is None
        try:
            root = await self._look_at_root()
        except OSError as error:
            await self._miss(error)
            return ROOT_RETRY
        await self._meet(root)
        if everything:
            self._rescan_at = now + self.folder.interval
        for shoot in [s for s in self._arrivals if everything or s in dirty or self._look_at[s] <= now]:
            await self._look_at_shoot(shoot)
        await self._show()
        return max(0.0, min((*self._look_at.values(), self._rescan_at)) - self._clock.monotonic())

    async def _look_at_root(self) -> scan.Root:
        root: scan.Root = await self._blocking(scan.look_at_root, self.folder.watch)
        if self._hints is not None and root.identity != self._identity:
            await self._end_hints()
        if self._hints is None:
            self._hints, self._identity = await self._start_hints(), root.identity
            root = await self._blocking(scan.look_at_root, self.folder.watch)
        if self._said.pop(MISSING, None):
            log.info("watched folder is back", watch=self.folder.watch)
            await self._store.note(f"missing {self.folder.watch}", None)
        return root

    async def _miss(self, error: OSError) -> None:
        """The watched folder is not there: it may not be mounted. What is known of it stays."""
        await self._end_hints()
        if self._said.get(MISSING) != error.strerror:
            self._said[MISSING] = error.strerror
            told = f"watched folder {self.folder.watch} cannot be read: {error.strerror}. It is looked for all the time"
            log.error(told)
            await self._store.note(f"missing {self.folder.watch}", told)

    async def _meet(self, root: scan.Root) -> None:
        """Shoots that came and went. At the first sight of a watched folder, its shoots are an archive."""
        if root.loose and self._said.get(LOOSE) != root.loose:
            self._said[LOOSE] = root.loose
            log.warning("photos outside a shoot's folder are left alone", watch=self.folder.watch, photos=root.loose)
        appeared, gone = root.shoots - self._there, self._there - root.shoots
        self._there = root.shoots
        self._known -= gone
        for shoot in gone & self._arrivals.keys():
            await self._forget(shoot)
        first_sight = not self._seen and not await self._store.has_seen(self.folder.watch)
        archive, skipped = first_sight and not self.folder.process_existing, 0
        for shoot in sorted(appeared - self._known):
            if not await self._intake.is_new(shoot):
                self._known.add(shoot)
            elif archive and await self._has_photos(shoot):
                await self._intake.skip(shoot)
                self._known.add(shoot)
                skipped += 1
            else:
                await self._follow(shoot)
        if first_sight:
            await self._store.see(self.folder.watch, self._clock.now())
        self._seen = True
        if skipped:
            log.warning(
                "shoots that were here already are skipped",
                watch=self.folder.watch,
                shoots=skipped,
                remedy="`bracketd submit FOLDER` sends one; `existing: process` sends those of a new watched folder",
            )

    async def _has_photos(self, shoot: str) -> bool:
        try:
            found: Listing = await self._blocking(scan.scan, self.folder.path(shoot))
        except OSError:
            return False
        return bool(found.photos)

    async def _follow(self, shoot: str) -> None:
        now = self._clock.monotonic()
        self._arrivals[shoot] = Arrival.first(Listing(), now)
        self._since[shoot] = self._clock.now()
        self._look_at[shoot] = now
        try:
            if self._hints is not None:
                await self._blocking(self._hints.follow, shoot)
        except OSError as error:
            self._say(shoot, f"no events for this shoot ({error.strerror}); it is scanned instead", log.warning)

    async def _forget(self, shoot: str) -> None:
        for kept in (self._arrivals, self._since, self._look_at, self._said):
            kept.pop(shoot, None)
        if self._hints is not None:
            await self._blocking(self._hints.forget, shoot)

    async def _look_at_shoot(self, shoot: str) -> None:
        try:
            found: Listing = await self._blocking(scan.scan, self.folder.path(shoot))
        except OSError:
            await self._forget(shoot)
            self._there = self._there - {shoot}
            return
        arrival = self._arrivals[shoot].seen(found, self._clock.monotonic())
        told = verdict(arrival, self.folder.quiet)
        if told.settled:
            await self._intake.lock(shoot, found, told.reason)
            await self._forget(shoot)
            self._known.add(shoot)
            return
        self._arrivals[shoot] = arrival
        self._look_at[shoot] = self._rescan_at if told.look_at is None else told.look_at
        if not found.photos and not found.problems:
            self._say(shoot, "a folder without photos is left alone", log.info)

    def _say(self, shoot: str, words: str, how: Callable[..., Any]) -> None:
        """Log something about a shoot once, until it is something else."""
        if self._said.get(shoot) != words:
            self._said[shoot] = words
            how(words, watch=self.folder.watch, shoot=shoot)

    async def _show(self) -> None:
        """Write down what waits, when that is something else than before."""
        waiting = []
        for shoot, arrival in sorted(self._arrivals.items()):
            found = arrival.found
            if found.photos or found.problems:
                reason = verdict(arrival, self.folder.quiet).reason
                folder, since = os.path.join(self.folder.watch, shoot), self._since[shoot]
                waiting.append(Waiting(folder, shoot, reason, len(found.photos), found.bytes, since))
        if waiting != self._shown:
            self._shown = waiting
            await self._store.replace_waiting(self.folder.watch, waiting)

    async def _start_hints(self) -> Hints:
        hints = self._make_hints(self.folder.watch, self._dirty)
        try:
            await self._blocking(hints.start)
            for shoot in self._arrivals:
                await self._blocking(hints.follow, shoot)
        except OSError as error:
            await self._blocking(hints.stop)
            log.warning("the system gives no events; folders are scanned instead", why=error.strerror)
            return NoHints()
        return hints

    async def _end_hints(self) -> None:
        if self._hints is not None:
            await self._blocking(self._hints.stop)
            self._hints = None

"""Supervises a watched folder itself: its presence, its identity, and its source of hints."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import structlog

from daemon.files.roots import NOT_THERE, Roots, RootSnapshot, away, not_yet
from daemon.host.clock import Clock
from daemon.watcher.hints import Dirty, Hints, NoHints
from daemon.watcher.presence import Blocking, Presence

log = structlog.get_logger("bracketd.watcher")


class Supervision:
    """One watched folder. ``make_hints`` creates its source of hints, which fills a ``Dirty``."""

    def __init__(
        self,
        watch: str,
        roots: Roots,
        presence: Presence,
        clock: Clock,
        *,
        make_hints: Callable[[str, Dirty], Hints],
        blocking: Blocking,
    ) -> None:
        self._watch, self._roots, self._presence, self._clock = watch, roots, presence, clock
        self._make_hints, self.blocking = make_hints, blocking
        self._identity: tuple[int, int] | None = None
        self.hints: Hints | None = None
        """The source of hints; None while the folder is missing."""
        self.hinted_since = clock.monotonic()
        """The monotonic time at which the source of hints was opened."""
        self.never_seen = False
        """True if the folder is missing and was never seen."""

    @property
    def gives_events(self) -> bool:
        """True if the system reports changes."""
        return not isinstance(self.hints, NoHints)

    async def check_hints(self) -> None:
        """Close a source of hints that no longer works. ``check`` opens a new one."""
        if self.hints is not None and not await self._works(self.hints):
            log.warning("change events stopped; restarting them", watch=self._watch)
            await self.close()

    async def check(self, dirty: Dirty, followed: Iterable[str]) -> tuple[RootSnapshot | None, bool]:
        """The watched folder's current content, None if unavailable; and True if the folder's identity changed.

        Opens a source of hints if there is none, for the ``followed`` shoots.
        """
        snapshot, is_other = await self._snapshot(), False
        if snapshot is not None and snapshot.root.identity != self._identity:
            await self.close()
            self._identity, is_other = snapshot.root.identity, True
        if snapshot is not None and self.hints is None:
            self.hints = await self._open(dirty, followed)
            snapshot = await self._snapshot()
        if snapshot is None:
            await self.close()
        return snapshot, is_other

    async def remember(self, snapshot: RootSnapshot) -> None:
        """Store the folder's identity, so that another disk in its place is recognised."""
        await self.blocking(self._roots.remember, self._watch, snapshot)

    async def close(self) -> None:
        """Close the source of hints; if that hangs on a dead mount, leave it."""
        if self.hints is not None:
            with suppress(OSError):
                await self.blocking(self.hints.stop)
            self.hints = None

    async def unfollow(self, shoot: str) -> None:
        """Stop receiving hints for a shoot."""
        if self.hints is not None:
            with suppress(OSError):
                await self.blocking(self.hints.forget, shoot)

    async def _snapshot(self) -> RootSnapshot | None:
        """Check the watched folder once. If it or its disk is missing, ``status`` reports it."""
        self.never_seen = False
        try:
            snapshot: RootSnapshot = await self.blocking(self._roots.check, self._watch)
            why = snapshot.unmounted
        except NOT_THERE as error:
            self.never_seen = bool(await self.blocking(self._roots.is_unknown, self._watch))
            await self._presence.away(not_yet(self._watch) if self.never_seen else self._unreadable(error))
            return None
        except OSError as error:
            await self._presence.away(self._unreadable(error))
            return None
        if why is not None:
            await self._presence.away(away("watched", self._watch, why))
            return None
        await self._presence.back()
        return snapshot

    def _unreadable(self, error: OSError) -> str:
        return away("watched", self._watch, f"cannot be read: {error.strerror}")

    async def _open(self, dirty: Dirty, followed: Iterable[str]) -> Hints:
        hints, self.hinted_since = self._make_hints(self._watch, dirty), self._clock.monotonic()
        try:
            await self.blocking(hints.start)
        except OSError as error:
            await self.blocking(hints.stop)
            log.warning("no change events available; scanning instead", why=error.strerror)
            return NoHints()
        for shoot in followed:
            with suppress(OSError):  # a shoot that cannot be followed is scanned
                await self.blocking(hints.follow, shoot)
        return hints

    async def _works(self, hints: Hints) -> bool:
        try:
            works: Any = await self.blocking(hints.works)
        except OSError:
            return False
        return bool(works)

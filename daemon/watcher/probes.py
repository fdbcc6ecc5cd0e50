"""Probes of photos and of the sync client, for a watched folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from daemon.exif.structure import fault
from daemon.frames import frame
from daemon.grouping import Frame
from daemon.host.clock import Clock
from daemon.shoot import NOBODY, Client
from daemon.syncing import SyncClient

FIND_EVERY = 600.0
"""Seconds between searches for the folder's sync client, because a client may be set up at any time."""


class Probes(Protocol):
    """The probes that a watcher uses. All block, and raise only OSError."""

    @property
    def synced(self) -> bool:
        """True if a sync client keeps the folder."""

    def fault(self, path: str) -> str | None:
        """Why a photo is incomplete; None if it is complete or this is unknown."""

    def frame(self, folder: str, path: str) -> Frame | None:
        """How the photo at ``path`` in a shoot's folder was taken; None if it cannot be read."""

    def client(self, folder: str) -> Client:
        """The sync client's report about a shoot's folder."""


class Probing:
    """The real probes. ``find`` finds the watched folder's sync client; it is first called when needed."""

    def __init__(self, find: Callable[[], SyncClient | None], clock: Clock) -> None:
        self._find, self._clock = find, clock
        self._keeper: SyncClient | None = None
        self._found_at: float | None = None

    @property
    def synced(self) -> bool:
        """True if a sync client keeps the folder."""
        return self._current() is not None

    def fault(self, path: str) -> str | None:
        """Why a photo is incomplete; None if it is complete or this is unknown. Raises OSError."""
        return fault(path)

    def frame(self, folder: str, path: str) -> Frame | None:
        """How a photo was taken; None if it cannot be read."""
        return frame(folder, path)

    def client(self, folder: str) -> Client:
        """The sync client's report about a shoot's folder; ``NOBODY`` without a client."""
        keeper = self._current()
        if keeper is None:
            return NOBODY
        report = keeper.ask(folder)
        return Client(report.done, report.why, report.foresees)

    def _current(self) -> SyncClient | None:
        """The folder's sync client, searched for again every ``FIND_EVERY`` seconds."""
        now = self._clock.monotonic()
        if self._found_at is None or now - self._found_at > FIND_EVERY:
            self._keeper, self._found_at = self._find(), now
        return self._keeper

"""What is asked of the world outside a watched folder: of photos, and of the sync client."""

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
"""Seconds after which it is found out anew which sync client keeps the folder: one may have been set up since."""


class Probes(Protocol):
    """All block, and raise nothing but OSError."""

    @property
    def synced(self) -> bool:
        """Whether a sync client keeps the folder."""

    def fault(self, path: str) -> str | None:
        """Why a photo is not whole; None if it is, or nobody can tell."""

    def frame(self, folder: str, path: str) -> Frame | None:
        """How the photo at ``path`` in a shoot's folder was taken; None if it cannot be read."""

    def client(self, folder: str) -> Client:
        """What the sync client that keeps this shoot's folder says of it."""


class Probing:
    """The real ones. ``find`` finds the sync client that keeps the watched folder, and is first called when needed."""

    def __init__(self, find: Callable[[], SyncClient | None], clock: Clock) -> None:
        self._find, self._clock = find, clock
        self._keeper: SyncClient | None = None
        self._found_at: float | None = None

    @property
    def synced(self) -> bool:
        """Whether a sync client keeps the folder."""
        return self._current() is not None

    def fault(self, path: str) -> str | None:
        """Why a photo is not whole; None if it is, or nobody can tell. Raises OSError."""
        return fault(path)

    def frame(self, folder: str, path: str) -> Frame | None:
        """How a photo was taken; None if it cannot be read."""
        return frame(folder, path)

    def client(self, folder: str) -> Client:
        """What the sync client says of a shoot's folder."""
        keeper = self._current()
        if keeper is None:
            return NOBODY
        said = keeper.ask(folder)
        return Client(said.done, said.why, said.foresees)

    def _current(self) -> SyncClient | None:
        """The sync client that keeps the folder, found out anew now and then."""
        now = self._clock.monotonic()
        if self._found_at is None or now - self._found_at > FIND_EVERY:
            self._keeper, self._found_at = self._find(), now
        return self._keeper

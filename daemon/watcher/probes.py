"""What is asked of the world outside a watched folder: are photos whole, and is the sync client done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from daemon.exif.structure import fault
from daemon.host.clock import Clock
from daemon.shoot import NOBODY, Client
from daemon.syncing import SyncClient

FIND_EVERY = 600.0
"""Seconds after which it is found out anew which sync client keeps the folder: one may have been set up since."""


class Probes(Protocol):
    """Both block, and raise nothing but OSError."""

    synced: bool
    """Whether a sync client keeps the folder."""

    def fault(self, path: str) -> str | None:
        """Why a photo is not whole; None if it is, or nobody can tell."""

    def client(self, folder: str) -> Client:
        """What the sync client that keeps this shoot's folder says of it."""


class Probing:
    """The real ones. ``find`` finds the sync client that keeps the watched folder, if one does."""

    def __init__(self, find: Callable[[], SyncClient | None], clock: Clock) -> None:
        self._find, self._clock = find, clock
        self._keeper = find()
        self._found_at = clock.monotonic()

    @property
    def synced(self) -> bool:
        """Whether a sync client keeps the folder."""
        return self._keeper is not None

    def fault(self, path: str) -> str | None:
        """Why a photo is not whole; None if it is, or nobody can tell. Raises OSError."""
        return fault(path)

    def client(self, folder: str) -> Client:
        """What the sync client says of a shoot's folder."""
        now = self._clock.monotonic()
        if now - self._found_at > FIND_EVERY:
            self._keeper, self._found_at = self._find(), now
        if self._keeper is None:
            return NOBODY
        said = self._keeper.ask(folder)
        return Client(said.done, said.why)

"""What is asked of the world outside a watched folder: of photos, and of the sync client."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from daemon.errors import FileError
from daemon.exif import Capture, read
from daemon.exif.structure import fault
from daemon.grouping import Frame
from daemon.host.clock import Clock
from daemon.shoot import NOBODY, Client
from daemon.syncing import SyncClient

FIND_EVERY = 600.0
"""Seconds after which it is found out anew which sync client keeps the folder: one may have been set up since."""

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a camera's clock knows no time zone


class Probes(Protocol):
    """All block, and raise nothing but OSError."""

    synced: bool
    """Whether a sync client keeps the folder."""

    def fault(self, path: str) -> str | None:
        """Why a photo is not whole; None if it is, or nobody can tell."""

    def frame(self, folder: str, path: str) -> Frame | None:
        """How the photo at ``path`` in a shoot's folder was taken; None if it cannot be read."""

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

    def frame(self, folder: str, path: str) -> Frame | None:
        """How a photo was taken; None if it cannot be read."""
        return frame(folder, path)

    def client(self, folder: str) -> Client:
        """What the sync client says of a shoot's folder."""
        now = self._clock.monotonic()
        if now - self._found_at > FIND_EVERY:
            self._keeper, self._found_at = self._find(), now
        if self._keeper is None:
            return NOBODY
        said = self._keeper.ask(folder)
        return Client(said.done, said.why)


def frame(folder: str, path: str) -> Frame | None:
    """How the photo at ``path`` in a shoot's folder was taken, from a read of 64 KiB; None if it cannot be read."""
    try:
        return _frame_of(path, read(os.path.join(folder, path)))
    except FileError:
        return None


def _frame_of(path: str, capture: Capture) -> Frame:
    size = (capture.width, capture.height)
    return Frame(
        path,
        body=" ".join(part for part in (capture.make, capture.model, capture.serial) if part),
        taken_at=None if capture.taken_at is None else (capture.taken_at - EPOCH).total_seconds(),
        exposure_s=capture.exposure_s,
        f_number=capture.f_number,
        iso=capture.iso,
        focal_mm=capture.focal_mm,
        pixels=None if size[0] is None or size[1] is None else (size[0], size[1]),
        aeb=capture.mark.aeb,
        value_ev=capture.mark.value_ev,
        number=capture.mark.sequence_number,
        length=capture.mark.sequence_length,
    )

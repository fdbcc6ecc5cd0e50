"""Previews without a process: the second implementation of ``daemon.previews.Previews``, for simulated time.

It decodes in the test's own process, so a hostile picture or a limit of memory or time is not for it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from daemon.previews import Failure, FailureKind, Limits, Strip, Thumbnail
from daemon.previews.decode import thumbnail
from daemon.previews.look import Look, similarity
from daemon.previews.sheet import sheet
from daemon.previews.values import require_size


class InlinePreviews:
    """Decodes at once. ``asked`` lists the paths of all requested thumbnails."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._closed = False
        self.asked: list[str] = []

    async def thumbnail(self, path: str | os.PathLike[str], size: int) -> Thumbnail | Failure:
        """The picture at ``path``."""
        require_size(size)
        self.asked.append(os.fspath(path))
        return Failure(FailureKind.CLOSED) if self._closed else thumbnail(path, size, self._limits)

    async def sheet(self, title: str, strips: Sequence[Strip]) -> bytes | Failure:
        """A contact sheet."""
        return Failure(FailureKind.CLOSED) if self._closed else sheet(title, strips, self._limits)

    async def similarities(self, finished: Look, frames: Sequence[Look]) -> tuple[float, ...] | Failure:
        """How similar a finished picture is to each of these frames."""
        if self._closed:
            return Failure(FailureKind.CLOSED)
        return tuple(similarity(finished, frame) for frame in frames)

    async def close(self) -> None:
        """Answer all later requests with ``CLOSED``."""
        self._closed = True

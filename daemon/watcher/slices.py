"""Scans shoots in time slices, so that a huge shoot or a slow disk does not delay other shoots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from daemon.files import scan
from daemon.watcher.presence import Blocking


class Slices:
    """Runs file-system calls. A scan that does not finish within a slice raises Unfinished.

    The next scan of the same shoot continues where that one stopped. The caller scans other shoots in between.
    """

    def __init__(self, blocking: Blocking, seconds: float = scan.SLICE) -> None:
        self._blocking, self._seconds = blocking, seconds
        self._walks: dict[str, scan.Walk] = {}

    async def __call__(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run a call and return its result. Raises its errors, and Unfinished."""
        if function is not scan.scan:
            return await self._blocking(function, *arguments)
        (folder,) = arguments
        walk = self._walks.pop(folder, None) or scan.Walk(folder)
        if not await self._blocking(scan.go_on, walk, self._seconds):
            self._walks[folder] = walk
            raise scan.Unfinished
        return walk.found

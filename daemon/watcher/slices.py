"""Scans of shoots in slices, so that a huge shoot, or a slow disk, keeps no other shoot waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from daemon.files import scan
from daemon.watcher.presence import Blocking


class Slices:
    """Runs file-system calls. A scan that is not at its end after a slice of time raises Unfinished.

    The next scan of the same shoot goes on where that one stopped. Whoever looks after several shoots scans the others
    in between.
    """

    def __init__(self, blocking: Blocking, seconds: float = scan.SLICE) -> None:
        self._blocking, self._seconds = blocking, seconds
        self._walks: dict[str, scan.Walk] = {}

    async def __call__(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What a call returns. Raises what it raises, and Unfinished."""
        if function is not scan.scan:
            return await self._blocking(function, *arguments)
        (folder,) = arguments
        walk = self._walks.pop(folder, None) or scan.Walk(folder)
        if not await self._blocking(scan.go_on, walk, self._seconds):
            self._walks[folder] = walk
            raise scan.Unfinished
        return walk.found

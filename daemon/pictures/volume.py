"""Calls to the disk of one folder, each with a timeout. A disk that hangs is not asked again until it answers."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from typing import Any

from daemon.host.clock import Clock
from daemon.host.disk import Disk

PATIENCE = 5.0
"""Seconds for one call. A person waits for it."""


class Volume:
    """Runs calls in threads of its own. While a call hangs, later calls fail at once."""

    def __init__(self, clock: Clock, patience: float = PATIENCE) -> None:
        self._disk = Disk(clock, patience)
        self._lock = threading.Lock()
        self._running: set[object] = set()
        self._hung: set[object] = set()

    async def __call__(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run a call and return its result. Raises its errors, and OSError if the disk does not respond."""
        call = object()

        def run() -> Any:
            with self._lock:
                self._running.add(call)
            try:
                return function(*arguments)
            finally:
                with self._lock:
                    self._running.discard(call)
                    self._hung.discard(call)

        with self._lock:
            if self._hung:
                raise OSError(errno.ETIMEDOUT, "the file system is not responding")
        try:
            return await self._disk(run)
        except OSError as error:
            if error.errno == errno.ETIMEDOUT:
                with self._lock:
                    self._hung |= self._running & {call}
            raise

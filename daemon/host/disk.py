"""Calls to a disk, each with a timeout."""

from __future__ import annotations

import asyncio
import errno
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from daemon.host.clock import Clock

DISK_PATIENCE = 120.0
"""The maximum duration of one call in seconds. A mount that hangs longer counts as missing."""


class Disk:
    """Runs calls in its own thread pool, each with a timeout: a mount that hangs is treated as missing.

    ``answered_at`` is the monotonic time at which a call last returned, so that work of several hours counts as alive
    while it makes progress.
    """

    def __init__(self, clock: Clock, patience: float = DISK_PATIENCE) -> None:
        self._clock, self._patience = clock, patience
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="disk")
        self.answered_at = clock.monotonic()

    async def __call__(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run a call and return its result. Raises its errors, and OSError if it takes too long."""
        call = functools.partial(function, *arguments)
        running = asyncio.get_running_loop().run_in_executor(self._threads, call)
        try:
            return await asyncio.wait_for(running, self._patience)
        except TimeoutError:
            raise OSError(errno.ETIMEDOUT, "the file system is not responding") from None
        finally:
            self.answered_at = self._clock.monotonic()

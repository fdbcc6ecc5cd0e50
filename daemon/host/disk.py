"""Calls to a disk, each for a bounded time."""

from __future__ import annotations

import asyncio
import errno
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from daemon.host.clock import Clock

DISK_PATIENCE = 120.0
"""Seconds that a look at the disk may take; a mount that hangs longer counts as not there."""


class Disk:
    """Runs calls in threads of their own pool, each for a bounded time: a hung mount is as good as a missing one.

    ``answered_at`` is when a call last came back: work that takes hours is alive as long as it moves.
    """

    def __init__(self, clock: Clock, patience: float = DISK_PATIENCE) -> None:
        self._clock, self._patience = clock, patience
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="disk")
        self.answered_at = clock.monotonic()

    async def __call__(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What a call returns. Raises what it raises, and OSError if it takes too long."""
        call = functools.partial(function, *arguments)
        running = asyncio.get_running_loop().run_in_executor(self._threads, call)
        try:
            return await asyncio.wait_for(running, self._patience)
        except TimeoutError:
            raise OSError(errno.ETIMEDOUT, "the file system does not answer") from None
        finally:
            self.answered_at = self._clock.monotonic()

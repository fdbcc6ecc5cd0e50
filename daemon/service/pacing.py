"""Limits the number of requests per second.

The API returns 429 above 300 requests per second from one address (the vendor's limits page). A third of that leaves
room for other programs at the same address and never delays an order.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

REQUESTS_PER_SECOND: Final = 100.0


class Pace:
    """Spaces calls evenly across all threads: at most ``per_second``, without bursts.

    ``clock`` returns monotonic seconds. ``sleep`` waits for a number of seconds.
    """

    def __init__(
        self,
        per_second: float = REQUESTS_PER_SECOND,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._interval = 1.0 / per_second
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = clock()

    def wait(self) -> None:
        """Return when it is the caller's turn."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._next)
            self._next = turn + self._interval
        if turn > now:
            self._sleep(turn - now)

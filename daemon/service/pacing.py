"""No more requests a second than the service takes.

The API answers 429 above 300 requests a second from one address (the vendor's limits page); a third of that leaves room
for whoever else works behind the same address, and no order ever waits for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

REQUESTS_PER_SECOND: Final = 100.0


class Pace:
    """Spaces calls evenly over all threads: at most ``per_second``, none saved up for a burst.

    ``clock`` tells monotonic seconds, ``sleep`` waits for some.
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

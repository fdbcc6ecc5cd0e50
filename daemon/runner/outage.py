"""The line as the runner sees it: orders that wait because no connection could be made, and its return."""

from __future__ import annotations


class Outage:
    """Knows who waits for the line, and tells its return from a line that was never down."""

    def __init__(self, probe_every: float) -> None:
        self._probe_every = probe_every
        self._waiting: set[str] = set()
        self._probe_at = 0.0
        self._down = False

    def met(self, order_id: str, now: float) -> None:
        """For this order no connection could be made."""
        if not self._waiting:
            self._probe_at = now
        self._waiting.add(order_id)

    def probe_due(self, now: float) -> bool:
        """Whether to try the line now; if so, the next time is a while later."""
        if not self._waiting or now < self._probe_at:
            return False
        self._probe_at = now + self._probe_every
        return True

    def probed(self, *, reachable: bool) -> frozenset[str]:
        """What came of it. Returns the orders to go on with at once: none if the line was not seen to be down.

        Then what failed was something else, and each order's own back-off is the right answer.
        """
        if not reachable:
            self._down = True
            return frozenset()
        waiting = frozenset(self._waiting) if self._down else frozenset()
        self._waiting.clear()
        self._down = False
        return waiting

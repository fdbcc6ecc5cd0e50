"""Network outages: the orders that wait because no connection could be made, and when they resume."""

from __future__ import annotations


class Outage:
    """The orders that wait for the network. Distinguishes a restored connection from one that never failed."""

    def __init__(self, probe_every: float) -> None:
        self._probe_every = probe_every
        self._waiting: set[str] = set()
        self._probe_at = 0.0
        self._down = False

    def met(self, order_id: str, now: float) -> None:
        """Record that no connection could be made for an order."""
        if not self._waiting:
            self._probe_at = now
        self._waiting.add(order_id)

    def probe_due(self, now: float) -> bool:
        """True if the connection must be checked now. Schedules the next check."""
        if not self._waiting or now < self._probe_at:
            return False
        self._probe_at = now + self._probe_every
        return True

    def probed(self, *, reachable: bool) -> frozenset[str]:
        """Record the result of a check. Returns the orders to resume immediately.

        Returns no orders if no check found the network down: then the failure had another cause, and each order keeps
        its own back-off.
        """
        if not reachable:
            self._down = True
            return frozenset()
        waiting = frozenset(self._waiting) if self._down else frozenset()
        self._waiting.clear()
        self._down = False
        return waiting

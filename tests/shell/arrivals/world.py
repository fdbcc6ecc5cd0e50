"""Simulated time with planned events on a disk."""

from __future__ import annotations

from collections import deque

from tests.shell.arrivals.disk import Disk
from tests.shell.arrivals.plan import Plan
from tests.shell.simulated import START


class World:
    """A clock for the daemon. Planned events happen as time passes, also during the daemon's calls."""

    def __init__(self, plan: Plan, disk: Disk) -> None:
        self._disk, self._now = disk, 0.0
        self._events = deque(plan.events)

    def now(self) -> float:
        """Epoch seconds."""
        return START + self._now

    def monotonic(self) -> float:
        """Seconds since the beginning."""
        return self._now

    def pass_to(self, at: float) -> None:
        """Let time pass up to a moment."""
        while self._events and self._events[0].at <= at:
            event = self._events.popleft()
            self._disk.now = event.at
            event.act(self._disk)
        self._now = max(self._now, at)

    @property
    def is_over(self) -> bool:
        """True if there are no more events."""
        return not self._events


def hints(plan: Plan) -> deque[float]:
    """The times at which the system reports the planned events."""
    draw, heard = plan.random, plan.hearing
    heard_events = (event for event in plan.events if event.seen and draw.random() >= heard.lost)
    return deque(sorted(event.at + draw.random() * heard.lag for event in heard_events))

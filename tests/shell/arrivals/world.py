"""Simulated time, in which planned events happen to a disk."""

from __future__ import annotations

from collections import deque

from tests.shell.arrivals.disk import Disk
from tests.shell.arrivals.plan import Plan
from tests.shell.simulated import START


class World:
    """A clock for the daemon; while time passes, also during one of its calls, what was planned happens."""

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
        """Let time pass up to then."""
        while self._events and self._events[0].at <= at:
            event = self._events.popleft()
            self._disk.now = event.at
            event.act(self._disk)
        self._now = max(self._now, at)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return not self._events


def hints(plan: Plan) -> deque[float]:
    """When the system tells of what is going to happen."""
    draw, heard = plan.random, plan.hearing
    heard_events = (event for event in plan.events if event.seen and draw.random() >= heard.lost)
    return deque(sorted(event.at + draw.random() * heard.lag for event in heard_events))

"""Counts changes that the system gave no event for, and a scan found all the same."""

from __future__ import annotations

LAG = 3.0
"""Seconds by which an event may come later than the scan that found what it tells of."""


class Missed:
    """A change is missed when no hint of its shoot comes within ``LAG`` of the scan that found it."""

    def __init__(self) -> None:
        self.count = 0
        self._found: dict[str, float] = {}

    def found(self, shoot: str, now: float) -> None:
        """A scan found a change in a shoot, and there was no hint of it."""
        self._found.setdefault(shoot, now)

    def hinted(self, shoots: frozenset[str], *, everything: bool) -> None:
        """Hints came: what they tell of was not missed."""
        for shoot in tuple(self._found if everything else shoots & self._found.keys()):
            del self._found[shoot]

    def judge(self, now: float) -> int:
        """How many changes turned out to be missed since the last time."""
        late = [shoot for shoot, at in self._found.items() if now - at > LAG]
        for shoot in late:
            del self._found[shoot]
        self.count += len(late)
        return len(late)

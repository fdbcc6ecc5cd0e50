"""Counts changes that a scan found and for which no event arrived."""

from __future__ import annotations

LAG = 3.0
"""Seconds by which an event may arrive after the scan that found its change."""


class Missed:
    """The count of missed changes: those without a hint within ``LAG`` of the scan that found them."""

    def __init__(self) -> None:
        self.count = 0
        self._found: dict[str, float] = {}

    def found(self, shoot: str, now: float) -> None:
        """Note that a scan found a change in a shoot without a hint."""
        self._found.setdefault(shoot, now)

    def hinted(self, shoots: frozenset[str], *, everything: bool) -> None:
        """Drop the changes of shoots for which a hint has arrived."""
        for shoot in tuple(self._found if everything else shoots & self._found.keys()):
            del self._found[shoot]

    def judge(self, now: float) -> int:
        """The number of missed changes since the last call."""
        late = [shoot for shoot, at in self._found.items() if now - at > LAG]
        for shoot in late:
            del self._found[shoot]
        self.count += len(late)
        return len(late)

"""What is known of a shoot before it is an order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """A shoot that is not settled yet, and why. ``since`` is when it was first seen."""

    folder: str
    shoot: str
    reason: str
    files: int
    bytes: int
    since: float

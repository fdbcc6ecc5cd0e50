"""Waiting shoots: those that are not orders yet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """A shoot that is not settled yet, and the reason. ``since`` is when it was first seen, in epoch seconds."""

    folder: str
    shoot: str
    reason: str
    files: int
    bytes: int
    since: float

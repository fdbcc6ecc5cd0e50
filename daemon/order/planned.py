"""An image that an order should become."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.shoot.sets import Confidence


@dataclass(frozen=True, slots=True)
class PlannedImage:
    """One image: the numbers of its brackets in shooting order, and its confidence. A single photo is one bracket."""

    brackets: tuple[int, ...]
    confidence: Confidence = Confidence.CERTAIN

"""How a photographer brackets: the number of frames, the step, the order, and what is varied."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from bench.grouping.camera import Camera
from bench.grouping.exposure import Exposure

WIDEST = 24
"""The widest bracket that cameras offer, in thirds of a stop from the darkest to the brightest frame."""

Varies = Literal["shutter", "iso", "both"]


@dataclass(frozen=True, slots=True)
class Bracketing:
    """The settings of a bracket. ``step`` is in thirds of a stop.

    ``manual`` is True for manual exposure, where the bias stays 0. ``varies`` says what makes the frames brighter:
    Auto ISO varies ISO, or both.
    """

    size: int = 5
    step: int = 6
    order: str = "0-+"
    manual: bool = False
    varies: Varies = "shutter"

    @property
    def offsets(self) -> tuple[int, ...]:
        """The frames' offsets in shooting order, in thirds of a stop. Even sizes have one more dark frame."""
        return tuple(self.step * level for level in levels(self.size, self.order))

    def exposure(self, base: Exposure, offset: int, fastest: int) -> Exposure:
        """The exposure of the frame that is ``offset`` thirds of a stop brighter than ``base``."""
        if self.varies == "iso":
            return base.amplified(offset)
        if self.varies == "both":
            by_iso = offset // 2
            return base.amplified(by_iso).slower(offset - by_iso, fastest)
        return base.slower(offset, fastest)


def levels(size: int, order: str) -> tuple[int, ...]:
    """The levels of a set's frames in steps from the metered exposure, in shooting order.

    ``0-+`` is 0, -1, 1, -2, 2; ``0+-`` is 0, 1, -1, 2, -2; ``0-+ far`` is 0, -2, -1, 1, 2; ``-0+`` rises; ``+0-``
    falls.
    """
    rising = list(range(-(size // 2), size - size // 2))
    match order:
        case "-0+":
            return tuple(rising)
        case "+0-":
            return tuple(reversed(rising))
        case "0-+ far":
            return (0, *(level for level in rising if level))
        case "0+-":
            return tuple(sorted(rising, key=lambda level: (abs(level), level < 0)))
        case _:
            return tuple(sorted(rising, key=lambda level: (abs(level), level > 0)))


def drawn(rng: random.Random, camera: Camera, *, size: int | None = None, step: int | None = None) -> Bracketing:
    """Settings that a camera offers, drawn by chance. ``size`` and ``step`` replace drawn values."""
    frames = size or rng.choice(camera.sizes)
    steps = [thirds for thirds in camera.steps if thirds * (frames - 1) <= WIDEST] or [min(camera.steps)]
    thirds = step or rng.choices(steps, [4 if 3 <= some <= 6 else 1 for some in steps])[0]
    return Bracketing(frames, thirds, rng.choice(camera.orders), manual=rng.random() < 0.5)

"""Compares how two pictures look."""

from __future__ import annotations

from dataclasses import dataclass

LOOK_WIDTH, LOOK_HEIGHT = 64, 48
"""The size of a ``Look`` in pixels, whatever the picture's shape is."""


@dataclass(frozen=True, slots=True)
class Look:
    """A picture as 64 x 48 pixels for comparison: three bytes each (red, green, blue), row by row, upright."""

    pixels: bytes

    def __post_init__(self) -> None:
        if len(self.pixels) != LOOK_WIDTH * LOOK_HEIGHT * 3:
            raise ValueError(f"A look has {LOOK_WIDTH * LOOK_HEIGHT * 3} bytes, not {len(self.pixels)}.")

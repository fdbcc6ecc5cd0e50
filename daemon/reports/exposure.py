"""A photo's exposure as photographers write it."""

from __future__ import annotations

from typing import Protocol


class Exposed(Protocol):
    """Something that was exposed. Each value is None if it is not known."""

    @property
    def exposure_s(self) -> float | None:
        """The exposure time in seconds."""

    @property
    def f_number(self) -> float | None:
        """The f-number."""

    @property
    def iso(self) -> float | None:
        """The ISO speed."""


def exposure(of: Exposed) -> str:
    """An exposure such as ``1/60 s  f/8  ISO 100``. Without the values that are unknown."""
    parts = []
    if of.exposure_s:
        short = of.exposure_s < 0.3
        parts.append(f"1/{1 / of.exposure_s:.0f} s" if short else f"{of.exposure_s:.3g} s")
    if of.f_number:
        parts.append(f"f/{of.f_number:.3g}")
    if of.iso:
        parts.append(f"ISO {of.iso:.0f}")
    return "  ".join(parts)

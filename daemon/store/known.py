"""What a settled shoot is compared by with earlier orders."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

ALIKE = 20
"""Most orders that are returned because they share photos with a shoot: a logo may be in every shoot."""


@dataclass(frozen=True, slots=True)
class KnownBy:
    """What identifies a shoot: its folder, the fingerprint and the marks of its photos, and when they were taken.

    ``seconds`` are times of a camera's clock. ``by_name`` is the fingerprint that the shoot has if no photo is read.
    An empty fingerprint matches nothing.
    """

    folder: str
    fingerprint: str = ""
    marks: Collection[str] = ()
    seconds: Collection[int | None] = ()
    by_name: str = ""

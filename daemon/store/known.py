"""The values that identify a settled shoot when it is compared with earlier orders."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

ALIKE = 20
"""The maximum number of orders returned because they share photos with a shoot. A logo may be in every shoot."""


@dataclass(frozen=True, slots=True)
class KnownBy:
    """The values that identify a shoot: its folder, and its photos' fingerprint, marks and capture times.

    ``seconds`` are times of a camera's clock. ``by_name`` is the shoot's fingerprint if no photo is read.
    An empty fingerprint matches nothing.
    """

    folder: str
    fingerprint: str = ""
    marks: Collection[str] = ()
    seconds: Collection[int | None] = ()
    by_name: str = ""

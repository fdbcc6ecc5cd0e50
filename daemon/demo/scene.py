"""The sample scenes."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.demo.raytrace.vectors import Bundle


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """x."""

    radiance: Bundle
    focal_mm: float


def scene() -> Scene:
    raise NotImplementedError

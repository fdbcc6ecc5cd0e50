"""A simulated shoot: its files, and which of them truly belong together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from daemon.grouping import Frame


class Maker(NamedTuple):
    """A body's make, model and serial number, which ``Frame.body`` has as one text."""

    make: str
    model: str
    serial: str = ""


@dataclass(frozen=True, slots=True)
class TrueSet:
    """The frames of one scene in shooting order, at least two.

    ``lacking`` of its frames were deleted. ``is_broken_off`` is True if the photographer stopped before the last frame.
    """

    paths: tuple[str, ...]
    lacking: int = 0
    is_broken_off: bool = False


@dataclass(frozen=True, slots=True)
class Shoot:
    """The files of a shoot and the truth about them.

    Each path of ``frames`` is in one of ``sets``, ``singles``, ``variants`` or ``derived``. ``variants`` has the other
    files of a frame, such as its RAW file or copy, with the path that stands for it in ``sets`` or ``singles``.
    ``derived`` are pictures made from frames of the shoot. ``makers`` are by ``Frame.body``.
    """

    frames: tuple[Frame, ...]
    sets: tuple[TrueSet, ...] = ()
    singles: tuple[str, ...] = ()
    variants: Mapping[str, str] = field(default_factory=dict)
    derived: frozenset[str] = frozenset()
    makers: Mapping[str, Maker] = field(default_factory=dict)

    @property
    def is_marked(self) -> bool:
        """True if most frames of its sets say that they are of a bracket."""
        inside = {path for some in self.sets for path in some.paths}
        says = [frame.aeb is True or frame.exposure_mode == 2 for frame in self.frames if frame.path in inside]
        return 2 * sum(says) > len(says)

    @property
    def is_complete(self) -> bool:
        """True if no set lacks a frame."""
        return not any(some.lacking for some in self.sets)

"""The frames of one stream as columns of the values that the rules compare, so that nothing is computed twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from daemon.grouping.clock import Clock
from daemon.grouping.frame import AUTO_BRACKET, Frame, missing_between

SLOWEST, FASTEST, NEAR = 29.0, 1 / 1900, 1.01
"""The limits of usual shutters in seconds. At a limit, a camera repeats an exposure instead of going beyond."""


@dataclass(frozen=True, slots=True)
class Track:
    """Consecutive frames of one body. Each column has one value for each frame.

    ``idle`` has the seconds between each frame and the next. ``missing`` has the number of missing file numbers before
    each frame, and after the last one. ``exposures`` are brightness levels in EV (-ev), ``values`` and ``biases`` the
    camera's offsets in EV. ``at_limit`` is True for exposures at a limit of the shutter. ``has_offsets`` is True if the
    values of marked frames differ, so that equal ones are of different sets.
    """

    frames: tuple[Frame, ...]
    idle: tuple[float | None, ...]
    missing: tuple[int | None, ...]
    marked: tuple[bool | None, ...]
    exposures: tuple[float | None, ...]
    values: tuple[float | None, ...]
    biases: tuple[float | None, ...]
    at_limit: tuple[bool, ...]
    has_offsets: bool


def track_of(frames: Sequence[Frame], clock: Clock, before: Frame | None = None, after: Frame | None = None) -> Track:
    """The track of these frames. ``before`` and ``after`` are the body's frames around them."""
    shortest = min((frame.exposure_s for frame in frames if frame.exposure_s), default=0.0)
    around = [before, *frames, after]
    return Track(
        tuple(frames),
        tuple(clock.idle(one, other) for one, other in pairwise(frames)),
        tuple(None if one is None or other is None else missing_between(one, other) for one, other in pairwise(around)),
        tuple(frame.is_marked for frame in frames),
        tuple(None if frame.exposure_s is None else -frame.ev for frame in frames),
        tuple(frame.value_ev for frame in frames),
        tuple(frame.bias_ev if frame.exposure_mode == AUTO_BRACKET else None for frame in frames),
        tuple(_is_at_limit(frame.shutter, shortest) for frame in frames),
        len({frame.value_ev for frame in frames if frame.is_marked and frame.value_ev is not None}) > 1,
    )


def _is_at_limit(shutter: float, shortest: float) -> bool:
    return shutter >= SLOWEST or 0 < shutter <= min(NEAR * shortest, FASTEST)

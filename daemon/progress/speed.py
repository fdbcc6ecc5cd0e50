"""The speed of a transfer and the time that it still needs, from samples. Times are in seconds of one clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

WINDOW = 10.0
"""Seconds over which the speed is measured."""

LEAST = 1.0
"""Seconds after the first sample before there is a speed."""


class Sample(NamedTuple):
    """The bytes that had been moved at a time."""

    at: float
    moved: int


def speed(samples: Sequence[Sample], now: Sample) -> float | None:
    """Bytes per second over the last ``WINDOW`` seconds, or since the first sample. None if it is too early to say.

    Between two samples that are far apart it is measured over a longer time. The speed of a transfer that stalls falls
    to 0.
    """
    if not samples:
        return None
    since = _before(samples, now.at - WINDOW)
    elapsed = now.at - since.at
    return (now.moved - since.moved) / elapsed if elapsed >= LEAST else None


def kept(samples: Sequence[Sample], now: float) -> Sequence[Sample]:
    """The samples that ``speed`` still needs."""
    return samples[samples.index(_before(samples, now - WINDOW)) :] if samples else samples


def seconds_left(left: int, bytes_per_s: float | None) -> float | None:
    """The time for ``left`` more bytes at a speed. None if nothing moves."""
    return left / bytes_per_s if bytes_per_s else None


def _before(samples: Sequence[Sample], begin: float) -> Sample:
    """The last sample at or before a time, or the first one."""
    return next((one for one in reversed(samples) if one.at <= begin), samples[0])

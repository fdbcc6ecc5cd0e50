"""Shots as cameras record them, without files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from daemon.grouping import Choice, Prefer, one_per_frame
from daemon.shoot import File, Shot

NOON = 1_717_243_200
EXPOSURES = (1 / 60, 1 / 240, 1 / 15)
CANON = Shot("canon", "canon eos r6", "283021004417", None, None, None, 8.0, 100.0, (6000, 4000))
SONY = Shot("sony", "ilce-7m3", "", None, None, None, 8.0, 100.0, (6000, 4000))


def at(camera: Shot, number: int, *, begins: float = NOON, pause: float = 0.72, clock: int = 100) -> Shot:
    """The shot ``number`` (from 1) of a camera that brackets three exposures, 20 s between sets.

    ``clock`` is the resolution of its clock in parts of a second: 1, 10, 100 or 1000.
    """
    taken = begins + (number - 1) * pause + (number - 1) // 3 * 20
    ticks = int(round(taken * 1000) * clock / 1000)
    fraction = ticks % clock / clock or None
    return replace(camera, second=ticks // clock, fraction=fraction, exposure_s=EXPOSURES[(number - 1) % 3])


def card(pattern: str, shots: Sequence[Shot], first: int = 1) -> dict[str, Shot]:
    """Files named by a pattern with their number, and their metadata."""
    return {pattern.format(number): shot for number, shot in enumerate(shots, first)}


def shoot(camera: Shot, frames: int = 6, *, begins: float = NOON, clock: int = 100) -> list[Shot]:
    """A number of frames of one camera."""
    return [at(camera, number, begins=begins, clock=clock) for number in range(1, frames + 1)]


def chosen(shots: Mapping[str, Shot], prefer: Prefer = "jpeg") -> Choice:
    """The choice of files to send."""
    return one_per_frame((File(path, 1000, 1, 1) for path in shots), shots, prefer=prefer)


def sent(shots: Mapping[str, Shot], prefer: Prefer = "jpeg") -> list[str]:
    """The paths of the files that are sent."""
    return [file.path for file in chosen(shots, prefer).send]

"""Starts a shoot: a photographer with a body and usual settings, drawn by chance."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime

from bench.grouping.body import EPOCH, Body
from bench.grouping.bracketing import drawn
from bench.grouping.camera import Camera
from bench.grouping.photographer import Photographer, Tempo
from bench.grouping.roll import Roll

MORNING = (datetime(2024, 6, 15, 9, 30) - EPOCH).total_seconds()  # noqa: DTZ001 - a camera's clock has no time zone
"""The earliest start of a shoot, in seconds from 1970."""

DAY_S = 6 * 3600
"""Shoots begin within this number of seconds after ``MORNING``."""

FIRST_FOLDERS = (100, 100, 100, 101, 103, 112)


def photographer(
    rng: random.Random,
    cameras: Sequence[Camera],
    *,
    roll: Roll | None = None,
    root: str = "",
    begins: float | None = None,
    is_flat: bool | None = None,
    size: int | None = None,
    step: int | None = None,
) -> Photographer:
    """A photographer with one of ``cameras``. ``size`` and ``step`` are those of the bracket, else drawn."""
    camera = rng.choice(cameras)
    roll = roll or Roll()
    body = Body(
        camera,
        serial="".join(rng.choices("0123456789", k=10)) if camera.serial else "",
        root=root,
        is_flat=rng.random() < 0.5 if is_flat is None else is_flat,
        number=rng.randint(0, int(0.85 * camera.naming.last)),
        folder=rng.choice(FIRST_FOLDERS),
        shutter_count=rng.randint(500, 150_000),
        doubles=rng.random() < 0.7,
        stamps_end=rng.random() < 0.1,
        writes_s=rng.uniform(0.05, 0.25),
    )
    roll.knows(body)
    return Photographer(
        rng,
        body,
        roll,
        drawn(rng, camera, size=size, step=step),
        tempo(rng),
        MORNING + rng.uniform(0, DAY_S) if begins is None else begins,
        stop=rng.choice(camera.stops),
        iso=rng.choice((0, 0, 3, 6)),
        zooms=rng.choice((0.0, 0.1, 0.4)),
        turns=rng.choice((0.0, 0.0, 0.1)),
    )


def tempo(rng: random.Random) -> Tempo:
    """The tempo of an unhurried photographer."""
    return Tempo(rng.uniform(8, 22), rng.uniform(25, 80), rng.uniform(3.0, 5.0), spread=rng.uniform(0.35, 0.65))

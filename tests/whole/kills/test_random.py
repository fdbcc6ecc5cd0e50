from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import pytest

from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.kills import trouble
from tests.whole.kills.balance import mortal
from tests.whole.kills.figures import Figures
from tests.whole.kills.mortal import Mortal
from tests.whole.program import until

KILLS = 25
AT_ONCE = 4
"""Largest number of orders in progress at the same time."""

STARTED = 2
"""Seeds below this start the installed program itself each time. The runs of the others are forked."""

LIVES = 10
"""Largest number of runs without trouble until all is delivered. One is enough unless something waits for time."""

SEEDS = [pytest.param(seed, marks=() if seed < 12 else pytest.mark.soak) for seed in range(80)]


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_random(tmp_path: Path, sandbox: Sandbox, figures: Figures, seed: int) -> None:
    """With random kills and faults, each shoot is delivered and each picture is bought once."""
    chance = random.Random(seed)
    flow = ("images", "brackets")[seed % 2]
    with mortal(tmp_path, sandbox, flow, installed=seed < STARTED) as program:
        program.settings["transfers"] = {"uploads": chance.choice((1, 4, 8)), "downloads": chance.choice((1, 2, 4))}
        while program.kills < KILLS:
            if len(program.undelivered()) < AT_ONCE and chance.random() < 0.7:
                program.drop(f"{program.dropped + 1} Oak St", photos(chance))
            sandbox.faults(trouble.some(chance, flow))
            if program.waits() and chance.random() < 0.5:
                program.rest()
            program.launch()
            if chance.random() < 0.25:
                program.kill_in(chance.uniform(0, 0.5))
            else:
                until(program.has_spoken)
                program.kill_in(chance.expovariate(1 / 0.3))
            figures.count_faults(sandbox)
        sandbox.faults([])
        deliver(program)
    figures.count_lives(program, sandbox)


def deliver(program: Mortal) -> None:
    """Run the program until all orders are delivered."""
    for _ in range(LIVES):
        if program.waits():
            program.rest()
        program.launch()
        until(lambda: not program.undelivered() or program.is_patient())
        program.let_stop()
        assert program.bury() == 0
        if not program.undelivered():
            return
    raise AssertionError(f"not delivered: {program.undelivered()}, {program.under_way()}")


def photos(chance: random.Random) -> dict[str, bytes]:
    """A unique shoot of one to three scenes. Bytes after a JPEG's end are ignored."""
    size = chance.choice((100, 100, 1_000_000))
    return {name: data + chance.randbytes(size) for name, data in scenes(chance.randint(1, 3)).items()}


@cache
def scenes(number: int) -> dict[str, bytes]:
    """The photos of the given number of scenes."""
    return shoot(number)

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import NamedTuple, get_args

import pytest

from daemon.order import facts
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.kills.balance import mortal
from tests.whole.kills.figures import Figures
from tests.whole.kills.mortal import Mortal
from tests.whole.program import until

OAK = "12 Oak St"
PHOTOS = shoot(2)

LEAST = 20
"""Moments that any walk leads to; a recorder that sees nothing would pass every other test."""

LIVES = 10
"""Lives of one order that nothing ends before it has come to rest; one is enough, but for what waits for the clock."""

TROUBLE = {
    "images": ("create_image expired-url", "image error"),
    "brackets": ("create_bracket expired-url", "image error"),
}
"""What goes wrong once in each order, so that it comes by every step there is."""

NEVER = {"images": {"Create", "Reckon"}, "brackets": {"Discard", "Reckon"}}
"""The steps that a flow does not have; and the one that asks nobody but the state file, and is a fact at once."""


class Walk(NamedTuple):
    """Which moments it leads to: of a flow, those of its ``orders``, ``start`` or both, and so often in each life."""

    flow: str
    which: str
    times: int


WALKS = [
    Walk("images", "orders", 1),
    Walk("brackets", "orders", 1),
    Walk("images", "start", 1),
    pytest.param(Walk("images", "orders start before", 3), marks=pytest.mark.soak),
    pytest.param(Walk("brackets", "orders start before", 3), marks=pytest.mark.soak),
]


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: f"{walk.flow}-{walk.which.replace(' ', '-')}")
def test_killed_at_every_moment(tmp_path: Path, sandbox: Sandbox, figures: Figures, walk: Walk) -> None:
    """Killed once at every moment of an order, by name, no photo is lost and nothing is merged or bought twice.

    Each life ends at its first moment at which none has ended yet. So every moment that there is has its turn, until
    an order goes from the first to the last in one life.
    """
    deaths = tmp_path / "deaths"
    recorded: set[str] = set()
    for number in count():
        sandbox.faults(TROUBLE[walk.flow])
        with telling(deaths), mortal(tmp_path / str(number), sandbox, walk.flow) as program:
            program.die_once_at_each_moment(deaths, walk.which, walk.times)
            program.drop(OAK, PHOTOS)
            lives_until_delivered(program)
        figures.count_lives(program, sandbox)
        figures.count_faults(sandbox)
        recorded |= {fact["fact"] for order in program.peek()["orders"] for fact in program.journal(order["order_id"])}
        if program.kills == 0:
            break
    died = deaths.read_text().splitlines()
    figures.moments[" ".join(map(str, walk))] = len(died)
    assert len(set(died)) == len(died) > LEAST
    if "orders" in walk.which:
        steps = {step.__name__ for step in get_args(facts.Step)} - NEVER[walk.flow]
        assert {f"{step}: {when}" for step in steps for when in ("begun", "done")} <= set(died)
        assert {f"{fact}: {when}" for fact in recorded for when in ("written", "committed")} <= set(died)


@contextmanager
def telling(deaths: Path) -> Iterator[None]:
    """Tell of what goes wrong at which moments there were deaths before."""
    before = len(deaths.read_text().splitlines()) if deaths.exists() else 0
    try:
        yield
    except (AssertionError, TimeoutError) as error:
        died = deaths.read_text().splitlines()[before:]
        error.add_note("\n".join(("it was killed at these moments:", *died)))
        raise


def lives_until_delivered(program: Mortal) -> None:
    """Let the program live until everything is delivered and it stops when it is asked to."""
    peaceful = 0
    while program.undelivered() or peaceful == 0:
        if program.waits():
            program.rest()
        peaceful += live(program) == 0
        assert peaceful <= LIVES, f"it gets nowhere: {program.under_way()}"


def live(program: Mortal) -> int:
    """One life, which ends by a kill, or when nothing is left to do for now; its exit status."""
    program.launch()
    until(lambda: program.is_dead() or not program.undelivered() or program.is_patient())
    if not program.is_dead():
        program.let_stop()
    status = program.bury()
    assert status in (0, -signal.SIGKILL), program.log.read_text()
    return status

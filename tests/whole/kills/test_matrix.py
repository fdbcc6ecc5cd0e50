from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import NamedTuple, get_args

import pytest

from daemon.order import steps
from daemon.order.facts import Fact
from daemon.order.stored_names import stored_name
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.kills.balance import mortal
from tests.whole.kills.figures import Figures
from tests.whole.kills.mortal import Mortal
from tests.whole.program import until

OAK = "12 Oak St"
PHOTOS = shoot(2)

LEAST = 20
"""Least number of moments of a walk. It detects a recorder that sees nothing, which would pass every other test."""

LIVES = 10
"""Largest number of runs without a kill until one order rests. One is enough unless something waits for time."""

TROUBLE = {
    "images": ("create_image expired-url", "image error"),
    "brackets": ("create_bracket expired-url", "image error"),
}
"""Faults that happen once in each order, so that it takes every step."""

NEVER = {"images": {"Create", "Reckon"}, "brackets": {"Discard", "Reckon"}}
"""Steps that are not performed: those of the other flow, and the limit check, which the desk does itself."""


class Walk(NamedTuple):
    """Which moments of a flow are tested: those of ``orders``, of ``start`` or both, and how often in each run."""

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
    """After a kill at every named moment of an order, no photo is lost and nothing is merged or bought twice.

    Each run is killed at its first moment at which no earlier run was killed. So every moment is tested, until an order
    passes all of them in one run.
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
        names = {step.__name__ for step in get_args(steps.Step)} - NEVER[walk.flow]
        assert {f"{step}: {when}" for step in names for when in ("begun", "done")} <= set(died)
        kinds = [fact.__name__ for fact in get_args(Fact) if stored_name(fact) in recorded]
        assert len(kinds) == len(recorded)
        assert {f"{fact}: {when}" for fact in kinds for when in ("written", "committed")} <= set(died)


@contextmanager
def telling(deaths: Path) -> Iterator[None]:
    """Add the moments of the kills to an error."""
    before = len(deaths.read_text().splitlines()) if deaths.exists() else 0
    try:
        yield
    except (AssertionError, TimeoutError) as error:
        died = deaths.read_text().splitlines()[before:]
        error.add_note("\n".join(("it was killed at these moments:", *died)))
        raise


def lives_until_delivered(program: Mortal) -> None:
    """Run the program until everything is delivered and it stops as requested."""
    peaceful = 0
    while program.undelivered() or peaceful == 0:
        if program.waits():
            program.rest()
        peaceful += live(program) == 0
        assert peaceful <= LIVES, f"no progress: {program.under_way()}"


def live(program: Mortal) -> int:
    """One run, which ends by a kill, or when there is nothing to do. Returns its exit status."""
    program.launch()
    until(lambda: program.is_dead() or not program.undelivered() or program.is_patient())
    if not program.is_dead():
        program.let_stop()
    status = program.bury()
    assert status in (0, -signal.SIGKILL), program.log.read_text()
    return status

"""Names from a template, with the real runner, steps and service, at a sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.order import FlowName, Phase, Preset
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import running_sandbox
from tests.shell.at_sandbox import office
from tests.shell.simulated import SimulatedClock, simulate


@pytest.mark.parametrize("flow", ["images", "brackets"])
def test_pictures_are_named_by_the_template(tmp_path: Path, flow: FlowName) -> None:
    """A delivered shoot's pictures have the names of its template, numbered in shooting order."""
    photos = shoot(3, stops=(-3.0, 0.0, 3.0))
    early = {f"ZZ_{name}": photos[name] for name in sorted(photos)[:3]}
    others = {name: photos[name] for name in sorted(photos)[3:]}

    async def deliver(clock: SimulatedClock) -> None:
        async with office(tmp_path, sandbox, clock, flow) as at:
            sent = await at.send("12 Oak St", early | others, Preset(names="{shoot} {seq:02} {date} {time}"))
            done = await at.reach(sent, Phase.DOWNLOADED)
            assert at.pictures(done) == [
                "12 Oak St 01 2024-06-01 120000.jpg",
                "12 Oak St 02 2024-06-01 120030.jpg",
                "12 Oak St 03 2024-06-01 120100.jpg",
                "order.json",
            ]

    with running_sandbox("--poll-floor", "0", "--long-side", "120", "--set", "name_limit=0") as sandbox:
        simulate(deliver)

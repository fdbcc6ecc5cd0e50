"""An order whose state is older than its delivery, carried out at a sandbox."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.order import HoldKind, Merge, Order, Phase
from daemon.order.purchase import Purchase
from daemon.resuming import Resuming
from tests.changed import changed
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox, running_sandbox
from tests.shell.at_sandbox import office
from tests.shell.simulated import SimulatedClock, simulate
from tests.stores.states import ask


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox without delays, with small pictures."""
    with running_sandbox("--poll-floor", "0", "--long-side", "120", "--set", "name_limit=0") as started:
        yield started


def older(done: Order, phase: Phase, now: float) -> Order:
    """A delivered order in the state of an older copy, in which nothing is merged yet."""
    before = changed(done, phase=phase, images=(), merge=Merge(), purchase=Purchase())
    if phase is Phase.SETTLED:
        before = replace(before, brackets=tuple(replace(b, url=None, stored_at=None) for b in before.brackets))
    return changed(before, due=now + 60.0, updated_at=done.times.updated_at + 1)


@pytest.mark.parametrize("phase", [Phase.SETTLED, Phase.UPLOADING, Phase.UPLOADED])
def test_an_approval_finds_the_merge_and_downloads_its_images_for_free(
    tmp_path: Path, sandbox: Sandbox, phase: Phase
) -> None:
    """An approved order whose pictures were moved away is not merged again: its images are downloaded for free."""

    async def work(clock: SimulatedClock) -> None:
        async with office(tmp_path, sandbox, clock) as at:
            done = await at.reach(await at.send("Oak", shoot(2)), Phase.DOWNLOADED)
            pictures, charged = at.pictures(done), at.charged(done)
            for name in pictures[:-1]:
                os.rename(f"{done.source.output}/{name}", tmp_path / name)
            await at.store.record(done, None, older(done, phase, clock.now()), clock.now())
        async with office(tmp_path, sandbox, clock, resuming=Resuming([done.id])) as at:
            held = await at.reach(done, Phase.HELD)
            assert held.hold_kind is HoldKind.DELIVERED
            assert "`bracketd approve` to download them again" in (held.trouble or "")
            ask(tmp_path, "approve", done.id, 0.0)
            await asyncio.sleep(3)
            again = await at.reach(done, Phase.DOWNLOADED)
            assert at.pictures(again) == pictures
            assert {image.id for image in again.images} == {image.id for image in done.images}
            assert at.charged(again) == charged
            at.require_own(again)
        rules = {violation["rule"] for violation in sandbox.violations()}
        assert rules == {"needless-purchase"}, "the sandbox does not know that a person took the pictures away"

    simulate(work)

"""A wrong clock that is corrected while orders are in progress or the daemon is stopped."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.order import Merge, MergeState, Order, Phase, facts, steps
from daemon.order.due import waits
from daemon.order.facts import Failure
from tests.changed import changed
from tests.core.orders import NOW
from tests.shell.simulated import START, SimulatedClock, simulate
from tests.shell.test_runner import POLICY, World, running, shoot, until
from tests.stores.states import open_store

HOUR = 3600.0
JUMPS = pytest.mark.parametrize("back", [120.0, HOUR, 4 * HOUR])
MINUTE = 60.0


class Elsewhere(World):
    """A service on another machine, whose clock is always right."""

    def answer(self, of: Order, step: steps.Step) -> facts.Fact:
        """The fact of a step without errors."""
        now = self.clock.monotonic()
        match step:
            case steps.Merge():
                self.merged_at[of.id] = now
                return facts.Merged()
            case steps.Poll():
                done = now - self.merged_at.get(of.id, now) > 30
                return facts.Polled(not done, False, (facts.PolledImage("i0", "one", ended=True),) if done else ())
            case _:
                return super().answer(of, step)


@JUMPS
def test_the_clock_is_put_right_while_an_order_is_polled(tmp_path: Path, back: float) -> None:
    """When a clock that was ahead is corrected, a polled order continues within a minute."""

    async def work(clock: SimulatedClock) -> None:
        clock.offset = back
        async with running(tmp_path, Elsewhere(clock), replace(shoot(), due=START + back)) as (store, _):
            await until(store, shoot().id, Phase.MERGING)
            await asyncio.sleep(8)
            clock.offset = 0.0
            await until(store, shoot().id, Phase.DOWNLOADED, patience=30 + MINUTE)

    simulate(work)


@JUMPS
def test_the_clock_is_put_right_while_the_daemon_does_not_run(tmp_path: Path, back: float) -> None:
    """When a clock that was ahead is corrected while the daemon is stopped, the order continues within a minute."""

    async def work(clock: SimulatedClock) -> None:
        clock.offset = back
        world = Elsewhere(clock)
        async with running(tmp_path, world, replace(shoot(), due=START + back)) as (store, _):
            await until(store, shoot().id, Phase.MERGING)
            await asyncio.sleep(8)
        clock.offset = 0.0
        async with running(tmp_path, world) as (store, _):
            await until(store, shoot().id, Phase.DOWNLOADED, patience=30 + MINUTE)

    simulate(work)


def test_a_back_off_under_a_wrong_clock_is_not_a_busy_loop(tmp_path: Path) -> None:
    """When the clock is set back in an outage, the order is retried once immediately, then as rarely as before."""

    def offline(_of: Order, step: steps.Step) -> facts.Fact:
        return facts.Failed(step, Failure.PASSING, "no route to host", unsent=True)

    async def work(clock: SimulatedClock) -> tuple[int, int]:
        world = World(clock, takes=0.1, trouble=offline)
        clock.offset = HOUR
        async with running(tmp_path, world, replace(shoot(brackets=1), due=START + HOUR)):
            await asyncio.sleep(HOUR / 2)
            before = len(world.taken)
            clock.offset = 0.0
            await asyncio.sleep(HOUR / 2)
            return before, len(world.taken) - before

    before, since = simulate(work)
    assert 1 <= since <= before + 2


def test_retry_after_is_honoured_under_a_wrong_clock(tmp_path: Path) -> None:
    """When the clock is set back after a Retry-After, at most one request is sent too early."""

    def busy(_of: Order, step: steps.Step) -> facts.Fact:
        return facts.Failed(step, Failure.PASSING, "429: too many requests", unsent=True, retry_after=600.0)

    async def work(clock: SimulatedClock) -> int:
        world = World(clock, takes=0.1, trouble=busy)
        async with running(tmp_path, world, shoot(brackets=1)):
            await asyncio.sleep(10)
            clock.offset = -HOUR
            await asyncio.sleep(590)
            return len(world.taken)

    assert simulate(work) == 2


@pytest.mark.parametrize("now", [NOW - 1e8, NOW - HOUR, NOW - 6, NOW - 1, NOW, NOW + 10, NOW + 60, NOW + 1e8])
def test_the_store_and_the_rules_agree_on_what_is_due(tmp_path: Path, now: float) -> None:
    """An order that the store finds due may begin under the rules, at any clock setting."""
    dues = (NOW - 100, NOW, NOW + 30, NOW + 10_000, NOW + 10**6)
    set_at = (None, NOW - HOUR, NOW, NOW + HOUR)
    orders = [
        changed(
            shoot(10 * a + b), due=due, due_set_at=at, updated_at=NOW, phase=Phase.MERGING, merge=Merge(MergeState.SEEN)
        )
        for a, due in enumerate(dues)
        for b, at in enumerate(set_at)
    ]

    async def found() -> list[str]:
        store = open_store(tmp_path)
        for one in orders:
            await store.add(one, facts.Locked(one.brackets))
        due = await store.due(now, POLICY.longest)
        store.close()
        return due

    expected = {one.id for one in orders if not waits(one, now, POLICY)}
    assert set(asyncio.run(found())) == expected


DAY, MONTH = 86400.0, 30 * 86400.0


@pytest.mark.parametrize(
    ("ahead", "since", "counted"),
    [
        (0.0, 60.0, 1),
        (0.0, -60.0, 0),
        (MONTH, 60.0, 1),
        (MONTH, -DAY, 0),
        (365 * DAY, 60.0, 1),
        (365 * DAY, -300.0, 0),
    ],
)
def test_what_was_bought_under_a_clock_that_was_ahead(tmp_path: Path, ahead: float, since: float, counted: int) -> None:
    """A picture dated a month ahead counts for the day of its purchase only.

    ``since`` is how many seconds before the purchase the day began.
    """

    async def work(clock: SimulatedClock) -> int:
        def put_right(_of: Order, step: steps.Step) -> None:
            if isinstance(step, steps.PlacePicture):
                clock.offset = 0.0

        clock.offset = ahead
        world = Elsewhere(clock, trouble=put_right)
        async with running(tmp_path, world, replace(shoot(), due=START + ahead)) as (store, _):
            await until(store, shoot().id, Phase.DOWNLOADED)
            day = clock.now() - since
            today, _ = await store.spent(day, day, "another order")
        return today

    assert simulate(work) == counted

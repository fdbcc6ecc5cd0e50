"""The deadline of the images of an order that waits, in simulated time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from daemon.order import Health, Order, Phase, facts
from daemon.order.problem import Code
from daemon.orders import Desk
from daemon.orders.event_log import log_change
from daemon.runner import Deadlines
from daemon.store.protocol import Store
from tests.changed import changed
from tests.core.grouped import grouped
from tests.shell.simulated import START, SimulatedClock, simulate
from tests.shell.test_runner import POLICY
from tests.stores.states import open_store

pytestmark = pytest.mark.stores("memory", "sqlite")

HOUR = 3600.0


def held() -> Order:
    """An order that was merged at the start and is held."""
    order = grouped(((0, 1, 2), (3, 4, 5)), ((0, 1), (2, 3, 4, 5)))
    return replace(changed(order, updated_at=START, phase_since=START), merge=replace(order.merge, asked_at=START))


@asynccontextmanager
async def watching(state: Path, clock: SimulatedClock, *orders: Order) -> AsyncIterator[tuple[Store, Desk]]:
    """A desk with these new orders, and the check of the deadlines."""
    store = open_store(state)
    desk = Desk(store, clock.now, POLICY)
    desk.listen(log_change)
    for order in orders:
        await store.add(order, facts.Locked(order.brackets))
    task = asyncio.create_task(Deadlines(desk, clock).run())
    try:
        yield store, desk
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        store.close()


def test_warnings_come_once_and_across_restarts(tmp_path: Path) -> None:
    """A warning is logged once 6 h before the deadline, 1 h before it, and at it, however often bracketd starts."""

    async def work(clock: SimulatedClock) -> list[tuple[str, int]]:
        warnings: list[tuple[str, int]] = []
        for run in range(30):
            with capture_logs() as logs:
                async with watching(tmp_path, clock, *([held()] if run == 0 else [])):
                    await asyncio.sleep(HOUR)
            told = [one for one in logs if one["event"] == "deadline near"]
            assert all(one["log_level"] == "warning" for one in told)
            warnings += [(one["remaining"], run) for one in told]
        return warnings

    times = simulate(work)
    assert times == [("6 h or less left", 18), ("1 h or less left", 23), ("passed", 24)]


def test_one_run_warns_as_often(tmp_path: Path) -> None:
    """Within one run the order's health and messages change at each warning, and nothing else about it does."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp_path, clock, held()) as (store, _desk):
            for hours, code in ((17, Code.DEADLINE), (5.5, Code.DEADLINE_NEAR), (2, Code.DEADLINE_PASSED)):
                await asyncio.sleep(hours * HOUR)
                order = await store.load(held().id)
                assert code in [problem.code for problem in order.problems]
                assert (order.phase, order.health, order.due) == (Phase.HELD, Health.ATTENTION, None)

    simulate(work)


def test_a_decision_ends_the_warnings(tmp_path: Path) -> None:
    """An order that was dismissed before its deadline is not warned about."""

    async def work(clock: SimulatedClock) -> None:
        with capture_logs() as logs:
            async with watching(tmp_path, clock, held()) as (_, desk):
                await asyncio.sleep(HOUR)
                await desk.happened(held().id, facts.Dismissed())
                await asyncio.sleep(30 * HOUR)
        assert not [one for one in logs if one["event"] == "deadline near"]

    simulate(work)

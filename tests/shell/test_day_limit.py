"""Orders that wait for the next day because of the day's limit, in simulated time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.host.days import beginnings, next_day
from daemon.order import Limits, Order, Phase, steps
from daemon.store.protocol import Store
from tests.shell.simulated import SimulatedClock, simulate
from tests.shell.test_account import with_images
from tests.shell.test_runner import POLICY, World, running, shoot, until
from tests.stores.states import ask, look

pytestmark = pytest.mark.stores("memory", "sqlite")

HOUR = 3600.0
DAILY = replace(POLICY, limits=Limits(images_per_day=3))


def looks(state: Path, order_id: str) -> int:
    """The number of journal entries for limit checks of an order."""
    with look(state) as reader:
        return sum(entry["fact"] == "Reckoned" for entry in reader.journal(order_id))


async def waiting(store: Store, world: World) -> Order:
    """The second of two orders of three images, which waits for the next day."""
    await until(store, shoot(0).id, Phase.DOWNLOADED)
    await asyncio.sleep(5)
    order = await store.load(shoot(1).id)
    assert (order.phase, order.purchase.over_limit, world.count(steps.Fetch)) == (Phase.DOWNLOADING, True, 3)
    return order


async def ends(store: Store, order_id: str, *phases: Phase, within: float) -> Order:
    """Wait until the order is in one of these phases, checking once a minute."""
    for _ in range(int(within / 60) + 1):
        order = await store.load(order_id)
        if order.phase in phases:
            return order
        await asyncio.sleep(60)
    raise AssertionError(f"{order.phase} after {within / HOUR:.0f} h: {order.messages}")


@contextmanager
def in_zone(monkeypatch: pytest.MonkeyPatch, zone: str) -> Iterator[Callable[[str], None]]:
    """Set this machine's time zone, in POSIX form. Yields a function that sets another."""

    def move(to: str) -> None:
        monkeypatch.setenv("TZ", to)
        time.tzset()

    move(zone)
    try:
        yield move
    finally:
        monkeypatch.undo()
        time.tzset()


def test_an_order_that_waits_costs_next_to_nothing(tmp_path: Path) -> None:
    """While an order waits for the next day, its limits are checked once an hour, and the journal stays short."""

    async def work(clock: SimulatedClock) -> None:
        world = World(clock)
        now = clock.now()
        checks: list[float] = []

        async with running(tmp_path, world, with_images(0, 3), with_images(1, 3), policy=DAILY, every=60.0) as (
            store,
            _,
        ):
            order = await waiting(store, world)
            while order.phase is Phase.DOWNLOADING and not order.purchase.within_limits:
                checks += [order.times.updated_at] if order.times.updated_at not in checks else []
                await asyncio.sleep(300)
                order = await store.load(order.id)
            assert clock.now() - next_day(now) < 600, "it continues when the day begins"
            await until(store, order.id, Phase.DOWNLOADED)
        assert len(checks) <= (next_day(now) - now) / HOUR + 2
        assert looks(tmp_path, shoot(1).id) == 2, "that it waits, and that it may continue"

    simulate(work)


@pytest.mark.parametrize("verb", ["approve", "dismiss"])
def test_a_person_need_not_wait(tmp_path: Path, verb: str) -> None:
    """An order that waits for the next day is bought immediately when approved, and never when dismissed."""

    async def work(clock: SimulatedClock) -> None:
        world = World(clock)
        async with running(tmp_path, world, with_images(0, 3), with_images(1, 3), policy=DAILY, every=60.0) as (
            store,
            _,
        ):
            order = await waiting(store, world)
            ask(tmp_path, verb, order.id, clock.now())
            end = Phase.DOWNLOADED if verb == "approve" else Phase.CANCELLED
            await until(store, order.id, end, patience=90)
            await asyncio.sleep(26 * HOUR)
        assert world.count(steps.Fetch) == (6 if verb == "approve" else 3)

    simulate(work)


@pytest.mark.parametrize(
    ("offset", "end"),
    [(-2 * HOUR, Phase.DOWNLOADED), (2 * HOUR, Phase.DOWNLOADED), (-30 * 86400.0, Phase.HELD)],
    ids=["2 h back", "2 h ahead", "a month back"],
)
def test_a_clock_that_is_set_makes_no_busy_loop(tmp_path: Path, offset: float, end: Phase) -> None:
    """If the clock is set while an order waits, the limits are checked rarely, and the order is bought the next day.

    If purchases are in the future, the current day is unknown, and the order waits for approval.
    """

    async def work(clock: SimulatedClock) -> None:
        world = World(clock)
        async with running(tmp_path, world, with_images(0, 3), with_images(1, 3), policy=DAILY, every=60.0) as (
            store,
            _,
        ):
            order = await waiting(store, world)
            changes = 0
            clock.offset = offset
            for _ in range(600):
                before, order = order, await store.load(order.id)
                changes += before.times.updated_at != order.times.updated_at and not order.purchase.within_limits
                await asyncio.sleep(1)
            assert changes <= 3
            await ends(store, order.id, end, within=48 * HOUR)

    simulate(work)


def test_a_machine_that_is_taken_to_another_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The day limit follows the machine's time zone; a new zone is noticed within an hour."""

    async def work(clock: SimulatedClock) -> None:
        with in_zone(monkeypatch, "UTC0") as move:
            world = World(clock)
            async with running(tmp_path, world, with_images(0, 3), with_images(1, 3), policy=DAILY, every=60.0) as (
                store,
                _,
            ):
                order = await waiting(store, world)
                move("EAST-10")  # ten hours ahead of UTC
                begins = next_day(clock.now())
                assert begins < clock.now() + 24 * HOUR
                await asyncio.sleep(begins - clock.now())
                await ends(store, order.id, Phase.DOWNLOADED, within=HOUR + 60)

    simulate(work)


@pytest.mark.parametrize(
    ("before_noon", "hours"),
    [(1_774_774_800.0, 23), (1_792_922_400.0, 25), (1_780_000_000.0, 24)],
    ids=["spring forward", "fall back", "an ordinary day"],
)
def test_a_day_is_as_long_as_it_is(monkeypatch: pytest.MonkeyPatch, before_noon: float, hours: int) -> None:
    """When daylight saving time begins or ends, the day has 23 or 25 hours."""
    with in_zone(monkeypatch, "CET-1CEST,M3.5.0,M10.5.0/3"):
        begin, _month = beginnings(before_noon)
        assert (next_day(before_noon) - begin) / HOUR == hours

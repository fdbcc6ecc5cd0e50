"""Orders that share the lanes: no slow order delays the others."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from daemon.order import Image, ImageState, Merge, MergeState, Order, Phase, facts, steps
from daemon.order.purchase import LimitCheck, Purchase
from daemon.runner.lanes import Held, Lane, goes_next, lanes, next_change
from daemon.runner.queue import Queue
from tests.changed import changed
from tests.shell.simulated import START, SimulatedClock, simulate
from tests.shell.test_runner import World, running, shoot, until

LANE = Lane(width=2, long=30.0, most=3)
FOREVER = 1e6


def held(*steps: tuple[str, float]) -> list[Held]:
    """Steps in a lane: their orders and when they entered."""
    return [Held(order_id, since) for order_id, since in steps]


# --- which order is next ---


@pytest.mark.parametrize(
    ("inside", "waiting", "now", "expected"),
    [
        ([], [], 0.0, None),
        ([], ["a"], 0.0, 0),
        ([("a", 0.0)], ["a", "b"], 1.0, 1),
        ([("a", 0.0)], ["c", "b"], 1.0, 0),
        ([("a", 0.0), ("a", 0.0)], ["b"], 29.0, None),
        ([("a", 0.0), ("a", 0.0)], ["a", "b"], 30.0, 1),
        ([("a", 0.0), ("a", 0.0)], ["a"], 3000.0, None),
        ([("a", 0.0), ("b", 29.0)], ["c"], 30.0, 0),
        ([("a", 0.0), ("b", 0.0), ("c", 30.0)], ["d"], 3000.0, None),
    ],
)
def test_who_goes_next(
    inside: Sequence[tuple[str, float]], waiting: Sequence[str], now: float, expected: int | None
) -> None:
    """The order with the fewest steps is next; an order without steps may enter beside long steps, up to ``most``."""
    assert goes_next(LANE, held(*inside), waiting, now) == expected


def test_when_to_look_again() -> None:
    """Another order may enter when the next step becomes a long one."""
    assert next_change(LANE, held(("a", 0.0), ("b", 10.0)), 20.0) == 10.0
    assert next_change(LANE, held(("a", 0.0), ("b", 10.0)), 30.0) == 10.0
    assert next_change(LANE, held(("a", 0.0)), 31.0) is None


@pytest.mark.parametrize("width", [1, 2, 64])
def test_every_transfer_lane_has_room_beside_slow_steps(width: int) -> None:
    """In a lane of any width, exactly one more order may enter beside slow ones."""
    for name in ("uploads", "downloads"):
        of = lanes(uploads=width, downloads=width)[name]
        full = held(*(("a", 0.0) for _ in range(width)))
        assert goes_next(of, full, ["b"], of.long) == 0
        assert goes_next(of, [*full, Held("b", of.long)], ["c"], FOREVER) is None


def test_who_gives_up_waiting_takes_no_place() -> None:
    """A cancelled step leaves the lane, whether it was waiting or had a place."""

    async def work(clock: SimulatedClock) -> list[str]:
        queue, inside = Queue(Lane(1, FOREVER, 1), clock.monotonic), []

        async def step(name: str) -> None:
            async with queue.place(name):
                inside.append(name)
                await asyncio.sleep(10)

        tasks = {name: asyncio.create_task(step(name)) for name in "abcd"}
        await asyncio.sleep(1)
        tasks["b"].cancel()
        await asyncio.sleep(1)
        tasks["a"].cancel()
        await asyncio.wait(tasks.values())
        return inside

    assert simulate(work) == ["a", "c", "d"]


# --- a runner with slow orders ---


@dataclass
class Uneven(World):
    """A service that takes very long for some steps. ``ended`` records when each order was delivered."""

    slow: dict[str, type[steps.Step]] = field(default_factory=dict)

    async def perform(self, of: Order, step: steps.Step) -> facts.Fact:
        """Perform a step."""
        if isinstance(step, self.slow.get(of.id, ())):
            await asyncio.sleep(4 * 3600.0)
        return await super().perform(of, step)


def downloading(number: int, images: int = 2) -> Order:
    """An order whose images are ready to be fetched."""
    found = tuple(Image(f"i{number}-{n}", "n", state=ImageState.PROCESSED) for n in range(images))
    order = changed(
        shoot(number),
        phase=Phase.DOWNLOADING,
        merge=Merge(MergeState.SEEN),
        images=found,
        purchase=Purchase(LimitCheck.WITHIN),
    )
    return replace(order, due=START + number)


def test_slow_downloads_of_one_shoot_starve_no_other(tmp_path: Path) -> None:
    """While two pictures of one shoot take hours to download, the next shoots are delivered in minutes."""

    async def work(clock: SimulatedClock) -> None:
        world = Uneven(clock, slow={shoot(0).id: steps.Fetch})
        async with running(tmp_path, world, *map(downloading, range(4))) as (store, _):
            for number in range(1, 4):
                await until(store, shoot(number).id, Phase.DOWNLOADED, patience=120)
            assert world.most["Fetch"] <= 2 + 1

    simulate(work)


def test_slow_uploads_of_one_shoot_starve_no_other(tmp_path: Path) -> None:
    """While all uploads of one shoot are very slow, another shoot is sent, merged and delivered."""

    async def work(clock: SimulatedClock) -> None:
        world = Uneven(clock, slow={shoot(0).id: steps.Upload})
        orders = (shoot(0, brackets=9), replace(shoot(1, brackets=9), due=START + 1))
        async with running(tmp_path, world, *orders) as (store, _):
            await until(store, shoot(1).id, Phase.DOWNLOADED, patience=300)

    simulate(work)


def test_twenty_looks_that_hang_starve_no_other(tmp_path: Path) -> None:
    """While the polls of many orders hang, a new shoot is delivered in minutes."""

    async def work(clock: SimulatedClock) -> None:
        hanging = [changed(shoot(n), phase=Phase.MERGING, merge=Merge(MergeState.SEEN)) for n in range(1, 21)]
        world = Uneven(clock, slow={order.id: steps.Poll for order in hanging})
        async with running(tmp_path, world, *hanging, replace(shoot(0), due=START + 1)) as (store, _):
            await until(store, shoot(0).id, Phase.DOWNLOADED, patience=300)

    simulate(work)


def test_pictures_that_cannot_be_placed_starve_no_other(tmp_path: Path) -> None:
    """While the disks of some outputs hang, shoots with another output are delivered."""

    async def work(clock: SimulatedClock) -> None:
        hanging = [
            replace(downloading(n), images=(replace(downloading(n).images[0], state=ImageState.FETCHED),))
            for n in range(1, 9)
        ]
        world = Uneven(clock, slow={order.id: steps.PlacePicture for order in hanging})
        async with running(tmp_path, world, *hanging, replace(downloading(0), due=START + 20)) as (store, _):
            await until(store, shoot(0).id, Phase.DOWNLOADED, patience=300)

    simulate(work)


def test_a_lone_shoot_has_all_lanes(tmp_path: Path) -> None:
    """A shoot without competition fills its lane completely."""

    async def work(clock: SimulatedClock) -> Counter[str]:
        world = World(clock)
        async with running(tmp_path, world, shoot(0, brackets=9)) as (store, _):
            await until(store, shoot(0).id, Phase.DOWNLOADED)
        return world.most

    assert simulate(work)["Upload"] == 4


def test_shoots_share_a_lane_evenly(tmp_path: Path) -> None:
    """A shoot that arrives while a large one is sent gets a place immediately."""

    async def work(clock: SimulatedClock) -> None:
        world = World(clock, takes=20.0)
        orders = (shoot(0, brackets=60), replace(shoot(1, brackets=2), due=START + 100))
        async with running(tmp_path, world, *orders) as (store, _):
            await until(store, shoot(1).id, Phase.MERGING, patience=100 + 6 * 20)
            assert (await store.load(shoot(0).id)).phase is Phase.UPLOADING
            assert world.most["Upload"] + world.most["Register"] <= 8

    simulate(work)

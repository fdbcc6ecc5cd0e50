"""How a visit handles a busy lane, a refused account, and a bug in bracketd."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from daemon.order import Health, Image, ImageState, Merge, MergeState, Order, Phase, facts, steps
from daemon.order.facts import Failure
from daemon.order.policy import probed
from daemon.runner.lanes import CALLS
from daemon.store.place import FILE
from tests.changed import changed
from tests.shell.simulated import START, SimulatedClock, simulate
from tests.shell.test_runner import POLICY, World, picture, running, shoot, until
from tests.stores.states import ask, look

REFUSED = "the key was refused"


def busy(of: Order) -> facts.Polled:
    """What a poll returns while an order's image is processed."""
    return facts.Polled(merging=False, processing=True, images=(facts.PolledImage(picture(of), "n", ended=None),))


@dataclass
class Slow(World):
    """A world in which some steps take longer. Records when each merge was intended and requested."""

    longer: Callable[[Order, steps.Step], float] = lambda _order, _step: 0.0
    asked: list[tuple[float, float | None]] = field(default_factory=list)

    async def perform(self, of: Order, step: steps.Step) -> facts.Fact:
        """Perform a step."""
        if isinstance(step, steps.Merge):
            self.asked.append((self.clock.now(), of.merge.asked_at))
        await asyncio.sleep(self.longer(of, step))
        return await super().perform(of, step)


def merging(number: int) -> Order:
    """An order that is polled."""
    return changed(shoot(number), phase=Phase.PROCESSING, merge=Merge(MergeState.SEEN))


def test_the_intent_to_merge_is_as_young_as_its_request(tmp_path: Path) -> None:
    """However long a merge waits for other calls, its intent is recorded when the request leaves."""

    async def work(clock: SimulatedClock) -> Slow:
        world = Slow(clock, longer=lambda of, _step: 0.0 if of.id == shoot(0).id else 200.0)
        async with running(tmp_path, world, *map(merging, range(1, 9)), shoot(0)) as (store, _):
            await until(store, shoot(0).id, Phase.MERGING)
        return world

    ((asked_at, intended_at),) = simulate(work).asked
    assert asked_at > START + CALLS.long, "it had to wait for its lane"
    assert asked_at == intended_at


def test_what_waits_for_its_lane_is_not_begun_with_a_refused_key(tmp_path: Path) -> None:
    """When the key is refused, only the steps under way reach the service, and after that only probes."""

    async def work(clock: SimulatedClock) -> int:
        world = World(clock, trouble=lambda _of, step: facts.Failed(step, Failure.ACCOUNT, REFUSED, unsent=True))
        async with running(tmp_path, world, *(shoot(n, brackets=5) for n in range(20))):
            await asyncio.sleep(2 * POLICY.account_probe - 10)
            return len(world.taken)

    assert simulate(work) == 4 + 1


def test_when_the_account_is_accepted_everybody_goes_on(tmp_path: Path) -> None:
    """When the account is accepted for one order, all orders that were refused before resume."""
    mended: list[float] = []

    async def work(clock: SimulatedClock) -> None:
        def refused(_of: Order, step: steps.Step) -> facts.Fact | None:
            return None if mended else facts.Failed(step, Failure.ACCOUNT, REFUSED, unsent=True)

        async with running(tmp_path, World(clock, trouble=refused), *map(shoot, range(4))) as (store, _):
            await asyncio.sleep(10)
            mended.append(clock.now())
            ask(tmp_path, "retry", shoot(0).id, clock.now())
            for number in range(4):
                await until(store, shoot(number).id, Phase.DOWNLOADED, patience=120)

    simulate(work)


def test_an_order_that_alone_is_refused_keeps_no_other_waiting(tmp_path: Path) -> None:
    """An order that is always refused pauses its neighbours once at most."""

    def refused(of: Order, step: steps.Step) -> facts.Fact | None:
        alone = of.id == shoot(0).id and isinstance(step, steps.Register)
        return facts.Failed(step, Failure.ACCOUNT, REFUSED, unsent=True) if alone else None

    async def work(clock: SimulatedClock) -> None:
        world = World(clock, trouble=refused)
        async with running(tmp_path, world, shoot(0), *(shoot(n, brackets=40) for n in range(1, 4))) as (store, _):
            for number in range(1, 4):
                await until(store, shoot(number).id, Phase.DOWNLOADED, patience=2 * POLICY.account_probe)
            bad = await store.load(shoot(0).id)
            assert (bad.health, bad.messages) == (Health.RETRYING, (probed(REFUSED, POLICY),))

    simulate(work)


def test_a_bug_in_the_rules_holds_one_order(tmp_path: Path) -> None:
    """A fact that triggers a bug holds its order with a traceback; the daemon and the other orders continue."""

    def nonsense(of: Order, step: steps.Step) -> facts.Fact | None:
        return facts.Stored(99, 0) if of.id == shoot(0).id and isinstance(step, steps.Upload) else None

    async def work(clock: SimulatedClock) -> None:
        async with running(tmp_path, World(clock, trouble=nonsense), shoot(0), shoot(1)) as (store, desk):
            await until(store, shoot(1).id, Phase.DOWNLOADED)
            held = await store.load(shoot(0).id)
            assert held.phase is Phase.HELD
            assert "a bug in bracketd stopped this order (IndexError" in held.messages[0]
            await desk.happened(shoot(0).id, facts.Cancelled("enough"))
            await until(store, shoot(0).id, Phase.CANCELLED, patience=10)

    simulate(work)
    with look(tmp_path) as reader:
        details = [entry["detail"].get("detail", "") for entry in reader.journal(shoot(0).id)]
    assert any("Traceback" in detail and "IndexError" in detail for detail in details)


@pytest.mark.stores("sqlite")
def test_an_order_whose_row_makes_no_sense_is_left_alone(tmp_path: Path) -> None:
    """An order with an invalid row is tried once; the daemon and the other orders continue."""

    async def work(clock: SimulatedClock) -> None:
        world = World(clock)
        async with running(tmp_path, world) as (store, desk):
            for number in range(2):
                await store.add(shoot(number), facts.Locked(shoot(number).brackets))
            with closing(sqlite3.connect(tmp_path / FILE)) as connection:
                connection.execute("UPDATE orders SET phase = 'nonsense' WHERE id = ?", (shoot(0).id,))
                connection.commit()
            await desk.happened(shoot(0).id, facts.Retried())
            await until(store, shoot(1).id, Phase.DOWNLOADED)
            await asyncio.sleep(600)
            assert not [of for of, _ in world.taken if of == shoot(0).id]

    simulate(work)


def test_a_stop_begins_nothing_that_waits_for_its_lane(tmp_path: Path) -> None:
    """Steps that wait for a lane when the daemon stops are not begun, and their intents are not recorded."""

    async def work(clock: SimulatedClock) -> Slow:
        world = Slow(clock, longer=lambda _of, step: 30.0 if isinstance(step, steps.Poll) else 0.0)
        orders = (replace(merging(n), due=START) for n in range(1, 9))
        waiting = changed(shoot(0), phase=Phase.UPLOADED, due=START + 1)
        async with running(tmp_path, world, *orders, waiting) as (store, _):
            await asyncio.sleep(5)
            assert (await store.load(waiting.id)).merge.state is MergeState.NOT_ASKED
        return world

    world = simulate(work)
    assert world.asked == []
    assert world.count(steps.Poll) == 4


def test_looks_that_show_nothing_new_fill_no_journal(tmp_path: Path) -> None:
    """After hours of polls, the journal has only those that showed a change, and the row counts them all."""

    async def work(clock: SimulatedClock) -> None:
        world = World(clock, trouble=lambda of, step: busy(of) if isinstance(step, steps.Poll) else None)
        async with running(tmp_path, world, shoot()) as (store, _):
            await asyncio.sleep(4 * 3600)
            assert (await store.load(shoot().id)).tries.polls > 300

    simulate(work)
    with look(tmp_path) as reader:
        looks = [entry for entry in reader.journal(shoot().id) if entry["fact"] == "Seen"]
    assert 1 <= len(looks) <= 1 + 4, "the first, and one for each hour that a person is informed of"


def test_bytes_that_are_always_removed_cost_few_downloads(tmp_path: Path) -> None:
    """An image whose downloaded bytes always vanish is downloaded a few times an hour, not hundreds of times."""

    def vanishes(_of: Order, step: steps.Step) -> facts.Fact | None:
        return facts.FetchLost(step.image) if isinstance(step, steps.PlacePicture) else None

    async def work(clock: SimulatedClock) -> World:
        world = World(clock, takes=0.05, trouble=vanishes)
        image = Image("i0", "n", state=ImageState.PROCESSED)
        start = changed(shoot(), phase=Phase.DOWNLOADING, merge=Merge(MergeState.SEEN), images=(image,))
        async with running(tmp_path, world, start):
            await asyncio.sleep(3600)
        return world

    assert simulate(work).count(steps.Fetch) < 30

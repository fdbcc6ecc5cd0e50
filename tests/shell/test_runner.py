from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from daemon.order import Order, Phase, Policy, facts, steps
from daemon.order.facts import Failure
from daemon.orders import Desk
from daemon.orders.asks import Asks
from daemon.orders.event_log import log_change
from daemon.runner import Account, Runner
from daemon.runner.lanes import lanes
from daemon.runner.runner import Perform
from daemon.store.notes import Subject
from daemon.store.protocol import Store
from tests.changed import changed
from tests.core.orders import order
from tests.shell.simulated import START, SimulatedClock, simulate
from tests.stores.states import ask, look, open_store

pytestmark = pytest.mark.stores("memory", "sqlite")

POLICY = Policy()


@dataclass
class World:
    """A simulated service: each step takes a second, the merge half a minute."""

    clock: SimulatedClock
    takes: float = 1.0
    trouble: Callable[[Order, steps.Step], facts.Fact | None] = lambda _order, _step: None
    taken: list[tuple[str, steps.Step]] = field(default_factory=list)
    under_way: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)
    merged_at: dict[str, float] = field(default_factory=dict)
    reachable: Callable[[], bool] = lambda: True

    async def online(self) -> bool:
        """True if the service can be reached."""
        return self.reachable()

    async def perform(self, of: Order, step: steps.Step) -> facts.Fact:
        """Perform a step."""
        kind = type(step).__name__
        self.taken.append((of.id, step))
        self.under_way[kind] += 1
        self.most[kind] = max(self.most[kind], self.under_way[kind])
        await asyncio.sleep(self.takes)
        self.under_way[kind] -= 1
        return self.trouble(of, step) or self.answer(of, step)

    def answer(self, of: Order, step: steps.Step) -> facts.Fact:
        """The fact when nothing goes wrong."""
        match step:
            case steps.Register(n):
                attempt = of.brackets[n].attempt
                place = f"{n}.{attempt}"
                return facts.Registered(n, attempt, f"s{place}", f"https://s/{place}", "image/jpeg")
            case steps.Upload(n):
                return facts.Stored(n, of.brackets[n].attempt)
            case steps.Discard(registration):
                return facts.Discarded(registration)
            case steps.Confirm():
                return facts.Confirmed(())
            case steps.Merge():
                self.merged_at[of.id] = self.clock.now()
                return facts.Merged()
            case steps.Poll():
                done = self.clock.now() - self.merged_at.get(of.id, self.clock.now()) > 30
                return facts.Polled(
                    not done, False, (facts.PolledImage(picture(of), "one", ended=True),) if done else ()
                )
            case steps.Reprocess(image):
                return facts.Reprocessed(image)
            case steps.Fetch(image):
                return facts.Fetched(image, 3, "ab", "jpg")
            case steps.PlacePicture(image):
                return facts.PicturePlaced(image, "one.jpg")
            case steps.Deliver():
                return facts.Delivered()
            case _:
                return looked(step)

    def count(self, kind: type[steps.Step], order_id: str | None = None) -> int:
        """How often a kind of step was performed."""
        return sum(isinstance(step, kind) and order_id in (None, of) for of, step in self.taken)


def looked(step: steps.Step) -> facts.Fact:
    """The fact of a step about previews, or of the order's creation."""
    match step:
        case steps.Preview(image):
            return facts.Previewed(image)
        case steps.Inspect():
            return facts.Inspected()
        case _:
            return facts.Created()


@asynccontextmanager
async def running(
    state: Path,
    world: World,
    *orders: Order,
    every: float = 1.0,
    policy: Policy = POLICY,
    desk_type: type[Desk] = Desk,
) -> AsyncIterator[tuple[Store, Desk]]:
    """A runner and a desk that process these orders."""
    store = open_store(state)
    desk = desk_type(store, world.clock.now, policy)
    desk.listen(log_change)
    for one in orders:
        await store.add(one, facts.Locked(one.brackets))
    async with at_work(desk, world.perform, world.clock, world.online, every=every):
        yield store, desk
    store.close()


@asynccontextmanager
async def at_work(
    desk: Desk,
    perform: Perform,
    clock: SimulatedClock,
    online: Callable[[], Awaitable[bool]],
    *,
    every: float = 1.0,
    turned: Callable[[], None] = lambda: None,
) -> AsyncIterator[None]:
    """Run the runner and the desk's asks; at the end, store the results of the steps under way."""
    account = Account(desk, clock, desk.policy, online)
    runner = Runner(desk, perform, account, clock, lanes(uploads=4, downloads=2), turn_every=every)
    asking = asyncio.create_task(Asks(desk, {}, every=every).run())
    running = asyncio.create_task(runner.run(turned))
    try:
        yield
    finally:
        asking.cancel()
        runner.stop()
        await running


def picture(of: Order) -> str:
    """The ID of an order's only image. It is unique."""
    return f"image of {of.id}"


def shoot(number: int = 0, brackets: int = 3) -> Order:
    """One of several orders that are due now."""
    order_id = f"6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4{number:03}"
    return changed(order(brackets), id=order_id, folder=f"/in/{number}", output=f"/out/{number}", due=START)


async def until(store: Store, order_id: str, phase: Phase, patience: float = 3600.0) -> Order:
    """Wait until the order is in a phase, and return it."""
    loop = asyncio.get_running_loop()
    end = loop.time() + patience
    while loop.time() < end:
        found = await store.load(order_id)
        if found.phase is phase:
            return found
        await asyncio.sleep(0.5)
    raise AssertionError(f"{(await store.load(order_id)).phase} after {patience} s: {found.messages}")


def test_an_order_goes_all_the_way(tmp_path: Path) -> None:
    """A due order passes every phase in order, is merged once, and ends as downloaded."""

    async def work(clock: SimulatedClock) -> World:
        world = World(clock)
        async with running(tmp_path, world, shoot()) as (store, _):
            done = await until(store, shoot().id, Phase.DOWNLOADED)
            assert done.due is None
        return world

    world = simulate(work)
    assert world.count(steps.Merge) == 1
    assert world.count(steps.Fetch) == 1
    with look(tmp_path) as reader:
        names = [entry["fact"] for entry in reader.journal(shoot().id)]
    assert names[0] == "Locked"
    assert names.index("MergeIntended") == names.index("Merged") - 1, "the intent is on disk before the request"
    assert names[-3:] == ["Fetched", "Placed", "Delivered"]


def test_lanes_are_as_wide_as_set_and_full(tmp_path: Path) -> None:
    """All orders together upload exactly as many brackets at once as the setting allows."""

    async def work(clock: SimulatedClock) -> World:
        world = World(clock)
        async with running(tmp_path, world, *(shoot(n, brackets=9) for n in range(3))) as (store, _):
            for number in range(3):
                await until(store, shoot(number).id, Phase.DOWNLOADED)
        return world

    most = simulate(work).most
    assert most["Upload"] <= 4
    assert max(most["Upload"], most["Register"]) == 4


def test_between_polls_nothing_is_under_way(tmp_path: Path) -> None:
    """A merged order is polled a few times in half a minute, not all the time."""

    async def work(clock: SimulatedClock) -> World:
        world = World(clock, takes=0.01)
        async with running(tmp_path, world, shoot()) as (store, _):
            await until(store, shoot().id, Phase.DOWNLOADED)
        return world

    assert 2 <= simulate(work).count(steps.Poll) <= 6


def test_a_refused_account_pauses_everything_with_one_message(tmp_path: Path) -> None:
    """While the key is refused, all orders wait with one message, whichever step each of them tried.

    A probe is sent from time to time, as the message says, and all orders resume when the key is accepted.
    """
    mended_at = START + 2000

    def refused(of: Order, step: steps.Step) -> facts.Fact | None:
        if clocks[0].now() < mended_at:
            why = f"GET /{of.id} was refused."
            return facts.Failed(step, Failure.ACCOUNT, why, unsent=True, cause="401 the key file")
        return None

    clocks: list[SimulatedClock] = []

    async def work(clock: SimulatedClock) -> tuple[World, int]:
        clocks.append(clock)
        world = World(clock, trouble=refused)
        async with running(tmp_path, world, *(shoot(n) for n in range(5))) as (store, _):
            with capture_logs() as logs:
                await asyncio.sleep(1900)
            asked = len(world.taken)
            with look(tmp_path) as reader:
                message = reader.notes().alerts[Subject.ACCOUNT]
                assert message.startswith("GET /6f1d1f0e-")
                assert "tries again by itself every 5 min; `bracketd retry SHOOT` tries at once." in message
                assert {order["messages"][0] for order in reader.orders()} == {message}
            assert len([log for log in logs if "account refused" in log["event"]]) == 1
            for number in range(5):
                await until(store, shoot(number).id, Phase.DOWNLOADED)
            with look(tmp_path) as reader:
                assert Subject.ACCOUNT not in reader.notes().alerts
        return world, asked

    _, asked = simulate(work)
    probes = 1900 // POLICY.account_probe
    assert asked <= 5 * 4 + probes + 1, "the steps begun before the first answer, then only probes"


def test_a_poisoned_order_does_not_stop_the_others(tmp_path: Path) -> None:
    """An order that triggers a bug is held with its traceback; the other orders are delivered."""

    def bug(of: Order, step: steps.Step) -> facts.Fact | None:
        if of.id == shoot(0).id:
            return facts.Failed(step, Failure.BUG, "a bug", detail="Traceback: line 1")
        return None

    async def work(clock: SimulatedClock) -> None:
        async with running(tmp_path, World(clock, trouble=bug), shoot(0), shoot(1)) as (store, _):
            await until(store, shoot(1).id, Phase.DOWNLOADED)
            assert (await store.load(shoot(0).id)).phase is Phase.HELD

    simulate(work)
    with look(tmp_path) as reader:
        assert any(entry["detail"].get("detail") == "Traceback: line 1" for entry in reader.journal(shoot(0).id))


def test_days_without_network_end_by_themselves(tmp_path: Path) -> None:
    """After three days without a network and a few hundred tries a day, everything is done."""
    back_at = START + 3 * 86400

    async def work(clock: SimulatedClock) -> World:
        def offline(of: Order, step: steps.Step) -> facts.Fact | None:
            del of
            if clock.now() < back_at:
                return facts.Failed(step, Failure.PASSING, "no route to host", unsent=True)
            return None

        world = World(clock, trouble=offline)
        async with running(tmp_path, world, shoot(), every=600.0) as (store, _):
            await asyncio.sleep(3 * 86400)
            assert len(world.taken) < 3 * 400
            await until(store, shoot().id, Phase.DOWNLOADED, patience=POLICY.retry_longest + 600)
        return world

    simulate(work)


@pytest.mark.parametrize("at", [1.5, 3.5, 6.5, 20.0, 40.0])
def test_a_restart_goes_on_where_it_was(tmp_path: Path, at: float) -> None:
    """An order that is stopped and restarted at any moment is merged once, and its image is fetched once."""

    async def work(clock: SimulatedClock) -> World:
        world = World(clock)
        async with running(tmp_path, world, shoot()):
            await asyncio.sleep(at)
        async with running(tmp_path, world) as (store, _):
            await until(store, shoot().id, Phase.DOWNLOADED)
        return world

    world = simulate(work)
    assert (world.count(steps.Merge), world.count(steps.Fetch)) == (1, 1)
    assert world.count(steps.Upload) == 3, "the steps under way at the stop were recorded"


def test_a_clock_that_jumps_stops_nothing(tmp_path: Path) -> None:
    """When the wall clock jumps back a year or ahead, orders continue within their usual time."""

    async def work(clock: SimulatedClock) -> None:
        async with running(tmp_path, World(clock), shoot(0), shoot(1)) as (store, _):
            await until(store, shoot(0).id, Phase.MERGING)
            clock.offset = -365 * 86400.0
            await asyncio.sleep(20)
            clock.offset = 365 * 86400.0
            for number in range(2):
                await until(store, shoot(number).id, Phase.DOWNLOADED, patience=120)

    simulate(work)


def test_a_person_can_let_a_held_order_go_on(tmp_path: Path) -> None:
    """A retry that another program leaves is carried out within a few seconds."""
    broken = [True]

    def unreadable(of: Order, step: steps.Step) -> facts.Fact | None:
        del of
        if isinstance(step, steps.Upload) and step.bracket == 1 and broken[0]:
            return facts.Failed(step, Failure.FILE, "IMG_0432.JPG cannot be read")
        return None

    async def work(clock: SimulatedClock) -> World:
        world = World(clock, trouble=unreadable)
        async with running(tmp_path, world, shoot()) as (store, _):
            await until(store, shoot().id, Phase.HELD)
            await asyncio.sleep(600)
            quiet = len(world.taken)
            await asyncio.sleep(600)
            assert len(world.taken) == quiet, "a held order sends no requests"
            broken[0] = False
            ask(tmp_path, "retry", shoot().id, clock.now())
            await until(store, shoot().id, Phase.DOWNLOADED, patience=120)
        return world

    world = simulate(work)
    assert world.count(steps.Upload) == 4, "the good brackets were not sent again"


@pytest.mark.parametrize("taken", [True, False])
def test_a_submitted_folder_reaches_its_watcher(tmp_path: Path, taken: bool) -> None:
    """A submit is handed to the folder's watcher, which answers it; without a watcher it is refused immediately."""

    async def work(clock: SimulatedClock) -> list[tuple[str, str]]:
        async with running(tmp_path, World(clock)) as (_store, desk):
            inbox = desk.inbox("/in" if taken else "/elsewhere", asyncio.Event())
            ask(tmp_path, "submit", "/in/12 Oak St", clock.now())
            await asyncio.sleep(5)
            assert [wish.target for wish in inbox.take()] == (["/in/12 Oak St"] if taken else [])
            with look(tmp_path) as reader:
                return reader.asked()

    assert simulate(work) == ([("submit", "/in/12 Oak St")] if taken else [])


def test_a_wish_for_an_order_that_is_not_there_is_dropped(tmp_path: Path) -> None:
    """A retry of an unknown order, for example after an old state was restored, stops nothing."""

    async def work(clock: SimulatedClock) -> list[tuple[str, str]]:
        async with running(tmp_path, World(clock)):
            ask(tmp_path, "retry", "unknown", clock.now())
            await asyncio.sleep(5)
            with look(tmp_path) as reader:
                return reader.asked()

    assert simulate(work) == []


def test_idle_costs_no_steps(tmp_path: Path) -> None:
    """When everything is delivered, no more requests are sent."""

    async def work(clock: SimulatedClock) -> None:
        world = World(clock)
        async with running(tmp_path, world, shoot(), every=60.0) as (store, _):
            await until(store, shoot().id, Phase.DOWNLOADED)
            before = len(world.taken)
            await asyncio.sleep(86400)
            assert len(world.taken) == before

    simulate(work)

"""The state's disk becomes full while orders are in progress and shoots arrive."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from daemon.errors import StateFull
from daemon.order import Order, Phase, facts, steps
from daemon.orders import Desk
from daemon.store.notes import Alert, Subject
from daemon.store.pause import RETRY
from tests.edges.full_disk import Narrow
from tests.shell.scene import INTERVAL, QUIET, watching
from tests.shell.simulated import START, Inline, SimulatedClock, simulate
from tests.shell.test_runner import POLICY, World, at_work, shoot
from tests.stores.states import ask, look

pytestmark = pytest.mark.stores("sqlite")

LONG = "x" * 100_000
HOUR = 3600.0


@dataclass
class Wordy(World):
    """A service with long answers, which need disk space. From a given kind of step on, the disk is ``full``."""

    full: type[steps.Step] | None = None
    narrow: Narrow | None = None
    done: Counter[str] = field(default_factory=Counter)

    async def perform(self, of: Order, step: steps.Step) -> facts.Fact:
        """Perform a step."""
        if self.full is not None and isinstance(step, self.full) and self.narrow is not None:
            self.narrow.fill()
            self.full = None
        fact = await super().perform(of, step)
        self.done[str(step)] += 1
        return fact

    def answer(self, of: Order, step: steps.Step) -> facts.Fact:
        """The usual answer, with a long text."""
        fact = super().answer(of, step)
        match fact:
            case facts.Registered():
                return replace(fact, service_id=f"{fact.service_id} {LONG}")
            case facts.Stored() | facts.Fetched():
                return replace(fact, sha256=LONG)
            case facts.Seen():
                return replace(fact, images=tuple(replace(image, reason=LONG) for image in fact.images))
            case facts.Placed():
                return replace(fact, file=LONG)
        return fact


@pytest.mark.parametrize("kind", [steps.Register, steps.Upload, steps.Merge, steps.Look, steps.Fetch, steps.Place])
def test_the_disk_fills_up_during_a_step(tmp_path: Path, kind: type[steps.Step]) -> None:
    """Steps in progress are kept and none is begun; once there is room, the order continues and repeats nothing."""

    async def work(clock: SimulatedClock) -> Wordy:
        narrow = Narrow(tmp_path, Inline())
        store, world = narrow.store, Wordy(clock, full=kind, narrow=narrow)
        await store.add(shoot(), facts.Locked(shoot().brackets))
        async with at_work(Desk(store, clock.now, POLICY), world.perform, clock, world.online):
            for _ in range(600):
                await asyncio.sleep(1)
                if store.pause.why is not None:
                    break
            assert store.pause.why is not None, "it was full at some time"
            await asyncio.sleep(5)
            begun = len(world.taken)
            await asyncio.sleep(HOUR)
            assert len(world.taken) == begun, "nothing is begun meanwhile"
            narrow.free()
            await asyncio.sleep(120)
            assert (await store.load(shoot().id)).phase is Phase.DOWNLOADED
        store.close()
        return world

    world = simulate(work)
    once = {step: times for step, times in world.done.items() if not step.startswith("Look")}
    assert set(once.values()) == {1}, "everything was done once"
    with look(tmp_path) as reader:
        recorded = Counter(entry["fact"] for entry in reader.journal(shoot().id))
    assert (recorded["Merged"], recorded["Fetched"], recorded["Placed"]) == (1, 1, 1)


def test_what_a_person_asks_for_waits_for_room(tmp_path: Path) -> None:
    """An ask that exists when the disk becomes full is carried out once there is room, and the runner keeps running."""
    turns: list[float] = []

    async def work(clock: SimulatedClock) -> None:
        narrow = Narrow(tmp_path, Inline())
        store, world = narrow.store, World(clock)
        await store.add(replace(shoot(), due=START + 10 * HOUR), facts.Locked(shoot().brackets))

        def turned() -> None:
            turns.append(clock.monotonic())

        async with at_work(Desk(store, clock.now, POLICY), world.perform, clock, world.online, turned=turned):
            narrow.fill()
            writing = asyncio.create_task(store.note(Alert(Subject.COPIES, LONG)))
            await asyncio.sleep(1)
            turns.clear()
            await asyncio.sleep(60)
            assert len(turns) > 50, "the sign of life is given"
            narrow.free()
            ask(tmp_path, "retry", shoot().id, clock.now())
            await asyncio.sleep(RETRY + 120)
            await writing
            assert (await store.load(shoot().id)).phase is Phase.DOWNLOADED
        store.close()

    simulate(work)


def test_a_step_that_meets_the_full_disk_itself(tmp_path: Path) -> None:
    """A step whose thread cannot store its state is repeated once there is room."""

    async def work(clock: SimulatedClock) -> World:
        narrow = Narrow(tmp_path, Inline())
        store = narrow.store

        @dataclass
        class Meets(World):
            """A service that writes to a full disk while it performs a step."""

            async def perform(self, of: Order, step: steps.Step) -> facts.Fact:
                """Perform a step."""
                if isinstance(step, steps.Fetch) and clock.monotonic() < HOUR:
                    self.taken.append((of.id, step))
                    narrow.fill()
                    raise StateFull("no room")
                return await super().perform(of, step)

        world = Meets(clock)
        await store.add(shoot(), facts.Locked(shoot().brackets))
        async with at_work(Desk(store, clock.now, POLICY), world.perform, clock, world.online):
            await asyncio.sleep(HOUR)
            narrow.free()
            await asyncio.sleep(120)
            assert (await store.load(shoot().id)).phase is Phase.DOWNLOADED
        store.close()
        return world

    assert simulate(work).count(steps.Fetch) < 2000


def test_a_watched_folder_goes_on_when_there_is_room(tmp: Path) -> None:
    """A shoot that settles while the disk is full gets its order once there is room, and the watcher survives."""

    async def work(clock: SimulatedClock) -> None:
        narrow = Narrow(tmp / "state", Inline())
        async with watching(tmp, clock, store=narrow.store) as scene:
            narrow.fill()
            for number in range(40):
                scene.put(f"12 Oak St {number}/{'x' * 200}.JPG")
            await asyncio.sleep(INTERVAL + QUIET + 3 * RETRY)
            assert narrow.store.pause.why is not None
            before = len(scene.orders())
            narrow.free()
            await asyncio.sleep(INTERVAL + QUIET)
            assert len(scene.orders()) == 40 > before

    simulate(work)

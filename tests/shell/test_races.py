"""Concurrent writers of one order, two orders of one card, and steps that end after their order was replaced."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from daemon.files import scan
from daemon.files.roots import Roots
from daemon.order import Order, Phase, Verb, facts, steps
from daemon.order.facts import Failure
from daemon.orders import Desk
from daemon.photos import Contents
from daemon.photos.contents import Blocking, look_into
from daemon.shoot import Quiet
from daemon.store.asks import Outcome
from daemon.store.protocol import Store
from daemon.watcher import Intake, UnknownOrders, WatchedFolder
from daemon.watcher.settled import Settled
from tests.changed import changed
from tests.shell.scene import INTERVAL, PRESET, QUIET
from tests.shell.simulated import SimulatedClock, simulate
from tests.shell.test_runner import POLICY, World, running, shoot, until
from tests.stores.states import ask, look, open_store

pytestmark = pytest.mark.stores("memory", "sqlite")

SLOW = 600.0


@dataclass
class Broken(World):
    """A world in which the first order's first photo cannot be read until it is fixed; its second is slow."""

    mended: bool = False

    async def perform(self, of: Order, step: steps.Step) -> facts.Fact:
        """Perform a step."""
        if of.id == shoot(0).id and isinstance(step, steps.Upload) and not self.mended:
            if step.bracket == 0:
                return facts.Failed(step, Failure.FILE, f"{of.brackets[0].path} cannot be read", bracket=0)
            await asyncio.sleep(SLOW if step.bracket == 1 else 0)
        return await super().perform(of, step)


def phases(state: Path) -> dict[str, str]:
    """Each order's phase, by ID."""
    with look(state) as reader:
        return {row["id"]: row["phase"] for row in reader.orders()}


def test_a_slow_step_does_not_bring_a_replaced_order_back(tmp: Path) -> None:
    """An order that was replaced while a photo was being uploaded stays cancelled, and the shoot is merged once."""
    second = changed(shoot(1), folder=shoot(0).source.folder)

    async def work(clock: SimulatedClock) -> None:
        world, state = Broken(clock), tmp / "state"
        async with running(state, world, shoot(0)) as (store, desk):
            old = await until(store, shoot(0).id, Phase.HELD)
            await desk.replace(old, second, facts.Locked(second.brackets))
            await until(store, second.id, Phase.DOWNLOADED)
            await asyncio.sleep(SLOW)
            assert phases(state)[old.id] == "cancelled"
            ask(state, "retry", old.id, clock.now())
            await asyncio.sleep(SLOW)
            assert phases(state) == {old.id: "cancelled", second.id: "downloaded"}
        assert world.count(steps.Merge) == 1

    simulate(work)


@pytest.mark.stores("sqlite")
@pytest.mark.parametrize(
    ("verb", "end"),
    [("cancel", Phase.CANCELLED), ("approve", Phase.DOWNLOADED), ("retry", Phase.DOWNLOADED)],
)
def test_what_a_person_asked_for_outlives_a_kill(tmp: Path, verb: str, end: Phase) -> None:
    """An ask that is carried out during an upload is stored with its answer, and survives a kill."""

    async def work(clock: SimulatedClock) -> None:
        world, state = Broken(clock), tmp / "state"
        async with running(state, world, shoot(0)) as (store, _):
            await until(store, shoot(0).id, Phase.HELD)
            seq = ask(state, verb, shoot(0).id, clock.now())
            world.mended = True
            await asyncio.sleep(5)
            assert (await store.load(shoot(0).id)).phase is not Phase.HELD
            with look(state) as reader:
                answer = reader.answer(seq)
            assert answer is not None
            assert answer[0] is Outcome.DONE
            shutil.copytree(state, tmp / "as a kill leaves it")
        async with running(tmp / "as a kill leaves it", world) as (store, _):
            await until(store, shoot(0).id, end)
            with look(tmp / "as a kill leaves it") as reader:
                assert (reader.asked(), reader.answer(seq)) == ([], answer), "and it is carried out once"

    simulate(work)


@dataclass
class Failing(World):
    """A world in which each image fails until it is reprocessed."""

    images: int = 6

    def answer(self, of: Order, step: steps.Step) -> facts.Fact:
        """The fact of a step."""
        if not isinstance(step, steps.Poll):
            return super().answer(of, step)
        again = {asked.image for _, asked in self.taken if isinstance(asked, steps.Reprocess)}
        names = [f"i{number}" for number in range(self.images)]
        return facts.Polled(False, False, tuple(facts.PolledImage(name, name, ended=name in again) for name in names))


def test_each_of_many_failed_images_is_processed_again_once(tmp: Path) -> None:
    """Each of many failed images is reprocessed once, and its intent is stored first."""

    async def work(clock: SimulatedClock) -> Failing:
        world = Failing(clock)
        async with running(tmp / "state", world, shoot(0)) as (store, _):
            await until(store, shoot(0).id, Phase.DOWNLOADED)
        return world

    world = simulate(work)
    asked = Counter(step.image for _, step in world.taken if isinstance(step, steps.Reprocess))
    assert asked == Counter(f"i{number}" for number in range(world.images))
    with look(tmp / "state") as reader:
        journal = reader.journal(shoot(0).id)
    intended = [entry["detail"]["image"] for entry in journal if entry["fact"] == "ReprocessIntended"]
    assert sorted(intended) == sorted(asked), "and each intent before its request"


async def blocking(function: Callable[..., Any], *arguments: Any) -> Any:
    """Run a blocking call after all other waiting tasks had their turn."""
    await asyncio.sleep(0)
    return function(*arguments)


async def nothing_unknown(output: Path, store: Store, clock: SimulatedClock) -> UnknownOrders:
    """A probe for unknown orders that has scanned its output folder."""
    unknown = UnknownOrders({str(output): blocking}, store, Roots(store.root_states(clock.now)), clock)
    await unknown.run()
    return unknown


def intake(
    watch: Path,
    output: Path,
    desk: Desk,
    *,
    unknown: UnknownOrders,
    blocking: Blocking = blocking,
) -> Intake:
    """The intake of a watched folder."""
    folder = WatchedFolder(str(watch), str(output), Quiet(QUIET), True, INTERVAL, PRESET)
    return Intake(folder, desk, Contents(blocking), unknown, flow="images")


def settled(folder: Path) -> Settled:
    """The shoot in a folder, settled."""
    return Settled(str(folder), scan.scan(str(folder)), "quiet")


@pytest.mark.parametrize("submitted", [False, True], ids=["both settle", "one is submitted"])
def test_a_card_in_two_watched_folders_is_bought_once(tmp: Path, submitted: bool) -> None:
    """The same photos in two watched folders at the same time become one order and one skipped shoot."""
    shoots = [tmp / place / "12 Oak St" for place in ("a", "b")]
    for folder in shoots:
        folder.mkdir(parents=True)
        for number in range(5):
            (folder / f"IMG_{number}.JPG").write_bytes(bytes([number]) * 1000)

    async def work(clock: SimulatedClock) -> None:
        store = open_store(tmp / "state")
        desk = Desk(store, clock.now, POLICY)
        unknown = await nothing_unknown(tmp / "out", store, clock)
        first, second = (intake(f.parent, tmp / "out", desk, unknown=unknown) for f in shoots)
        verb = Verb.SUBMIT if submitted else None
        one, two = settled(shoots[0]), replace(settled(shoots[1]), verb=verb)
        await asyncio.gather(first.lock(one), second.submit(two) if submitted else second.lock(two))
        store.close()

    simulate(work)
    with look(tmp / "state") as reader:
        rows = {row["phase"]: row for row in reader.orders()}
    assert sorted(rows) == ["settled", "skipped"], "whichever was first"
    assert rows["skipped"]["same_as"] == rows["settled"]["id"]
    assert rows["skipped"]["folder"] != rows["settled"]["folder"]


def test_a_long_read_delays_no_other_shoot(tmp: Path) -> None:
    """While one shoot's photos are read for an hour, a shoot in another watched folder becomes an order."""
    slow, quick = (tmp / place / "12 Oak St" for place in ("a", "b"))
    for folder in (slow, quick):
        folder.mkdir(parents=True)
        (folder / "IMG_1.JPG").write_bytes(str(folder).encode())

    async def work(clock: SimulatedClock) -> None:
        async def hesitant(function: Callable[..., Any], *arguments: Any) -> Any:
            await asyncio.sleep(3600 if function is look_into else 0)
            return function(*arguments)

        store = open_store(tmp / "state")
        desk = Desk(store, clock.now, POLICY)
        unknown = await nothing_unknown(tmp / "out", store, clock)
        first = intake(slow.parent, tmp / "out", desk, unknown=unknown, blocking=hesitant)
        second = intake(quick.parent, tmp / "out", desk, unknown=unknown)
        reading = asyncio.create_task(first.lock(settled(slow)))
        await asyncio.sleep(60)
        async with asyncio.timeout(1):
            await second.lock(settled(quick))
        assert not reading.done()
        await reading
        assert clock.monotonic() < 2 * 3600, "and it is read once"
        store.close()

    simulate(work)
    with look(tmp / "state") as reader:
        assert len(reader.orders()) == 2

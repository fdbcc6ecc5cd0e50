"""Random copies, renames, mixes, cancels and submits of folders: nothing is sent twice, nothing stays unreported."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
from pathlib import Path

import pytest

from daemon.order import Ended, Order, Phase, facts
from daemon.order.again import was_sent
from daemon.order.allowed import CANCELLED
from daemon.order.sent import paths_of
from daemon.store.known import KnownBy
from tests.changed import changed
from tests.shell.scene import INTERVAL, QUIET, Scene, watching
from tests.shell.simulated import SimulatedClock, simulate
from tests.stores.states import look

STEPS = 14
DAY = 86400.0


class People:
    """The people who copy, move, cancel and submit."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene, self.random = scene, random.Random(seed)
        self.made = 0
        self.log: list[str] = []
        self.twice: set[str] = set()
        """Orders of photos that a person wanted to be sent even if they were sent before."""

    def folders(self) -> list[Path]:
        """The shoots in the watched folder."""
        return sorted(self.scene.root.iterdir())

    def orders(self) -> list[Order]:
        """All orders, oldest first."""
        with look(self.scene.state) as reader:
            orders = [reader.order(row["id"]) for row in reader.orders()]
        return sorted(orders, key=lambda order: order.times.created_at)

    def _name(self) -> str:
        self.made += 1
        return f"shoot {self.made}"

    def _put(self, shoot: str, photos: int) -> None:
        for _ in range(photos):
            self.scene.put(f"{shoot}/IMG_{self.scene.photos:04}.JPG")

    async def drop(self) -> None:
        """Add a new shoot."""
        self._put(self._name(), self.random.randint(2, 8))

    async def add(self) -> None:
        """Add photos to a shoot."""
        self._put(self.random.choice(self.folders()).name, self.random.randint(1, 6))

    async def copy(self) -> None:
        """Copy a shoot."""
        shutil.copytree(self.random.choice(self.folders()), self.scene.root / self._name())

    async def copy_part(self) -> None:
        """Copy some photos of a shoot."""
        photos = sorted(self.random.choice(self.folders()).iterdir())
        (self.scene.root / self._name()).mkdir()
        for photo in self.random.sample(photos, max(1, len(photos) // 2)):
            shutil.copy2(photo, self.scene.root / f"shoot {self.made}")

    async def mix(self) -> None:
        """Copy a shoot's photos into another one's folder."""
        one, other = self.random.choice(self.folders()), self.random.choice(self.folders())
        if one != other:
            shutil.copytree(one, other, dirs_exist_ok=True)

    async def move(self) -> None:
        """Move a shoot's photos into another one's folder."""
        one, other = self.random.choice(self.folders()), self.random.choice(self.folders())
        if one != other:
            shutil.copytree(one, other, dirs_exist_ok=True)
            shutil.rmtree(one)

    async def rename(self) -> None:
        """Rename a shoot."""
        os.rename(self.random.choice(self.folders()), self.scene.root / self._name())

    async def cancel(self) -> None:
        """Cancel an order that is not merged."""
        ended = (Phase.DOWNLOADED, Phase.SKIPPED, Phase.CANCELLED)
        if orders := [order for order in self.orders() if order.phase not in ended]:
            order = self.random.choice(orders)
            await self.scene.desk.happened(order.id, facts.Cancelled(CANCELLED, by_person=True))

    async def approve(self) -> None:
        """Approve a held order."""
        for order in self.orders():
            if order.phase is Phase.HELD:
                await self.scene.desk.happened(order.id, facts.Approved())

    async def submit(self) -> None:
        """Submit a shoot."""
        await self.scene.submit(self.random.choice(self.folders()).name)

    async def submit_again(self) -> None:
        """Submit a shoot, even if it was sent before."""
        before = {order.id for order in self.orders()}
        await self.scene.submit(self.random.choice(self.folders()).name, "submit again")
        self.twice |= {order.id for order in self.orders()} - before

    async def skip(self) -> None:
        """Skip a shoot, or its late photos."""
        await self.scene.submit(self.random.choice(self.folders()).name, "skip")

    async def wait(self) -> None:
        """Wait for a while."""
        await asyncio.sleep(2 * INTERVAL + QUIET)

    async def deliver(self) -> None:
        """Deliver all orders in progress."""
        for order in self.orders():
            if order.phase is Phase.SETTLED:
                done = await self.scene.store.load(order.id)
                await self.scene.store.record(
                    done, facts.Delivered(), changed(done, phase=Phase.DOWNLOADED, due=None), 0.0
                )

    async def step(self) -> None:
        """Do one random action, usually followed by a quiet period."""
        does = (self.drop, self.add, self.copy, self.copy_part, self.mix, self.move, self.rename)
        says = (
            self.cancel,
            self.cancel,
            self.approve,
            self.submit,
            self.submit,
            self.submit_again,
            self.skip,
            self.deliver,
        )
        act = self.random.choice((*does, *says))
        self.log.append(act.__name__)
        await act()
        if self.random.random() < 0.7:
            await self.wait()


def sent_twice(orders: list[Order], wanted: set[str]) -> list[tuple[str, str]]:
    """Photos in two orders, except ``wanted`` second orders and separate shoots that share only a few photos."""
    known: dict[str, str] = {}
    twice = []
    for order in filter(was_sent, orders):
        marks = {order.brackets[number].mark: order.brackets[number].path for number in order.sent}
        shared = marks.keys() & known.keys()
        if order.id not in wanted and (order.source.supplement_of is not None or 2 * len(shared) >= len(marks)):
            twice += [(order.source.shoot, marks[mark]) for mark in shared]
        known |= dict.fromkeys(marks, order.source.shoot)
    return twice


async def silent(people: People) -> list[str]:
    """Photos that neither an order nor ``status`` accounts for. Each name stands for one photo, in any folder.

    The photos of the two old shoots are recorded as skipped.
    """
    store, found = people.scene.store, []
    counts = [order for order in people.orders() if order.standing is not Ended.CANCELLED_BY_RULE]
    elsewhere = {bracket.path for order in counts for bracket in order.brackets}
    looked_at = await store.skipped_in(str(people.scene.root))
    for folder in people.folders():
        orders = await store.earlier(KnownBy(str(folder)))
        names = {photo.name for photo in folder.iterdir() if photo.name.startswith("IMG_")}
        if str(folder) in looked_at and orders[0].phase is Phase.SKIPPED:
            continue
        known = {path for order in orders for path in (*paths_of(order), *order.unsent.late)}
        found += [f"{folder.name}/{name}" for name in sorted(names - known - elsewhere)]
    return found


SEEDS = (*range(8), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(8, 400)))


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_people_do_nothing_is_sent_twice_and_nothing_is_silent(tmp: Path, seed: int) -> None:
    """Unless wanted, no photo is in two orders; every photo is accounted for; and all orders come to rest."""
    for shoot in ("old 1", "old 2"):
        (tmp / "in" / shoot).mkdir()
        for number in range(5):
            (tmp / "in" / shoot / f"{shoot[-1]}_{number}.JPG").write_bytes(shoot.encode() * (400 + number))

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            people = People(scene, seed)
            await people.drop()
            for _ in range(STEPS):
                await people.step()
                assert sent_twice(people.orders(), people.twice) == [], people.log
            await people.wait()
            await people.wait()
            assert (await silent(people), scene.waiting()) == ([], {}), people.log
            before = people.orders()
            await asyncio.sleep(DAY)
            assert [order.id for order in people.orders()] == [order.id for order in before], people.log
            assert scene.waiting() == {}

    simulate(work)

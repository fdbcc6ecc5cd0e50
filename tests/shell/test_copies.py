"""Copied shoots, and copies of photos that were sent."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

from daemon.order import Order, Phase, Policy, evolve, facts, steps
from daemon.shoot import LeftOut, Why
from tests.shell.scene import INTERVAL, QUIET, Scene, delivered, watching
from tests.shell.simulated import SimulatedClock, simulate
from tests.stores.states import look

POLICY = Policy()
OAK, COPY = "12 Oak St", "12 Oak St (1)"


async def quiet() -> None:
    """Wait until a shoot is found and settled."""
    await asyncio.sleep(INTERVAL + QUIET + 5)


def put(scene: Scene, shoot: str, *, photos: int = 3) -> None:
    """Create a shoot with this many photos, different from those of any other shoot."""
    for number in range(photos):
        scene.put(f"{shoot}/IMG_{number}.JPG")


async def newest(scene: Scene, shoot: str) -> Order:
    """The newest order of a shoot."""
    order = await scene.store.newest(str(scene.root / shoot))
    assert order is not None
    return order


async def happens(scene: Scene, order: Order, fact: facts.Fact, clock: SimulatedClock) -> None:
    """Apply a fact to an order, as the runner does."""
    after = evolve(order, fact, now=clock.now(), policy=POLICY)
    await scene.store.record(order, fact, after, clock.now())


def skipped_for(scene: Scene, shoot: str) -> str | None:
    """The order because of which a shoot was skipped."""
    with look(scene.state) as reader:
        (row,) = [row for row in reader.orders() if (row["shoot"], row["phase"]) == (shoot, "skipped")]
    return row["same_as"] and str(row["same_as"])


def test_a_copy_is_sent_when_the_shoot_it_was_made_of_is_deleted(tmp: Path) -> None:
    """If a shoot is copied to its right name and deleted while it is sent, the copy is sent."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            put(scene, "Wrong name")
            await quiet()
            shutil.copytree(scene.root / "Wrong name", scene.root / OAK)
            await quiet()
            assert scene.orders()[OAK] == ("skipped", 0)
            shutil.rmtree(scene.root / "Wrong name")
            gone = facts.Failed(steps.Upload(1), facts.Failure.GONE, "the shoot's folder was removed", bracket=1)
            await happens(scene, await newest(scene, "Wrong name"), gone, clock)
            await quiet()
            sent = await newest(scene, OAK)
            assert (sent.phase, len(sent.brackets)) == (Phase.SETTLED, 3)

    simulate(work)


def test_a_copy_of_what_a_person_cancelled_stays_skipped(tmp: Path) -> None:
    """A copy of a cancelled shoot does not cause its photos to be sent without approval."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            put(scene, OAK)
            await quiet()
            shutil.copytree(scene.root / OAK, scene.root / COPY)
            await quiet()
            await happens(scene, await newest(scene, OAK), facts.Cancelled("not wanted", by_person=True), clock)
            await asyncio.sleep(5 * INTERVAL)
            assert scene.orders() == {COPY: ("skipped", 0)}

    simulate(work)


def test_a_copy_of_a_copy_is_known_by_the_order_that_was_bought(tmp: Path) -> None:
    """However often a delivered shoot is renamed and copied, a plain ``submit`` of a copy buys nothing."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            put(scene, "Card")
            await quiet()
            bought = await delivered(scene, "Card")
            os.rename(scene.root / "Card", scene.root / OAK)
            await quiet()
            shutil.copytree(scene.root / OAK, scene.root / COPY)
            await quiet()
            assert (skipped_for(scene, OAK), skipped_for(scene, COPY)) == (bought.id, bought.id)
            await scene.submit(COPY)
            assert scene.orders()[COPY] == ("skipped", 0)

    simulate(work)


def test_what_was_cancelled_is_not_bought_beside_its_copy(tmp: Path) -> None:
    """After a copy of a cancelled shoot was sent, a plain ``submit`` of the cancelled one does not buy it again."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            put(scene, OAK)
            await quiet()
            await happens(scene, await newest(scene, OAK), facts.Cancelled("not wanted", by_person=True), clock)
            shutil.copytree(scene.root / OAK, scene.root / COPY)
            await quiet()
            await scene.submit(COPY, "submit again")
            await delivered(scene, COPY)
            await scene.submit(OAK)
            assert scene.orders() == {COPY: ("downloaded", 3)}
            await scene.submit(OAK, "submit again")
            assert scene.orders() == {COPY: ("downloaded", 3), OAK: ("settled", 3)}, "only if it is said so"

    simulate(work)


def archived(top: Path, shoot: str, *, photos: int = 3) -> None:
    """Create a shoot in the folder before it is watched."""
    (top / "in" / shoot).mkdir()
    for number in range(photos):
        (top / "in" / shoot / f"IMG_{number}.JPG").write_bytes(shoot.encode() * (100 + number))


def words_of(scene: Scene, shoot: str) -> str:
    """The messages of a skipped shoot in ``status``."""
    with look(scene.state) as reader:
        (row,) = [row for row in reader.orders() if (row["shoot"], row["phase"]) == (shoot, "skipped")]
    return str(row["messages"][0])


def test_a_skipped_shoot_with_a_skipped_copy_is_sent_on_a_plain_submit(tmp: Path) -> None:
    """``submit`` sends a skipped shoot even if a copy of it was skipped, because nothing was bought."""
    archived(tmp, OAK)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            shutil.copytree(scene.root / OAK, scene.root / COPY)
            await quiet()
            assert scene.orders() == {OAK: ("skipped", 0), COPY: ("skipped", 0)}
            assert f"same photos as “{OAK}”, which was skipped and never bought" in words_of(scene, COPY)
            assert "`bracketd submit FOLDER` sends them" in words_of(scene, COPY)
            assert "again" not in words_of(scene, COPY)
            await scene.submit(OAK)
            assert scene.orders()[OAK] == ("settled", 3)
            await quiet()
            assert f"same photos as “{OAK}”, sent" in words_of(scene, COPY), "and the copy says what is true now"
            await scene.submit(COPY)
            assert scene.orders() == {OAK: ("settled", 3), COPY: ("skipped", 0)}

    simulate(work)


def test_a_copy_of_a_copy_of_a_skipped_shoot_is_sent_on_a_plain_submit(tmp: Path) -> None:
    """A plain ``submit`` sends any one of several copies that were never bought; the others are then refused."""
    archived(tmp, OAK)
    second = f"{OAK} (2)"

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            for source, copy in ((OAK, COPY), (COPY, second)):
                shutil.copytree(scene.root / source, scene.root / copy)
                await quiet()
            await scene.submit(second)
            assert scene.orders()[second] == ("settled", 3)
            await quiet()
            for shoot in (OAK, COPY):
                await scene.submit(shoot)
                assert scene.orders()[shoot] == ("skipped", 0)

    simulate(work)


def test_a_copy_of_what_was_cancelled_is_sent_on_a_plain_submit(tmp: Path) -> None:
    """A plain ``submit`` sends the copy of a cancelled shoot, because nothing was bought."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            put(scene, OAK)
            await quiet()
            await happens(scene, await newest(scene, OAK), facts.Cancelled("not wanted", by_person=True), clock)
            shutil.copytree(scene.root / OAK, scene.root / COPY)
            await quiet()
            assert f"same photos as “{OAK}”, which was cancelled" in words_of(scene, COPY)
            await scene.submit(COPY)
            assert scene.orders()[COPY] == ("settled", 3)

    simulate(work)


def test_copies_that_come_late_are_looked_into_once(tmp: Path) -> None:
    """A second card's copies of sent photos are recognised from then on, and wait for nothing."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            for number in range(3):
                scene.put(f"{OAK}/A/IMG_{number}.JPG", bytes([number]) * 100)
            await quiet()
            sent = await delivered(scene, OAK)
            for number in range(3):
                scene.put(f"{OAK}/B/IMG_{number}.JPG", bytes([number]) * 100)
            await quiet()
            copies = tuple(f"B/IMG_{number}.JPG" for number in range(3))
            why = tuple(LeftOut(path, Why.COPY, path.replace("B", "A")) for path in copies)
            assert scene.heard == [(sent.id, facts.FoundAgain(copies, why))]
            scene.heard.clear()
            await quiet()
            assert (scene.heard, scene.waiting(), scene.orders()) == ([], {}, {OAK: ("downloaded", 3)})

    simulate(work)

"""A shoot of two properties, split into orders, in simulated time."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.order import HoldKind, Order, Phase, Policy, ShootPart, evolve, facts
from daemon.order.allowed import CANCELLED
from daemon.order.policy import Limits
from daemon.order.problem import Code
from daemon.store.asks import Outcome
from daemon.store.known import KnownBy
from tests.edges.sandbox.shots import NOON, bracket
from tests.shell.scene import INTERVAL, PRESET, QUIET, Scene, delivered, watching
from tests.shell.simulated import SimulatedClock, simulate

OAK, FIRST, SECOND = "12 Oak St", "12 Oak St (1 of 2)", "12 Oak St (2 of 2)"
HOUR = timedelta(hours=1)
DAY = 86400.0
ASK = replace(PRESET, per_image=None, grouping="sets", singles="send", split="ask")


def photo(number: int, begin: timedelta) -> bytes:
    """Photo ``number`` of a house: sets of three, half a minute apart."""
    taken = NOON + begin + timedelta(seconds=30 * (number // 3) + 0.3 * (number % 3))
    return bracket(number // 3, 2.0 * (number % 3 - 1), taken, size=(48, 32))


def put(scene: Scene, shoot: str = OAK) -> None:
    """Put a card with two houses of four sets into a shoot's folder, each with a file that is not sent."""
    for house, begin in enumerate((timedelta(), HOUR)):
        for number in range(12):
            scene.put(f"{shoot}/IMG_{house}{number:03}.JPG", photo(number, begin) + bytes([house]))
        scene.put(f"{shoot}/copy of {house}.JPG", photo(0, begin) + bytes([house]))


async def quiet() -> None:
    """Wait until photos are found and settled."""
    await asyncio.sleep(2 * INTERVAL + QUIET + 5)


async def orders_of(scene: Scene, shoot: str = OAK) -> dict[str, Order]:
    """The orders of a shoot's folder, by name; of several with the same name the newest."""
    found = await scene.store.earlier(KnownBy(str(scene.root / shoot)))
    return {order.source.shoot: order for order in reversed(found)}


@asynccontextmanager
async def held(tmp: Path, clock: SimulatedClock, limits: Limits = Limits()) -> AsyncIterator[Scene]:  # noqa: B008
    """A watcher with the card in its folder, which is held."""
    async with watching(tmp, clock, preset=ASK, limits=limits) as scene:
        put(scene)
        await quiet()
        yield scene


async def both(scene: Scene) -> tuple[Order, Order]:
    """The two orders of the split shoot."""
    found = await orders_of(scene)
    assert set(found) == {FIRST, SECOND}
    return found[FIRST], found[SECOND]


def sent(order: Order) -> list[str]:
    """The photos that an order sends."""
    return [order.brackets[number].path for number in order.sent]


def test_every_file_is_in_exactly_one_order(tmp: Path) -> None:
    """A held shoot is split: each photo and each left-out file is in one order, and the first order is replaced."""

    async def work(clock: SimulatedClock) -> None:
        async with held(tmp, clock) as scene:
            (one,) = (await orders_of(scene)).values()
            assert (one.hold_kind, one.troubles[0].code) == (HoldKind.PROPERTIES, Code.SEVERAL_PROPERTIES)
            what, text = await scene.submit(OAK, "split") or (None, "")
            assert (what, text) == (
                Outcome.DONE,
                f"{OAK}: split into 2 orders: “{FIRST}” (12 photos), “{SECOND}” (12 photos).",
            )
            first, second = await both(scene)
            assert (await scene.store.load(one.id)).is_in(Code.REPLACED)
            assert [first.source.part, second.source.part] == [ShootPart(1, 2), ShootPart(2, 2)]
            assert sorted(sent(first) + sent(second)) == sorted(sent(one))
            assert [path[:5] for path in (sent(first)[0], sent(second)[0])] == ["IMG_0", "IMG_1"]
            assert (first.unsent.left_out, second.unsent.left_out) == (("copy of 0.JPG",), ("copy of 1.JPG",))
            assert [len(planned.brackets) for planned in first.plan] == [3] * 4
            assert [os.path.basename(order.source.output) for order in (first, second)] == [FIRST, SECOND]
            await asyncio.sleep(DAY)
            assert len(await orders_of(scene)) == 2, "a later scan sends nothing again"

    simulate(work)


def test_nothing_is_sent_twice_after_a_split(tmp: Path) -> None:
    """A submit, another split, and a copy of the card find all photos in the orders of the parts."""

    async def work(clock: SimulatedClock) -> None:
        async with held(tmp, clock) as scene:
            await scene.submit(OAK, "split")
            for verb in ("submit", "split"):
                assert (await scene.submit(OAK, verb) or ("",))[0] is Outcome.REFUSED
            put(scene, "Copy")
            await quiet()
            (copy,) = (await orders_of(scene, "Copy")).values()
            assert copy.phase is Phase.SKIPPED
            what, text = await scene.submit("Copy", "split") or (None, "")
            assert (what, "cannot be split" in text or "was skipped" in text) == (Outcome.REFUSED, True), text

    simulate(work)


def test_a_cancelled_part_is_sent_again_with_its_name(tmp: Path) -> None:
    """A plain submit sends only the part that a person cancelled, into its own output folder."""

    async def work(clock: SimulatedClock) -> None:
        async with held(tmp, clock) as scene:
            await scene.submit(OAK, "split")
            first, second = await both(scene)
            fact = facts.Cancelled(CANCELLED, by_person=True)
            await scene.store.record(first, fact, evolve(first, fact, now=clock.now(), policy=Policy()), clock.now())
            done = replace(second, standing=Phase.DOWNLOADED, due=None)
            await scene.store.record(second, facts.Delivered(), done, clock.now())
            await scene.submit(OAK)
            again = (await orders_of(scene))[FIRST]
            assert again.id != first.id
            assert (again.source.part, again.source.output) == (ShootPart(1, 2), first.source.output)
            assert (sent(again), again.phase) == (sent(first), Phase.SETTLED)

    simulate(work)


def test_a_held_part_is_replaced_alone(tmp: Path) -> None:
    """A submit replaces a part that is held by an order of the same photos, with the same name and output folder."""

    async def work(clock: SimulatedClock) -> None:
        async with held(tmp, clock, Limits(images_per_order=3)) as scene:
            await scene.submit(OAK, "split")
            first, second = await both(scene)
            assert (first.phase, second.phase) == (Phase.HELD, Phase.HELD)
            await scene.submit(OAK)
            newest = await both(scene)
            (new,) = [order for order in newest if order.id not in (first.id, second.id)]
            old = {order.source.shoot: order for order in (first, second)}[new.source.shoot]
            assert (sent(new), new.source.part, new.source.output) == (sent(old), old.source.part, old.source.output)

    simulate(work)


def test_all_parts_follow_a_renamed_folder(tmp: Path) -> None:
    """If the shoot's folder is renamed while the parts are under way, all of them follow it and are not sent again."""

    async def work(clock: SimulatedClock) -> None:
        async with held(tmp, clock) as scene:
            await scene.submit(OAK, "split")
            ids = {order.id for order in await both(scene)}
            os.rename(scene.root / OAK, scene.root / "14 Oak St")
            await quiet()
            found = await orders_of(scene, "14 Oak St")
            assert {name: order.id in ids for name, order in found.items()} == {
                "14 Oak St (1 of 2)": True,
                "14 Oak St (2 of 2)": True,
            }

    simulate(work)


@pytest.mark.parametrize("merging", [False, True])
def test_a_split_wins_until_the_merge(tmp: Path, merging: bool) -> None:
    """An order that is uploading is split; once its merge is intended, the split is refused and nothing changes."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=replace(ASK, split="report")) as scene:
            put(scene)
            await quiet()
            (one,) = (await orders_of(scene)).values()
            assert (one.phase, bool(one.source.several)) == (Phase.SETTLED, True)
            now: list[facts.Fact] = [facts.Registered(0, 0, "s0", "https://storage/s0")]
            if merging:
                stored: list[facts.Fact] = [
                    f for n in range(24) for f in (facts.Registered(n, 0, f"s{n}", "u"), facts.Stored(n, 0))
                ]
                now = [*stored, facts.Confirmed(()), facts.MergeIntended()]
            for fact in now:
                await scene.desk.happened(one.id, fact)
            what, text = await scene.submit(OAK, "split") or (None, "")
            assert what is (Outcome.REFUSED if merging else Outcome.DONE)
            assert ("too late" in text) is merging
            assert set(await orders_of(scene)) == ({OAK} if merging else {FIRST, SECOND})
            assert (await scene.store.load(one.id)).phase is (Phase.MERGING if merging else Phase.CANCELLED)

    simulate(work)


def test_a_late_photo_without_a_part_waits(tmp: Path) -> None:
    """A late photo in the middle between two parts is held; one near a part is sent with it."""

    async def work(clock: SimulatedClock) -> None:
        async with held(tmp, clock) as scene:
            await scene.submit(OAK, "split")
            for order in await both(scene):
                done = replace(order, standing=Phase.DOWNLOADED, due=None)
                await scene.store.record(order, facts.Delivered(), done, clock.now())
            scene.put(f"{OAK}/IMG_2001.JPG", photo(0, HOUR + timedelta(minutes=5)))
            scene.hint(OAK)
            await quiet()
            second = (await orders_of(scene))[SECOND]
            assert (sent(second), second.phase) == (["IMG_2001.JPG"], Phase.SETTLED)
            await delivered(scene, OAK)
            scene.put(f"{OAK}/plain.JPG", b"no metadata")
            scene.hint(OAK)
            await quiet()
            newest = await scene.store.newest(str(scene.root / OAK))
            assert newest is not None
            assert (sent(newest), newest.hold_kind) == (["plain.JPG"], HoldKind.LATE)
            assert "do not belong to one of its parts" in (newest.trouble or "")

    simulate(work)


def test_a_part_waits_for_its_own_doubts_only(tmp: Path) -> None:
    """A split answers no other question: the part with a single photo is held for it, and the other is sent."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=replace(ASK, singles="ask")) as scene:
            put(scene)
            scene.put(f"{OAK}/IMG_0100.JPG", photo(0, timedelta(minutes=2)))
            await quiet()
            (one,) = (await orders_of(scene)).values()
            assert [trouble.code for trouble in one.troubles] == [Code.SEVERAL_PROPERTIES, Code.DOUBTFUL_PHOTOS]
            _what, text = await scene.submit(OAK, "split") or (None, "")
            first, second = await both(scene)
            assert (first.hold_kind, second.phase) == (HoldKind.DOUBT, Phase.SETTLED)
            assert "1 photo(s) belong to no set" in (first.trouble or "")
            assert f"“{FIRST}” is held: " in text

    simulate(work)

"""An approval, a submit or a changed setting buys no more than was meant."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.order import Image, ImageState, Limits, MergeState, Order, Phase, Policy, evolve, facts, steps
from daemon.store.known import KnownBy
from tests.shell.scene import INTERVAL, PRESET, QUIET, Scene, delivered, watching
from tests.shell.simulated import SimulatedClock, simulate

OAK = "12 Oak St"


async def quiet() -> None:
    """Wait until photos are found and settled."""
    await asyncio.sleep(2 * INTERVAL + QUIET + 5)


async def orders(scene: Scene) -> Sequence[Order]:
    """The orders of the shoot, newest first."""
    return await scene.store.earlier(KnownBy(str(scene.root / OAK)))


def put(scene: Scene, *numbers: int) -> None:
    """Add photos to the shoot."""
    for number in numbers:
        scene.put(f"{OAK}/IMG_{number}.JPG")


def test_a_late_photo_after_dev_mode_does_not_buy_the_shoot(tmp: Path) -> None:
    """After dev mode is switched off, a late photo of a free shoot is held, and only that photo."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=replace(PRESET, dev_mode=True)) as scene:
            put(scene, *range(10))
            await quiet()
            await delivered(scene, OAK)
            photos = scene.photos
        async with watching(tmp, clock) as scene:
            scene.photos = photos
            scene.put(f"{OAK}/floor plan.jpg")
            await quiet()
            held, free = await orders(scene)
            assert (held.phase, held.supplement_of) == (Phase.HELD, free.id)
            assert [bracket.path for bracket in held.brackets] == ["floor plan.jpg"]
            assert "locked: floor plan.jpg, in dev mode. `bracketd approve` sends these for real" in str(held.trouble)

    simulate(work)


@pytest.mark.parametrize("images", [1, 2])
def test_a_word_for_a_late_supplement_lifts_no_limit(tmp: Path, images: int) -> None:
    """``submit`` of a supplement that was held for being late sends it, still within the limits."""
    policy = Policy(limits=Limits(images_per_day=10))

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, late_files="hold", limits=policy.limits) as scene:
            put(scene, 0)
            await quiet()
            await delivered(scene, OAK)
            put(scene, *range(1, 6))
            await quiet()
            await scene.submit(OAK)
            ((order_id, fact),) = scene.heard
            assert isinstance(fact, facts.Approved)
            sent = await scene.store.load(order_id)
            assert (sent.phase, sent.approved) == (Phase.SETTLED, False)
            shown = tuple(Image(str(number), "n", state=ImageState.PROCESSED) for number in range(images))
            processed = replace(sent, phase=Phase.DOWNLOADING, merge=MergeState.SEEN, images=shown)
            after = evolve(processed, facts.Reckoned(9, 9), now=clock.now(), policy=policy)
            assert after.phase is (Phase.DOWNLOADING if images == 1 else Phase.HELD)

    simulate(work)


async def hold_a_file(scene: Scene, clock: SimulatedClock) -> Order:
    """Have the shoot's order held because one of its photos is missing."""
    put(scene, *range(10))
    await quiet()
    (order,) = await orders(scene)
    os.unlink(scene.root / OAK / "IMG_3.JPG")
    gone = facts.Failed(steps.Upload(3), facts.Kind.FILE, "IMG_3.JPG is gone. Put it back, then retry", bracket=3)
    after = evolve(order, gone, now=clock.now(), policy=Policy())
    await scene.store.record(order, gone, after, clock.now())
    return after


def test_a_held_order_can_be_submitted_with_what_came_meanwhile(tmp: Path) -> None:
    """Late photos of a held order do not become a supplement: ``submit`` sends everything as one order."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            held = await hold_a_file(scene, clock)
            put(scene, 10)
            await quiet()
            assert [order.id for order in await orders(scene)] == [held.id]
            assert (held.id, facts.CameLate(("IMG_10.JPG",))) in scene.heard, "and they are reported"
            await scene.submit(OAK)
            newest = (await orders(scene))[0]
            assert (newest.phase, newest.supplement_of, newest.output) == (Phase.SETTLED, None, held.output)
            assert sorted(bracket.path for bracket in newest.brackets) == sorted(
                f"IMG_{number}.JPG" for number in range(11) if number != 3
            )
            assert (await scene.store.load(held.id)).phase is Phase.CANCELLED

    simulate(work)


def test_a_supplement_that_was_sent_is_not_sent_with_its_shoot(tmp: Path) -> None:
    """A held shoot can be submitted beside its sent supplement, without the supplement's photos."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            put(scene, *range(10))
            await quiet()
            (main,) = await orders(scene)
            put(scene, 10)
            await quiet()
            supplement = await delivered(scene, OAK)
            assert supplement.supplement_of == main.id
            bad = facts.Failed(steps.Upload(3), facts.Kind.FILE, "IMG_3.JPG cannot be read", bracket=3)
            await scene.store.record(main, bad, evolve(main, bad, now=clock.now(), policy=Policy()), clock.now())
            await scene.submit(OAK)
            newest = (await orders(scene))[0]
            assert (newest.phase, newest.supplement_of) == (Phase.SETTLED, None)
            assert [bracket.path for bracket in newest.brackets] == [f"IMG_{number}.JPG" for number in range(10)]

    simulate(work)

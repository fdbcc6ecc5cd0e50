"""An order whose images differ from the planned ones, from its hold to its delivery, in simulated time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from daemon.order import ImageState, Order, Phase, facts, steps
from daemon.order.facts import Failure
from daemon.order.planned import PlannedImage
from daemon.order.problem import Code
from daemon.store.asks import Outcome
from tests.shell.simulated import SimulatedClock, simulate
from tests.shell.test_asks import answer
from tests.shell.test_runner import World, running, shoot, until
from tests.stores.states import ask, look

PLAN = (PlannedImage((0, 1, 2)), PlannedImage((3, 4, 5)))
MADE = ((0, 1), (2,), (3, 4, 5))
LEFT, PLACED = ImageState.NOT_PICKED, ImageState.PLACED


@dataclass
class Splits(World):
    """A service that makes a bracket of the first set an image of its own."""

    def answer(self, of: Order, step: steps.Step) -> facts.Fact:
        """The fact of a step."""
        if not isinstance(step, steps.Poll):
            return super().answer(of, step)
        shown = (facts.PolledImage(f"i{n}", f"i{n}", ended=True, brackets=made) for n, made in enumerate(MADE))
        return facts.Polled(False, False, tuple(shown))


def planned() -> Order:
    """A new order of two planned sets, sent as they are."""
    order = shoot(0)
    brackets = tuple(replace(order.brackets[0], path=f"IMG_{n:04}.JPG", inode=n) for n in range(6))
    preset = replace(order.preset, per_image=None)
    return replace(order, brackets=brackets, plan=PLAN, preset=preset, flow="brackets")


def fetched(world: World) -> list[str]:
    """The images that were bought."""
    return sorted(step.image for _, step in world.taken if isinstance(step, steps.Fetch))


@pytest.mark.parametrize("verb", ["approve", "dismiss"])
def test_nothing_is_bought_before_a_decision(tmp_path: Path, verb: str) -> None:
    """The order is held with its reason, for as long as nobody decides. An approval buys all images."""

    async def work(clock: SimulatedClock) -> Splits:
        world = Splits(clock)
        async with running(tmp_path, world, planned(), every=30) as (store, _):
            held = await until(store, planned().id, Phase.HELD)
            assert held.is_in(Code.MISGROUPED)
            await asyncio.sleep(20 * 3600)
            assert fetched(world) == []
            seq = ask(tmp_path, verb, held.id, clock.now())
            await until(store, held.id, Phase.DOWNLOADED if verb == "approve" else Phase.CANCELLED)
            assert answer(tmp_path, seq)[0] is Outcome.DONE
        return world

    assert fetched(simulate(work)) == (["i0", "i1", "i2"] if verb == "approve" else [])


def test_some_images_are_bought_and_more_later(tmp_path: Path) -> None:
    """``approve --only`` buys the named images and delivers them; later it buys another one of the same order."""

    async def work(clock: SimulatedClock) -> Splits:
        world = Splits(clock)
        async with running(tmp_path, world, planned()) as (store, _):
            held = await until(store, planned().id, Phase.HELD)
            seq = ask(tmp_path, "approve only", held.id, clock.now(), ["IMG_0003"])
            done = await until(store, held.id, Phase.DOWNLOADED)
            said = "12 Oak St: 1 image will be bought, 2 will not. `bracketd approve SHOOT --only NAME` buys more of"
            assert answer(tmp_path, seq) == (Outcome.DONE, f"{said} them later.")
            assert [image.state for image in done.images] == [LEFT, LEFT, PLACED]
            assert fetched(world) == ["i2"]
            seq = ask(tmp_path, "approve only", held.id, clock.now(), ["IMG_0000.JPG"])
            await asyncio.sleep(60)
            done = await until(store, held.id, Phase.DOWNLOADED)
            assert answer(tmp_path, seq) == (Outcome.DONE, "12 Oak St: 2 images will be bought.")
            assert [image.state for image in done.images] == [PLACED, PLACED, PLACED]
        return world

    assert fetched(simulate(work)) == ["i0", "i1", "i2"]


@pytest.mark.parametrize("names", [(), ("IMG_0003", "IMG_9999")])
def test_a_wrong_choice_buys_nothing(tmp_path: Path, names: tuple[str, ...]) -> None:
    """A choice without names, or with a name that means no image, is refused as a whole."""

    async def work(clock: SimulatedClock) -> Splits:
        world = Splits(clock)
        async with running(tmp_path, world, planned()) as (store, _):
            held = await until(store, planned().id, Phase.HELD)
            seq = ask(tmp_path, "approve only", held.id, clock.now(), names)
            await asyncio.sleep(600)
            what, text = answer(tmp_path, seq)
            assert (what, text.startswith("Nothing was approved for 12 Oak St: ")) == (Outcome.REFUSED, True)
            assert (await store.load(held.id)).phase is Phase.HELD
        return world

    assert fetched(simulate(work)) == []


def test_a_choice_waits_for_the_download_under_way(tmp_path: Path) -> None:
    """An image whose download has begun is bought before a choice of others is carried out, so that it is delivered."""

    async def work(clock: SimulatedClock) -> None:
        def refused(_of: Order, step: steps.Step) -> facts.Fact | None:
            return facts.Failed(step, Failure.REQUEST, "422", unsent=True) if step == steps.Fetch("i1") else None

        @dataclass
        class Slow(Splits):
            async def perform(self, of: Order, step: steps.Step) -> facts.Fact:
                """Perform a step. The first image takes ten minutes."""
                await asyncio.sleep(600 if step == steps.Fetch("i0") else 0)
                return await super().perform(of, step)

        world = Slow(clock, trouble=refused)
        order = replace(planned(), preset=replace(planned().preset, on_mismatch="never"))
        async with running(tmp_path, world, order) as (store, _):
            await until(store, order.id, Phase.HELD)
            seq = ask(tmp_path, "approve only", order.id, clock.now(), ["3"])
            await asyncio.sleep(60)
            assert (await store.load(order.id)).phase is Phase.HELD
            done = await until(store, order.id, Phase.DOWNLOADED)
            assert [image.state for image in done.images] == [PLACED, LEFT, PLACED]
            assert answer(tmp_path, seq)[0] is Outcome.DONE

    simulate(work)


@pytest.mark.stores("memory", "sqlite")
def test_wrong_scenes_are_sent_again(tmp_path: Path) -> None:
    """``regroup`` adds an order of the wrong scenes, and buys the other images. A second one is refused."""

    async def work(clock: SimulatedClock) -> Splits:
        world = Splits(clock)
        async with running(tmp_path, world, planned()) as (store, _):
            held = await until(store, planned().id, Phase.HELD)
            unknown = ask(tmp_path, "regroup", "no order", clock.now())
            seq, again = (ask(tmp_path, "regroup", held.id, clock.now()) for _ in range(2))
            done = await until(store, held.id, Phase.DOWNLOADED)
            assert [image.state for image in done.images] == [ImageState.DISMISSED, ImageState.DISMISSED, PLACED]
            said = "12 Oak St: sending 1 scene again (3 photos); 1 other image will be bought now. The wrong images are"
            assert answer(tmp_path, seq) == (Outcome.DONE, f"{said} not bought.")
            assert answer(tmp_path, again)[0] is Outcome.REFUSED
            assert answer(tmp_path, unknown)[0] is Outcome.REFUSED
            with look(tmp_path) as reader:
                (new,) = [reader.order(row["id"]) for row in reader.orders() if row["id"] != held.id]
            assert [bracket.path for bracket in new.brackets] == ["IMG_0000.JPG", "IMG_0001.JPG", "IMG_0002.JPG"]
            assert (new.flow, new.source.output, len(new.plan)) == ("brackets", held.source.output, 1)
        return world

    assert fetched(simulate(work)) == ["i2"]

"""The account's daily limit, the limits in the settings, and network outages, over several orders."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from daemon.host.days import beginnings, next_day
from daemon.order import Image, ImageState, Limits, Merge, MergeState, Order, Phase, Preset, facts, steps
from daemon.order.facts import Failure
from daemon.store.notes import Subject
from tests.changed import changed
from tests.shell.simulated import START, SimulatedClock, simulate
from tests.shell.test_runner import POLICY, World, picture, running, shoot, until
from tests.stores.states import ask, look


@dataclass
class Limited(World):
    """A service that enhances nothing until ``again_at``, and returns the reason."""

    again_at: float = START + 4 * 3600
    enhanced: dict[str, float] = field(default_factory=dict)

    def answer(self, of: Order, step: steps.Step) -> facts.Fact:
        """The usual answer, except for images."""
        now = self.clock.now()
        match step:
            case steps.Merge() | steps.Reprocess():
                self.enhanced[of.id] = now
            case steps.Poll() if now - self.enhanced[of.id] < 30:
                return facts.Polled(
                    merging=False, processing=True, images=(facts.PolledImage(picture(of), "one", ended=None),)
                )
            case steps.Poll():
                good = self.enhanced[of.id] >= self.again_at
                reason = None if good else "Daily enhancement limit reached"
                return facts.Polled(
                    merging=False,
                    processing=False,
                    images=(facts.PolledImage(picture(of), "one", ended=good, reason=reason, limited=not good),),
                )
        return super().answer(of, step)


def test_the_daily_limit_pauses_what_is_enhanced_and_nothing_else(tmp_path: Path) -> None:
    """At the daily limit one order an hour probes it and uploads continue; all resume once the limit is lifted."""

    async def work(clock: SimulatedClock) -> Limited:
        world = Limited(clock)
        async with running(tmp_path, world, *(shoot(n) for n in range(6)), every=60) as (store, _):
            await asyncio.sleep(2 * 3600)
            with look(tmp_path) as reader:
                assert (
                    "daily limit is reached (Daily enhancement limit reached)"
                    in reader.notes().alerts[Subject.DAY_LIMIT]
                )
            waiting = [await store.load(shoot(n).id) for n in range(6)]
            assert all(bracket.stored for of in waiting for bracket in of.brackets)
            assert all("daily limit" in of.messages[0] for of in waiting)
            for number in range(6):
                await until(store, shoot(number).id, Phase.DOWNLOADED, patience=3 * 3600)
            with look(tmp_path) as reader:
                assert Subject.DAY_LIMIT not in reader.notes().alerts
        return world

    world = simulate(work)
    asked = world.count(steps.Merge) + world.count(steps.Reprocess)
    assert asked <= 4 + 3 * 6, "an hourly probe, and what each order needs"
    assert [world.count(steps.Merge, shoot(n).id) for n in range(6)] == [1] * 6


def test_after_a_retry_the_limit_is_tried_at_once(tmp_path: Path) -> None:
    """After a person raised the limit at the service, `retry` probes it immediately."""

    async def work(clock: SimulatedClock) -> None:
        async with running(tmp_path, Limited(clock, again_at=START + 300), shoot(0), shoot(1)) as (store, _):
            await asyncio.sleep(400)
            ask(tmp_path, "retry", shoot(0).id, 0.0)
            for number in range(2):
                await until(store, shoot(number).id, Phase.DOWNLOADED, patience=300)

    simulate(work)


def with_images(number: int, images: int, **how: object) -> Order:
    """An order whose images are all processed."""
    ready = tuple(Image(f"{number}-{n}", f"picture {n}", state=ImageState.PROCESSED) for n in range(images))
    order = changed(shoot(number), phase=Phase.DOWNLOADING, merge=Merge(MergeState.SEEN), images=ready)
    return changed(order, **how)


def test_orders_together_keep_within_the_days_limit(tmp_path: Path) -> None:
    """Orders that are ready together buy no more in a day than the limit allows, except for approved ones.

    The rest is bought automatically after midnight.
    """

    async def work(clock: SimulatedClock) -> list[str]:
        policy = replace(POLICY, limits=Limits(images_per_day=7))
        world = World(clock)
        async with running(tmp_path, world, *(with_images(n, 3) for n in range(4)), policy=policy, every=20) as (
            store,
            _,
        ):
            await asyncio.sleep(120)
            orders = [await store.load(shoot(n).id) for n in range(4)]
            assert sorted(order.phase for order in orders) == ["downloaded", "downloaded", "downloading", "downloading"]
            assert world.count(steps.Fetch) == 6
            waiting = [order for order in orders if order.phase is Phase.DOWNLOADING]
            assert "its 3 images would make 9 today, and limits.images_per_day is 7" in waiting[0].messages[0]
            ask(tmp_path, "retry", waiting[0].id, 0.0)
            await asyncio.sleep(60)
            assert world.count(steps.Fetch) == 6, "it is still the same day"
            ask(tmp_path, "approve", waiting[0].id, 0.0)
            await until(store, waiting[0].id, Phase.DOWNLOADED)
            await asyncio.sleep(next_day(clock.now()) - clock.now() - 30)
            assert world.count(steps.Fetch) == 9, "and still"
            await until(store, waiting[1].id, Phase.DOWNLOADED, patience=120)
        return [image for _, step in world.taken if isinstance(step, steps.Fetch) for image in (step.image,)]

    bought = simulate(work)
    assert len(bought) == len(set(bought)) == 12


def test_dev_mode_counts_nowhere(tmp_path: Path) -> None:
    """Dev-mode pictures do not count towards a limit and are not in the ledger."""

    async def work(clock: SimulatedClock) -> tuple[int, int]:
        policy = replace(POLICY, limits=Limits(images_per_order=1, images_per_day=1))
        order = with_images(0, 3, preset=Preset(dev_mode=True))
        async with running(tmp_path, World(clock), order, policy=policy) as (store, _):
            await until(store, order.id, Phase.DOWNLOADED)
            return await store.spent(0, 0, "")

    assert simulate(work) == (0, 0)


def test_days_and_months_begin_by_the_calendar_of_this_machine() -> None:
    """A day begins at midnight and a month on its first day, in local time."""
    noon = datetime(2026, 11, 23, 12, 30).astimezone().timestamp()
    day, month = (datetime.fromtimestamp(begin).astimezone().strftime("%Y-%m-%d %H:%M") for begin in beginnings(noon))
    assert (day, month) == ("2026-11-23 00:00", "2026-11-01 00:00")
    assert datetime.fromtimestamp(next_day(noon)).astimezone().strftime("%Y-%m-%d %H:%M") == "2026-11-24 00:00"


def test_orders_go_on_at_once_when_the_line_is_back(tmp_path: Path) -> None:
    """After hours without a network, orders resume within seconds of its return, without waiting for their back-off."""
    down = [True]

    def no_line(_of: Order, step: steps.Step) -> facts.Fact | None:
        return facts.Failed(step, Failure.PASSING, "no connection", unsent=True, offline=True) if down[0] else None

    async def work(clock: SimulatedClock) -> None:
        world = World(clock, trouble=no_line, reachable=lambda: not down[0])
        async with running(tmp_path, world, *(shoot(n) for n in range(5))) as (store, _):
            await asyncio.sleep(6 * 3600)
            down[0] = False
            for number in range(5):
                await until(store, shoot(number).id, Phase.DOWNLOADED, patience=90)

    simulate(work)


def test_a_line_that_was_never_down_changes_no_back_off(tmp_path: Path) -> None:
    """If the connection check succeeds but orders get no connection, each order keeps its back-off."""

    def refused(_of: Order, step: steps.Step) -> facts.Fact | None:
        return facts.Failed(step, Failure.PASSING, "no connection", unsent=True, offline=True)

    async def work(clock: SimulatedClock) -> int:
        world = World(clock, trouble=refused)
        async with running(tmp_path, world, shoot(), every=60):
            await asyncio.sleep(86400)
        return len(world.taken)

    assert simulate(work) < 1500


def test_a_cancelled_order_ends_unpaid(tmp_path: Path) -> None:
    """`cancel` ends an order before its merge, even in the middle of its upload."""

    async def work(clock: SimulatedClock) -> World:
        world = World(clock, takes=20.0)
        async with running(tmp_path, world, shoot(0, brackets=40)) as (store, _):
            await until(store, shoot().id, Phase.UPLOADING)
            ask(tmp_path, "cancel", shoot().id, 0.0)
            await until(store, shoot().id, Phase.CANCELLED, patience=60)
            await asyncio.sleep(600)
        return world

    assert simulate(work).count(steps.Merge) == 0

"""The desk: the only writer of orders."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from daemon.order import Order, Phase, facts, steps
from daemon.orders import Change
from daemon.orders.asks import PATIENCE
from daemon.store.asks import Outcome
from tests.changed import changed
from tests.shell.simulated import SimulatedClock, simulate
from tests.shell.test_runner import World, running, shoot, until
from tests.stores.states import ask, look

pytestmark = pytest.mark.stores("memory", "sqlite")


def test_a_listener_with_a_bug_stops_nothing(tmp_path: Path) -> None:
    """If one listener raises, the order continues, and the other listeners get every change."""
    heard: list[Phase] = []

    def breaks(_change: Change) -> None:
        raise RuntimeError("a bug")

    async def work(clock: SimulatedClock) -> None:
        async with running(tmp_path, World(clock)) as (store, desk):
            desk.listen(breaks)
            desk.listen(lambda change: heard.append(change.after.phase))
            with capture_logs() as logs:
                await desk.begin(shoot(), facts.Locked(shoot().brackets))
                await until(store, shoot().id, Phase.DOWNLOADED)
        assert "bug in a listener" in [log["event"] for log in logs]

    simulate(work)
    assert heard[-1] is Phase.DOWNLOADED


def test_the_inode_of_a_folder_is_kept_during_a_visit(tmp_path: Path) -> None:
    """What the watcher learns of a folder is not undone by the next fact of its order."""

    async def work(clock: SimulatedClock) -> Order:
        async with running(tmp_path, World(clock), shoot()) as (store, desk):
            await until(store, shoot().id, Phase.UPLOADING)
            await desk.know(shoot().source.folder, [shoot()], 99)
            return await until(store, shoot().id, Phase.DOWNLOADED)

    assert simulate(work).source.inode == 99


@dataclass
class Hanging(World):
    """A world in which a download never ends until the test is over."""

    async def perform(self, of: Order, step: steps.Step) -> facts.Fact:
        """Carry out a step."""
        if isinstance(step, steps.Fetch):
            await asyncio.sleep(3 * PATIENCE)
        return await super().perform(of, step)


def test_a_dismissal_of_a_step_that_hangs_is_answered(tmp_path: Path) -> None:
    """An ask that waits for a step on a dead disk gets an answer with the reason."""

    async def work(clock: SimulatedClock) -> tuple[Outcome, str] | None:
        async with running(tmp_path, Hanging(clock), shoot()) as (store, desk):
            await until(store, shoot().id, Phase.DOWNLOADING)
            await asyncio.sleep(10)
            await desk.happened(shoot().id, facts.Failed(None, facts.Failure.REQUEST, "held for a test"))
            seq = ask(tmp_path, "dismiss", shoot().id, clock.now())
            await asyncio.sleep(PATIENCE + 10)
            with look(tmp_path) as reader:
                return reader.answer(seq)

    answer = simulate(work)
    assert answer is not None
    assert answer[0] is Outcome.FAILED
    assert "one of its steps has been in progress for minutes" in answer[1]


def test_a_postponed_ask_that_fails_is_answered_once(tmp_path: Path) -> None:
    """A dismissal that waits for a step is answered once if a bug stops its order meanwhile."""

    async def work(clock: SimulatedClock) -> None:
        async with running(tmp_path, Hanging(clock), shoot()) as (store, desk):
            await until(store, shoot().id, Phase.DOWNLOADING)
            await asyncio.sleep(10)
            await desk.happened(shoot().id, facts.Failed(None, facts.Failure.REQUEST, "held for a test"))
            seq = ask(tmp_path, "dismiss", shoot().id, clock.now())
            await asyncio.sleep(10)
            with look(tmp_path) as reader:
                assert reader.answer(seq) is None, "it waits for the step"
            desk.left_alone.add(shoot().id)
            with capture_logs() as logs:
                await asyncio.sleep(60)
            assert [log["event"] for log in logs].count("ask answered") == 1

    simulate(work)


def test_a_skipped_shoot_replaces_every_skipped_order_that_no_longer_counts(tmp_path: Path) -> None:
    """Of one folder's skipped orders only the new one is left, and its journal begins once."""
    gone = changed(shoot(0), phase=Phase.CANCELLED, due=None)
    copies = [changed(shoot(n), phase=Phase.SKIPPED, due=None, brackets=(), folder="/in/copy") for n in (1, 2, 3)]
    old, new = [changed(order, same_as=gone.id) for order in copies[:2]], copies[2]

    async def work(clock: SimulatedClock) -> None:
        async with running(tmp_path, World(clock), gone, *old) as (store, desk):
            assert len(await store.outdated("/in/copy")) == 2
            await desk.skip(new, facts.Locked((), why="skipped for a test"))
            phases = [(await store.load(order.id)).phase for order in (*old, new)]
            assert phases == [Phase.CANCELLED, Phase.CANCELLED, Phase.SKIPPED]
        with look(tmp_path) as reader:
            assert [entry["fact"] for entry in reader.journal(new.id)] == ["Locked"]

    simulate(work)

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from daemon.files.roots import Roots
from daemon.order import Order, Policy, facts
from daemon.order.problem import Code
from daemon.orders import Desk
from daemon.watcher import OutputWatch, Presence
from tests.core.orders import in_trouble
from tests.shell.scene import INTERVAL, QUIET, Scene, watching
from tests.shell.simulated import SimulatedClock, simulate
from tests.stores.states import look, open_store

OAK = "12 Oak St"


def messages(scene: Scene) -> list[str]:
    """The messages about missing folders in ``status``."""
    with look(scene.state) as reader:
        return list(reader.notes().missing.values())


def on_disk(path: str) -> str:
    """A mount table in which a folder is on the disk while it contains the disk's mark."""
    return "/mnt/nas" if os.path.exists(os.path.join(path, ".disk")) else "/"


@pytest.fixture
def disk(tmp: Path) -> Path:
    """The watched folder as the root of a disk."""
    (tmp / "in" / ".disk").touch()
    return tmp / "in"


def unmount(disk: Path) -> Path:
    """Unmount the disk, which leaves a bare mount point. Returns the disk's path meanwhile."""
    away = disk.with_name("away")
    disk.rename(away)
    disk.mkdir()
    return away


def mount(disk: Path, away: Path) -> None:
    """Mount the disk again, over the content of the mount point."""
    shutil.rmtree(disk)
    away.rename(disk)


async def waiting_order(scene: Scene, shoot: str) -> Order:
    """An order that waits because its photos cannot be read."""
    await scene.submit(shoot)
    order = await scene.store.newest(str(scene.root / shoot))
    assert order is not None
    waits = replace(order, troubles=in_trouble("is not there", Code.OUTPUT), due=order.times.created_at + 900)
    await scene.store.record(order, None, waits, order.times.created_at)
    return waits


def test_an_unmounted_disk_is_waited_for(tmp: Path, disk: Path) -> None:
    """While a disk is missing, its arrivals are kept and its orders wait; when it is back, both continue."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, mount_of=on_disk) as scene:
            scene.put("sent/IMG_1.JPG")
            order = await waiting_order(scene, "sent")
            scene.put(f"{OAK}/IMG_1.JPG")
            scene.hint(OAK)
            await asyncio.sleep(5)
            scene.heard.clear()
            away = unmount(disk)
            scene.hint(OAK)
            await asyncio.sleep(1)
            (message,) = messages(scene)
            assert (
                "is on a disk that is not mounted (it was on the disk mounted at /mnt/nas). Is its disk mounted?"
                in message
            )
            assert list(scene.waiting()) == [OAK]
            assert scene.hints[-1].followed == set(), "nothing is listened to on a bare mount point"
            await asyncio.sleep(3 * INTERVAL)
            assert scene.heard == []
            mount(disk, away)
            await asyncio.sleep(QUIET)
            assert scene.heard == [(order.id, facts.Resumed())]
            assert messages(scene) == []
            assert scene.orders() == {"sent": ("settled", 1), OAK: ("settled", 1)}

    simulate(work)


def test_a_pause_is_reported_once(tmp: Path, disk: Path) -> None:
    """The log has one line when a disk goes missing and one when it is back, however long this took."""

    async def work(clock: SimulatedClock) -> None:
        with capture_logs() as logs:
            async with watching(tmp, clock, mount_of=on_disk):
                for _ in range(2):
                    away = unmount(disk)
                    await asyncio.sleep(5 * INTERVAL)
                    mount(disk, away)
                    await asyncio.sleep(INTERVAL)
        events = [(log["log_level"], log["event"]) for log in logs if "folder" in log["event"]]
        assert events == [("error", "folder unavailable"), ("info", "folder available again")] * 2
        assert all(log["folder"] and log["why"] for log in logs if log["event"] == "folder unavailable")

    simulate(work)


def test_files_on_a_bare_mount_point_are_ignored(tmp: Path, disk: Path) -> None:
    """Shoots on a bare mount point are neither sent nor skipped, and the disk's own shoots are not forgotten."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, mount_of=on_disk) as scene:
            scene.put("first/IMG_1.JPG")
            await asyncio.sleep(INTERVAL + QUIET + 2)
            away = unmount(disk)
            scene.put("stray/IMG_1.JPG")
            await asyncio.sleep(2 * INTERVAL)
            assert scene.orders() == {"first": ("settled", 1)}
            assert scene.hints[-1].followed == set()
            (away / "second").mkdir()
            (away / "second" / "IMG_1.JPG").write_bytes(b"x")
            mount(disk, away)
            await asyncio.sleep(INTERVAL + QUIET)
            assert scene.orders() == {"first": ("settled", 1), "second": ("settled", 1)}

    simulate(work)


def test_a_disk_that_is_away_at_the_start_is_waited_for(tmp: Path, disk: Path) -> None:
    """A daemon that starts before the disk is mounted waits for that disk, and its shoots are not an archive."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, mount_of=on_disk):
            pass
        away = unmount(disk)
        (away / OAK).mkdir()
        (away / OAK / "IMG_1.JPG").write_bytes(b"x")
        async with watching(tmp, clock, mount_of=on_disk) as scene:
            assert "not mounted" in messages(scene)[0]
            mount(disk, away)
            await asyncio.sleep(INTERVAL + QUIET)
            assert scene.orders() == {OAK: ("settled", 1)}

    simulate(work)


def test_an_empty_folder_in_place_of_the_watched_one_is_not_it(tmp: Path) -> None:
    """If the root is renamed and an empty folder takes its place, the root is missing until it is back."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put(f"{OAK}/IMG_1.JPG")
            await asyncio.sleep(INTERVAL + QUIET + 2)
            away = unmount(tmp / "in")
            await asyncio.sleep(INTERVAL)
            assert "was replaced by an empty folder" in messages(scene)[0]
            mount(tmp / "in", away)
            await asyncio.sleep(INTERVAL)
            assert messages(scene) == []

    simulate(work)


def test_all_shoots_gone_at_once_is_a_lost_disk(tmp: Path) -> None:
    """Two shoots that vanish together cause a pause, even between two runs; the next new shoot ends it."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            for name in ("a", "b"):
                scene.put(f"{name}/IMG_1.JPG")
            await asyncio.sleep(INTERVAL + QUIET + 2)
        for name in ("a", "b"):
            shutil.rmtree(tmp / "in" / name)
        async with watching(tmp, clock) as scene:
            assert "is suddenly empty; all of its 2 shoots are missing" in messages(scene)[0]
            scene.put("c/IMG_1.JPG", b"another")
            await asyncio.sleep(INTERVAL + QUIET)
            assert messages(scene) == []
            assert scene.orders()["c"] == ("settled", 1)

    simulate(work)


def test_removing_the_only_shoot_does_not_count_as_a_lost_disk(tmp: Path) -> None:
    """Removing the only shoot does not cause a pause."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put(f"{OAK}/IMG_1.JPG")
            scene.hint(OAK)
            await asyncio.sleep(5)
            shutil.rmtree(tmp / "in" / OAK)
            scene.hint(OAK)
            await asyncio.sleep(5)
            assert (messages(scene), scene.waiting()) == ([], {})

    simulate(work)


def test_an_adopted_folder_is_taken_as_it_is(tmp: Path, disk: Path) -> None:
    """An adopt ends the pause: shoots without an order are an archive, and later shoots are sent."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, mount_of=on_disk) as scene:
            scene.put("first/IMG_1.JPG")
            await asyncio.sleep(INTERVAL + QUIET + 2)
            unmount(disk)
            for name in ("first", "old"):
                scene.put(f"{name}/IMG_1.JPG")
            await asyncio.sleep(INTERVAL)
            assert "not mounted" in messages(scene)[0]
            await scene.store.forget_root(str(disk))
            await asyncio.sleep(INTERVAL)
            assert messages(scene) == []
            scene.put("new/IMG_1.JPG")
            await asyncio.sleep(INTERVAL + QUIET)
            phases = {shoot: phase for shoot, (phase, _) in scene.orders().items()}
            assert phases == {"first": "settled", "old": "skipped", "new": "settled"}

    simulate(work)


def test_an_output_whose_disk_is_away_is_reported_before_it_is_needed(tmp: Path) -> None:
    """A missing output folder is noticed without an order; when it is back, waiting orders resume immediately."""
    output = tmp / "out"
    output.mkdir()
    recorded: list[tuple[str, facts.Fact]] = []

    async def blocking(function: Callable[..., Any], *arguments: Any) -> Any:
        return function(*arguments)

    def noted() -> list[str]:
        with look(tmp / "state") as reader:
            return reader.notes().messages

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put(f"{OAK}/IMG_1.JPG")
            order = await waiting_order(scene, OAK)
            assert order.source.output == str(output / OAK)
        store = open_store(tmp / "state")
        desk = Desk(store, clock.now, Policy())
        desk.listen(lambda change: recorded.append((change.after.id, change.fact)))
        presence = Presence(str(output), desk)
        watch = OutputWatch(str(output), Roots(store.root_states(clock.now)), presence, blocking)
        task = asyncio.create_task(watch.run())
        await asyncio.sleep(1)
        assert noted() == []
        output.rename(tmp / "away")
        await asyncio.sleep(INTERVAL)
        assert [words.partition("Is")[0] for words in noted()] == [f"the output folder {output} is not there. "]
        (tmp / "away").rename(output)
        await asyncio.sleep(INTERVAL)
        assert noted() == []
        assert recorded == [(order.id, facts.Resumed())]
        task.cancel()
        await asyncio.wait([task])
        store.close()

    simulate(work)


def test_a_bug_in_the_check_of_an_output_ends_nothing(tmp: Path) -> None:
    """An unexpected error while an output folder is checked is logged, and the next check finds what is so."""
    output = tmp / "out"
    broken = [True]

    async def blocking(function: Callable[..., Any], *arguments: Any) -> Any:
        if broken[0]:
            raise KeyError("planted")
        return function(*arguments)

    async def work(clock: SimulatedClock) -> None:
        (output / OAK).mkdir(parents=True)
        store = open_store(tmp / "state")
        roots = Roots(store.root_states(clock.now))
        roots.output_away(str(output))
        output.rename(tmp / "away")
        watch = OutputWatch(str(output), roots, Presence(str(output), Desk(store, clock.now, Policy())), blocking)
        task = asyncio.create_task(watch.run())
        with capture_logs() as logs:
            await asyncio.sleep(1)
            assert [log["event"] for log in logs] == ["could not check an output folder"]
            broken[0] = False
            await asyncio.sleep(INTERVAL)
        assert [log["event"] for log in logs if log["event"] == "folder unavailable"]
        assert not task.done()
        task.cancel()
        await asyncio.wait([task])
        store.close()

    simulate(work)

"""The first scan of a watched folder, and shoots that an earlier version skipped."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from daemon.files import scan
from daemon.files.roots import Roots
from daemon.order import Health, HoldKind, Phase, Policy, facts
from daemon.orders import Desk
from daemon.photos import Contents
from daemon.shoot import Quiet
from daemon.store.place import FILE
from daemon.watcher import Intake, UnknownOrders, WatchedFolder
from daemon.watcher.archive import entries
from daemon.watcher.bugs import Bugs
from daemon.watcher.firstsight import FirstSight
from tests.shell.scene import INTERVAL, PRESET, QUIET, Scene, watching
from tests.shell.simulated import START, SimulatedClock, simulate
from tests.stores.states import look, open_store

OAK = "12 Oak St"


async def quiet() -> None:
    """Wait until a shoot is found and settled."""
    await asyncio.sleep(INTERVAL + QUIET + 5)


def messages(scene: Scene) -> list[str]:
    """The messages about missing folders in ``status``."""
    with look(scene.state) as reader:
        return list(reader.notes().missing.values())


def shoot(top: Path, name: str, photos: int = 3) -> Path:
    """Create a shoot outside the watched folder. Each photo has its own size."""
    folder = top / name
    folder.mkdir(parents=True)
    for number in range(photos):
        (folder / f"IMG_{number}.JPG").write_bytes(name.encode() * (40 + number))
    return folder


def test_a_watched_folder_that_does_not_exist_yet(tmp: Path) -> None:
    """A folder that never existed is reported as not created yet; shoots added after its creation are sent."""
    (tmp / "in").rmdir()

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            (message,) = messages(scene)
            assert message.startswith(f"the watched folder {tmp / 'in'} does not exist yet: create it first, then drop")
            assert "adopt" not in message
            (tmp / "in").mkdir()
            await asyncio.sleep(10)
            assert messages(scene) == []
            shutil.move(shoot(tmp / "cards", OAK), tmp / "in" / OAK)
            await quiet()
            assert scene.orders() == {OAK: ("settled", 3)}

    simulate(work)


def test_a_folder_that_appears_filled_is_an_archive(tmp: Path) -> None:
    """Shoots in a folder when it appears are skipped; shoots added later are sent."""
    (tmp / "in").rmdir()

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await asyncio.sleep(60)
            for name in ("a", "b"):
                shoot(tmp / "cards", name)
            (tmp / "cards").rename(tmp / "in")
            await quiet()
            await quiet()
            assert scene.orders() == {"a": ("skipped", 0), "b": ("skipped", 0)}
            shoot(tmp / "in", OAK)
            await quiet()
            assert scene.orders()[OAK] == ("settled", 3)

    simulate(work)


def test_a_folder_that_is_being_filled_is_an_archive_to_its_last_shoot(tmp: Path) -> None:
    """An archive that is copied into a folder for hours is skipped completely, including shoots that arrive late."""
    (tmp / "in").rmdir()

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            (tmp / "in" / "a").mkdir(parents=True)
            await asyncio.sleep(10)
            assert (scene.orders(), scene.waiting()) == ({}, {}), "nothing is begun before it has photos"
            for name in ("a", "b", "c"):
                (tmp / "in" / name).mkdir(exist_ok=True)
                for number in range(6):
                    scene.put(f"{name}/IMG_{number}.JPG")
                    await asyncio.sleep(50)
            await quiet()
            await quiet()
            assert scene.orders() == dict.fromkeys(("a", "b", "c"), ("skipped", 0))
            (tmp / "in" / "2025").mkdir()
            for name in ("b", "c"):
                (tmp / "in" / name).rename(tmp / "in" / "2025" / name)
            await quiet()
            assert scene.orders()["2025"] == ("skipped", 0), "and all of its photos are on record"
            shoot(tmp / "in", OAK)
            await quiet()
            assert scene.orders()[OAK] == ("settled", 3)

    simulate(work)


def test_a_restart_while_the_folder_is_filled_changes_nothing(tmp: Path) -> None:
    """After a restart during the copying of an archive, the daemon continues to skip it."""
    (tmp / "in").rmdir()

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock):
            shoot(tmp / "in", "a")
            await asyncio.sleep(10)
        shoot(tmp / "in", "b")
        async with watching(tmp, clock) as scene:
            await quiet()
            assert scene.orders() == {"a": ("skipped", 0), "b": ("skipped", 0)}

    simulate(work)


def forget_the_record(state: Path) -> None:
    """Change a state file as if an older version had skipped the shoots."""
    with closing(sqlite3.connect(state / FILE)) as connection, connection:
        connection.execute("DELETE FROM skipped_files")
        connection.execute("UPDATE orders SET recorded = 0")


@pytest.mark.stores("sqlite")
def test_what_an_older_version_skipped_is_recorded_at_the_start(tmp: Path) -> None:
    """Shoots that an older version skipped are recorded if unchanged, and recognised from then on."""
    for name in ("Old A", "Old B"):
        shoot(tmp / "in", name)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await asyncio.sleep(1)
        forget_the_record(tmp / "state")
        (tmp / "in" / "Old B").rename(tmp / "Old B")
        (tmp / "in" / "Old B").mkdir()
        (tmp / "in" / "Old B" / "NEW.JPG").write_bytes(b"another shoot under a known name")
        async with watching(tmp, clock) as scene:
            await asyncio.sleep(1)
            assert list(await scene.store.skipped_in(str(scene.root))) == [str(scene.root / "Old A")]
            (scene.root / "2025").mkdir()
            (scene.root / "Old A").rename(scene.root / "2025" / "Old A")
            await quiet()
            assert scene.orders()["2025"] == ("skipped", 0)

    simulate(work)


def aged(folder: Path, days: float = 300.0) -> Path:
    """Create a shoot with photos made this many days before the simulated time began."""
    for file in (*folder.rglob("*.JPG"), folder):
        os.utime(file, (START - days * 86400, START - days * 86400))
    return folder


@asynccontextmanager
async def first_sight(tmp: Path, clock: SimulatedClock, error: Exception | None = None) -> AsyncIterator[Scene]:
    """A watched folder with the shoot ``Old A``, whose first scan fails or is incomplete."""
    (tmp / "in").rename(tmp / "later")
    (tmp / "in").mkdir()
    async with watching(tmp, clock) as scene:
        await scene.store.forget_root(str(tmp / "in"))
        if error is not None:
            scene.fails.update(dict.fromkeys(LOOKS, error))
        (tmp / "later" / "Old A").rename(tmp / "in" / "Old A")
        await asyncio.sleep(INTERVAL + 5)
        assert scene.orders() == {"Old A": ("skipped", 0)}
        yield scene


LOOKS = (scan.scan, scan.scan_with_times)
SILENT = OSError(errno.ETIMEDOUT, "the file system does not answer")


def test_a_shoot_that_could_not_be_seen_at_first_is_recorded_later(tmp: Path) -> None:
    """A shoot whose folder did not respond at first is recorded at the next scan, and recognised after a move."""
    aged(shoot(tmp / "in", "Old A", 10))

    async def work(clock: SimulatedClock) -> None:
        async with first_sight(tmp, clock, SILENT) as scene:
            assert await scene.store.skipped_in(str(tmp / "in")) == {}
            scene.fails.clear()
            await asyncio.sleep(INTERVAL + 5)
            assert list(await scene.store.skipped_in(str(tmp / "in"))) == [str(tmp / "in" / "Old A")]
            (scene.root / "2025").mkdir()
            (scene.root / "Old A").rename(scene.root / "2025" / "Old A")
            await quiet()
            assert scene.orders()["2025"] == ("skipped", 0)

    simulate(work)


def test_a_shoot_that_could_not_be_seen_is_recorded_at_the_next_start(tmp: Path) -> None:
    """A shoot whose folder did not respond during a whole run is recorded at the next start."""
    aged(shoot(tmp / "in", "Old A"))

    async def work(clock: SimulatedClock) -> None:
        async with first_sight(tmp, clock, SILENT) as scene:
            await asyncio.sleep(INTERVAL + 5)
            assert await scene.store.skipped_in(str(tmp / "in")) == {}
        async with watching(tmp, clock) as scene:
            await asyncio.sleep(5)
            assert list(await scene.store.skipped_in(str(tmp / "in"))) == [str(tmp / "in" / "Old A")]

    simulate(work)


@pytest.mark.parametrize("restarted", [False, True])
def test_a_shoot_that_was_moved_before_it_could_be_seen_is_held(tmp: Path, restarted: bool) -> None:
    """While a skipped shoot's content is unknown, older photos are held, and newer ones are sent."""
    aged(shoot(tmp / "in", "Old A", 10))

    async def work(clock: SimulatedClock) -> None:
        async with first_sight(tmp, clock, SILENT) as scene:
            if not restarted:
                await tidy(scene)
            else:
                (scene.root / "Old A").rename(tmp / "Old A")
        if restarted:
            (tmp / "Old A").rename(tmp / "in" / "Old A")
            (tmp / "in" / "2025").mkdir()
            (tmp / "in" / "Old A").rename(tmp / "in" / "2025" / "Old A")
            async with watching(tmp, clock) as scene:
                await settle(scene)

    async def tidy(scene: Scene) -> None:
        (scene.root / "2025").mkdir()
        (scene.root / "Old A").rename(scene.root / "2025" / "Old A")
        scene.fails.clear()
        await settle(scene)

    async def settle(scene: Scene) -> None:
        aged(shoot(scene.root, OAK), days=-3)
        await quiet()
        await quiet()
        assert scene.orders()["2025"] == ("held", 10)
        assert scene.orders()[OAK] == ("settled", 3)
        held = await scene.store.newest(str(scene.root / "2025"))
        assert held is not None
        assert held.hold_kind is HoldKind.SKIPPED_BEFORE
        assert all(words in held.messages[0] for words in ("“Old A”", "bracketd approve", "bracketd cancel"))

    simulate(work)


@pytest.mark.parametrize("moved", [10, 4], ids=["all", "some"])
def test_photos_that_left_a_shoot_before_it_could_be_seen_are_held(tmp: Path, moved: int) -> None:
    """Photos that were moved out of a shoot before its first successful scan are held, even if its folder remains."""
    aged(shoot(tmp / "in", "Old A", 10))

    async def work(clock: SimulatedClock) -> None:
        async with first_sight(tmp, clock, SILENT) as scene:
            (scene.root / "2025").mkdir()
            for photo in sorted((scene.root / "Old A").iterdir())[:moved]:
                photo.rename(scene.root / "2025" / photo.name)
            os.utime(scene.root / "Old A", (clock.now(), clock.now()))
            scene.fails.clear()
            await quiet()
            await quiet()
            assert scene.orders() == {"Old A": ("skipped", 0), "2025": ("held", moved)}
            (scene.root / "Old A").rename(scene.root / "renamed")
            await quiet()
            assert scene.orders().get("renamed", ("skipped", 0)) == ("skipped", 0)

    simulate(work)


@pytest.mark.stores("sqlite")
def test_one_shoot_that_never_answers_keeps_no_other_from_its_record(tmp: Path) -> None:
    """Shoots without a record take turns, so a folder that never responds delays only itself."""
    for name in ("Old A", "Old B", "Old C"):
        aged(shoot(tmp / "in", name))

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock):
            await asyncio.sleep(1)
        forget_the_record(tmp / "state")

        async def blocking(function: Callable[..., Any], *arguments: Any) -> Any:
            asked.append(os.path.basename(arguments[0]))
            if down or asked[-1] == "Old A":
                await asyncio.sleep(120)
                raise SILENT
            return function(*arguments)

        asked: list[str] = []
        down = True
        store = open_store(tmp / "state")
        folder = WatchedFolder(str(tmp / "in"), str(tmp / "out"), Quiet(QUIET), False, INTERVAL, PRESET)
        desk = Desk(store, clock.now, Policy())
        unknown = UnknownOrders({}, store, Roots(store.root_states(clock.now)), clock)
        intake = Intake(folder, desk, Contents(blocking), unknown, flow="images")
        sight = FirstSight(folder, intake, store, clock, bugs=Bugs(folder.watch, clock), blocking=blocking)
        there = {name: (tmp / "in" / name).stat().st_ino for name in ("Old A", "Old B", "Old C")}
        await sight.record_missing(there, there.get)
        assert sorted(asked) == sorted(there)
        down = False
        for _ in range(3):
            await sight.record_missing(there, there.get)
        assert sorted(await store.skipped_in(str(tmp / "in"))) == [str(tmp / "in" / "Old B"), str(tmp / "in" / "Old C")]
        store.close()

    simulate(work)


@pytest.mark.stores("sqlite")
def test_a_shoot_that_was_seen_in_part_is_recorded_whole_later(tmp: Path) -> None:
    """For a shoot with an unresponsive subfolder, the visible photos are recorded now, the rest when it responds."""
    folder = aged(shoot(tmp / "in", "Old A", 10))

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            whole = scan.scan(str(folder))
            part = replace(whole, files=whole.files[:3], problems=("second card",), unanswered="it does not answer")
            (tmp / "in" / "Old A").rename(tmp / "Old A")
            await scene.store.forget_root(str(tmp / "in"))
        with closing(sqlite3.connect(tmp / "state" / FILE)) as connection, connection:
            connection.execute("DELETE FROM orders")
            connection.execute("DELETE FROM skipped_files")
        async with watching(tmp, clock) as scene:
            await scene.store.forget_root(str(tmp / "in"))
            scene.says.update({scan.scan: part, scan.scan_with_times: (part, {})})
            (tmp / "Old A").rename(folder)
            await asyncio.sleep(INTERVAL + 5)
            assert scene.orders() == {"Old A": ("skipped", 0)}
            assert len(await scene.store.skipped_alike(entries(whole))) == 3
            assert await scene.store.skipped_in(str(tmp / "in")) == {}
            scene.says.clear()
            await asyncio.sleep(INTERVAL + 5)
            assert len(await scene.store.skipped_alike(entries(whole))) == 10
            assert list(await scene.store.skipped_in(str(tmp / "in"))) == [str(folder)]

    simulate(work)


def test_photos_that_come_to_a_skipped_shoot_are_named(tmp: Path) -> None:
    """A new photo in a skipped folder, at any depth, is not sent and is reported once; moved out, it is sent."""
    shoot(tmp / "in", "Old A")
    (tmp / "in" / "Old A" / "DCIM" / "100").mkdir(parents=True)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await quiet()
            new = scene.put("Old A/DCIM/100/NEW_1.JPG")
            await quiet()
            ((order_id, fact),) = scene.heard
            assert fact == facts.CameLate(("DCIM/100/NEW_1.JPG",))
            found = await scene.store.load(order_id)
            assert (found.phase, found.health) == (Phase.SKIPPED, Health.ATTENTION)
            assert "came after the shoot was skipped, and are not sent: DCIM/100/NEW_1.JPG" in found.messages[1]
            await quiet()
            assert len(scene.heard) == 1, "it is said once"
        async with watching(tmp, clock) as scene:
            await quiet()
            assert scene.heard == [], "and it is not said again after a restart"
            os.renames(new, scene.root / OAK / "NEW_1.JPG")
            await quiet()
            await quiet()
            assert scene.orders() == {"Old A": ("skipped", 0), OAK: ("settled", 1)}
            assert scene.heard == [(order_id, facts.CameLate(()))]

    simulate(work)


def test_photos_added_to_a_skipped_shoot_between_runs_are_named(tmp: Path) -> None:
    """A card added to a skipped folder between two runs is not sent, and its photos are named."""
    shoot(tmp / "in", "Old A")

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock):
            await asyncio.sleep(1)
        for number in range(4):
            (tmp / "in" / "Old A" / f"NEW_{number}.JPG").write_bytes(b"new" * (90 + number))
        async with watching(tmp, clock) as scene:
            await quiet()
            ((_, fact),) = scene.heard
            assert fact == facts.CameLate(tuple(f"NEW_{number}.JPG" for number in range(4)))
            assert scene.orders() == {"Old A": ("skipped", 0)}

    simulate(work)


def test_another_shoot_with_a_skipped_name_is_not_late(tmp: Path) -> None:
    """A folder that replaces a skipped one is sent, and its photos are not reported as late."""
    shoot(tmp / "in", "Card")

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            (scene.root / "Card").rename(tmp / "archive")
            for number in range(3):
                scene.put(f"Card/NEW_{number}.JPG")
            for _ in range(3):
                await quiet()
            assert [fact for _, fact in scene.heard if isinstance(fact, facts.CameLate)] == []
            newest = await scene.store.newest(str(scene.root / "Card"))
            assert newest is not None
            assert newest.phase is Phase.SETTLED

    simulate(work)

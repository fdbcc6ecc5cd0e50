"""The first look at a watched folder, and at what was skipped by an earlier version."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from daemon.files import scan
from daemon.order import Health, Phase, facts
from daemon.store.file import FILE
from daemon.store.reader import Reader
from tests.shell.scene import INTERVAL, QUIET, Scene, watching
from tests.shell.simulated import SimulatedClock, simulate

OAK = "12 Oak St"


async def quiet() -> None:
    """Long enough for a shoot to be found and to have been still."""
    await asyncio.sleep(INTERVAL + QUIET + 5)


def messages(scene: Scene) -> list[str]:
    """What ``status`` says of folders that are away."""
    with Reader(scene.state) as reader:
        return [str(value) for key, value in reader.daemon().items() if key.startswith("missing ")]


def shoot(top: Path, name: str, photos: int = 3) -> Path:
    """A shoot outside the watched folder, each photo with a size of its own."""
    folder = top / name
    folder.mkdir(parents=True)
    for number in range(photos):
        (folder / f"IMG_{number}.JPG").write_bytes(name.encode() * (40 + number))
    return folder


def test_a_watched_folder_that_does_not_exist_yet(tmp: Path) -> None:
    """A folder that was never there is to be created first; what is dropped into it then is sent."""
    (tmp / "in").rmdir()

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            (told,) = messages(scene)
            assert told.startswith(f"the watched folder {tmp / 'in'} does not exist yet: create it first, then drop")
            assert "adopt" not in told
            (tmp / "in").mkdir()
            await asyncio.sleep(10)
            assert messages(scene) == []
            shutil.move(shoot(tmp / "cards", OAK), tmp / "in" / OAK)
            await quiet()
            assert scene.orders() == {OAK: ("settled", 3)}

    simulate(work)


def test_a_folder_that_appears_filled_is_an_archive(tmp: Path) -> None:
    """What a folder holds when it appears is skipped, and what is dropped into it later is sent."""
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
    """An archive that is copied into a folder for hours is skipped whole, also what comes long after the first look."""
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
    """A daemon that restarts while an archive is copied goes on to skip it."""
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
    """Make a state file one in which an older version has skipped shoots."""
    with closing(sqlite3.connect(state / FILE)) as connection, connection:
        connection.execute("DELETE FROM skipped_files")
        connection.execute("UPDATE orders SET recorded = 0")


def test_what_an_older_version_skipped_is_recorded_at_the_start(tmp: Path) -> None:
    """Skipped shoots of an older version are recorded where they lie as they did, and are known again from then on."""
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


def test_a_shoot_that_could_not_be_seen_at_first_is_recorded_later(tmp: Path) -> None:
    """A shoot whose folder did not answer at first sight is skipped, and its photos are recorded at the next start."""
    shoot(tmp / "in", "Old A")

    async def work(clock: SimulatedClock) -> None:
        (tmp / "in").rename(tmp / "later")
        (tmp / "in").mkdir()
        async with watching(tmp, clock) as scene:
            await scene.store.forget_root(str(tmp / "in"))
            scene.fails[scan.scan] = OSError(errno.ETIMEDOUT, "the file system is not responding")
            (tmp / "later" / "Old A").rename(tmp / "in" / "Old A")
            await asyncio.sleep(INTERVAL + 5)
            assert scene.orders() == {"Old A": ("skipped", 0)}
            assert await scene.store.skipped_in(str(tmp / "in")) == {}
        async with watching(tmp, clock) as scene:
            await asyncio.sleep(5)
            assert list(await scene.store.skipped_in(str(tmp / "in"))) == [str(tmp / "in" / "Old A")]

    simulate(work)


def test_photos_that_come_to_a_skipped_shoot_are_named(tmp: Path) -> None:
    """A new photo in a skipped folder is not sent and says so once, at any depth; moved out of it, it is sent."""
    shoot(tmp / "in", "Old A")
    (tmp / "in" / "Old A" / "DCIM" / "100").mkdir(parents=True)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await quiet()
            new = scene.put("Old A/DCIM/100/NEW_1.JPG")
            await quiet()
            ((order_id, fact),) = scene.heard
            assert fact == facts.CameLate(("DCIM/100/NEW_1.JPG",))
            told = await scene.store.load(order_id)
            assert (told.phase, told.health) == (Phase.SKIPPED, Health.ATTENTION)
            assert "came after the shoot was skipped, and are not sent: DCIM/100/NEW_1.JPG" in told.messages[1]
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


def test_what_came_to_a_skipped_shoot_while_nobody_looked_is_named(tmp: Path) -> None:
    """A card that was dropped into a skipped folder between two runs is not sent, and its photos are named."""
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


def test_another_shoot_under_a_skipped_name_is_no_late_one(tmp: Path) -> None:
    """Another folder that took the place of a skipped one is sent, and its photos are not called late."""
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

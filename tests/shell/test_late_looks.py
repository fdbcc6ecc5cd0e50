"""How often a shoot is looked at once more after it was locked."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from daemon.order import Order, facts
from daemon.watcher.late import LATE, RAREST
from tests.shell.scene import INTERVAL, Scene, delivered, merged, watching
from tests.shell.simulated import SimulatedClock, simulate

OAK = "12 Oak St"
DAY = 86400.0


async def sent(scene: Scene, clock: SimulatedClock) -> Order:
    """A shoot of two folders that was sent, merged and delivered."""
    scene.put(f"{OAK}/100CANON/IMG_1.JPG")
    scene.put(f"{OAK}/101CANON/IMG_2.JPG")
    await scene.submit(OAK)
    return await delivered(scene, OAK, clock.now())


def test_a_shoot_at_rest_is_hardly_scanned(tmp: Path) -> None:
    """In two days a delivered shoot is scanned some hundred times, not at each of 576 looks; afterwards never."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await sent(scene, clock)
            scene.scanned.clear()
            await asyncio.sleep(LATE)
            assert LATE / RAREST < scene.scanned.count(OAK) < 120 < LATE / INTERVAL
            scene.scanned.clear()
            await asyncio.sleep(DAY)
            assert scene.scanned == []

    simulate(work)


def test_what_comes_to_a_shoot_at_rest_is_seen_by_the_next_look(tmp: Path) -> None:
    """A file that comes to any of its folders is found after one interval, however rarely the shoot is scanned."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await sent(scene, clock)
            await asyncio.sleep(DAY)
            for late in ("100CANON/IMG_3.JPG", "102CANON/IMG_4.JPG"):
                scene.put(f"{OAK}/{late}")
                await asyncio.sleep(INTERVAL + 1)
                assert OAK in scene.waiting(), late
                await scene.submit(OAK)
                await delivered(scene, OAK, clock.now())
                await asyncio.sleep(DAY / 2)
                assert scene.waiting() == {}

    simulate(work)


def test_what_is_written_over_in_a_shoot_at_rest_is_seen_within_the_hour(tmp: Path) -> None:
    """Other bytes under the same name leave no trace in their folder's time; the next scan tells them."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            done = await sent(scene, clock)
            await asyncio.sleep(DAY)
            done = await merged(scene, done, clock)
            await asyncio.sleep(DAY)
            changed = scene.root / OAK / "100CANON" / "IMG_1.JPG"
            changed.write_bytes(b"retouched")
            await asyncio.sleep(RAREST + INTERVAL)
            assert scene.heard == [(done.id, facts.CameLate((), ("100CANON/IMG_1.JPG",)))]

    simulate(work)


def test_a_folder_that_goes_and_comes_back_is_scanned(tmp: Path) -> None:
    """A shoot that was away for a while is scanned when it is there again."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await sent(scene, clock)
            await asyncio.sleep(DAY)
            os.rename(scene.root / OAK, tmp / "away")
            await asyncio.sleep(INTERVAL + 1)
            scene.scanned.clear()
            os.rename(tmp / "away", scene.root / OAK)
            await asyncio.sleep(INTERVAL + 1)
            assert scene.scanned.count(OAK) > 1, "as a shoot that came, and as one whose time was not asked"
            await asyncio.sleep(INTERVAL)
            assert (scene.waiting(), scene.heard) == ({}, [])

    simulate(work)

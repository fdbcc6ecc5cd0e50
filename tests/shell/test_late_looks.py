"""How often a locked shoot is rechecked."""

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
    """Create a shoot of two folders that was sent, merged and delivered."""
    scene.put(f"{OAK}/100CANON/IMG_1.JPG")
    scene.put(f"{OAK}/101CANON/IMG_2.JPG")
    await scene.submit(OAK)
    return await delivered(scene, OAK, clock.now())


def test_a_shoot_at_rest_is_hardly_scanned(tmp: Path) -> None:
    """In two days a delivered shoot is scanned about a hundred times instead of 576, and afterwards never."""

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


def test_a_file_added_to_an_idle_shoot_is_found_by_the_next_check(tmp: Path) -> None:
    """A file added to any of its folders is found after one interval, however rarely the shoot is scanned."""

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
    """An overwritten file does not change its folder's time, and is found by the next scan, within the hour."""

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
    """A shoot that was missing for a while is scanned when it is back."""

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

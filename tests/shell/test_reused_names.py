"""Folder names that are reused for another card: same name, different photos."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tests.shell.scene import INTERVAL, QUIET, Scene, delivered, watching
from tests.shell.simulated import SimulatedClock, simulate
from tests.stores.states import look

pytestmark = pytest.mark.stores("memory", "sqlite")

NAME = "New folder"


async def quiet() -> None:
    """Wait until a shoot is found and settled."""
    await asyncio.sleep(INTERVAL + QUIET + 5)


def card(top: Path, word: str, shoot: str = NAME, *, photos: int = 3) -> None:
    """Create a card with its own photos in a folder of this name."""
    folder = top / "in" / shoot
    folder.mkdir()
    for number in range(photos):
        (folder / f"IMG_{number}.JPG").write_bytes(f"{word} {number}".encode() * 99)


def take_away(top: Path, where: str, shoot: str = NAME) -> None:
    """Move a folder out of the watched folder. It continues to exist, so its inode is not reused."""
    os.rename(top / "in" / shoot, top / where)


def every_order(scene: Scene) -> list[tuple[str, int]]:
    """Phase and brackets of every order, newest first."""
    with look(scene.state) as reader:
        return [(row["phase"], row["brackets_total"]) for row in reader.orders()]


def test_the_name_of_a_delivered_shoot_is_reused_between_scans(tmp: Path) -> None:
    """Another card with a delivered shoot's folder name is sent, even if it arrived while the daemon was stopped."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            card(tmp, "first")
            await quiet()
            await delivered(scene, NAME)
            await asyncio.sleep(3 * 86400)
        take_away(tmp, "first")
        card(tmp, "second", photos=4)
        async with watching(tmp, clock) as scene:
            await quiet()
            assert every_order(scene) == [("settled", 4), ("downloaded", 3)]

    simulate(work)


def test_a_name_of_a_delivered_shoot_is_used_again_between_two_looks(tmp: Path) -> None:
    """A folder that was replaced between two scans is recognised as another card."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            card(tmp, "first")
            await quiet()
            await delivered(scene, NAME)
            await asyncio.sleep(3 * 86400)
            take_away(tmp, "first")
            card(tmp, "second", photos=4)
            await quiet()
            assert every_order(scene) == [("settled", 4), ("downloaded", 3)]

    simulate(work)


def test_a_folder_that_was_moved_to_another_disk_and_back_is_known(tmp: Path) -> None:
    """The same photos in a new folder of the same name are the same shoot: nothing is sent, now or later."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            card(tmp, "first")
            await quiet()
            await delivered(scene, NAME)
            take_away(tmp, "first")
            card(tmp, "first")
            await quiet()
            scene.heard.clear()
            await asyncio.sleep(5 * INTERVAL)
            assert (every_order(scene), scene.waiting(), scene.heard) == ([("downloaded", 3)], {}, [])

    simulate(work)


def test_a_name_under_which_a_copy_was_skipped_is_used_again(tmp: Path) -> None:
    """After a skipped copy was removed, another card with its folder name is sent."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            card(tmp, "first", "12 Oak St")
            await quiet()
            await delivered(scene, "12 Oak St")
            card(tmp, "first")
            await quiet()
            assert scene.orders()[NAME] == ("skipped", 0)
            take_away(tmp, "copy")
            await quiet()
            card(tmp, "second", photos=4)
            await quiet()
            assert every_order(scene) == [("settled", 4), ("skipped", 0), ("downloaded", 3)]

    simulate(work)


def test_a_skipped_copy_that_comes_again_with_other_photos_is_sent(tmp: Path) -> None:
    """If a new folder gets the inode of a removed one, its photos show that it is another shoot."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            card(tmp, "first", "12 Oak St")
            await quiet()
            await delivered(scene, "12 Oak St")
            card(tmp, "first")
            await quiet()
            take_away(tmp, "copy")
            await quiet()
            for number in range(3):
                (tmp / "copy" / f"IMG_{number}.JPG").write_bytes(f"second {number}".encode() * 99)
            os.rename(tmp / "copy", tmp / "in" / NAME)
            await quiet()
            assert every_order(scene) == [("settled", 3), ("skipped", 0), ("downloaded", 3)]

    simulate(work)


def test_a_name_of_an_archived_shoot_is_used_again(tmp: Path) -> None:
    """Another card with the folder name of an archived shoot is sent."""

    async def work(clock: SimulatedClock) -> None:
        card(tmp, "archive")
        async with watching(tmp, clock) as scene:
            assert scene.orders() == {NAME: ("skipped", 0)}
            take_away(tmp, "archive")
            await quiet()
            card(tmp, "second", photos=4)
            await quiet()
            assert every_order(scene) == [("settled", 4), ("skipped", 0)]
            await delivered(scene, NAME)
            scene.put(f"{NAME}/IMG_9.JPG")
            await quiet()
            assert every_order(scene)[0] == ("settled", 1), "and what comes late for it, too"

    simulate(work)


def test_an_archived_shoot_that_changes_stays_skipped(tmp: Path) -> None:
    """An archived folder stays skipped while its inode is the same, even if photos are added to it."""

    async def work(clock: SimulatedClock) -> None:
        card(tmp, "archive")
        async with watching(tmp, clock) as scene:
            scene.put(f"{NAME}/IMG_9.JPG")
            take_away(tmp, "archive")
            await quiet()
            os.rename(tmp / "archive", tmp / "in" / NAME)
            await quiet()
            assert scene.orders() == {NAME: ("skipped", 0)}

    simulate(work)

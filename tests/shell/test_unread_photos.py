"""Photos that the disk cannot read while their shoot arrives or is submitted."""

from __future__ import annotations

import asyncio
import errno
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.files import scan
from daemon.files.passing import can_be_read
from daemon.shoot import DAMAGED, UNREAD, Client
from tests.shell.scene import INTERVAL, PRESET, QUIET, Scene, Scripted, watching
from tests.shell.simulated import SimulatedClock, simulate

OAK = "12 Oak St"
SIX = tuple(f"IMG_{number}.JPG" for number in range(6))
FOUR = dict.fromkeys(SIX[:4], errno.EIO)
WITHOUT = replace(PRESET, bad_files="leave_out")


async def sent(scene: Scene) -> tuple[str, ...] | None:
    """The photos of the shoot's order; None if it has none."""
    order = await scene.store.newest(str(scene.root / OAK))
    return None if order is None else tuple(bracket.path for bracket in order.brackets)


def drop(scene: Scene) -> None:
    """Add six photos."""
    for name in SIX:
        scene.put(f"{OAK}/{name}")
    scene.hint(OAK)


def test_an_error_at_the_first_look_leaves_nothing_out(tmp: Path) -> None:
    """A shoot whose disk wakes up during the check is sent completely a little later."""

    async def work(clock: SimulatedClock) -> None:
        probes = Scripted(said=Client(done=False, why="syncing"))
        async with watching(tmp, clock, probes=probes, preset=WITHOUT) as scene:
            drop(scene)
            await asyncio.sleep(QUIET + 2 * DAMAGED)
            probes.unread, scene.says[can_be_read] = dict(FOUR), False
            probes.said = Client(done=True, why="all is here")
            await asyncio.sleep(2 * INTERVAL)
            assert await sent(scene) is None
            assert "IMG_0.JPG cannot be read (Input/output error)" in scene.waiting()[OAK]
            probes.unread, scene.says[can_be_read] = {}, True
            await asyncio.sleep(2 * INTERVAL)
            assert await sent(scene) == SIX

    simulate(work)


def test_a_disk_that_gives_out_nothing_is_waited_for(tmp: Path) -> None:
    """After a day of disk errors, no photo is left out, whatever the setting."""

    async def work(clock: SimulatedClock) -> None:
        probes = Scripted(unread=dict(FOUR))
        async with watching(tmp, clock, probes=probes, preset=WITHOUT) as scene:
            scene.says[can_be_read] = False
            drop(scene)
            await asyncio.sleep(86400)
            assert await sent(scene) is None
            probes.unread, scene.says[can_be_read] = {}, True
            await asyncio.sleep(2 * INTERVAL)
            assert await sent(scene) == SIX

    simulate(work)


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES])
def test_a_photo_that_stays_unreadable_is_left_out(tmp: Path, number: int) -> None:
    """With `leave_out`, a photo that is unreadable for an hour while others are readable is left out."""

    async def work(clock: SimulatedClock) -> None:
        probes = Scripted(unread={SIX[0]: number})
        async with watching(tmp, clock, probes=probes, preset=WITHOUT) as scene:
            drop(scene)
            await asyncio.sleep(UNREAD - INTERVAL)
            assert await sent(scene) is None
            await asyncio.sleep(QUIET + 4 * INTERVAL)
            assert await sent(scene) == SIX[1:]

    simulate(work)


def test_a_submit_while_the_disk_wakes_up_sends_the_shoot_whole(tmp: Path) -> None:
    """A submit waits for a disk with temporary errors, and then sends every photo."""

    async def work(clock: SimulatedClock) -> None:
        probes = Scripted(unread=dict(FOUR))
        async with watching(tmp, clock, probes=probes) as scene:
            drop(scene)
            await scene.submit(OAK)
            assert await sent(scene) is None
            probes.unread = {}
            await asyncio.sleep(INTERVAL)
            assert await sent(scene) == SIX

    simulate(work)


def test_a_submit_goes_without_what_stays_unreadable(tmp: Path) -> None:
    """A photo on bad blocks delays a submitted shoot by ten minutes; a photo without read permission does not."""

    async def work(clock: SimulatedClock) -> None:
        probes = Scripted(unread={SIX[0]: errno.EIO})
        async with watching(tmp, clock, probes=probes) as scene:
            drop(scene)
            await scene.submit(OAK)
            await asyncio.sleep(DAMAGED - INTERVAL)
            assert await sent(scene) is None
            await asyncio.sleep(2 * INTERVAL)
            assert await sent(scene) == SIX[1:]
        probes.unread = {SIX[0]: errno.EACCES}
        async with watching(tmp, clock, probes=probes) as scene:
            for name in SIX[:2]:
                scene.put(f"Elm/{name}", f"elm {name}".encode())
            await scene.submit("Elm")
            assert scene.orders()["Elm"] == ("settled", 1)

    simulate(work)


def test_how_a_photo_was_taken_is_asked_again(tmp: Path) -> None:
    """After an error while reading how a photo was taken, the read is retried until incomplete sets can be checked."""

    async def work(clock: SimulatedClock) -> None:
        probes = Scripted(unread_frames={SIX[0]: errno.EIO})
        async with watching(tmp, clock, probes=probes) as scene:
            drop(scene)
            await asyncio.sleep(QUIET + INTERVAL)
            assert await sent(scene) is None
            assert "photos cannot be read (Input/output error)" in scene.waiting()[OAK]
            probes.unread_frames = {}
            await asyncio.sleep(QUIET + INTERVAL)
            assert await sent(scene) == SIX

    simulate(work)


def test_an_unreadable_folder_does_not_count_as_renamed(tmp: Path) -> None:
    """While the disk cannot tell if a shoot still exists, the same photos elsewhere do not take over its order."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            drop(scene)
            await scene.submit(OAK)
            for name in SIX:
                scene.put(f"copy/{name}", (scene.root / OAK / name).read_bytes())
            scene.fails[scan.is_folder] = OSError(errno.EIO, "Input/output error")
            await asyncio.sleep(QUIET + INTERVAL)
            assert scene.heard == []
            del scene.fails[scan.is_folder]
            await asyncio.sleep(QUIET + INTERVAL)
            assert scene.orders()["copy"][0] == "skipped"

    simulate(work)

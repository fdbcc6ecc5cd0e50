"""Shoots are found and sent completely even if the system's events fail, for each known kind of failure."""

from __future__ import annotations

import asyncio
import os
import unicodedata
from pathlib import Path

import pytest

from daemon.app.watchers import RESCAN
from daemon.reports.status import document
from daemon.watcher.missed import LAG
from tests.shell.scene import INTERVAL, QUIET, Scene, watching
from tests.shell.simulated import SimulatedClock, simulate
from tests.stores.states import look

OAK, ELM = "12 Oak St", "1 Elm St"


def missed(scene: Scene) -> int:
    """The number of missed events in ``status --json``."""
    with look(scene.state) as reader:
        missed: int = document(reader, scene.state, 4711)["daemon"]["events_missed"]
    return missed


def test_events_that_ended_are_started_again(tmp: Path) -> None:
    """When the source of events dies, it is replaced in the next round, and all followed shoots are scanned."""
    assert RESCAN <= 60, "the daemon looks at least every minute"

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put(f"{OAK}/notes.txt")
            scene.hint(OAK)
            await asyncio.sleep(2)
            dead = scene.hints[-1]
            dead.alive = False
            scene.put(f"{OAK}/IMG_1.JPG")
            scene.put(f"{ELM}/IMG_1.JPG")
            await asyncio.sleep(INTERVAL)
            (_, new) = scene.hints
            assert new.followed == {OAK, ELM}
            assert dead.followed == set()
            await asyncio.sleep(QUIET + 2)
            assert scene.orders() == {OAK: ("settled", 1), ELM: ("settled", 1)}

    simulate(work)


def test_lost_events_make_everything_dirty(tmp: Path) -> None:
    """When the system reports lost events, every shoot is scanned immediately."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put(f"{OAK}/notes.txt")
            await asyncio.sleep(INTERVAL + 1)
            scene.put(f"{OAK}/IMG_1.JPG")
            scene.put(f"{ELM}/DCIM/IMG_1.JPG")
            scene.hints[-1].dirty.add(None)
            await asyncio.sleep(1)
            assert set(scene.waiting()) == {OAK, ELM}
            await asyncio.sleep(QUIET + 2)
            assert scene.orders() == {OAK: ("settled", 1), ELM: ("settled", 1)}

    simulate(work)


def test_a_folder_moved_into_a_shoot(tmp: Path) -> None:
    """A folder that is moved into a shoot counts with all its files, and with files added later without an event."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put(f"{OAK}/IMG_1.JPG")
            (tmp / "100CANON").mkdir()
            (tmp / "100CANON" / "IMG_2.JPG").write_bytes(b"moved in")
            await asyncio.sleep(INTERVAL + 1)
            os.rename(tmp / "100CANON", tmp / "in" / OAK / "100CANON")
            scene.hint(OAK)
            await asyncio.sleep(QUIET - 1)
            scene.put(f"{OAK}/100CANON/IMG_3.JPG")
            await asyncio.sleep(QUIET - 1)
            assert scene.orders() == {}
            await asyncio.sleep(4)
            assert scene.orders() == {OAK: ("settled", 3)}

    simulate(work)


def test_a_shoot_that_is_a_link(tmp: Path) -> None:
    """A link to a folder elsewhere is a normal shoot, and is sent once, even if its folder grows there."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            elsewhere = tmp / "elsewhere"
            elsewhere.mkdir()
            (elsewhere / "IMG_1.JPG").write_bytes(b"one")
            (tmp / "in" / OAK).symlink_to(elsewhere, target_is_directory=True)
            scene.hint(OAK)
            await asyncio.sleep(QUIET - 2)
            (elsewhere / "IMG_2.JPG").write_bytes(b"two, unannounced")
            await asyncio.sleep(2 * QUIET)
            assert scene.orders() == {OAK: ("settled", 2)}
            await asyncio.sleep(2 * INTERVAL)
            assert scene.orders() == {OAK: ("settled", 2)}

    simulate(work)


def test_finished_by_a_hard_link(tmp: Path) -> None:
    """A file that is linked to its final name before its temporary name is removed counts as one photo."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            part = scene.put(f"{OAK}/IMG_1.JPG.filepart")
            scene.hint(OAK)
            await asyncio.sleep(2 * INTERVAL)
            os.link(part, part.with_suffix(""))
            await asyncio.sleep(2 * INTERVAL)
            assert scene.orders() == {}
            assert "IMG_1.JPG.filepart is still being copied" in scene.waiting()[OAK]
            part.unlink()
            await asyncio.sleep(INTERVAL + QUIET + 2)
            assert scene.orders() == {OAK: ("settled", 1)}

    simulate(work)


@pytest.mark.parametrize(
    "names",
    [
        ("IMG_1.JPG", "img_1.jpg"),
        (unicodedata.normalize("NFC", "Café.JPG"), unicodedata.normalize("NFD", "Café.JPG")),
    ],
    ids=["case", "Unicode"],
)
def test_twins_by_name(tmp: Path, names: tuple[str, str]) -> None:
    """Photos whose names differ only in case or Unicode form are both sent if the disk keeps both."""
    for name in names:
        (tmp / name).write_bytes(b"x")
    kept = sum((tmp / name).exists() for name in os.listdir(tmp) if name in names)
    if kept < len(names):
        pytest.skip("the disk takes the two names for one")

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            for name in names:
                scene.put(f"{OAK}/{name}")
            scene.hint(OAK)
            await asyncio.sleep(QUIET + 2)
            order = await scene.store.newest(str(tmp / "in" / OAK))
            assert order is not None
            assert sorted(bracket.path for bracket in order.brackets) == sorted(names)
            assert order.unsent.left_out == ()

    simulate(work)


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
def test_the_machine_slept(tmp: Path, jump: float) -> None:
    """When wall clock and monotonic clock diverge, the next round scans everything."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put(f"{OAK}/notes.txt")
            scene.put(f"{ELM}/IMG_1.JPG")
            scene.hint(OAK)
            await asyncio.sleep(2)
            scene.put(f"{OAK}/IMG_1.JPG")
            scene.hint(ELM)
            await asyncio.sleep(10)
            assert set(scene.waiting()) == {ELM}, "there was no event for the photo, and no scan"
            clock.offset += jump
            scene.hint(ELM)
            await asyncio.sleep(1)
            assert set(scene.waiting()) == {OAK, ELM}

    simulate(work)


def test_watches_that_are_used_up(tmp: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A shoot for which the system has no watch left is scanned instead; this is logged once."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.hints[-1].used_up = True
            scene.put(f"{OAK}/IMG_1.JPG")
            scene.hint(OAK)
            await asyncio.sleep(QUIET - 1)
            scene.put(f"{OAK}/IMG_2.JPG")
            await asyncio.sleep(QUIET)
            assert scene.orders() == {}
            await asyncio.sleep(4)
            assert scene.orders() == {OAK: ("settled", 2)}

    simulate(work)
    said = capsys.readouterr().out
    assert said.count("no change events for this shoot; scanning instead") == 1
    assert said.count("inotify watch limit reached") == 1


def test_missed_events_are_counted(tmp: Path) -> None:
    """Changes that only a scan found are counted in ``status --json``; those with an event are not."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put(f"{OAK}/IMG_1.JPG")
            scene.hint(OAK)
            await asyncio.sleep(QUIET - 1)
            assert missed(scene) == 0
            scene.put(f"{OAK}/IMG_2.JPG")
            await asyncio.sleep(LAG + QUIET)
            assert missed(scene) == 1
            scene.put(f"{ELM}/IMG_1.JPG")
            await asyncio.sleep(2 * INTERVAL)
            assert missed(scene) == 2

    simulate(work)

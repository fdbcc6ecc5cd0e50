from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.files import scan
from daemon.order import Phase, Policy, evolve, facts, steps
from daemon.photos.contents import look_into
from daemon.shoot import Client
from tests.shell.scene import INTERVAL, QUIET, Scripted, delivered, watching
from tests.shell.simulated import SimulatedClock, simulate
from tests.stores.states import look


def test_a_dropped_shoot_becomes_an_order_when_it_was_quiet(tmp: Path) -> None:
    """A shoot gets one order with all its brackets, exactly one quiet period after its last change."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put("12 Oak St/DCIM/IMG_1.JPG")
            scene.hint("12 Oak St")
            await asyncio.sleep(QUIET - 5)
            assert "1 photo(s)" in scene.waiting()["12 Oak St"]
            scene.put("12 Oak St/DCIM/IMG_2.JPG")
            scene.hint("12 Oak St")
            await asyncio.sleep(QUIET - 2)
            assert scene.orders() == {}
            await asyncio.sleep(4)
            assert scene.orders() == {"12 Oak St": ("settled", 2)}
            assert scene.waiting() == {}
            await asyncio.sleep(10 * INTERVAL)
            assert len(scene.orders()) == 1
            assert scene.hints[-1].followed == set(), "a finished shoot is no longer followed"

    simulate(work)


def test_without_any_hint_a_rescan_finds_it(tmp: Path) -> None:
    """Without any events, a shoot is found at the next rescan."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, broken=True) as scene:
            scene.put("12 Oak St/IMG_1.JPG")
            await asyncio.sleep(INTERVAL + QUIET + 2)
            assert scene.orders() == {"12 Oak St": ("settled", 1)}

    simulate(work)


def test_a_change_without_a_hint_is_seen_by_the_last_look(tmp: Path) -> None:
    """A file that arrives without an event during the quiet period is included before the shoot is locked."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put("12 Oak St/IMG_1.JPG")
            scene.hint("12 Oak St")
            await asyncio.sleep(QUIET - 10)
            scene.put("12 Oak St/IMG_2.JPG")
            await asyncio.sleep(20)
            assert scene.orders() == {}
            await asyncio.sleep(QUIET)
            assert scene.orders() == {"12 Oak St": ("settled", 2)}

    simulate(work)


def test_an_archive_is_not_paid_for_by_mistake(tmp: Path) -> None:
    """Shoots in a folder when it is first watched are skipped for good; new ones are sent."""
    for name in ("old 1", "old 2"):
        (tmp / "in" / name).mkdir()
        (tmp / "in" / name / "IMG_1.JPG").write_bytes(b"x")
    (tmp / "in" / "made ahead").mkdir()

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await asyncio.sleep(2 * INTERVAL)
            assert scene.orders() == {"old 1": ("skipped", 0), "old 2": ("skipped", 0)}
        async with watching(tmp, clock) as scene:
            scene.put("made ahead/IMG_1.JPG")
            scene.put("new/IMG_1.JPG")
            await asyncio.sleep(2 * INTERVAL)
            assert {name: phase for name, (phase, _) in scene.orders().items()} == {
                "old 1": "skipped",
                "old 2": "skipped",
                "made ahead": "settled",
                "new": "settled",
            }

    simulate(work)


def test_an_archive_that_is_online_only_is_skipped_too(tmp: Path) -> None:
    """Old shoots with only online placeholders are skipped; opening one years later buys nothing."""
    (tmp / "in" / "old").mkdir()
    (tmp / "in" / "old" / "IMG_1.JPG.nextcloud").write_bytes(b"x")

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            assert scene.orders() == {"old": ("skipped", 0)}
            os.rename(scene.root / "old" / "IMG_1.JPG.nextcloud", scene.root / "old" / "IMG_1.JPG")
            scene.hint("old")
            await asyncio.sleep(2 * INTERVAL)
            assert scene.orders() == {"old": ("skipped", 0)}

    simulate(work)


@pytest.mark.parametrize("call", [scan.scan, look_into], ids=["scan", "read"])
def test_a_disk_that_does_not_answer_is_shown(tmp: Path, call: Callable[..., object]) -> None:
    """A shoot that cannot be scanned or read waits with the reason, is kept, and continues afterwards."""
    says = OSError(errno.ETIMEDOUT, "the file system is not responding")

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put("12 Oak St/IMG_1.JPG")
            scene.hint("12 Oak St")
            await asyncio.sleep(QUIET / 2)
            scene.fails[call] = says
            await asyncio.sleep(3 * INTERVAL)
            assert "(the file system is not responding); retrying" in scene.waiting()["12 Oak St"]
            assert scene.orders() == {}
            scene.fails.clear()
            await asyncio.sleep(QUIET + INTERVAL)
            assert scene.orders() == {"12 Oak St": ("settled", 1)}
            assert scene.waiting() == {}

    simulate(work)


def test_a_stuck_shoot_leaves_the_sync_client_alone(tmp: Path) -> None:
    """For a shoot that waits for a repaired photo, the sync client is asked rarely, not every few seconds."""

    async def work(clock: SimulatedClock) -> None:
        probes = Scripted(said=Client(True, "Dropbox has downloaded all known files"))
        async with watching(tmp, clock, probes=probes) as scene:
            scene.put("12 Oak St/IMG_1.JPG")
            scene.put("12 Oak St/IMG_2.JPG", b"")
            await asyncio.sleep(INTERVAL)
            probes.asked = 0
            await asyncio.sleep(3600)
            assert 12 <= probes.asked <= 100

    simulate(work)


def test_existing_shoots_are_sent_when_asked_for(tmp: Path) -> None:
    """With ``existing: process`` the shoots of a new watched folder are sent."""
    (tmp / "in" / "old").mkdir()
    (tmp / "in" / "old" / "IMG_1.JPG").write_bytes(b"x")

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, process_existing=True) as scene:
            await asyncio.sleep(2 * INTERVAL)
            assert scene.orders() == {"old": ("settled", 1)}

    simulate(work)


def test_shoots_dropped_while_the_daemon_was_down_are_found(tmp: Path) -> None:
    """A shoot that arrived between two runs is new, not part of the archive."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock):
            await asyncio.sleep(1)
        (tmp / "in" / "12 Oak St").mkdir()
        (tmp / "in" / "12 Oak St" / "IMG_1.JPG").write_bytes(b"x")
        async with watching(tmp, clock) as scene:
            await asyncio.sleep(QUIET + 2)
            assert scene.orders() == {"12 Oak St": ("settled", 1)}

    simulate(work)


def test_a_person_submits(tmp: Path) -> None:
    """``submit`` sends a waiting or skipped shoot immediately, without unusable files."""
    (tmp / "in" / "old").mkdir()
    (tmp / "in" / "old" / "IMG_1.JPG").write_bytes(b"x")

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await scene.submit("old")
            scene.put("new/IMG_1.JPG")
            scene.put("new/IMG_2.JPG", b"")
            scene.hint("new")
            await asyncio.sleep(1)
            await scene.submit("new")
            assert scene.orders() == {"old": ("settled", 1), "new": ("settled", 1)}
            order = await scene.store.newest(str(tmp / "in" / "new"))
            assert order is not None
            assert order.unsent.left_out == ("IMG_2.JPG",)
            await asyncio.sleep(2 * INTERVAL)
            assert len(scene.orders()) == 2

    simulate(work)


def test_a_person_submits_the_rest(tmp: Path) -> None:
    """``submit`` of a shoot that waits for an incomplete photo sends it without that photo."""

    async def work(clock: SimulatedClock) -> None:
        probes = Scripted(faults={"IMG_2.JPG": "has no JPEG end marker"})
        async with watching(tmp, clock, probes=probes) as scene:
            for number in (1, 2, 3):
                scene.put(f"12 Oak St/IMG_{number}.JPG")
            await asyncio.sleep(QUIET + 2 * INTERVAL)
            assert "IMG_2.JPG has no JPEG end marker" in scene.waiting()["12 Oak St"]
            await scene.submit("12 Oak St")
            order = await scene.store.newest(str(scene.root / "12 Oak St"))
            assert order is not None
            assert [bracket.path for bracket in order.brackets] == ["IMG_1.JPG", "IMG_3.JPG"]
            assert order.unsent.left_out == ("IMG_2.JPG",)

    simulate(work)


def test_submitting_nothing_keeps_the_shoot_waiting(tmp: Path) -> None:
    """``submit`` of a folder without readable photos creates no order, and the folder is still watched."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put("new/IMG_1.JPG", b"")
            scene.hint("new")
            await asyncio.sleep(1)
            await scene.submit("new")
            assert scene.orders() == {}
            scene.put("new/IMG_1.JPG")
            await asyncio.sleep(INTERVAL + QUIET + 40)
            assert scene.orders() == {"new": ("settled", 1)}

    simulate(work)


def test_a_held_order_is_sent_again_as_it_is_now(tmp: Path) -> None:
    """``submit`` of a shoot that is held before its merge replaces the order by one with the current files."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put("new/IMG_1.JPG")
            await scene.submit("new")
            first = await scene.store.newest(str(tmp / "in" / "new"))
            assert first is not None
            trouble = facts.Failed(steps.Register(0), facts.Failure.FILE, "unreadable")
            held = evolve(first, trouble, now=clock.now(), policy=Policy())
            await scene.store.record(first, trouble, held, clock.now())
            scene.put("new/IMG_2.JPG")
            await asyncio.sleep(5)
            await scene.submit("new")
            second = await scene.store.newest(str(tmp / "in" / "new"))
            assert second is not None
            assert second.id != first.id
            assert len(second.brackets) == 2
            assert second.source.output == first.source.output
            assert (await scene.store.load(first.id)).phase is Phase.CANCELLED
            assert second.source.output == first.source.output

    simulate(work)


def test_the_same_shoot_come_back_is_not_sent_again(tmp: Path) -> None:
    """A delivered shoot that is moved away and back costs nothing; other photos under its name are a new shoot."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put("12 Oak St/IMG_1.JPG")
            await scene.submit("12 Oak St")
            first = await delivered(scene, "12 Oak St")
            for same in (True, False):
                os.rename(tmp / "in" / "12 Oak St", tmp / f"away {same}")
                await asyncio.sleep(INTERVAL + 1)
                if same:
                    os.rename(tmp / "away True", tmp / "in" / "12 Oak St")
                else:
                    scene.put("12 Oak St/IMG_1.JPG")
                await asyncio.sleep(INTERVAL + QUIET + 2)
                newest = await scene.store.newest(first.source.folder)
                assert newest is not None
                assert (newest.id == first.id) is same
                assert newest.source.output == (first.source.output if same else f"{first.source.output}-2")

    simulate(work)


def test_a_watched_folder_that_vanishes_is_not_an_empty_one(tmp: Path) -> None:
    """While a root is missing, the watcher reports it; afterwards nothing is forgotten or sent twice."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put("12 Oak St/IMG_1.JPG")
            await scene.submit("12 Oak St")
            os.rename(tmp / "in", tmp / "away")
            await asyncio.sleep(INTERVAL + 1)
            with look(scene.state) as reader:
                assert any("cannot be read" in words for words in reader.notes().messages)
            os.rename(tmp / "away", tmp / "in")
            scene.put("13 Oak St/IMG_1.JPG")
            await asyncio.sleep(2 * INTERVAL)
            with look(scene.state) as reader:
                assert not reader.notes().missing
            assert scene.orders() == {"12 Oak St": ("settled", 1), "13 Oak St": ("settled", 1)}

    simulate(work)


def test_dead_events_are_noticed_and_started_again(tmp: Path) -> None:
    """When the source of hints dies, it is replaced in the next round and follows the same shoots."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put("12 Oak St/IMG_1.JPG")
            scene.hint("12 Oak St")
            await asyncio.sleep(1)
            scene.hints[-1].alive = False
            await asyncio.sleep(60)
            assert len(scene.hints) == 2

    simulate(work)


def test_a_shoot_removed_while_it_arrives_is_forgotten(tmp: Path) -> None:
    """A folder that is removed before it settles leaves nothing behind."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put("12 Oak St/IMG_1.JPG")
            scene.hint("12 Oak St")
            await asyncio.sleep(5)
            shutil.rmtree(tmp / "in" / "12 Oak St")
            scene.hint("12 Oak St")
            await asyncio.sleep(5)
            assert (scene.waiting(), scene.orders(), scene.hints[-1].followed) == ({}, {}, set())

    simulate(work)


def test_a_renamed_shoot_is_not_bought_again(tmp: Path) -> None:
    """A sent or skipped shoot that is renamed is recognised by its photos and skipped with the reason."""
    (tmp / "in" / "archive").mkdir()
    (tmp / "in" / "archive" / "IMG_9.JPG").write_bytes(b"old times")

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put("12 Oak St/IMG_1.JPG")
            await scene.submit("12 Oak St")
            await delivered(scene, "12 Oak St")
            os.rename(tmp / "in" / "12 Oak St", tmp / "in" / "12 Oak St - done")
            os.rename(tmp / "in" / "archive", tmp / "in" / "archive 2019")
            await asyncio.sleep(2 * INTERVAL)
            phases = {name: phase for name, (phase, _) in scene.orders().items()}
            assert phases == {
                "12 Oak St": "downloaded",
                "12 Oak St - done": "skipped",
                "archive": "skipped",
                "archive 2019": "skipped",
            }
            again = await scene.store.newest(str(tmp / "in" / "12 Oak St - done"))
            assert again is not None
            assert "same photos as “12 Oak St”, sent" in str(again.trouble)
            await scene.submit("12 Oak St - done")
            assert scene.orders()["12 Oak St - done"] == ("skipped", 0), "nor does a mere `submit`"
            await scene.submit("12 Oak St - done", "submit again")
            assert scene.orders()["12 Oak St - done"] == ("settled", 1), "a person's word sends it all the same"

    simulate(work)


def test_a_shoot_whose_order_was_cancelled_is_taken_again(tmp: Path) -> None:
    """A folder whose order was cancelled because it was briefly missing is a new shoot at the next rescan."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put("12 Oak St/IMG_1.JPG")
            await scene.submit("12 Oak St")
            order = await scene.store.newest(str(tmp / "in" / "12 Oak St"))
            assert order is not None
            why = facts.Cancelled("the folder was gone")
            ended = evolve(order, why, now=clock.now(), policy=Policy())
            await scene.store.record(order, why, ended, clock.now())
            await asyncio.sleep(2 * INTERVAL)
            newest = await scene.store.newest(order.source.folder)
            assert newest is not None
            assert newest.phase is Phase.SETTLED

    simulate(work)


def test_an_archive_behind_a_late_mount_is_not_bought(tmp: Path) -> None:
    """If the first scan met an empty mount point, shoots on the disk mounted later are an archive."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await asyncio.sleep(1)
            disk = tmp / "disk"
            (disk / "old").mkdir(parents=True)
            (disk / "old" / "IMG_1.JPG").write_bytes(b"x")
            os.rename(tmp / "in", tmp / "mount point")
            os.rename(disk, tmp / "in")
            await asyncio.sleep(2 * INTERVAL)
            assert scene.orders() == {"old": ("skipped", 0)}

    simulate(work)


def test_a_shoot_renamed_while_under_way_keeps_its_order(tmp: Path) -> None:
    """A shoot that is renamed while its order is in progress keeps that order, under its new name."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put("12 Oak St/IMG_1.JPG")
            await scene.submit("12 Oak St")
            order = await scene.store.newest(str(tmp / "in" / "12 Oak St"))
            assert order is not None
            os.rename(tmp / "in" / "12 Oak St", tmp / "in" / "12 Oak Street")
            await asyncio.sleep(INTERVAL + QUIET + 2)
            assert (order.id, facts.Moved("12 Oak Street", str(tmp / "in" / "12 Oak Street"))) in scene.heard
            assert list(scene.orders()) == ["12 Oak Street"]

    simulate(work)

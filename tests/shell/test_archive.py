"""A skipped archive that people reorganise afterwards: none of it is bought without approval."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.order import HoldKind, Order, Phase, Policy, evolve, facts
from tests.shell.scene import INTERVAL, QUIET, Scene, delivered, watching
from tests.shell.simulated import START, SimulatedClock, simulate
from tests.stores.states import look

OLD, OTHER = "Old A", "Old B"
PHOTOS = 6
Tidying = Callable[[Path], None]


def archive(top: Path, *shoots: str, ext: str = "JPG", size: int | None = None) -> None:
    """Shoots that are in the folder before it is watched. Each photo has its own size, or all have the same."""
    for number, shoot in enumerate(shoots):
        folder = top / "in" / shoot / "DCIM"
        folder.mkdir(parents=True)
        for photo in range(PHOTOS):
            file = folder / f"IMG_{photo + 100 * number:04}.{ext}"
            head = f"{shoot} {photo} ".encode()
            file.write_bytes(head + b"x" * ((size or 1000 + 37 * photo + 500 * number) - len(head)))
            at = int(START) - 86400 * 300 + photo * 7
            os.utime(file, (at, at))


def moved(source: Path, target: Path, keep: Callable[[int], bool] = lambda _: True) -> None:
    """Move photos of a shoot into another folder."""
    target.mkdir(parents=True, exist_ok=True)
    for number, file in enumerate(sorted((source / "DCIM").iterdir())):
        if keep(number):
            file.rename(target / file.name)


def copied(source: Path, target: Path) -> None:
    """Copy a shoot without its file times."""
    shutil.copytree(source, target, copy_function=shutil.copyfile)


def another_disk(folder: Path, seconds: int) -> None:
    """Replace a folder by another copy, with new inodes and all times shifted by some seconds, as on FAT."""
    shutil.copytree(folder, folder.parent.parent / "copy")
    folder.rename(folder.parent.parent / "original")
    (folder.parent.parent / "copy").rename(folder)
    for file in sorted((folder / "DCIM").iterdir()):
        at = file.stat().st_mtime + seconds
        os.utime(file, (at, at))


def into_a_year(watched: Path) -> None:
    """``mkdir 2025; mv "Old A" 2025``."""
    (watched / "2025").mkdir()
    (watched / OLD).rename(watched / "2025" / OLD)


def both_into_a_year(watched: Path) -> None:
    """Move both old shoots into one folder."""
    into_a_year(watched)
    (watched / OTHER).rename(watched / "2025" / OTHER)


def renamed(watched: Path) -> None:
    """Rename each old shoot."""
    for shoot in (OLD, OTHER):
        (watched / shoot).rename(watched / f"{shoot} (done)")


TIDYING: dict[str, Tidying] = {
    "moved into a year": into_a_year,
    "both moved into a year": both_into_a_year,
    "renamed": renamed,
    "photos moved": lambda watched: moved(watched / OLD, watched / "New"),
    "half of the photos moved": lambda watched: moved(watched / OLD, watched / "New", lambda n: n < PHOTOS / 2),
    "copied without times": lambda watched: copied(watched / OLD, watched / "Copy"),
    "a disk mounted again": lambda watched: another_disk(watched / OLD, 0),
    "a disk mounted again after the clocks changed": lambda watched: another_disk(watched / OLD, 3600),
    "restored without times": lambda watched: another_disk(watched / OLD, 86400 * 99 + 13),
}


async def quiet() -> None:
    """Wait until a shoot is found and settled."""
    await asyncio.sleep(INTERVAL + QUIET + 5)


def unskipped(scene: Scene) -> dict[str, tuple[str, int]]:
    """The shoots that are neither skipped nor cancelled."""
    with look(scene.state) as reader:
        rows = [row for row in reader.orders() if row["phase"] not in ("skipped", "cancelled")]
    return {row["shoot"]: (row["phase"], row["brackets_total"]) for row in rows}


async def order_of(scene: Scene, shoot: str) -> Order:
    """The newest order of a shoot."""
    order = await scene.store.newest(str(scene.root / shoot))
    assert order is not None
    return order


async def happens(scene: Scene, shoot: str, fact: facts.Fact, clock: SimulatedClock) -> Order:
    """Apply a fact to a shoot's order, as the runner does."""
    order = await order_of(scene, shoot)
    after = evolve(order, fact, now=clock.now(), policy=Policy())
    await scene.store.record(order, fact, after, clock.now())
    return after


@pytest.mark.parametrize("running", [True, False], ids=["while we run", "while we do not"])
@pytest.mark.parametrize("tidy", TIDYING.values(), ids=TIDYING)
def test_a_tidied_archive_is_not_bought(tmp: Path, tidy: Tidying, running: bool) -> None:
    """Skipped photos stay skipped wherever they are moved or copied, and photos added later are sent."""
    archive(tmp, OLD, OTHER)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            assert scene.orders() == {OLD: ("skipped", 0), OTHER: ("skipped", 0)}
            if running:
                tidy(scene.root)
                await quiet()
        if not running:
            tidy(tmp / "in")
        async with watching(tmp, clock) as scene:
            await quiet()
            assert unskipped(scene) == {}
            assert scene.waiting() == {}
            scene.put("12 Oak St/IMG_0001.JPG")
            await quiet()
            assert unskipped(scene) == {"12 Oak St": ("settled", 1)}

    simulate(work)


def test_a_tidied_archive_says_what_it_is(tmp: Path) -> None:
    """A folder that received old photos is skipped with the old shoot's name, and ``submit`` sends it."""
    archive(tmp, OLD)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            into_a_year(scene.root)
            await quiet()
            year = await order_of(scene, "2025")
            (message,) = year.messages
            assert message.startswith(f"its photos are those of “{OLD}”, which was skipped and never bought; ")
            assert message.endswith("`bracketd submit FOLDER` sends them")
            await scene.submit("2025")
            assert unskipped(scene) == {"2025": ("settled", PHOTOS)}
            (scene.root / "2025").rename(scene.root / "2025 b")
            await quiet()
            (moved_to,) = [fact for _, fact in scene.heard if isinstance(fact, facts.Moved)]
            assert moved_to.shoot == "2025 b", "once it is sent it is an order like any other"

    simulate(work)


def test_the_same_again_with_a_year_that_is_moved_itself(tmp: Path) -> None:
    """A folder that was skipped for its old photos is recognised again when it is renamed."""
    archive(tmp, OLD, OTHER)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            both_into_a_year(scene.root)
            await quiet()
            (scene.root / "archive").mkdir()
            (scene.root / "2025").rename(scene.root / "archive" / "2025")
            await quiet()
            assert unskipped(scene) == {}
            assert scene.orders()["archive"] == ("skipped", 0)

    simulate(work)


@pytest.mark.parametrize("fact", [facts.Approved(), facts.Cancelled("not wanted", by_person=True), facts.Retried(None)])
def test_photos_whose_sizes_prove_nothing_are_asked_about(tmp: Path, fact: facts.Fact) -> None:
    """Uncompressed RAW files that were moved without their times are held, and only ``approve`` sends them."""
    archive(tmp, OLD, ext="ARW", size=4000)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            copied(scene.root / OLD, scene.root / "Copy")
            shutil.rmtree(scene.root / OLD)
            await quiet()
            held = await order_of(scene, "Copy")
            assert (held.phase, held.hold_kind, len(held.brackets)) == (Phase.HELD, HoldKind.SKIPPED_BEFORE, PHOTOS)
            assert f"6 of its 6 photos have names and sizes of photos of “{OLD}”, which was skipped" in held.messages[0]
            assert "`bracketd approve` sends the shoot, `bracketd cancel` skips it" in held.messages[0]
            after = await happens(scene, "Copy", fact, clock)
            expected = {facts.Approved: Phase.SETTLED, facts.Cancelled: Phase.CANCELLED, facts.Retried: Phase.HELD}
            assert after.phase is expected[type(fact)]
            await quiet()
            assert len(unskipped(scene)) == (0 if after.phase is Phase.CANCELLED else 1)

    simulate(work)


def test_a_copy_is_known_by_its_content_while_the_old_photos_lie_there(tmp: Path) -> None:
    """A copy of uncompressed RAW files without their times is skipped; another card with the same names is sent."""
    archive(tmp, OLD, ext="ARW", size=4000)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            copied(scene.root / OLD, scene.root / "Copy")
            for number in range(PHOTOS):
                scene.put(f"Card/IMG_{number:04}.ARW", f"card {number}".encode() + b"c" * (4000 - 6))
            await quiet()
            assert scene.orders()["Copy"] == ("skipped", 0)
            assert unskipped(scene) == {"Card": ("settled", PHOTOS)}

    simulate(work)


def test_old_and_new_photos_in_one_folder_are_asked_about(tmp: Path) -> None:
    """A folder with as many old photos as new ones is held; ``submit`` sends all of it."""
    archive(tmp, OLD)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            moved(scene.root / OLD, scene.root / "Mixed")
            for number in range(PHOTOS):
                scene.put(f"Mixed/NEW_{number}.JPG", b"n" * (9000 + number))
            await quiet()
            held = await order_of(scene, "Mixed")
            assert held.phase is Phase.HELD
            assert f"6 of its 12 photos are those of “{OLD}”, which was skipped" in held.messages[0]
            await scene.submit("Mixed")
            assert unskipped(scene) == {"Mixed": ("settled", 12)}

    simulate(work)


def test_an_old_card_that_is_new_here_is_sent(tmp: Path) -> None:
    """Photos of last year that were never skipped are sent, even if skipped photos have the same names."""
    archive(tmp, OLD)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            for number in range(PHOTOS):
                photo = scene.put(f"Card/DCIM/IMG_{number:04}.JPG", b"c" * (7000 + number))
                os.utime(photo, (START - 86400 * 200, START - 86400 * 200 + number))
            await quiet()
            assert unskipped(scene) == {"Card": ("settled", PHOTOS)}

    simulate(work)


def test_old_photos_moved_into_a_sent_shoot_are_not_a_supplement(tmp: Path) -> None:
    """Skipped photos that are moved into the folder of a delivered shoot are not sent as late photos."""
    archive(tmp, OLD)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            for number in range(3):
                scene.put(f"12 Oak St/A_{number}.JPG")
            await quiet()
            sent = await delivered(scene, "12 Oak St", clock.now())
            (scene.root / OLD).rename(scene.root / "12 Oak St" / OLD)
            await quiet()
            await quiet()
            assert unskipped(scene) == {"12 Oak St": ("downloaded", 3)}
            (again,) = {fact for order, fact in scene.heard if isinstance(fact, facts.FoundAgain) and order == sent.id}
            assert len(again.files) == PHOTOS, "they are known from now on, and waited for no more"

    simulate(work)


def test_a_year_of_sent_and_skipped_shoots_is_skipped(tmp: Path) -> None:
    """A folder with a delivered and a skipped shoot is skipped; the reason lists what was sent and what was not."""
    archive(tmp, OLD)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            for number in range(PHOTOS + 1):
                scene.put(f"12 Oak St/A_{number}.JPG")
            await quiet()
            await delivered(scene, "12 Oak St", clock.now())
            (scene.root / "2025").mkdir()
            for shoot in (OLD, "12 Oak St"):
                (scene.root / shoot).rename(scene.root / "2025" / shoot)
            await quiet()
            year = await order_of(scene, "2025")
            assert year.phase is Phase.SKIPPED
            assert (
                "7 of its photos were sent as “12 Oak St”; of the others, its photos are those of" in year.messages[0]
            )

    simulate(work)


def test_what_a_person_cancelled_is_not_bought_when_it_is_tidied(tmp: Path) -> None:
    """A cancelled shoot that is moved into another folder is not sent, like a skipped one."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            for number in range(3):
                scene.put(f"{OLD}/A_{number}.JPG")
            await quiet()
            await happens(scene, OLD, facts.Cancelled("not wanted", by_person=True), clock)
            into_a_year(scene.root)
            await quiet()
            assert scene.orders()["2025"] == ("skipped", 0)
            said = (await order_of(scene, "2025")).messages[0]
            assert f"same photos as “{OLD}”, which was cancelled and never bought" in said

    simulate(work)


def test_the_record_of_an_archive_is_in_the_state_file(tmp: Path) -> None:
    """Names and sizes of skipped photos are stored, including online-only placeholders; no photo is read."""
    archive(tmp, OLD)
    (tmp / "in" / OLD / "IMG_7.JPG.nextcloud").write_bytes(b"")

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            folders = await scene.store.skipped_in(str(scene.root))
            assert folders == {str(scene.root / OLD): (await order_of(scene, OLD)).id}
            with look(scene.state) as reader:
                assert [row["phase"] for row in reader.orders()] == ["skipped"]
            copied(scene.root / OLD, scene.root / "Copy")
            (scene.root / "Copy" / "IMG_7.JPG.nextcloud").unlink()
            shutil.rmtree(scene.root / "Copy" / "DCIM")
            brought = scene.put("Copy/IMG_7.JPG")
            os.utime(brought, (START, START))
            await quiet()
            assert (await order_of(scene, "Copy")).hold_kind is HoldKind.SKIPPED_BEFORE

    simulate(work)

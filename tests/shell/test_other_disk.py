"""Another disk is mounted in place of the watched one: same path, other shoots."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.shell.scene import INTERVAL, QUIET, Scene, watching
from tests.shell.simulated import SimulatedClock, simulate
from tests.stores.states import look


def on_disk(_path: str) -> str:
    """A mount table with the same mount point for every disk."""
    return "/Volumes/Photos"


def messages(scene: Scene) -> list[str]:
    """The messages about missing folders in ``status``."""
    with look(scene.state) as reader:
        return list(reader.notes().missing.values())


def shoots(top: Path, word: str, number: int) -> None:
    """Create this many shoots of one photo each."""
    for one in range(number):
        folder = top / f"{word} {one}"
        folder.mkdir()
        (folder / "IMG_1.JPG").write_bytes(f"{word} {one}".encode() * 50)


def another_disk(top: Path) -> Path:
    """Mount another, empty disk in place of the watched one. Returns the watched one's path meanwhile."""
    (top / "in").rename(top / "away")
    (top / "in").mkdir()
    return top / "away"


async def quiet() -> None:
    """Wait until shoots are found and settled."""
    await asyncio.sleep(2 * INTERVAL + QUIET + 5)


@pytest.mark.parametrize("old", [1, 2, 5])
@pytest.mark.parametrize("known", [1, 3])
@pytest.mark.parametrize("running", [True, False], ids=["while we run", "while we do not"])
def test_another_disk_with_an_archive_is_not_bought(tmp: Path, known: int, running: bool, old: int) -> None:
    """Shoots on another disk, however few, are ignored until the right disk is back."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, mount_of=on_disk) as scene:
            shoots(tmp / "in", "mine", known)
            await quiet()
            mine = scene.orders()
            assert len(mine) == known
            if running:
                away = another_disk(tmp)
                shoots(tmp / "in", "archive", old)
                await quiet()
                assert scene.orders() == mine
        if not running:
            away = another_disk(tmp)
            shoots(tmp / "in", "archive", old)
        async with watching(tmp, clock, mount_of=on_disk) as scene:
            await quiet()
            (why,) = messages(scene)
            assert "contains different shoots than before" in why
            assert "run `bracketd adopt FOLDER`" in why
            assert (scene.orders(), scene.waiting()) == (mine, {})
            shutil.rmtree(tmp / "in")
            away.rename(tmp / "in")
            shoots(tmp / "in", "next", 1)
            await quiet()
            assert messages(scene) == []
            assert scene.orders() == {**mine, "next 0": ("settled", 1)}

    simulate(work)


def test_the_same_disk_with_another_number_is_known_by_its_shoots(tmp: Path) -> None:
    """A copy of the disk is recognised by a known shoot on it, and its new shoots are sent."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, mount_of=on_disk) as scene:
            shoots(tmp / "in", "mine", 3)
            await quiet()
        shutil.copytree(another_disk(tmp), tmp / "in", dirs_exist_ok=True)
        shoots(tmp / "in", "new", 3)
        async with watching(tmp, clock, mount_of=on_disk) as scene:
            await quiet()
            assert messages(scene) == []
            phases = [phase for shoot, (phase, _) in scene.orders().items()]
            assert phases == ["settled"] * 6

    simulate(work)


def test_another_folder_that_is_meant_is_adopted(tmp: Path) -> None:
    """After ``adopt``, shoots in the other folder are skipped, and later ones are sent."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            shoots(tmp / "in", "mine", 2)
            await quiet()
            (tmp / "other").mkdir()
            shoots(tmp / "other", "archive", 1)
            (tmp / "in").rename(tmp / "real")
            (tmp / "other").rename(tmp / "in")
            await quiet()
            assert "contains different shoots than before" in messages(scene)[0]
            assert "archive 0" not in scene.orders()
            await scene.store.forget_root(str(tmp / "in"))
            await quiet()
            shoots(tmp / "in", "next", 1)
            await quiet()
            assert messages(scene) == []
            assert (scene.orders()["archive 0"], scene.orders()["next 0"]) == (("skipped", 0), ("settled", 1))

    simulate(work)


def test_an_old_shoot_of_a_known_name_does_not_vouch_for_another_folder(tmp: Path) -> None:
    """One shoot name in common is not enough to recognise an archive as the watched folder."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            shoots(tmp / "in", "mine", 3)
            await quiet()
            another_disk(tmp)
            shoots(tmp / "in", "mine", 1)
            shoots(tmp / "in", "archive", 2)
            await quiet()
            assert "only 1 of the previous 3 are in it" in messages(scene)[0]
            assert len(scene.orders()) == 3

    simulate(work)

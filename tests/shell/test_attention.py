"""Files that are not sent and wait for nothing are still shown in ``status``."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from daemon.store.attention import Attention, Heed
from tests.shell.scene import INTERVAL, QUIET, Scene, watching
from tests.shell.simulated import SimulatedClock, simulate
from tests.stores.states import look

OAK = "12 Oak St"


async def quiet() -> None:
    """Wait until a shoot is found and settled."""
    await asyncio.sleep(INTERVAL + QUIET + 5)


def attention(scene: Scene) -> list[Attention]:
    """The attention list that ``status`` reads."""
    with look(scene.state) as reader:
        return list(reader.notes().attention)


def test_loose_photos_are_named_as_long_as_they_lie_there(tmp: Path) -> None:
    """Photos directly in the watched folder are counted and named until they are moved."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            assert attention(scene) == []
            for name in ("b.JPG", "a.JPG", "d.insp", "c.CR3", "notes.txt", "._a.JPG"):
                scene.put(name)
            await quiet()
            assert attention(scene) == [Attention(Heed.LOOSE, str(scene.root), 4, ("a.JPG", "b.JPG", "c.CR3"))]
            for name in ("a.JPG", "b.JPG", "c.CR3", "d.insp"):
                (scene.root / name).unlink()
            await quiet()
            assert attention(scene) == []

    simulate(work)


def test_photos_of_an_unknown_kind_are_named(tmp: Path) -> None:
    """A folder of pictures in unsupported formats is in ``status``, with their names, until it is removed."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            for number in range(5):
                scene.put(f"360/IMG_{number}.insp")
            await quiet()
            names = tuple(f"IMG_{number}.insp" for number in range(3))
            assert attention(scene) == [Attention(Heed.OTHER_FORMATS, str(scene.root / "360"), 5, names)]
            assert (scene.orders(), scene.waiting()) == ({}, {})
            shutil.rmtree(scene.root / "360")
            await quiet()
            assert attention(scene) == []

    simulate(work)


def test_a_new_cameras_files_are_named(tmp: Path) -> None:
    """A folder without known photos, but with large files of an unknown format, is reported."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put("new camera/IMG_1.rawx", b"r" * 1_200_000)
            scene.put("papers/contract.pdf", b"p" * 1_200_000)
            scene.put("plans/house.dwg", b"p" * 1_200_000)
            await quiet()
            assert [(one.folder, one.names) for one in attention(scene)] == [
                (str(scene.root / "new camera"), ("IMG_1.rawx",))
            ]

    simulate(work)


def test_photos_of_an_unknown_kind_beside_others_are_named_by_the_order(tmp: Path) -> None:
    """A shoot is sent without pictures in unsupported formats; its order and ``status`` name them."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put(f"{OAK}/IMG_1.JPG")
            scene.put(f"{OAK}/IMG_2.gpr")
            await quiet()
            order = await scene.store.newest(str(scene.root / OAK))
            assert order is not None
            assert [bracket.path for bracket in order.brackets] == ["IMG_1.JPG"]
            assert order.unsent.left_out == ("IMG_2.gpr",)
            assert attention(scene) == [Attention(Heed.OTHER_FORMATS, str(scene.root / OAK), 1, ("IMG_2.gpr",))]

    simulate(work)


def test_photos_sixty_folders_deep_are_sent(tmp: Path) -> None:
    """Photos in deeply nested folders are sent up to the limit; a folder beyond it holds the shoot and is named."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put(f"{OAK}/{'d/' * 60}IMG_1.JPG")
            scene.put(f"abyss/{'d/' * 300}IMG_1.JPG")
            await quiet()
            assert scene.orders() == {OAK: ("settled", 1)}
            assert "no photos found; folder d/d/" in scene.waiting()["abyss"]
            assert "levels deep and is not followed" in scene.waiting()["abyss"]

    simulate(work)


def test_a_folder_that_appeared_with_an_archive_is_in_status(tmp: Path) -> None:
    """The number of shoots that were skipped when a folder appeared is in ``status``."""
    (tmp / "in").rmdir()

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            (tmp / "cards").mkdir()
            for name in ("a", "b"):
                (tmp / "cards" / name).mkdir()
                (tmp / "cards" / name / "IMG_1.JPG").write_bytes(name.encode())
            shutil.copytree(tmp / "cards", tmp / "in")
            await quiet()
            assert attention(scene) == [Attention(Heed.FIRST_SIGHT, str(tmp / "in"), 2)]

    simulate(work)

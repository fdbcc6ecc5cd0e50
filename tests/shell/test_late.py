"""Photos that are added or changed after their shoot was locked."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.order import Limits, Order, Phase, facts
from daemon.order.bracket import REREADS
from daemon.order.late import LATELY
from daemon.photos import Contents
from daemon.store.known import KnownBy
from daemon.watcher.altered import Allowance, Altered
from daemon.watcher.folder import LateFiles
from tests.changed import changed
from tests.core.orders import order
from tests.shell.scene import INTERVAL, PRESET, QUIET, Scene, delivered, merged, watching
from tests.shell.simulated import SimulatedClock, simulate

OAK = "12 Oak St"


async def first(scene: Scene, *photos: str) -> Order:
    """Create a shoot and deliver it."""
    for photo in photos or ("IMG_1.JPG",):
        scene.put(f"{OAK}/{photo}")
    await scene.submit(OAK)
    return await delivered(scene, OAK)


async def supplements(scene: Scene, shoot: str = OAK) -> Sequence[Order]:
    """The supplements of a shoot, newest first."""
    orders = await scene.store.earlier(KnownBy(str(scene.root / shoot)))
    return [order for order in orders if order.source.supplement_of is not None]


async def quiet() -> None:
    """Wait until a late photo is found and settled."""
    await asyncio.sleep(INTERVAL + QUIET + 5)


def test_late_photos_become_a_supplement(tmp: Path) -> None:
    """Photos added after the lock become their own order, with the same output folder."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            done = await first(scene)
            scene.put(f"{OAK}/DCIM/IMG_2.JPG")
            await asyncio.sleep(INTERVAL + 1)
            assert scene.waiting()[OAK].startswith("new photos in a shoot that was already sent: 2 photo(s)")
            await quiet()
            (new,) = await supplements(scene)
            assert [bracket.path for bracket in new.brackets] == ["DCIM/IMG_2.JPG"]
            assert (new.source.supplement_of, new.source.output, new.phase) == (
                done.id,
                done.source.output,
                Phase.SETTLED,
            )
            await delivered(scene, OAK)
            await asyncio.sleep(5 * INTERVAL)
            assert len(await supplements(scene)) == 1, "and once only"
            scene.put(f"{OAK}/DCIM/IMG_3.JPG")
            await quiet()
            assert [bracket.path for bracket in (await supplements(scene))[0].brackets] == ["DCIM/IMG_3.JPG"]

    simulate(work)


def test_a_shoot_that_comes_back_with_more_is_not_bought_whole_again(tmp: Path) -> None:
    """If a delivered shoot reappears with one more photo, only that photo is sent."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await first(scene)
            os.rename(tmp / "in" / OAK, tmp / "away")
            await asyncio.sleep(INTERVAL + 1)
            (tmp / "away" / "IMG_2.JPG").write_bytes(b"stray")
            os.rename(tmp / "away", tmp / "in" / OAK)
            await quiet()
            (new,) = await supplements(scene)
            assert [bracket.path for bracket in new.brackets] == ["IMG_2.JPG"]

    simulate(work)


@pytest.mark.parametrize("late_files", ["hold", "ignore"])
def test_late_photos_that_are_not_sent_unasked(tmp: Path, late_files: LateFiles) -> None:
    """With ``hold``, a supplement waits for approval; with ``ignore``, late photos are only named."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, late_files=late_files) as scene:
            done = await first(scene)
            scene.put(f"{OAK}/IMG_2.JPG")
            await quiet()
            if late_files == "ignore":
                assert await supplements(scene) == []
                assert (done.id, facts.CameLate(("IMG_2.JPG",))) in scene.heard
                return
            (held,) = await supplements(scene)
            assert (held.phase, held.stage, held.due) == (Phase.HELD, Phase.SETTLED, None)
            assert "IMG_2.JPG. `bracketd approve`" in str(held.trouble)
            await scene.submit(OAK)
            assert scene.heard == [(held.id, facts.Approved())], "a person's `submit` means the same"

    simulate(work)


def test_what_was_made_long_after_the_lock_waits(tmp: Path) -> None:
    """A file made after the lock, for example an editor's export, is held, not bought."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            done = await first(scene)
            await asyncio.sleep(LATELY + 1)
            taken, exported = scene.put(f"{OAK}/IMG_2.JPG"), scene.put(f"{OAK}/Edited/sunset.jpg")
            os.utime(taken, (done.times.created_at - 60, done.times.created_at - 60))
            os.utime(exported, (done.times.created_at + 60, done.times.created_at + 60))
            await quiet()
            (held,) = await supplements(scene)
            assert held.phase is Phase.HELD
            exported.unlink()
            await scene.store.record(held, facts.Cancelled("no"), changed(held, phase=Phase.CANCELLED), clock.now())
            await quiet()
            (sent,) = await supplements(scene)
            assert ([bracket.path for bracket in sent.brackets], sent.phase) == (["IMG_2.JPG"], Phase.SETTLED)

    simulate(work)


def test_a_file_made_from_a_frame_is_not_a_new_photo(tmp: Path) -> None:
    """A RAW file beside its JPEG, or an export beside its RAW file, belongs to a sent frame: nothing is bought."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await first(scene, "IMG_1.JPG", "IMG_2.CR3")
            for made in ("IMG_1.CR3", "IMG_2.TIF"):
                scene.put(f"{OAK}/{made}")
            (tmp / "in" / OAK / "IMG_1.JPG").unlink()
            await quiet()
            assert await supplements(scene) == []
            assert scene.waiting() == {}

    simulate(work)


def test_a_second_cards_copies_are_one_frame(tmp: Path) -> None:
    """Identical files, as on both cards of a camera, are sent once."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            for card in ("A", "B"):
                for number in (1, 2):
                    scene.put(f"{OAK}/{card}/IMG_{number}.JPG", bytes([number]) * 300_000)
            scene.put(f"{OAK}/B/IMG_3.JPG", bytes([1]) * 150_000 + b"other" + bytes([1]) * 149_995)
            await scene.submit(OAK)
            order = await scene.store.newest(str(tmp / "in" / OAK))
            assert order is not None
            assert [bracket.path for bracket in order.brackets] == ["A/IMG_1.JPG", "A/IMG_2.JPG", "B/IMG_3.JPG"]
            assert order.unsent.left_out == ("B/IMG_1.JPG", "B/IMG_2.JPG")

    simulate(work)


@pytest.mark.parametrize("same", [True, False], ids=["renamed photos", "one byte in the middle differs"])
def test_photos_are_known_by_their_content(tmp: Path, *, same: bool) -> None:
    """Photos with other names and times are recognised by content; photos that differ by one byte are sent."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            pictures = [bytes([n]) * 400_000 for n in (1, 2)]
            for n, data in enumerate(pictures):
                scene.put(f"{OAK}/IMG_{n}.JPG", data)
            await scene.submit(OAK)
            await merged(scene, await delivered(scene, OAK), clock)
            for n, data in enumerate(pictures):
                other = data if same else data[:200_000] + b"!" + data[200_001:]
                scene.put(f"Elm/kitchen {n}.jpg", other)
            await quiet()
            assert scene.orders()["Elm"] == (("skipped", 0) if same else ("settled", 2))

    simulate(work)


def test_a_folder_with_many_known_photos_is_held(tmp: Path) -> None:
    """A new folder with half of its photos already sent is held; a single shared floor plan causes no hold."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            photos = {f"IMG_{n}.JPG": bytes([n]) * 1000 for n in range(4)}
            for name, data in photos.items():
                scene.put(f"{OAK}/{name}", data)
            await scene.submit(OAK)
            sent = await delivered(scene, OAK)
            for folder, known in (("copy", 2), ("next", 1)):
                for n in range(4):
                    scene.put(f"{folder}/{n}.jpg", photos[f"IMG_{n}.JPG"] if n < known else folder.encode() * (n + 1))
            await quiet()
            assert scene.orders()["next"] == ("settled", 4)
            (held,) = await supplements(scene, "copy")
            assert (held.phase, held.source.supplement_of, len(held.brackets)) == (Phase.HELD, sent.id, 2)
            assert "2 of its photos were sent as “12 Oak St”; 2 were not" in str(held.trouble)
            assert held.source.output != sent.source.output

    simulate(work)


def test_a_photo_that_changes_after_its_merge_is_reported(tmp: Path) -> None:
    """A photo whose bytes changed after the merge is named until restored; a changed time alone is ignored."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            done = await merged(scene, await first(scene, "IMG_1.JPG", "IMG_2.JPG"), clock)
            changed, touched = (tmp / "in" / OAK / name for name in ("IMG_1.JPG", "IMG_2.JPG"))
            before = changed.read_bytes()
            changed.write_bytes(b"retouched")
            os.utime(touched, (5_000, 5_000))
            await asyncio.sleep(INTERVAL + 1)
            assert scene.heard == [(done.id, facts.CameLate((), ("IMG_1.JPG",)))]
            after = await scene.store.load(done.id)
            assert "1 photo(s) changed after they were merged: IMG_1.JPG" in after.messages[0]
            changed.write_bytes(before)
            os.utime(changed, ns=(0, done.brackets[0].mtime_ns))
            await asyncio.sleep(2 * INTERVAL)
            assert scene.heard[-1] == (done.id, facts.CameLate((), ()))

    simulate(work)


def restored(path: Path, change: Callable[[Path], object]) -> None:
    """Change a file, restore its mtime, and wait until it gets another ctime."""
    before = path.stat()
    while path.stat().st_ctime_ns == before.st_ctime_ns:
        change(path)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_photo_rewritten_after_its_merge_with_its_size_and_time_is_reported(tmp: Path) -> None:
    """Changed bytes with the same size and mtime are found by ctime and content; a chmod is ignored."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            done = await merged(scene, await first(scene, "IMG_1.JPG", "IMG_2.JPG"), clock)
            changed, touched = (tmp / "in" / OAK / name for name in ("IMG_1.JPG", "IMG_2.JPG"))
            size = changed.stat().st_size
            restored(changed, lambda path: path.write_bytes(b"y" * size))
            restored(touched, lambda path: path.chmod(0o600))
            await asyncio.sleep(INTERVAL + 1)
            assert scene.heard == [(done.id, facts.CameLate((), ("IMG_1.JPG",)))]

    simulate(work)


def test_a_photo_is_read_once_for_each_touch_and_not_for_ever(tmp: Path) -> None:
    """A touched photo is read once; if its ctime changes at every check, reading stops after a few times."""

    async def work(clock: SimulatedClock) -> list[str]:
        async with watching(tmp, clock) as scene:
            await merged(scene, await first(scene, "IMG_1.JPG"), clock)
            photo = tmp / "in" / OAK / "IMG_1.JPG"
            for _ in range(20):
                restored(photo, lambda path: path.chmod(0o600))
                await asyncio.sleep(4 * INTERVAL)
            assert scene.heard == []
            return scene.read

    assert len(simulate(work)) == 1 + REREADS


def test_thousands_of_touched_photos_are_judged_in_parts() -> None:
    """A round of checks reads a limited number of bytes, so that new shoots are seen; the next round continues."""
    read: list[str] = []

    async def sha256(_function: object, _folder: str, path: str) -> str:
        read.append(path)
        return "ab"

    async def work(_clock: SimulatedClock) -> None:
        done = changed(order(3), altered=(order(3).brackets[2].path,))
        sent = [replace(bracket, sha256="ab", ctime_ns=1) for bracket in done.brackets]
        suspects = [(replace(bracket, ctime_ns=2), bracket) for bracket in sent]
        altered = Altered(Contents(sha256))
        paths = [bracket.path for bracket in sent]
        assert await altered.among(done, suspects, Allowance(1500)) == ((paths[2],), False)
        assert read == paths[:2]
        assert await altered.among(done, suspects, Allowance(1500)) == ((), True)
        assert read == paths

    simulate(work)


def test_a_shoot_that_passes_a_limit_is_held_before_it_is_sent(tmp: Path) -> None:
    """A shoot that would exceed the images limit is held before any upload; an approval sends it."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, limits=Limits(images_per_order=1)) as scene:
            for n in range(PRESET.per_image + 1 if PRESET.per_image else 0):
                scene.put(f"{OAK}/IMG_{n}.JPG")
            await quiet()
            assert scene.orders()[OAK] == ("held", 6)

    simulate(work)


def test_pictures_of_dev_mode_stand_apart(tmp: Path) -> None:
    """Dev-mode pictures go into their own folder, and do not prevent the same photos from being sent for real."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=replace(PRESET, dev_mode=True)) as scene:
            done = await first(scene)
            assert done.source.output == str(tmp / "out" / f"{OAK} (dev mode)")
        async with watching(tmp, clock) as scene:
            await scene.submit(OAK, "submit again")
            real = await scene.store.newest(str(tmp / "in" / OAK))
            assert real is not None
            assert (real.phase, real.source.output) == (Phase.SETTLED, str(tmp / "out" / OAK))
            await delivered(scene, OAK)
            os.rename(tmp / "in" / OAK, tmp / "in" / "renamed")
            await quiet()
            assert scene.orders()["renamed"] == ("skipped", 0), "it was sent for real by now"

    simulate(work)

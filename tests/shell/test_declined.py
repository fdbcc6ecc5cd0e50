"""Photos that a person declined, mixed with others: each photo is sent, left out or reported, exactly once."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.order import Ended, Health, Hold, Image, ImageState, Merge, MergeState, Order, Phase, Policy, evolve, facts
from daemon.order.allowed import CANCELLED
from daemon.order.asked import DISMISSED
from daemon.order.problem import Code
from daemon.shoot import Why
from daemon.store.asks import Outcome
from daemon.store.known import KnownBy
from tests.changed import changed
from tests.core.orders import in_trouble
from tests.shell.scene import INTERVAL, QUIET, Scene, delivered, watching
from tests.shell.simulated import SimulatedClock, simulate
from tests.stores.states import look

DAY = 86400.0
OAK, ELM, COPY = "12 Oak St", "9 Elm St", "Card again"
Ends = Callable[[Scene, Order, SimulatedClock], object]


async def quiet() -> None:
    """Wait until photos are found and settled."""
    await asyncio.sleep(2 * INTERVAL + QUIET + 5)


def put(scene: Scene, shoot: str, photos: range) -> None:
    """Create photos that differ from all others."""
    for number in photos:
        scene.put(f"{shoot}/IMG_{number:04}.JPG")


async def sent(scene: Scene, shoot: str, photos: range) -> Order:
    """Create a shoot and deliver it."""
    put(scene, shoot, photos)
    await scene.submit(shoot)
    return await delivered(scene, shoot)


async def cancelled(scene: Scene, order: Order, clock: SimulatedClock) -> None:
    """Cancel an order before its merge, as a person does."""
    fact = facts.Cancelled(CANCELLED, by_person=True)
    await scene.store.record(order, fact, evolve(order, fact, now=clock.now(), policy=Policy()), clock.now())


async def dismissed(scene: Scene, order: Order, clock: SimulatedClock) -> None:
    """Dismiss a merged order, as a person does."""
    after = replace(
        order,
        standing=Ended.DISMISSED,
        merge=Merge(MergeState.SEEN),
        troubles=in_trouble(DISMISSED, Code.DISMISSED),
        due=None,
    )
    await scene.store.record(order, facts.Dismissed(), changed(after, updated_at=clock.now()), clock.now())


async def declined(
    scene: Scene, shoot: str, photos: range, clock: SimulatedClock, how: Callable[..., object] = cancelled
) -> Order:
    """Create a shoot that a person declines."""
    put(scene, shoot, photos)
    await scene.submit(shoot)
    order = await newest(scene, shoot)
    await how(scene, order, clock)  # type: ignore[misc]
    return order


async def newest(scene: Scene, shoot: str) -> Order:
    """The newest order of a shoot, as the store returns it."""
    order = await scene.store.newest(str(scene.root / shoot))
    assert order is not None
    return order


async def orders_of(scene: Scene, shoot: str) -> Sequence[Order]:
    """The orders of a shoot that the watcher compares with, newest first."""
    return await scene.store.earlier(KnownBy(str(scene.root / shoot)))


def paths(order: Order) -> list[str]:
    """The photos that an order sends."""
    return [order.brackets[number].path for number in order.sent]


def names(photos: range, folder: str = "") -> list[str]:
    """The paths of photos."""
    return [f"{folder}IMG_{number:04}.JPG" for number in photos]


# --- a cancelled shoot that comes again with more ---


def copied(scene: Scene) -> tuple[str, range]:
    """Copy the cancelled shoot, and add two photos to the copy."""
    shutil.copytree(scene.root / OAK, scene.root / COPY)
    put(scene, COPY, range(6, 8))
    return COPY, range(6, 8)


def renamed(scene: Scene) -> tuple[str, range]:
    """Rename the cancelled shoot, and add a photo to it."""
    os.rename(scene.root / OAK, scene.root / COPY)
    put(scene, COPY, range(6, 7))
    return COPY, range(6, 7)


@pytest.mark.parametrize("comes", [copied, renamed])
def test_a_cancelled_shoot_that_comes_with_more_is_asked_about_once(
    tmp: Path, comes: Callable[[Scene], tuple[str, range]]
) -> None:
    """The new photos in it are held once, however much time passes; after approval they are sent once."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await declined(scene, OAK, range(6), clock)
            shoot, new = comes(scene)
            await asyncio.sleep(DAY)
            (held,) = await orders_of(scene, shoot)
            assert (held.phase, paths(held)) == (Phase.HELD, names(new))
            assert {(one.path, one.why, one.shoot) for one in held.unsent.left_out_why} == {
                (path, Why.DECLINED, OAK) for path in names(range(6))
            }
            scene.scanned.clear()
            await asyncio.sleep(2 * INTERVAL)
            assert scene.waiting() == {}
            await scene.submit(shoot)
            await delivered(scene, shoot, clock.now())
            await asyncio.sleep(DAY)
            assert [(order.phase, paths(order)) for order in await orders_of(scene, shoot)] == [
                (Phase.DOWNLOADED, names(new))
            ]

    simulate(work)


def test_a_plain_submit_sends_what_was_cancelled_after_what_was_new(tmp: Path) -> None:
    """After the new photos were sent, a plain `submit` sends the cancelled ones, and nothing twice."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await declined(scene, OAK, range(6), clock)
            shoot, new = copied(scene)
            await quiet()
            await scene.submit(shoot)
            await delivered(scene, shoot)
            answer = await scene.submit(shoot)
            assert answer == (Outcome.DONE, f"{COPY}: sending the new photos as a supplement (6 photos).")
            last, first = await orders_of(scene, shoot)
            assert (paths(first), paths(last)) == (names(new), names(range(6)))

    simulate(work)


def test_photos_of_a_cancelled_shoot_beside_a_held_supplement_wait_too(tmp: Path) -> None:
    """While photos wait for approval, later photos are not sent without approval either."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await declined(scene, OAK, range(6), clock)
            shoot, new = copied(scene)
            await quiet()
            put(scene, shoot, range(8, 9))
            await quiet()
            last, first = await orders_of(scene, shoot)
            assert (paths(first), paths(last)) == (names(new), names(range(8, 9)))
            assert (first.phase, last.phase) == (Phase.HELD, Phase.HELD)

    simulate(work)


# --- cancelled photos beside delivered ones ---


def into_the_delivered(root: Path) -> str:
    """Move the cancelled photos into the folder of the delivered shoot."""
    for photo in (root / ELM).iterdir():
        photo.rename(root / OAK / photo.name)
    (root / ELM).rmdir()
    return OAK


def into_the_cancelled(root: Path) -> str:
    """Move the delivered photos into the folder of the cancelled shoot."""
    for photo in (root / OAK).iterdir():
        photo.rename(root / ELM / photo.name)
    (root / OAK).rmdir()
    return ELM


def into_a_year(root: Path) -> str:
    """Move both folders into one."""
    (root / "2026").mkdir()
    for shoot in (ELM, OAK):
        (root / shoot).rename(root / "2026" / shoot)
    return "2026"


def copied_into_one(root: Path) -> str:
    """Copy the photos of both into one folder."""
    for shoot in (ELM, OAK):
        shutil.copytree(root / shoot, root / "2026", dirs_exist_ok=True)
    return "2026"


@pytest.mark.parametrize("tidied", [into_the_delivered, into_the_cancelled, into_a_year, copied_into_one])
def test_what_was_delivered_is_not_offered_beside_what_was_cancelled(tmp: Path, tidied: Callable[[Path], str]) -> None:
    """A folder with photos of a delivered and a cancelled shoot sends nothing; `submit` sends the cancelled ones."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await declined(scene, ELM, range(10, 16), clock)
            bought = await sent(scene, OAK, range(6))
            shoot = tidied(scene.root)
            await asyncio.sleep(DAY)
            held = [order for order in await orders_of(scene, shoot) if order.phase is Phase.HELD]
            assert (held, scene.waiting()) == ([], {})
            await scene.submit(shoot)
            rest = await newest(scene, shoot)
            assert (sorted(path[-12:] for path in paths(rest)), rest.phase) == (names(range(10, 16)), Phase.SETTLED)
            assert rest.id != bought.id
            await delivered(scene, shoot)
            assert (await scene.submit(shoot) or ("",))[0] is Outcome.REFUSED, "all of it was sent"

    simulate(work)


# --- a plain submit buys nothing twice ---


def test_a_submit_of_a_copy_that_waits_sends_what_is_new(tmp: Path) -> None:
    """For a copy of a delivered shoot with two new photos, a plain submit sends those two, and `--again` sends all."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            bought = await sent(scene, OAK, range(8))
            shutil.copytree(scene.root / OAK, scene.root / COPY)
            put(scene, COPY, range(8, 10))
            answer = await scene.submit(COPY)
            assert answer == (Outcome.DONE, f"{COPY}: sending the new photos as a supplement (2 photos).")
            supplement = await newest(scene, COPY)
            assert (paths(supplement), supplement.source.supplement_of) == (names(range(8, 10)), bought.id)
            assert supplement.source.output != bought.source.output
            await delivered(scene, COPY)
            await asyncio.sleep(DAY)
            assert len(await orders_of(scene, COPY)) == 1
            await scene.submit(COPY, "submit again")
            assert len(paths(await newest(scene, COPY))) == 10

    simulate(work)


@pytest.mark.parametrize("added", [0, 2])
def test_a_submit_of_a_skipped_shoot_sends_what_no_other_folder_sent(tmp: Path, *, added: int) -> None:
    """A plain submit of a skipped shoot sends only the photos that were not already sent from another folder."""
    (tmp / "in" / OAK).mkdir()
    for number in range(10):
        (tmp / "in" / OAK / f"IMG_{number:04}.JPG").write_bytes(b"y" * (1000 + number))

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            for name in names(range(8)):
                (scene.root / ELM).mkdir(exist_ok=True)
                shutil.copy2(scene.root / OAK / name, scene.root / ELM)
            await scene.submit(ELM)
            await delivered(scene, ELM)
            put(scene, OAK, range(10, 10 + added))
            await scene.submit(OAK)
            rest = await newest(scene, OAK)
            assert paths(rest) == names(range(8, 10 + added))
            assert {(one.path, one.why, one.shoot) for one in rest.unsent.left_out_why} == {
                (path, Why.COPY, ELM) for path in names(range(8))
            }

    simulate(work)


def test_a_submit_of_a_held_shoot_sends_what_no_other_folder_sent(tmp: Path) -> None:
    """A plain submit of a held shoot does not send the photos that a copy has already sent."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            put(scene, OAK, range(6))
            await scene.submit(OAK)
            order = await newest(scene, OAK)
            held = replace(order, standing=Hold(Phase.UPLOADING), troubles=(), due=None)
            await scene.store.record(order, facts.Retried(), changed(held, updated_at=clock.now()), clock.now())
            (scene.root / COPY).mkdir()
            for name in names(range(4)):
                shutil.copy2(scene.root / OAK / name, scene.root / COPY)
            await scene.submit(COPY, "submit again")
            await delivered(scene, COPY)
            await scene.submit(OAK)
            rest = await newest(scene, OAK)
            assert (paths(rest), rest.source.output, rest.id != held.id) == (
                names(range(4, 6)),
                held.source.output,
                True,
            )

    simulate(work)


def test_a_submit_after_a_second_purchase_was_cancelled_sends_nothing(tmp: Path) -> None:
    """After a second purchase with `--again` was cancelled, a plain submit does not buy the delivered shoot again."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await sent(scene, OAK, range(3))
            await scene.submit(OAK, "submit again")
            await cancelled(scene, await newest(scene, OAK), clock)
            assert (await scene.submit(OAK) or ("",))[0] is Outcome.REFUSED
            put(scene, OAK, range(3, 4))
            await scene.submit(OAK)
            assert paths(await newest(scene, OAK)) == names(range(3, 4))

    simulate(work)


def test_a_submit_sends_the_photos_of_dismissed_images_and_nothing_else_does(tmp: Path) -> None:
    """The photos of images that a person dismissed are sent by a plain submit, once, and never unasked."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            order = await sent(scene, OAK, range(6))
            images = (
                Image("i0", "i0", (0, 1, 2, 3, 4), ImageState.DISMISSED),
                Image("i1", "i1", (5,), ImageState.PLACED),
            )
            await scene.store.record(order, facts.Delivered(), replace(order, images=images), clock.now())
            scene.hint(OAK)
            await asyncio.sleep(DAY)
            assert len(await orders_of(scene, OAK)) == 1
            await scene.submit(OAK)
            rest = await newest(scene, OAK)
            assert (paths(rest), rest.source.supplement_of) == (names(range(5)), order.id)
            await delivered(scene, OAK)
            assert (await scene.submit(OAK) or ("",))[0] is Outcome.REFUSED

    simulate(work)


def test_a_submit_of_a_cancelled_supplement_sends_it_into_the_folder_of_its_shoot(tmp: Path) -> None:
    """Late photos that were skipped and then submitted are delivered to the output folder of their shoot."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            bought = await sent(scene, OAK, range(3))
            put(scene, OAK, range(3, 5))
            await asyncio.sleep(INTERVAL + 1)
            await scene.submit(OAK, "skip")
            await scene.submit(OAK)
            order = await newest(scene, OAK)
            assert (paths(order), order.source.output, order.source.supplement_of) == (
                names(range(3, 5)),
                bought.source.output,
                bought.id,
            )

    simulate(work)


# --- what comes to a folder that is not sent ---


def messages(scene: Scene, shoot: str) -> list[tuple[str, str]]:
    """The health and the last message of each order of a shoot."""
    with look(scene.state) as reader:
        return [(row["health"], row["messages"][-1]) for row in reader.orders() if row["shoot"] == shoot]


@pytest.mark.parametrize("how", [cancelled, dismissed])
@pytest.mark.parametrize("restarted", [False, True])
def test_photos_that_come_to_a_declined_shoot_are_named(
    tmp: Path, how: Callable[..., object], *, restarted: bool
) -> None:
    """Photos added to the folder of a declined shoot are not sent, and are named together with the next command."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            order = await declined(scene, OAK, range(6), clock, how)
            await asyncio.sleep(0 if restarted else 3 * DAY)
            assert (await scene.store.load(order.id)).health is Health.OK
            if not restarted:
                put(scene, OAK, range(6, 16))
                await quiet()
        async with watching(tmp, clock) as scene:
            scene.photos = 100
            if restarted:
                put(scene, OAK, range(6, 16))
            await quiet()
            said = (
                "10 photo(s) came after the shoot was locked, and are not sent because it was cancelled: "
                "IMG_0006.JPG, IMG_0007.JPG, IMG_0008.JPG …. `bracketd submit FOLDER` sends the whole shoot. "
                "Move them to a folder of their own to send them alone"
            )
            assert messages(scene, OAK) == [(Health.ATTENTION, said)]
            scene.heard.clear()
            await quiet()
            assert (scene.heard, scene.waiting()) == ([], {}), "it is said once"
            await scene.submit(OAK)
            assert len(paths(await newest(scene, OAK))) == 16
            assert (await scene.store.load(order.id)).health is Health.OK, "and nothing of it is open"

    simulate(work)


def test_a_photo_moved_out_of_a_cancelled_shoot_is_sent(tmp: Path) -> None:
    """A photo that was added to a cancelled shoot and then moved to its own folder is sent from there."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            order = await declined(scene, OAK, range(6), clock)
            new = scene.put(f"{OAK}/DCIM/NEW.JPG")
            await quiet()
            assert (await scene.store.load(order.id)).unsent.late == ("DCIM/NEW.JPG",)
            os.renames(new, scene.root / ELM / "NEW.JPG")
            await quiet()
            assert (await scene.store.load(order.id)).unsent.late == ()
            assert scene.orders() == {ELM: ("settled", 1)}

    simulate(work)


def test_a_late_photo_of_a_shoot_that_was_cancelled_and_then_sent_is_sent(tmp: Path) -> None:
    """After a shoot was cancelled and then submitted, a late photo becomes a normal supplement."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await declined(scene, OAK, range(6), clock)
            await scene.submit(OAK)
            await delivered(scene, OAK, clock.now())
            put(scene, OAK, range(6, 7))
            await quiet()
            late = await newest(scene, OAK)
            assert (late.phase, paths(late)) == (Phase.SETTLED, names(range(6, 7)))

    simulate(work)


@pytest.mark.parametrize("more", [2, 10])
def test_photos_that_come_to_a_skipped_copy_are_held(tmp: Path, *, more: int) -> None:
    """If a card with old photos is copied with a long pause, the new photos are held and the old ones recognised."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            bought = await sent(scene, OAK, range(6))
            shutil.copytree(scene.root / OAK, scene.root / COPY)
            await quiet()
            (copy,) = await orders_of(scene, COPY)
            assert (copy.phase, copy.unsent.left_out) == (Phase.SKIPPED, tuple(names(range(6))))
            put(scene, COPY, range(6, 6 + more))
            await quiet()
            held, _ = await orders_of(scene, COPY)
            assert (held.phase, paths(held)) == (Phase.HELD, names(range(6, 6 + more)))
            assert f"6 of its photos were sent as “{OAK}”; {more} were not" in str(held.trouble)
            assert held.source.supplement_of == bought.id
            await scene.submit(COPY)
            await delivered(scene, COPY)
            await asyncio.sleep(DAY)
            assert len(await orders_of(scene, COPY)) == 2
            assert scene.waiting() == {}

    simulate(work)


def test_a_submit_of_a_skipped_copy_with_more_sends_what_is_new(tmp: Path) -> None:
    """Before new photos in a skipped copy are held, a plain submit already sends exactly these."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await sent(scene, OAK, range(6))
            shutil.copytree(scene.root / OAK, scene.root / COPY)
            await quiet()
            put(scene, COPY, range(6, 16))
            await scene.submit(COPY)
            assert scene.orders() == {OAK: ("downloaded", 6), COPY: ("settled", 10)}
            await delivered(scene, COPY)
            await asyncio.sleep(DAY)
            assert len(await orders_of(scene, COPY)) == 1

    simulate(work)


def test_photos_that_come_to_a_copy_of_a_cancelled_shoot_are_held(tmp: Path) -> None:
    """Photos added to a skipped copy of a cancelled shoot are held until approval."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await declined(scene, OAK, range(6), clock)
            shutil.copytree(scene.root / OAK, scene.root / COPY)
            await quiet()
            put(scene, COPY, range(6, 16))
            await asyncio.sleep(DAY)
            held, _ = await orders_of(scene, COPY)
            assert (held.phase, paths(held)) == (Phase.HELD, names(range(6, 16)))
            assert f"6 of its photos are those of “{OAK}”, which a person cancelled. 10 more" in str(held.trouble)

    simulate(work)


def test_archived_photos_that_come_to_a_copy_of_a_cancelled_shoot_are_known(tmp: Path) -> None:
    """Archived photos added to the copy of a cancelled shoot are left out, and the copy needs nothing more."""
    (tmp / "in" / ELM).mkdir()
    for number in range(20, 40):
        (tmp / "in" / ELM / f"IMG_{number:04}.JPG").write_bytes(b"y" * (1000 + number))

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await declined(scene, OAK, range(2), clock)
            shutil.copytree(scene.root / OAK, scene.root / COPY)
            await quiet()
            shutil.copytree(scene.root / ELM, scene.root / COPY, dirs_exist_ok=True)
            await quiet()
            scene.scanned.clear()
            await asyncio.sleep(DAY)
            (copy,) = await orders_of(scene, COPY)
            assert set(copy.unsent.left_out) == {*names(range(2)), *names(range(20, 40))}
            assert (copy.unsent.late, scene.waiting()) == ((), {})
            assert scene.scanned.count(COPY) < 100

    simulate(work)


def test_photos_that_come_to_a_copy_of_a_skipped_shoot_are_named(tmp: Path) -> None:
    """A copy of an archived shoot is skipped too; photos added to it later are named."""
    (tmp / "in" / OAK).mkdir()
    for number in range(6):
        (tmp / "in" / OAK / f"IMG_{number:04}.JPG").write_bytes(b"y" * (1000 + number))

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            shutil.copytree(scene.root / OAK, scene.root / COPY)
            await quiet()
            assert scene.orders() == {OAK: ("skipped", 0), COPY: ("skipped", 0)}
            put(scene, COPY, range(6, 16))
            await asyncio.sleep(DAY)
            ((health, said),) = messages(scene, COPY)
            assert health == Health.ATTENTION
            assert said.startswith("10 photo(s) came after the shoot was skipped, and are not sent: IMG_0006.JPG")
            assert scene.waiting() == {}

    simulate(work)


def test_a_skipped_copy_names_what_comes_where_late_photos_are_not_sent(tmp: Path) -> None:
    """With `late_files: ignore`, photos added to a skipped copy are named, like those added to a sent shoot."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, late_files="ignore") as scene:
            await sent(scene, OAK, range(6))
            shutil.copytree(scene.root / OAK, scene.root / COPY)
            await quiet()
            put(scene, COPY, range(6, 8))
            await quiet()
            ((health, said),) = messages(scene, COPY)
            assert health == Health.ATTENTION
            assert said.startswith("2 photo(s) came after the shoot was skipped, and are not sent: IMG_0006.JPG")

    simulate(work)

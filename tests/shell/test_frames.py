"""Shots stored as several files, arriving together or days apart, and files that people make from their photos."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.order import Order, Phase, Policy, evolve, facts, steps
from daemon.photos.contents import look_into
from daemon.shoot import LeftOut, Why
from daemon.shoot.shot import UNKNOWN
from daemon.store.known import KnownBy
from daemon.watcher.folder import LateFiles
from tests.edges.exif.taken import Camera
from tests.shell.scene import INTERVAL, QUIET, Scene, delivered, watching
from tests.shell.simulated import SimulatedClock, simulate

OAK = "12 Oak St"
SONY = Camera()
CANON = Camera("Canon", "Canon EOS R6", "283021004417")
JPEGS = SONY.card("Card2/DCIM/100MSDCF/DSC{:05}.JPG")
RAWS = SONY.card("Card1/DCIM/100MSDCF/DSC{:05}.ARW")


async def quiet() -> None:
    """Wait until photos are found and settled."""
    await asyncio.sleep(INTERVAL + QUIET + 5)


def put(scene: Scene, files: Mapping[str, bytes], shoot: str = OAK) -> None:
    """Add files to a shoot."""
    for path, data in files.items():
        scene.put(f"{shoot}/{path}", data)


async def orders(scene: Scene, shoot: str = OAK) -> Sequence[Order]:
    """All orders of a shoot, newest first."""
    return await scene.store.earlier(KnownBy(str(scene.root / shoot)))


async def sent(scene: Scene, files: Mapping[str, bytes]) -> Order:
    """Create a shoot with these files and deliver it."""
    put(scene, files)
    await quiet()
    return await delivered(scene, OAK)


async def nothing_more(scene: Scene, known: Mapping[str, bytes]) -> tuple[LeftOut, ...]:
    """Check that these late files caused no order, wait or message. Returns the reason for each file."""
    await quiet()
    scene.heard.clear()
    await asyncio.sleep(5 * INTERVAL)
    assert (scene.heard, scene.waiting()) == ([], {})
    (order,) = await orders(scene)
    assert (order.phase, order.unsent.late, order.messages) == (Phase.DOWNLOADED, (), ())
    assert set(known) <= set(order.unsent.left_out)
    return tuple(one for one in order.unsent.left_out_why if one.path in known)


PAIRS = [
    ("Card2/DCIM/100MSDCF/DSC{:05}.JPG", "Card1/DCIM/100MSDCF/DSC{:05}.ARW"),
    ("JPG/DSC{:05}.JPG", "RAW/DSC{:05}.ARW"),
    ("DSC{:05}.HIF", "DSC{:05}.ARW"),
    ("DSC_{:04}.NEF", "DSC_{:04}.DNG"),
    ("IMG_{:04}.JPG", "IMG_{:04}.HEIC"),
    ("IMG_{:04}.JPG", "IMG_{:04}.TIF"),
]


@pytest.mark.parametrize(("kept", "other"), PAIRS)
def test_a_shot_that_is_written_twice_is_one_bracket(tmp: Path, kept: str, other: str) -> None:
    """Six frames in two formats each are six brackets; for each other file, the order records its variant."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            one, two = SONY.card(kept), SONY.card(other)
            put(scene, {**one, **two})
            await quiet()
            (order,) = await orders(scene)
            assert [bracket.path for bracket in order.brackets] == list(one)
            assert order.unsent.left_out_why == tuple(LeftOut(b, Why.VARIANT, a) for a, b in zip(one, two, strict=True))
            assert (order.unsent.left_out, order.phase) == (tuple(two), Phase.SETTLED)
            await delivered(scene, OAK)
            await asyncio.sleep(5 * INTERVAL)
            assert (scene.heard, scene.waiting()) == ([], {})

    simulate(work)


@pytest.mark.parametrize("late_files", ["supplement", "hold", "ignore"])
@pytest.mark.parametrize(("first", "second"), [(JPEGS, RAWS), (RAWS, JPEGS)], ids=["RAW a day late", "JPEG a day late"])
def test_the_second_card_a_day_late(
    tmp: Path, first: Mapping[str, bytes], second: Mapping[str, bytes], late_files: LateFiles
) -> None:
    """A card with the other format of sent photos causes no order and no hold, whichever format came first."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, late_files=late_files) as scene:
            order = await sent(scene, first)
            assert [bracket.path for bracket in order.brackets] == list(first)
            await asyncio.sleep(86400)
            put(scene, second)
            if late_files == "ignore":
                await quiet()
                assert (scene.heard, len(await orders(scene))) == ([], 1)
                return
            why = await nothing_more(scene, second)
            assert why == tuple(LeftOut(b, Why.VARIANT, a) for a, b in zip(first, second, strict=True))

    simulate(work)


def test_the_second_card_while_the_first_is_sent(tmp: Path) -> None:
    """RAW files copied in while their JPEGs are being sent do not change the order."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            put(scene, JPEGS)
            await quiet()
            put(scene, RAWS)
            await quiet()
            scene.heard.clear()
            (order,) = await orders(scene)
            assert ([b.path for b in order.brackets], order.phase) == (list(JPEGS), Phase.SETTLED)
            assert order.unsent.left_out == tuple(RAWS)

    simulate(work)


def test_the_second_card_with_more_frames(tmp: Path) -> None:
    """From a late card with RAW files of sent photos and another set, only that set is sent."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await sent(scene, JPEGS)
            put(scene, SONY.card("Card1/DCIM/100MSDCF/DSC{:05}.ARW", 9))
            await quiet()
            scene.heard.clear()
            more, first = await orders(scene)
            assert [bracket.path[-12:] for bracket in more.brackets] == [f"DSC0000{n}.ARW" for n in (7, 8, 9)]
            assert set(first.unsent.left_out) == set(RAWS)

    simulate(work)


def test_the_second_card_as_a_shoot_of_its_own(tmp: Path) -> None:
    """RAW files of sent photos in another folder are skipped with the reason, even if the first folder was removed."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            first = await sent(scene, JPEGS)
            shutil.rmtree(tmp / "in" / OAK)
            put(scene, RAWS, "Oak RAW")
            await quiet()
            (skipped,) = await orders(scene, "Oak RAW")
            assert (skipped.phase, skipped.source.same_as) == (Phase.SKIPPED, first.id)
            assert "same photos as “12 Oak St”" in str(skipped.trouble)

    simulate(work)


def test_other_files_of_the_frames_are_not_a_renamed_shoot(tmp: Path) -> None:
    """An order whose folder was removed does not continue with other files of the same frames."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            put(scene, JPEGS)
            await quiet()
            shutil.rmtree(tmp / "in" / OAK)
            put(scene, RAWS, "Oak RAW")
            await quiet()
            assert not any(isinstance(fact, facts.Moved) for _order, fact in scene.heard)
            assert scene.orders()["Oak RAW"] == ("skipped", 0)

    simulate(work)


@pytest.mark.parametrize("days", [0, 1])
def test_two_cameras_in_one_flat_folder(tmp: Path, days: int) -> None:
    """Two cameras that use the same names in one folder are both sent, even if the second arrives a day later."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            put(scene, CANON.card("IMG_{:04}.CR2"))
            if days:
                await quiet()
                await delivered(scene, OAK)
                await asyncio.sleep(86400 * days)
            put(scene, SONY.later(hours=1).card("IMG_{:04}.JPG"))
            await quiet()
            brackets = [len(order.brackets) for order in await orders(scene)]
            assert brackets == ([6, 6] if days else [12])
            assert all(order.unsent.left_out == () for order in await orders(scene))

    simulate(work)


def test_a_camera_that_shares_its_names_with_copies_of_another(tmp: Path) -> None:
    """A left-out file does not hide another camera's file with the same name."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await sent(scene, {**CANON.card("IMG_{:04}.JPG"), **CANON.card("raw/IMG_{:04}.CR2")})
            put(scene, SONY.later(hours=1).card("raw/IMG_{:04}.JPG"))
            await quiet()
            assert [len(order.brackets) for order in await orders(scene)] == [6, 6]

    simulate(work)


@pytest.mark.parametrize(
    ("pattern", "camera"),
    [
        ("darktable_exported/DSC{:05}.jpg", SONY.smaller()),
        ("DSC{:05}-Edit.jpg", SONY.smaller()),
        ("web/12 Oak St-{}.jpg", SONY.smaller()),
        ("DSC{:05}-HDR.tif", SONY),
        ("Final/DSC{:05}.jpg", SONY),
    ],
)
@pytest.mark.parametrize("original", ["DSC{:05}.JPG", "DCIM/100MSDCF/DSC{:05}.ARW"])
def test_exports_after_the_delivery_are_not_bought(tmp: Path, original: str, pattern: str, camera: Camera) -> None:
    """Pictures exported from sent frames, minutes after the delivery, are named, and never sent or held."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            originals = SONY.card(original)
            await sent(scene, originals)
            exports = camera.card(pattern)
            put(scene, exports)
            why = await nothing_more(scene, exports)
            assert set(why) == {LeftOut(b, Why.DERIVED, a) for a, b in zip(originals, exports, strict=True)}

    simulate(work)


def test_an_export_whose_original_was_deleted(tmp: Path) -> None:
    """An export is recognised even if none of the original files exist any more."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            originals = SONY.card("DSC{:05}.JPG")
            await sent(scene, originals)
            for path in originals:
                (tmp / "in" / OAK / path).unlink()
            exports = SONY.smaller().card("darktable_exported/DSC{:05}.jpg")
            put(scene, exports)
            assert len(await nothing_more(scene, exports)) == 6

    simulate(work)


def test_an_export_among_the_photos_of_another_shoot(tmp: Path) -> None:
    """From a new shoot that contains an export of a sent frame, everything except the export is sent."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await sent(scene, SONY.card("DSC{:05}.JPG"))
            put(scene, SONY.later(days=1).card("DSC{:05}.JPG"), "9 Elm St")
            put(scene, {"before.jpg": SONY.smaller().take("before.jpg", 2)}, "9 Elm St")
            await quiet()
            (order,) = await orders(scene, "9 Elm St")
            assert (len(order.brackets), order.phase) == (6, Phase.SETTLED)
            assert order.unsent.left_out_why == (LeftOut("before.jpg", Why.DERIVED, "DSC00002.JPG", OAK),)

    simulate(work)


def test_exported_brackets_alone_are_sent(tmp: Path) -> None:
    """Exported brackets whose originals were never sent are a normal shoot."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            put(scene, SONY.smaller().card("darktable_exported/DSC{:05}.jpg"))
            await quiet()
            assert scene.orders() == {OAK: ("settled", 6)}

    simulate(work)


def test_a_set_that_is_complete_in_no_format_is_held(tmp: Path) -> None:
    """A set that is complete in no format is held with the missing names; an approval or the missing files send it."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            files = {**JPEGS, **RAWS}
            missing = {path: files.pop(path) for path in (list(JPEGS)[1], list(RAWS)[2])}
            put(scene, files)
            await quiet()
            (held,) = await orders(scene)
            assert (held.phase, held.stage, held.due, len(held.brackets)) == (Phase.HELD, Phase.SETTLED, None, 6)
            assert "there is no JPEG of Card1/DCIM/100MSDCF/DSC00002.ARW" in str(held.trouble)
            approved = evolve(held, facts.Approved(), now=clock.now(), policy=Policy())
            assert (approved.phase, approved.due) == (Phase.SETTLED, clock.now())
            put(scene, missing)
            await scene.submit(OAK)
            (order, *_) = await orders(scene)
            assert (order.phase, [bracket.path for bracket in order.brackets]) == (Phase.SETTLED, list(JPEGS))

    simulate(work)


def test_a_persons_word_sends_what_is_in_doubt(tmp: Path) -> None:
    """A held shoot that a person submits is sent in its current state, one file per frame."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            put(scene, {path: b"RAW" + data for path, data in RAWS.items()} | JPEGS)
            await quiet()
            (held,) = await orders(scene)
            assert (held.phase, len(held.brackets)) == (Phase.HELD, 12)
            assert "6 photo(s) may be duplicates" in str(held.trouble)
            await scene.submit(OAK)
            assert scene.orders() == {OAK: ("settled", 12)}

    simulate(work)


def test_a_late_photo_that_may_show_what_was_sent_is_held(tmp: Path) -> None:
    """A late file with a sent frame's name and no capture time is held, not bought."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await sent(scene, JPEGS)
            put(scene, {"web/DSC00001.jpg": b"without metadata", "web/plan.jpg": b"a plan"})
            await quiet()
            held, _first = await orders(scene)
            assert (held.phase, [bracket.path for bracket in held.brackets]) == (
                Phase.HELD,
                ["web/DSC00001.jpg", "web/plan.jpg"],
            )
            assert "web/DSC00001.jpg may duplicate photos already sent" in str(held.trouble)

    simulate(work)


def test_orders_without_recorded_frames(tmp: Path) -> None:
    """An order without recorded frames reads them from its files while these are unchanged."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            done = await sent(scene, JPEGS)
            forgotten = tuple(replace(bracket, shot=UNKNOWN) for bracket in done.brackets)
            await scene.store.record(done, facts.Interrupted(steps.Merge()), replace(done, brackets=forgotten), 0.0)
            put(scene, RAWS)
            assert len(await nothing_more(scene, RAWS)) == 6

    simulate(work)


def test_a_shoot_that_comes_back_is_not_read_again(tmp: Path) -> None:
    """An unchanged shoot that reappears, including its variants, counts as sent without being read."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await sent(scene, {**JPEGS, **RAWS})
            os.rename(tmp / "in" / OAK, tmp / "away")
            await asyncio.sleep(INTERVAL + 1)
            os.rename(tmp / "away", tmp / "in" / OAK)
            scene.fails[look_into] = OSError(5, "must not be read")
            await quiet()
            assert (scene.orders(), scene.waiting()) == ({OAK: ("downloaded", 6)}, {})

    simulate(work)


def test_a_photo_that_cannot_be_read_yet_keeps_everything_waiting(tmp: Path) -> None:
    """While photos are unreadable, nothing is sent; afterwards each frame is sent once."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.fails[look_into] = OSError(5, "Input/output error")
            put(scene, {**JPEGS, **RAWS})
            await quiet()
            assert (scene.orders(), list(scene.waiting())) == ({}, [OAK])
            scene.fails.clear()
            await quiet()
            assert scene.orders() == {OAK: ("settled", 6)}

    simulate(work)

"""Shoots whose sets bracketd plans, and shoots with settings of their own, from the lock to the late photos."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.config.shoot import NAME
from daemon.delivery import late_photos
from daemon.frames import shot_if_read
from daemon.order import Order, Phase, Preset, facts
from daemon.order.plan import NOT_SENT
from daemon.shoot import Why
from daemon.shoot.sets import Confidence
from daemon.store.asks import Outcome
from daemon.store.known import KnownBy
from daemon.watcher.folder import LateFiles
from tests.edges.exif.taken import Camera
from tests.shell.scene import INTERVAL, QUIET, Scene, delivered, watching
from tests.shell.simulated import SimulatedClock, simulate

OAK = "12 Oak St"
SONY = Camera()
SETS = SONY.card("DSC{:05}.JPG")
PATHS = list(SETS)
STRAY = "DSC00011.JPG"
SINGLE = {STRAY: SONY.later(hours=1).take(STRAY, 1)}
LATE = {f"DSC0002{n}.JPG": SONY.later(hours=2).take(f"DSC0002{n}.JPG", n) for n in (1, 2, 3)}
PLAIN = b"a photo without metadata" * 1000
BY_SETS = Preset(grouping="sets")


async def settle() -> None:
    """Wait until photos are found and settled."""
    await asyncio.sleep(INTERVAL + QUIET + 5)


def put(scene: Scene, files: Mapping[str, bytes], own: str | None = None, shoot: str = OAK) -> None:
    """Add files to a shoot, and its own file."""
    if own is not None:
        scene.put(f"{shoot}/{NAME}", own.encode())
    for path, data in files.items():
        scene.put(f"{shoot}/{path}", data)


async def orders(scene: Scene, shoot: str = OAK) -> Sequence[Order]:
    """The orders of a shoot that were not cancelled, newest first."""
    found = await scene.store.earlier(KnownBy(str(scene.root / shoot)))
    return [order for order in found if order.phase is not Phase.CANCELLED]


async def the_order(scene: Scene, shoot: str = OAK) -> Order:
    """The only order of a shoot."""
    (order,) = await orders(scene, shoot)
    return order


def sent(order: Order) -> list[str]:
    """The photos of an order."""
    return [bracket.path for bracket in order.brackets]


def skipped(order: Order) -> set[str]:
    """The photos of a shoot that its settings leave out."""
    return {one.path for one in order.unsent.left_out_why if one.why is Why.SKIPPED}


@pytest.mark.stores("memory", "sqlite")
def test_a_locked_shoot_has_its_sets(tmp: Path) -> None:
    """The order of a shoot has the planned sets of its photos, and a note if its flow cannot send them."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            put(scene, SETS)
            await settle()
            order = await the_order(scene)
            assert (order.phase, sent(order)) == (Phase.SETTLED, PATHS)
            assert [one.brackets for one in order.plan] == [(0, 1, 2), (3, 4, 5)]
            assert Confidence.ASK not in {one.confidence for one in order.plan}
            assert NOT_SENT in order.notes

    simulate(work)


def test_a_stray_photo_waits_for_a_person(tmp: Path) -> None:
    """A photo in no set holds the order; an approval sends it as a picture of its own."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            put(scene, SETS | SINGLE)
            await settle()
            held = await the_order(scene)
            assert (held.phase, held.due) == (Phase.HELD, None)
            assert f"1 photo(s) belong to no set and would each become a picture: {STRAY}" in str(held.trouble)
            await scene.desk.happened(held.id, facts.Approved())
            order = await the_order(scene)
            assert (order.id, order.phase) == (held.id, Phase.SETTLED)
            assert [one.brackets for one in order.plan] == [(0, 1, 2), (3, 4, 5), (6,)]

    simulate(work)


def test_a_stray_photo_is_skipped_instead(tmp: Path) -> None:
    """A person who skips the stray photo in the shoot's own file and submits the shoot sends only the sets."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            put(scene, SETS | SINGLE)
            await settle()
            scene.put(f"{OAK}/{NAME}", f"skip: [{STRAY}]\n".encode())
            answer = await scene.submit(OAK)
            assert answer is not None
            assert answer[0] is Outcome.DONE
            order = await the_order(scene)
            assert (order.phase, sent(order), skipped(order)) == (Phase.SETTLED, PATHS, {STRAY})

    simulate(work)


@pytest.mark.stores("memory", "sqlite")
def test_a_shoot_has_settings_of_its_own(tmp: Path) -> None:
    """A shoot's own file changes the look, the grouping and the name of the output, and keeps the other settings."""
    own = (
        "enhance: {sky_replacement: false}\n"
        f"name: Harbour view\nsingles: send\nskip: [{PATHS[0]}]\nsets: [{PATHS[1:3]}]\n"
    )
    usual = Preset(5, {"sky_replacement": True, "privacy": True}, quality=80)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=usual) as scene:
            put(scene, SETS, own)
            await settle()
            order = await the_order(scene)
            assert order.phase is Phase.SETTLED
            assert order.source.output == str(tmp / "out" / "Harbour view")
            assert order.preset.enhance == {"sky_replacement": False, "privacy": True}
            assert (order.preset.grouping, order.preset.per_image, order.preset.quality) == ("sets", None, 80)
            assert {name: order.preset.own[name] for name in ("name", "skip", "sets")} == {
                "name": "Harbour view",
                "skip": 1,
                "sets": 1,
            }
            assert (sent(order), skipped(order)) == (PATHS[1:], {PATHS[0]})
            assert [one.brackets for one in order.plan] == [(0, 1), (2, 3, 4)]

    simulate(work)


def test_a_mistake_holds_the_order_until_it_is_fixed(tmp: Path) -> None:
    """A mistake in the shoot's own file holds the order with file, line and remedy. A submit uses the fixed file."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            put(scene, SETS, "name: Harbour view\nskip: [DSC00060.JPG]\n")
            await settle()
            held = await the_order(scene)
            assert held.phase is Phase.HELD
            where = f"{scene.root / OAK / NAME}:2: skip[0]"
            assert "skip" not in held.preset.own, "the lists are not used"
            assert f"{where}: DSC00060.JPG is not a photo of this shoot. Did you mean DSC00006.JPG?" in str(
                held.trouble
            )
            await scene.submit(OAK)
            assert (await the_order(scene)).phase is Phase.HELD, "the mistake is still there"
            scene.put(f"{OAK}/{NAME}", f"name: Harbour view\nskip: [{PATHS[5]}]\n".encode())
            await scene.submit(OAK)
            order = await the_order(scene)
            assert (order.phase, sent(order)) == (Phase.SETTLED, PATHS[:5])
            assert order.source.output == str(tmp / "out" / "Harbour view")

    simulate(work)


def test_a_fixed_file_may_give_another_name(tmp: Path) -> None:
    """An order that was held for an unreadable file gets the output name of the corrected file."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            put(scene, SETS, "name: a/b\n")
            await settle()
            assert (await the_order(scene)).source.output == str(tmp / "out" / OAK)
            scene.put(f"{OAK}/{NAME}", b"name: Harbour view\n")
            await scene.submit(OAK)
            assert (await the_order(scene)).source.output == str(tmp / "out" / "Harbour view")

    simulate(work)


def test_an_approval_sends_the_shoot_without_its_file(tmp: Path) -> None:
    """A person who approves an order with a mistake sends it with the settings of the watched folder."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            put(scene, SETS, "enhance: {sky_replacement: maybe}\nname: Harbour view\n")
            await settle()
            await scene.desk.happened((await the_order(scene)).id, facts.Approved())
            order = await the_order(scene)
            assert (order.phase, order.preset) == (Phase.SETTLED, BY_SETS)

    simulate(work)


def test_late_photos_do_not_bring_skipped_ones_back(tmp: Path) -> None:
    """A supplement has only the late photos, with the shoot's own settings, and skipped photos stay unsent."""
    own = f"enhance: {{sky_replacement: false}}\nname: Harbour view\nskip: [{PATHS[0]}]\n"

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            put(scene, SETS, own)
            await settle()
            done = await delivered(scene, OAK)
            assert sent(done) == PATHS[1:]
            assert scene.heard == [], "it was not held"
            put(scene, LATE)
            await settle()
            new, _ = await orders(scene)
            assert (sent(new), new.phase, new.source.supplement_of) == (list(LATE), Phase.SETTLED, done.id)
            assert new.preset.enhance == {"sky_replacement": False}
            assert new.source.output == done.source.output == str(tmp / "out" / "Harbour view")
            assert [one.brackets for one in new.plan] == [(0, 1, 2)]
            await delivered(scene, OAK)
            await asyncio.sleep(5 * INTERVAL)
            assert len(await orders(scene)) == 2
            assert scene.waiting() == {}

    simulate(work)


def test_late_photos_do_not_bring_single_ones_back(tmp: Path) -> None:
    """With ``singles: leave_out``, a late set is sent without the photos that were left out at the lock."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=replace(BY_SETS, singles="leave_out")) as scene:
            put(scene, SETS | SINGLE)
            await settle()
            done = await delivered(scene, OAK)
            assert (sent(done), skipped(done)) == (PATHS, {STRAY})
            put(scene, LATE)
            await settle()
            new, _ = await orders(scene)
            assert sent(new) == list(LATE)

    simulate(work)


def test_a_late_single_photo_waits_for_a_person(tmp: Path) -> None:
    """A late photo in no set is not bought unasked; the message does not name photos that were approved before."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            put(scene, SETS | SINGLE)
            await settle()
            await scene.desk.happened((await the_order(scene)).id, facts.Approved())
            await delivered(scene, OAK)
            path = "DSC00031.JPG"
            put(scene, {path: SONY.later(hours=3).take(path, 1)})
            await settle()
            new, _ = await orders(scene)
            assert (sent(new), new.phase) == ([path], Phase.HELD)
            assert path in str(new.trouble)
            assert STRAY not in str(new.trouble)

    simulate(work)


def test_the_late_rest_of_a_set_waits_for_a_person(tmp: Path) -> None:
    """A late photo of a set that was sent without it is not bought as a picture unasked."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            put(scene, {path: SETS[path] for path in PATHS[:5]})
            await scene.submit(OAK)
            await delivered(scene, OAK)
            put(scene, {PATHS[5]: SETS[PATHS[5]]})
            await settle()
            new, _ = await orders(scene)
            assert (sent(new), new.phase) == ([PATHS[5]], Phase.HELD)
            assert "belong to sets that were sent without them" in str(new.trouble)

    simulate(work)


@pytest.mark.parametrize("late_files", ["supplement", "ignore"])
@pytest.mark.parametrize("own", [f"skip: [{STRAY}]\n", "singles: leave_out\n"], ids=["skip", "singles"])
def test_other_files_of_a_left_out_frame_are_not_late(tmp: Path, own: str, late_files: LateFiles) -> None:
    """A RAW file or a copy on another card of a photo that is left out, or sent, is neither sent nor reported."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS, late_files=late_files) as scene:
            put(scene, SETS | SINGLE | {"plain.JPG": PLAIN}, own + "single: [plain.JPG]\n")
            await settle()
            done = await delivered(scene, OAK)
            assert (sent(done), skipped(done)) == ([*PATHS, "plain.JPG"], {STRAY})
            later = SONY.later(hours=1)
            raw, copied = STRAY.replace("JPG", "ARW"), SONY.take(PATHS[0].replace("JPG", "ARW"), 1)
            others = {f"card 2/{raw}": later.take(raw, 1), f"card 2/{STRAY}": SINGLE[STRAY]}
            put(scene, others | {"card 2/DSC00001.ARW": copied, "card 2/renamed.JPG": PLAIN})
            await settle()
            order = await the_order(scene)
            assert (order.id, order.unsent.late) == (done.id, ())
            assert late_photos(order, shot_if_read) in ((), ("card 2/renamed.JPG",))
            put(scene, {"card 2/DSC00099.ARW": SONY.later(hours=3).take("DSC00099.ARW", 1)})
            await settle()
            named = [one.unsent.late for one in await orders(scene) if one.id == done.id]
            assert named == [("card 2/DSC00099.ARW",) if late_files == "ignore" else ()]

    simulate(work)


def test_other_files_of_a_skipped_shoot_are_not_late(tmp: Path) -> None:
    """A RAW file on another card of a photo in a skipped shoot is not reported; a photo of a new frame is."""

    async def work(clock: SimulatedClock) -> None:
        put_before = tmp / "in" / OAK
        put_before.mkdir(parents=True)
        for path, data in SETS.items():
            (put_before / path).write_bytes(data)
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            await settle()
            skipped_one = await the_order(scene)
            assert skipped_one.phase is Phase.SKIPPED
            put(
                scene,
                {
                    f"card 2/{path.replace('JPG', 'ARW')}": SONY.take(path.replace("JPG", "ARW"), n + 1)
                    for n, path in enumerate(PATHS)
                },
            )
            await settle()
            assert (await scene.store.load(skipped_one.id)).unsent.late == ()
            put(scene, {"card 2/DSC00001.JPG": SONY.later(hours=3).take("DSC00001.JPG", 1) + b"!"})
            await settle()
            assert (await scene.store.load(skipped_one.id)).unsent.late == ("card 2/DSC00001.JPG",)

    simulate(work)


def test_a_late_photo_that_the_file_skips_is_not_sent(tmp: Path) -> None:
    """A late photo under ``skip`` gets no order and is not reported as late."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            put(scene, SETS)
            await settle()
            done = await delivered(scene, OAK)
            put(scene, SINGLE, f"skip: [{STRAY}]\n")
            await settle()
            await asyncio.sleep(5 * INTERVAL)
            order = await the_order(scene)
            assert (order.id, order.unsent.late, skipped(order)) == (done.id, (), {STRAY})
            assert scene.waiting() == {}

    simulate(work)


def test_a_mistake_holds_late_photos(tmp: Path) -> None:
    """A mistake that came after the lock holds the supplement. Cancelled and submitted, it uses the fixed file."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            put(scene, SETS)
            await settle()
            await delivered(scene, OAK)
            put(scene, LATE, "enhance: {sky_replacement: 5}\n")
            await settle()
            held, _ = await orders(scene)
            assert held.phase is Phase.HELD
            assert f"{NAME}:1: enhance.sky_replacement" in str(held.trouble)
            scene.put(f"{OAK}/{NAME}", b"enhance: {sky_replacement: false}\n")
            await scene.desk.happened(held.id, facts.Cancelled("cancelled", by_person=True))
            await scene.submit(OAK)
            new, _ = await orders(scene)
            assert (sent(new), new.phase, new.preset.enhance) == (
                list(LATE),
                Phase.SETTLED,
                {"sky_replacement": False},
            )

    simulate(work)


@pytest.mark.stores("memory", "sqlite")
@pytest.mark.parametrize("is_done", [False, True])
def test_a_restart_does_not_send_skipped_photos(tmp: Path, is_done: bool) -> None:
    """After a restart, photos that the shoot's file skips are neither sent nor reported as late."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            put(scene, SETS, f"skip: [{PATHS[0]}, {PATHS[4]}]\n")
            await settle()
            first = await the_order(scene)
            if is_done:
                await delivered(scene, OAK)
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            await settle()
            await asyncio.sleep(5 * INTERVAL)
            order = await the_order(scene)
            assert (order.id, order.unsent.late, scene.waiting()) == (first.id, (), {})

    simulate(work)


def test_a_renamed_shoot_is_still_the_same(tmp: Path) -> None:
    """If the folder of an order under way is renamed, its skipped photos are not taken for new ones."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            put(scene, SETS | SINGLE, f"skip: [{PATHS[0]}]\nsingles: leave_out\n")
            await settle()
            first = await the_order(scene)
            os.rename(scene.root / OAK, scene.root / "9 Elm St")
            await settle()
            moved = await the_order(scene, "9 Elm St")
            assert (moved.id, moved.phase) == (first.id, Phase.SETTLED)
            assert await orders(scene) == []

    simulate(work)


def test_a_copy_of_a_shoot_is_not_bought_for_its_skipped_photos(tmp: Path) -> None:
    """A copy of a delivered shoot in another folder is skipped as a whole, also if its own file skips photos."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            put(scene, SETS, f"skip: [{PATHS[0]}]\n")
            await settle()
            done = await delivered(scene, OAK)
            put(scene, SETS, f"skip: [{PATHS[0]}]\n", shoot="copy")
            await settle()
            copy = await the_order(scene, "copy")
            assert (copy.phase, copy.source.same_as) == (Phase.SKIPPED, done.id)

    simulate(work)


def test_the_file_does_not_restart_the_quiet_period(tmp: Path) -> None:
    """A file that arrives or changes while the shoot is quiet does not delay it, and counts until the lock."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            put(scene, SETS)
            scene.hint(OAK)
            begun = clock.now()
            for second in range(10, int(QUIET), 10):
                await asyncio.sleep(begun + second - clock.now())
                scene.put(f"{OAK}/{NAME}", f"skip: [{PATHS[0]}]  # {second}\n".encode())
                scene.hint(OAK)
            await asyncio.sleep(begun + QUIET + 10 - clock.now())
            order = await the_order(scene)
            assert skipped(order) == {PATHS[0]}
            assert order.times.created_at <= begun + QUIET + 10

    simulate(work)


def test_a_file_after_the_lock_changes_nothing(tmp: Path) -> None:
    """A file that arrives after the lock does not change the order, and the shoot does not wait because of it."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            put(scene, SETS)
            await settle()
            first = await the_order(scene)
            scene.put(f"{OAK}/{NAME}", f"skip: [{PATHS[0]}]\nname: other\n".encode())
            scene.hint(OAK)
            await settle()
            assert await the_order(scene) == first
            assert scene.waiting() == {}

    simulate(work)


def test_a_shoot_whose_photos_are_all_left_out_is_skipped(tmp: Path) -> None:
    """A shoot of which nothing is sent becomes no order; it is skipped with the reason, and can be submitted later."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=replace(BY_SETS, singles="leave_out")) as scene:
            put(scene, SINGLE)
            await settle()
            order = await the_order(scene)
            assert order.phase is Phase.SKIPPED
            assert "its settings leave out every photo" in str(order.trouble)
            assert (await scene.submit(OAK) or (None, ""))[0] is Outcome.REFUSED
            scene.put(f"{OAK}/{NAME}", f"single: [{STRAY}]\n".encode())
            await scene.submit(OAK)
            assert sent(await the_order(scene)) == [STRAY]

    simulate(work)


def test_an_export_that_a_person_lists_is_sent(tmp: Path) -> None:
    """A picture made from another shoot's photo is left out, unless the shoot's own file lists it."""
    small = SONY.smaller()
    made = [{f"DSC0000{n}-HDR.JPG": small.take(f"{shoot}-HDR.JPG", n) for n in (1, 2)} for shoot in "ab"]
    others = [SONY.later(days=days).card("DSC1{:04}.JPG") for days in (1, 2)]
    listed = next(iter(made[1]))

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            put(scene, SETS)
            await settle()
            await delivered(scene, OAK)
            put(scene, others[0] | made[0], shoot="plain")
            await settle()
            plain = await the_order(scene, "plain")
            assert (plain.phase, sent(plain)) == (Phase.SETTLED, list(others[0]))
            assert {one.path: one.why for one in plain.unsent.left_out_why} == dict.fromkeys(made[0], Why.DERIVED)
            put(scene, others[1] | made[1], f"single: [{listed}]\n", shoot="listed")
            await settle()
            assert set(sent(await the_order(scene, "listed"))) == {*others[1], listed}

    simulate(work)


def test_a_retry_keeps_the_shoots_settings_and_plan(tmp: Path) -> None:
    """A held order that a person retries keeps its sets and the settings of the shoot's own file."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, preset=BY_SETS) as scene:
            put(scene, SETS, "enhance: {sky_replacement: false}\n")
            await settle()
            order = await the_order(scene)
            refused = facts.Failed(None, facts.Failure.REQUEST, "refused")
            await scene.desk.happened(order.id, refused)
            await scene.desk.happened(order.id, facts.Retried(Preset(3, {"sky_replacement": True, "privacy": True})))
            again = await the_order(scene)
            assert (again.phase, again.plan) == (Phase.SETTLED, order.plan)
            assert again.preset.enhance == {"sky_replacement": False, "privacy": True}
            assert (again.preset.grouping, again.preset.per_image) == ("sets", None)

    simulate(work)

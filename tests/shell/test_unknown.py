"""Shoots that were delivered by an order that is missing from the state."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from daemon import notes
from daemon.delivery import delivery_note
from daemon.files import content, incoming, scan
from daemon.files.roots import Roots
from daemon.order import (
    Bracket,
    HoldKind,
    Image,
    ImageState,
    Merge,
    MergeState,
    Order,
    Phase,
    Preset,
    facts,
    fingerprint,
    steps,
)
from daemon.order.found import FoundElsewhere, Listed
from daemon.order.naming import name_at_service
from daemon.reports.unknown import unknown_orders
from daemon.root import RootState
from daemon.store.asks import Outcome
from daemon.store.notes import Subject
from daemon.store.protocol import Store
from daemon.watcher import UnknownOrders
from daemon.watcher.asks import PATIENCE
from daemon.watcher.unknown import AGAIN_EVERY, OTHERS_REST, SERVICE_PATIENCE, NotYet
from tests.changed import changed
from tests.core.orders import order
from tests.shell.scene import INTERVAL, QUIET, Scene, delivered, watching
from tests.shell.simulated import SimulatedClock, simulate
from tests.stores.states import look, open_store

OAK = "12 Oak St"
LOST = "99999999-6a3c-4d59-9d0a-3a3c9b8f4a11"


async def quiet() -> None:
    """Wait until a shoot is found and settled."""
    await asyncio.sleep(INTERVAL + QUIET + 5)


def photos(top: Path, shoot: str, *contents: bytes) -> Path:
    """Create a shoot with these photos."""
    folder = top / "in" / shoot
    folder.mkdir(parents=True)
    for number, data in enumerate(contents):
        (folder / f"IMG_{number}.JPG").write_bytes(data)
    return folder


def note_of(of: Path, into: Path, name: str = "order.json", **fields: Any) -> str:
    """Write the note of a delivered order into an output folder. Returns its path."""
    found = scan.scan(str(of)).photos
    brackets = tuple(
        Bracket(
            file.path,
            file.size,
            file.mtime_ns,
            0,
            mark=content.mark(str(of), file.path),
            sha256=content.sha256(str(of), file.path),
            stored_at=1.0,
        )
        for file in found
    )
    done = changed(
        order(),
        id=LOST,
        shoot=of.name,
        folder=str(of),
        output=str(into),
        brackets=brackets,
        fingerprint=fingerprint(brackets),
        images=(Image("i0", "n", state=ImageState.PLACED, size=1, sha256="ab", file="IMG_0.jpg", fetched_at=1.0),),
        phase=Phase.DOWNLOADED,
    )
    incoming.write_json(str(into), name, delivery_note(changed(done, **fields), (), now=5.0))
    return str(into / name)


async def newest(scene: Scene, shoot: str) -> Order:
    """A shoot's newest order."""
    found = await scene.store.newest(str(scene.root / shoot))
    assert found is not None
    return found


CARD = tuple(bytes([number]) * 400_000 for number in range(1, 5))


@pytest.mark.parametrize("place", [OAK, "archived under another name"])
@pytest.mark.parametrize("shoot", [OAK, "renamed"])
def test_a_shoot_that_an_unknown_note_has_is_held(tmp: Path, place: str, shoot: str) -> None:
    """A shoot that matches a note in the output, by folder or by photos, is held, and the note is named."""
    elsewhere = photos(tmp, OAK, *CARD)
    path = note_of(elsewhere, tmp / "out" / place)
    elsewhere.rename(tmp / "away")

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            (tmp / "away").rename(tmp / "in" / shoot)
            await quiet()
            held = await newest(scene, shoot)
            assert (held.phase, held.stage, held.hold_kind) == (Phase.HELD, Phase.SETTLED, HoldKind.UNKNOWN_ORDER)
            assert held.source.unknown_order == LOST
            assert (held.trouble or "").startswith(f"{path} says that this shoot was delivered")
            assert held.source.output != str(tmp / "out" / place), "it would come into a folder of its own"
            with look(tmp / "state") as reader:
                assert path in reader.notes().alerts[Subject.UNKNOWN_NOTES]

    simulate(work)


def test_a_note_that_comes_while_the_daemon_runs_is_seen(tmp: Path) -> None:
    """A note that a second daemon writes after the start is found when a shoot is locked, whatever the shoot's name."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            theirs = photos(tmp / "theirs", OAK, *CARD)
            note_of(theirs, tmp / "out" / "Oak")
            theirs.rename(tmp / "in" / "copied here")
            scene.put("of its own/IMG_1.JPG")
            await quiet()
            assert scene.orders() == {"copied here": ("held", 4), "of its own": ("settled", 1)}

    simulate(work)


def test_the_note_of_a_known_order_holds_nothing(tmp: Path) -> None:
    """The notes of known orders hold nothing: the next shoots are sent immediately."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            folder = photos(tmp, OAK, *CARD[:2])
            await quiet()
            done = await delivered(scene, OAK, clock.now())
            note_of(folder, Path(done.source.output), id=done.id)
            (folder / "IMG_9.JPG").write_bytes(CARD[3])
            await quiet()
            supplement = await newest(scene, OAK)
            assert (supplement.phase, supplement.source.supplement_of) == (Phase.SETTLED, done.id)
        async with watching(tmp, clock) as scene:
            folder.rename(tmp / "first card")
            photos(tmp, OAK, b"another card")
            await quiet()
            assert (await newest(scene, OAK)).phase is Phase.SETTLED
            with look(tmp / "state") as reader:
                assert Subject.UNKNOWN_NOTES not in reader.notes().alerts

    simulate(work)


def test_late_photos_of_a_supplement_that_the_state_does_not_know_are_held(tmp: Path) -> None:
    """Late photos are held if an unknown note shows that they were delivered after the state was copied."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            folder = photos(tmp, OAK, *CARD[:3])
            await quiet()
            done = await delivered(scene, OAK, clock.now())
            note_of(folder, Path(done.source.output), id=done.id)
            late = photos(tmp / "late", OAK, CARD[3])
            note_of(late, Path(done.source.output), "order-99999999.json", folder=str(folder), supplement_of=done.id)
            (late / "IMG_0.JPG").rename(folder / "IMG_3.JPG")
            await quiet()
            held = await newest(scene, OAK)
            assert (held.source.supplement_of, held.phase, held.hold_kind) == (
                done.id,
                Phase.HELD,
                HoldKind.UNKNOWN_ORDER,
            )
            await scene.submit(OAK)
            assert (await newest(scene, OAK)) == held, "a plain word does not send it either"
            await scene.submit(OAK, "submit again")
            assert (await newest(scene, OAK)).phase is Phase.SETTLED

    simulate(work)


@pytest.mark.parametrize(
    ("fields", "known"),
    [
        ({"preset": replace(Preset(), dev_mode=True)}, CARD),
        ({}, (CARD[0], *(bytes([n]) * 500 for n in range(9)))),
        ({}, tuple(data[:200_000] + b"!" + data[200_001:] for data in CARD)),
    ],
    ids=["dev mode", "a floor plan", "other bytes in the middle"],
)
def test_a_note_that_means_nothing_for_a_shoot(tmp: Path, fields: dict[str, Any], known: tuple[bytes, ...]) -> None:
    """Notes of dev mode, notes with one photo in common, and photos that match only at both ends hold no shoot."""
    theirs = photos(tmp / "theirs", "Elm", *known)
    note_of(theirs, tmp / "out" / "Elm", **fields)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            photos(tmp, OAK, *CARD)
            await quiet()
            assert scene.orders() == {OAK: ("settled", 4)}

    simulate(work)


def test_what_a_person_submits_is_held_until_the_word_is_clear(tmp: Path) -> None:
    """A plain ``submit`` of a skipped shoot that matches a note is held; ``submit --again`` sends it elsewhere."""
    note_of(photos(tmp, OAK, *CARD), tmp / "out" / OAK)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            assert scene.orders() == {OAK: ("skipped", 0)}
            await scene.submit(OAK)
            assert (await newest(scene, OAK)).hold_kind is HoldKind.UNKNOWN_ORDER
            await scene.submit(OAK, "submit again")
            begun = await newest(scene, OAK)
            assert (begun.phase, begun.source.output) == (Phase.SETTLED, str(tmp / "out" / f"{OAK}-2"))

    simulate(work)


def test_a_note_that_was_removed_holds_nothing_any_more(tmp: Path) -> None:
    """After a wrong note is removed, a plain ``submit`` sends the shoot."""
    path = note_of(photos(tmp, OAK, *CARD), tmp / "out" / "Elm")

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            await scene.submit(OAK)
            assert scene.orders()[OAK] == ("held", 4)
            os.unlink(path)
            await scene.submit(OAK)
            assert scene.orders()[OAK] == ("settled", 4)

    simulate(work)


def test_an_output_that_is_away_is_waited_for(tmp: Path) -> None:
    """While the output's disk is missing, shoots wait with the reason; then they are judged."""
    path = note_of(photos(tmp / "theirs", OAK, *CARD), tmp / "disk")

    async def work(clock: SimulatedClock) -> None:
        store = open_store(tmp / "state")
        store.root_states(clock.now).remember(str(tmp / "out"), RootState("/mnt/disk", "1:2", 3))
        unknown = UnknownOrders({str(tmp / "out"): blocking}, store, Roots(store.root_states(clock.now)), clock)
        searching = asyncio.create_task(unknown.run())
        await asyncio.sleep(3600)
        with pytest.raises(NotYet, match=r"may already have been delivered: the output folder .* is not there"):
            unknown.require_ready(str(tmp / "out"))
        await store.forget_root(str(tmp / "out"))
        (tmp / "out").mkdir()
        (tmp / "disk").rename(tmp / "out" / OAK)
        await searching
        unknown.require_ready(str(tmp / "out"))
        assert unknown.places == {os.path.dirname(path).replace("/disk", f"/out/{OAK}")}
        store.close()

    simulate(work)


def away_at_the_start(tmp: Path, output: Path) -> Store:
    """A store that remembers the disk of another watched folder's output, which is missing now."""
    store = open_store(tmp / "state")
    store.root_states(lambda: 0.0).remember(str(output), RootState("/mnt/nas", "1:2", 3))
    return store


def test_the_output_of_another_watched_folder_delays_nothing(tmp: Path) -> None:
    """While one output folder is missing, shoots of other watched folders are sent, including submitted ones."""
    out2 = tmp / "out2"
    (tmp / "out").mkdir()
    store = away_at_the_start(tmp, out2)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, store=store, others={str(out2): blocking}) as scene:
            scene.put(f"{OAK}/IMG_1.JPG")
            await quiet()
            assert scene.orders() == {OAK: ("settled", 1)}
            scene.put("new/IMG_1.JPG")
            assert await scene.submit("new") == (Outcome.DONE, "new: sending 1 photo.")

    simulate(work)


def test_what_another_output_has_counts_as_soon_as_it_is_there(tmp: Path) -> None:
    """A delivery note in another folder's output holds a shoot as soon as that disk is back."""
    out2 = tmp / "out2"
    theirs = photos(tmp / "theirs", OAK, *CARD)
    note_of(theirs, tmp / "disk")
    store = away_at_the_start(tmp, out2)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, store=store, others={str(out2): blocking}) as scene:
            scene.put("first/IMG_1.JPG")
            await quiet()
            await store.forget_root(str(out2))
            out2.mkdir()
            (tmp / "disk").rename(out2 / OAK)
            await asyncio.sleep(60)
            theirs.rename(tmp / "in" / "copied here")
            await quiet()
            assert scene.orders() == {"first": ("settled", 1), "copied here": ("held", 4)}

    simulate(work)


class Hanging:
    """A disk that answers, or fails after a minute."""

    def __init__(self) -> None:
        self.hangs = False
        self.asked = 0

    async def __call__(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run the call, unless the disk hangs."""
        self.asked += 1
        if self.hangs:
            await asyncio.sleep(60)
            raise OSError(errno.ETIMEDOUT, "the file system does not answer")
        return function(*arguments)


def test_a_hung_output_of_another_watched_folder_costs_little_time(tmp: Path) -> None:
    """A hung disk delays other watched folders by seconds in five minutes, and their shoots are sent."""
    disk, out2 = Hanging(), tmp / "out2"
    out2.mkdir()

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, others={str(out2): disk}) as scene:
            await asyncio.sleep(10)
            disk.hangs, disk.asked = True, 0
            for number in range(20):
                scene.put(f"{number}/IMG_1.JPG")
            await asyncio.sleep(INTERVAL + QUIET + 20)
            assert len(scene.orders()) == 20
            assert scene.waiting() == {}
            assert disk.asked == 1
            disk.hangs = False
            theirs = photos(tmp / "theirs", OAK, *CARD)
            note_of(theirs, out2 / OAK)
            await asyncio.sleep(OTHERS_REST)
            theirs.rename(tmp / "in" / "copied here")
            await quiet()
            assert scene.orders()["copied here"] == ("held", 4), "it is asked again later"

    simulate(work)


def test_only_a_shoot_that_an_unreadable_note_is_about_waits(tmp: Path) -> None:
    """An unreadable note in a hung output delays only the shoot that it seems to be about."""
    disk, out2 = Hanging(), tmp / "out2"
    theirs = photos(tmp / "theirs", OAK, *CARD)
    path = note_of(theirs, out2 / OAK)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, others={str(out2): disk}) as scene:
            await asyncio.sleep(10)
            disk.hangs = True
            theirs.rename(tmp / "in" / "copied here")
            scene.put("of its own/IMG_1.JPG")
            await quiet()
            await asyncio.sleep(INTERVAL)
            assert scene.orders() == {"of its own": ("settled", 1)}
            assert f"the delivery note {path} cannot be read" in scene.waiting()["copied here"]
            disk.hangs = False
            await asyncio.sleep(INTERVAL)
            assert scene.orders()["copied here"] == ("held", 4)

    simulate(work)


def test_an_ask_that_has_to_wait_is_answered(tmp: Path) -> None:
    """A submit waits for its output folder for a while, then is answered with the reason and the next command."""
    store = away_at_the_start(tmp, tmp / "out")

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, store=store, searched=False) as scene:
            searching = asyncio.create_task(scene.unknown.run())
            scene.put(f"{OAK}/IMG_1.JPG")
            with capture_logs() as logs:
                assert await scene.submit(OAK) is None
                await asyncio.sleep(PATIENCE / 2)
                assert scene.answer(1) is None
                await asyncio.sleep(PATIENCE / 2 + 10)
            outcome, text = scene.answer(1) or (None, "")
            assert outcome is Outcome.FAILED
            assert text.startswith(
                f"{OAK} is not sent yet, because it may already have been delivered: "
                f"the output folder {tmp / 'out'} is not "
            )
            assert "`bracketd submit --again`" in text
            assert "may already have been delivered" in scene.waiting()[OAK], "it still waits by itself"
            assert [log["event"] for log in logs].count("ask not possible yet; retrying") <= 2
            assert await scene.submit(OAK) is None
            await store.forget_root(str(tmp / "out"))
            (tmp / "out").mkdir()
            await asyncio.sleep(20)
            assert scene.answer(2) == (Outcome.DONE, f"{OAK}: sending 1 photo.")
            searching.cancel()

    simulate(work)


def test_an_ask_for_a_folder_that_is_away_is_answered(tmp: Path) -> None:
    """A submit for a missing watched folder is answered with that; if the folder returns, the shoot is sent."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put(f"{OAK}/IMG_1.JPG")
            scene.root.rename(tmp / "away")
            await asyncio.sleep(INTERVAL)
            assert await scene.submit(OAK) is None
            await asyncio.sleep(PATIENCE + 10)
            outcome, text = scene.answer(1) or (None, "")
            assert outcome is Outcome.FAILED
            assert text.startswith(f"The watched folder of {scene.root / OAK} is not available")
            assert await scene.submit(OAK) is None
            (tmp / "away").rename(scene.root)
            await asyncio.sleep(60)
            assert scene.answer(2) == (Outcome.DONE, f"{OAK}: sending 1 photo.")

    simulate(work)


def test_a_bug_met_in_an_output_ends_nothing(tmp: Path) -> None:
    """An unexpected error in the scan of one output is logged once, and the scan is retried."""
    disk, out2 = Faulty(), tmp / "out2"
    out2.mkdir()

    async def work(clock: SimulatedClock) -> None:
        with capture_logs() as logs:
            async with watching(tmp, clock, others={str(out2): disk}) as scene:
                scene.put(f"{OAK}/IMG_1.JPG")
                await quiet()
                assert scene.orders() == {OAK: ("settled", 1)}
                with pytest.raises(NotYet, match="a bug in bracketd prevents"):
                    scene.unknown.require_ready(str(out2))
                disk.works = True
                await asyncio.sleep(60)
                scene.unknown.require_ready(str(out2))
        assert [log["event"] for log in logs].count("bug while checking delivery notes") == 1

    simulate(work)


def test_a_bug_in_a_later_try_ends_nothing(tmp: Path) -> None:
    """An unexpected error while an unreadable note is tried again is logged once, and the tries continue."""
    note = Path(note_of(photos(tmp, OAK, *CARD), tmp / "out" / "a"))
    note.write_text(note.read_text()[:600])
    disk = Faulty()
    disk.works = True

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            roots = Roots(scene.store.root_states(clock.now))
            unknown = UnknownOrders({str(tmp / "out"): disk}, scene.store, roots, clock)
            await unknown.run()
            trying = asyncio.create_task(unknown.try_again())
            disk.works = False
            with capture_logs() as logs:
                await asyncio.sleep(3 * AGAIN_EVERY + 1)
            assert not trying.done()
            assert [log["event"] for log in logs].count("bug while checking delivery notes") == 1
            disk.works = True
            os.unlink(note)
            await asyncio.sleep(AGAIN_EVERY + 1)
            with look(tmp / "state") as reader:
                assert list(unknown_orders(reader, [tmp / "out"])) == []
            trying.cancel()

    simulate(work)


class Faulty:
    """A disk with a bug in its listing."""

    works = False

    async def __call__(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run the call, unless it lists the output."""
        if function is notes.folders_in and not self.works:
            raise KeyError("planted")
        return function(*arguments)


async def blocking(function: object, *arguments: object) -> object:
    """Run a blocking call after all other waiting tasks had their turn."""
    await asyncio.sleep(0)
    assert callable(function)
    return function(*arguments)


def test_a_shoot_waits_visibly_and_is_scanned_meanwhile(tmp: Path) -> None:
    """A settled shoot whose delivery notes are still being checked says so in ``status``, and is locked afterwards."""
    (tmp / "out").mkdir()

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, searched=False) as scene:
            scene.put(f"{OAK}/IMG_1.JPG")
            await quiet()
            assert scene.orders() == {}
            assert "may already have been delivered" in scene.waiting()[OAK]
            await scene.unknown.run()
            await asyncio.sleep(INTERVAL)
            assert scene.orders() == {OAK: ("settled", 1)}

    simulate(work)


def test_an_order_at_the_service_is_enough(tmp: Path) -> None:
    """A shoot is held if an unknown order at the service has its photos' names; the wait for the service is short."""

    async def work(clock: SimulatedClock) -> None:
        store = open_store(tmp / "state")
        roots = Roots(store.root_states(clock.now))
        unknown = UnknownOrders({str(tmp / "out"): blocking}, store, roots, clock, asks_service=True)
        await unknown.run()
        with pytest.raises(NotYet, match="still checking the service's orders"):
            unknown.require_ready(str(tmp / "out"))
        await asyncio.sleep(SERVICE_PATIENCE)
        unknown.require_ready(str(tmp / "out"))
        await unknown.compared([Listed(LOST, frozenset({name_at_service(OAK, "IMG_0.JPG", "")}))])
        with look(tmp / "state") as reader:
            assert "1 newer order(s)" in reader.notes().alerts[Subject.NEWER_ORDERS]
        store.close()

    simulate(work)


def test_what_another_daemon_delivered_meanwhile_is_not_bought(tmp: Path) -> None:
    """Before its first purchase, an order checks for another order's note in its output folder."""

    async def work(clock: SimulatedClock) -> None:
        store = open_store(tmp / "state")
        unknown = UnknownOrders({str(tmp / "out"): blocking}, store, Roots(store.root_states(clock.now)), clock)
        await unknown.run()
        mine = changed(order(), output=str(tmp / "out" / OAK), merge=Merge(MergeState.SEEN), phase=Phase.DOWNLOADING)
        await store.add(mine, facts.Locked(()))
        buy = steps.Fetch("i0")
        assert await unknown.before(mine, buy) is None
        folder = photos(tmp, OAK, *CARD)
        note_of(folder, tmp / "out" / OAK, id=mine.id)
        assert await unknown.before(mine, buy) is None, "its own note"
        path = note_of(folder, tmp / "out" / OAK, "order-99999999.json")
        assert await unknown.before(mine, buy) == FoundElsewhere(LOST, path)
        assert await unknown.before(mine, steps.Poll()) is None
        approved = changed(mine, unknown_order=mine.id)
        assert await unknown.before(approved, buy) == FoundElsewhere(LOST, path), "only its own note was approved"
        asked = changed(mine, unknown_order=LOST)
        bought = replace(mine, images=(Image("i0", "n", state=ImageState.FETCHED, fetched_at=5.0),))
        for order_now in (asked, bought):
            assert await unknown.before(order_now, buy) is None
        (tmp / "out" / OAK / "order-99999999.json").unlink()
        (tmp / "out" / OAK / "order-99999999.json").symlink_to("order-99999999.json")
        failed = await unknown.before(mine, buy)
        assert isinstance(failed, facts.Failed)
        assert failed.kind is facts.Failure.OUTPUT
        store.close()

    simulate(work)


def test_notes_are_found_by_their_first_bytes(tmp: Path) -> None:
    """The ID of a known order is read from the start of its note; a note with another layout is read completely."""
    folder = photos(tmp, OAK, *CARD)
    plain = Path(note_of(folder, tmp / "out" / "a"))
    odd = Path(note_of(folder, tmp / "out" / "b", shoot='"order_id": "x" \\' + "é" * 200))
    other = Path(note_of(folder, tmp / "out" / "c"))
    other.write_text(other.read_text().replace("\n", "").replace(": ", ":"))
    plain.write_text(plain.read_text()[:600])
    (tmp / "out" / "d").mkdir()
    (tmp / "out" / "d" / "order.json").write_text('{"order_id": "7"}')
    (tmp / "out" / "e").mkdir()
    os.mkfifo(tmp / "out" / "e" / "order.json")
    (tmp / "out" / "f" / "order.json").mkdir(parents=True)
    folders, _changed = notes.folders_in(str(tmp / "out"))
    found, unread = notes.named_below(str(tmp / "out"), folders)
    assert found == {(str(path.parent), path.name): LOST for path in (plain, odd, other)}
    assert unread == {}


def unreadable(folder: Path, name: str = "order.json") -> Path:
    """A delivery note that the system refuses to open."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).symlink_to(name)
    return folder / name


def test_beside_a_note_that_cannot_be_read_the_others_count(tmp: Path) -> None:
    """One unreadable note does not hide the others in its folder, and ``status`` names it."""
    shoot = photos(tmp, OAK, *CARD)
    note_of(shoot, tmp / "out" / "archived", "order-99999999.json")
    bad = unreadable(tmp / "out" / "archived")
    shoot.rename(tmp / "away")

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            (tmp / "away").rename(tmp / "in" / "renamed")
            scene.put("of its own/IMG_1.JPG")
            await quiet()
            assert scene.orders() == {"renamed": ("held", 4), "of its own": ("settled", 1)}
            with look(tmp / "state") as reader:
                assert (
                    reader.notes()
                    .alerts[Subject.UNREAD_NOTES]
                    .startswith(f"{bad}: delivery note(s) that cannot be read")
                )
                assert next(unknown_orders(reader, [tmp / "out"])) == reader.notes().alerts[Subject.UNREAD_NOTES]

    simulate(work)


@pytest.mark.parametrize("locks", [True, False], ids=["a shoot is locked", "nothing comes"])
def test_a_note_that_cannot_be_read_is_tried_again(tmp: Path, locks: bool) -> None:
    """Once an unreadable note can be read, it counts for the next shoot and in ``status``."""
    shoot = photos(tmp, OAK, *CARD)
    shoot.rename(tmp / "away")

    async def work(clock: SimulatedClock) -> None:
        bad = unreadable(tmp / "out" / "archived")
        async with watching(tmp, clock) as scene:
            trying = asyncio.create_task(scene.unknown.try_again())
            with look(tmp / "state") as reader:
                assert Subject.UNREAD_NOTES in reader.notes().alerts
            bad.unlink()
            (tmp / "away").rename(shoot)
            note_of(shoot, tmp / "out" / "archived")
            if locks:
                shoot.rename(tmp / "in" / "renamed")
                await quiet()
                assert scene.orders() == {"renamed": ("held", 4)}
            else:
                shoot.rename(tmp / "away")
                await asyncio.sleep(AGAIN_EVERY + 1)
            with look(tmp / "state") as reader:
                assert Subject.UNREAD_NOTES not in reader.notes().alerts
                assert str(bad) in reader.notes().alerts[Subject.UNKNOWN_NOTES]
            trying.cancel()

    simulate(work)


def test_a_note_that_makes_no_sense_is_reported(tmp: Path) -> None:
    """A damaged note does not hold shoots, and ``status`` and ``doctor`` name it."""
    path = Path(note_of(photos(tmp, OAK, *CARD), tmp / "out" / "a"))
    path.write_text(path.read_text()[:600])
    (tmp / "in" / OAK).rename(tmp / "away")

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put("of its own/IMG_1.JPG")
            await quiet()
            assert scene.orders() == {"of its own": ("settled", 1)}
            with look(tmp / "state") as reader:
                assert (
                    f"{path}: delivery note(s) that cannot be read (its content is not valid)"
                    in reader.notes().alerts[Subject.UNREAD_NOTES]
                )
                assert list(unknown_orders(reader, [tmp / "out"])) == [reader.notes().alerts[Subject.UNREAD_NOTES]]

    simulate(work)


def test_a_disk_error_in_a_note_delays_nothing(tmp: Path) -> None:
    """A note that the disk returns only in part is reported, and the search continues."""
    folder = photos(tmp, OAK, *CARD)
    note_of(folder, tmp / "out" / "a")
    (tmp / "in" / OAK).rename(tmp / "away")

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, searched=False) as scene:
            bad = {str(tmp / "out" / "a" / "order.json"): "Input/output error"}
            scene.says[notes.read_each] = [], bad
            await scene.unknown.run()
            scene.unknown.require_ready(str(tmp / "out"))
            with look(tmp / "state") as reader:
                assert "(Input/output error)" in reader.notes().alerts[Subject.UNREAD_NOTES]

    simulate(work)

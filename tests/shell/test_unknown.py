"""Shoots that were delivered by an order which the state does not know."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from daemon import notes
from daemon.delivery import delivery_note
from daemon.files import content, incoming, scan
from daemon.files.roots import Roots
from daemon.order import Bracket, Hold, Image, ImageState, MergeState, Order, Phase, Preset, facts, fingerprint
from daemon.order.found import FoundElsewhere, Listed
from daemon.order.model import name_at_service
from daemon.root import Seen
from daemon.store.reader import Reader
from daemon.store.store import Store
from daemon.watcher import UnknownOrders
from daemon.watcher.unknown import SERVICE_PATIENCE, NotYet
from tests.core.orders import order
from tests.shell.scene import INTERVAL, QUIET, Scene, delivered, watching
from tests.shell.simulated import Inline, SimulatedClock, simulate

OAK = "12 Oak St"
LOST = "99999999-6a3c-4d59-9d0a-3a3c9b8f4a11"


async def quiet() -> None:
    """Long enough for a shoot to be found and to have been still."""
    await asyncio.sleep(INTERVAL + QUIET + 5)


def photos(top: Path, shoot: str, *contents: bytes) -> Path:
    """A shoot with these photos."""
    folder = top / "in" / shoot
    folder.mkdir(parents=True)
    for number, data in enumerate(contents):
        (folder / f"IMG_{number}.JPG").write_bytes(data)
    return folder


def note_of(of: Path, into: Path, name: str = "order.json", **fields: Any) -> str:
    """Lay the note of a delivered order of a shoot into an output folder; its path."""
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
    done = replace(
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
    incoming.write_json(str(into), name, delivery_note(replace(done, **fields), (), now=5.0))
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
    """A shoot that a note in the output has, by its folder or by its photos, is held, and the note is named."""
    elsewhere = photos(tmp, OAK, *CARD)
    path = note_of(elsewhere, tmp / "out" / place)
    elsewhere.rename(tmp / "away")

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            (tmp / "away").rename(tmp / "in" / shoot)
            await quiet()
            held = await newest(scene, shoot)
            assert (held.phase, held.held_in, held.hold) == (Phase.HELD, Phase.SETTLED, Hold.UNKNOWN_ORDER)
            assert held.unknown_order == LOST
            assert (held.trouble or "").startswith(f"{path} says that this shoot was delivered")
            assert held.output != str(tmp / "out" / place), "it would come into a folder of its own"
            with Reader(tmp / "state") as reader:
                assert path in reader.daemon()["unknown notes"]

    simulate(work)


def test_a_note_that_comes_while_the_daemon_runs_is_seen(tmp: Path) -> None:
    """What a second daemon delivers after the start is known when a shoot is locked, whatever it is called here."""

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
    """In normal life a shoot's own note, and those of others, are known: what comes next is sent, at once."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            folder = photos(tmp, OAK, *CARD[:2])
            await quiet()
            done = await delivered(scene, OAK, clock.now())
            note_of(folder, Path(done.output), id=done.id)
            (folder / "IMG_9.JPG").write_bytes(CARD[3])
            await quiet()
            supplement = await newest(scene, OAK)
            assert (supplement.phase, supplement.supplement_of) == (Phase.SETTLED, done.id)
        async with watching(tmp, clock) as scene:
            folder.rename(tmp / "first card")
            photos(tmp, OAK, b"another card")
            await quiet()
            assert (await newest(scene, OAK)).phase is Phase.SETTLED
            with Reader(tmp / "state") as reader:
                assert "unknown notes" not in reader.daemon()

    simulate(work)


def test_late_photos_of_a_supplement_that_the_state_does_not_know_are_held(tmp: Path) -> None:
    """A supplement that was delivered after the state was copied is not sent again."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            folder = photos(tmp, OAK, *CARD[:3])
            await quiet()
            done = await delivered(scene, OAK, clock.now())
            note_of(folder, Path(done.output), id=done.id)
            late = photos(tmp / "late", OAK, CARD[3])
            note_of(late, Path(done.output), "order-99999999.json", folder=str(folder), supplement_of=done.id)
            (late / "IMG_0.JPG").rename(folder / "IMG_3.JPG")
            await quiet()
            held = await newest(scene, OAK)
            assert (held.supplement_of, held.phase, held.hold) == (done.id, Phase.HELD, Hold.UNKNOWN_ORDER)
            await scene.submit(OAK)
            assert (await newest(scene, OAK)) == held, "a plain word does not send it either"
            await scene.submit(OAK, "submit again")
            assert (await newest(scene, OAK)).phase is Phase.SETTLED

    simulate(work)


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ({"preset": replace(Preset(), dev_mode=True)}, CARD),
        ({}, (CARD[0], *(bytes([n]) * 500 for n in range(9)))),
        ({}, tuple(data[:200_000] + b"!" + data[200_001:] for data in CARD)),
    ],
    ids=["dev mode", "a floor plan", "other bytes in the middle"],
)
def test_a_note_that_means_nothing_for_a_shoot(tmp: Path, told: dict[str, Any], known: tuple[bytes, ...]) -> None:
    """Free pictures, one photo among many, and photos that are alike at both ends only, hold no shoot."""
    theirs = photos(tmp / "theirs", "Elm", *known)
    note_of(theirs, tmp / "out" / "Elm", **told)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            photos(tmp, OAK, *CARD)
            await quiet()
            assert scene.orders() == {OAK: ("settled", 4)}

    simulate(work)


def test_what_a_person_submits_is_held_until_the_word_is_clear(tmp: Path) -> None:
    """A plain ``submit`` of a skipped shoot that a note has makes it held; ``submit --again`` sends it elsewhere."""
    note_of(photos(tmp, OAK, *CARD), tmp / "out" / OAK)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            assert scene.orders() == {OAK: ("skipped", 0)}
            await scene.submit(OAK)
            assert (await newest(scene, OAK)).hold is Hold.UNKNOWN_ORDER
            await scene.submit(OAK, "submit again")
            begun = await newest(scene, OAK)
            assert (begun.phase, begun.output) == (Phase.SETTLED, str(tmp / "out" / f"{OAK}-2"))

    simulate(work)


def test_a_note_that_was_removed_holds_nothing_any_more(tmp: Path) -> None:
    """A person who removes a wrong note can send the shoot with a plain word."""
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
    """Until the output's disk is there nobody knows what was delivered: shoots wait, say so, and then are judged."""
    path = note_of(photos(tmp / "theirs", OAK, *CARD), tmp / "disk")

    async def work(clock: SimulatedClock) -> None:
        store = Store.open(tmp / "state", Inline())
        store.seen_roots(clock.now).see(str(tmp / "out"), Seen("/mnt/disk", "1:2", 3))
        unknown = UnknownOrders({str(tmp / "out"): blocking}, store, Roots(store.seen_roots(clock.now)), clock)
        searching = asyncio.create_task(unknown.run())
        await asyncio.sleep(3600)
        with pytest.raises(NotYet, match=r"may have been delivered before: the output folder .* is not there"):
            unknown.require_ready()
        await store.forget_root(str(tmp / "out"))
        (tmp / "out").mkdir()
        (tmp / "disk").rename(tmp / "out" / OAK)
        await searching
        unknown.require_ready()
        assert unknown.places == {os.path.dirname(path).replace("/disk", f"/out/{OAK}")}
        store.close()

    simulate(work)


async def blocking(function: object, *arguments: object) -> object:
    """Run a call that blocks, after all others that wait had their turn."""
    await asyncio.sleep(0)
    assert callable(function)
    return function(*arguments)


def test_a_shoot_waits_visibly_and_is_scanned_meanwhile(tmp: Path) -> None:
    """A settled shoot whose deliveries are still looked up says so in ``status``, and is locked when that is done."""
    (tmp / "out").mkdir()

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, searched=False) as scene:
            scene.put(f"{OAK}/IMG_1.JPG")
            await quiet()
            assert scene.orders() == {}
            assert "may have been delivered before" in scene.waiting()[OAK]
            await scene.unknown.run()
            await asyncio.sleep(INTERVAL)
            assert scene.orders() == {OAK: ("settled", 1)}

    simulate(work)


def test_an_order_at_the_service_is_enough(tmp: Path) -> None:
    """A shoot whose photos' names an unknown order at the service has is held; nobody waits long for its answer."""

    async def work(clock: SimulatedClock) -> None:
        store = Store.open(tmp / "state", Inline())
        roots = Roots(store.seen_roots(clock.now))
        unknown = UnknownOrders({str(tmp / "out"): blocking}, store, roots, clock, asks_service=True)
        await unknown.run()
        with pytest.raises(NotYet, match="the service is asked"):
            unknown.require_ready()
        await asyncio.sleep(SERVICE_PATIENCE)
        unknown.require_ready()
        await unknown.compared([Listed(LOST, frozenset({name_at_service(OAK, "IMG_0.JPG", "")}))])
        with Reader(tmp / "state") as reader:
            assert "1 newer order(s)" in reader.daemon()["newer orders"]
        store.close()

    simulate(work)


def test_what_another_daemon_delivered_meanwhile_is_not_bought(tmp: Path) -> None:
    """Before its first purchase an order looks whether another one's note came into its output folder."""

    async def work(clock: SimulatedClock) -> None:
        store = Store.open(tmp / "state", Inline())
        unknown = UnknownOrders({str(tmp / "out"): blocking}, store, Roots(store.seen_roots(clock.now)), clock)
        await unknown.run()
        mine = replace(order(), output=str(tmp / "out" / OAK), merge=MergeState.SEEN, phase=Phase.DOWNLOADING)
        await store.add(mine, facts.Locked(()))
        buy = facts.Fetch("i0")
        assert await unknown.before(mine, buy) is None
        folder = photos(tmp, OAK, *CARD)
        note_of(folder, tmp / "out" / OAK, id=mine.id)
        assert await unknown.before(mine, buy) is None, "its own note"
        path = note_of(folder, tmp / "out" / OAK, "order-99999999.json")
        assert await unknown.before(mine, buy) == FoundElsewhere(LOST, path)
        assert await unknown.before(mine, facts.Look()) is None
        approved = replace(mine, unknown_order=mine.id)
        assert await unknown.before(approved, buy) == FoundElsewhere(LOST, path), "only its own note was approved"
        asked = replace(mine, unknown_order=LOST)
        bought = replace(mine, images=(Image("i0", "n", state=ImageState.FETCHED, fetched_at=5.0),))
        for order_now in (asked, bought):
            assert await unknown.before(order_now, buy) is None
        (tmp / "out" / OAK / "order-99999999.json").unlink()
        (tmp / "out" / OAK / "order-99999999.json").symlink_to("order-99999999.json")
        failed = await unknown.before(mine, buy)
        assert isinstance(failed, facts.Failed)
        assert failed.kind is facts.Kind.OUTPUT
        store.close()

    simulate(work)


def test_notes_are_found_by_their_first_bytes(tmp: Path) -> None:
    """The id of a known order is read without the rest of its note; a note that was written otherwise is read whole."""
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
    assert unread == []

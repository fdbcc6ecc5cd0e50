"""A recovery on a real disk, with a scripted service or none."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from daemon.cli.recover import report_lines
from daemon.delivery import delivery_note
from daemon.errors import KeyRefused, StateError, Unavailable
from daemon.files import content, incoming
from daemon.order import HoldKind, ImageState, Merge, MergeState, Order, Phase, Policy, Preset, evolve, facts
from daemon.order.found import FoundElsewhere
from daemon.recovery import Account, Recovery, Report, Source, WatchedSettings
from daemon.recovery.atservice import WAITS
from daemon.recovery.watched import shoot_of
from daemon.root import RootState
from daemon.service import Endpoint, Service
from daemon.shoot import Why
from daemon.shoot.shot import UNKNOWN
from daemon.store.place import FILE
from daemon.store.sqlite import copies
from daemon.store.sqlite.reader import SqliteReader
from daemon.store.sqlite.store import SqliteStore
from daemon.store.sqlite.wreck import SqliteWreck
from tests.changed import changed
from tests.core.orders import NOW, order, processed
from tests.edges.exif.taken import Camera, shot_of
from tests.edges.service.hosts import Exchange, Host

PRESET = Preset()
JPEG = b"\xff\xd8\xff\xd9"
PICTURE = b"\xff\xd8\xff" + b"finished" * 50 + b"\xff\xd9"


class Home:
    """A watched folder, an output folder and a state directory."""

    def __init__(self, home: Path) -> None:
        self.watch, self.output, self.state = home / "in", home / "out", home / "state"
        for folder in (self.watch, self.output, self.state):
            folder.mkdir()

    def drop(self, shoot: str, *names: str) -> Path:
        """Put photos into a shoot."""
        folder = self.watch / shoot
        folder.mkdir(exist_ok=True)
        for name in names:
            (folder / name).write_bytes(JPEG)
        return folder

    def order(self, shoot: str, **fields: object) -> Order:
        """An order of a shoot with one photo."""
        file = self.drop(shoot, "IMG_1.JPG") / "IMG_1.JPG"
        status = file.stat()
        bracket = replace(
            order().brackets[0], path="IMG_1.JPG", size=4, mtime_ns=status.st_mtime_ns, inode=status.st_ino
        )
        made = changed(
            order(),
            id=f"{shoot[0]:>08}-6a3c-4d59-9d0a-3a3c9b8f4a11".replace(" ", "0"),
            shoot=shoot,
            folder=str(self.watch / shoot),
            output=str(self.output / shoot),
            brackets=(bracket,),
        )
        return changed(made, **fields)

    def deliver(self, of: Order) -> Order:
        """Write an order's picture and note to its output folder. Returns the order that the note gives."""
        Path(of.source.output).mkdir(exist_ok=True)
        (Path(of.source.output) / "IMG_1.jpg").write_bytes(PICTURE)
        placed = replace(
            processed(True).images[0],
            state=ImageState.PLACED,
            size=len(PICTURE),
            sha256=hashlib.sha256(PICTURE).hexdigest(),
            file="IMG_1.jpg",
            fetched_at=NOW,
        )
        done = changed(of, phase=Phase.DOWNLOADED, images=(placed,), due=None)
        incoming.write_json(of.source.output, "order.json", delivery_note(done, (), now=NOW))
        return done

    def remember(self, *orders: Order) -> None:
        """Write the orders into the state file."""

        async def work() -> None:
            store = SqliteStore.open(self.state)
            for one in orders:
                await store.add(one, facts.Locked(one.brackets))
            store.close()

        asyncio.run(work())

    def recover(
        self, account: Account | None = None, *, existing: bool = False, dry_run: bool = False, preset: Preset = PRESET
    ) -> Report:
        """Recover the state."""
        place = WatchedSettings(str(self.watch), str(self.output), preset, process_existing=existing)
        return Recovery(SqliteWreck(self.state), [place], account, flow="images", now=NOW + 10**6).run(dry_run=dry_run)

    def saw(self, root: Path, seen: RootState) -> None:
        """Store the last known state of a folder."""

        async def work() -> None:
            store = SqliteStore.open(self.state)
            await asyncio.to_thread(store.root_states(lambda: NOW).remember, str(root), seen)
            store.close()

        asyncio.run(work())

    def has_seen(self, root: Path) -> bool:
        """True if the state of a folder is stored."""

        async def work() -> bool:
            store = SqliteStore.open(self.state)
            seen = await asyncio.to_thread(store.root_states(lambda: NOW).state_of, str(root))
            store.close()
            return seen is not None

        return asyncio.run(work())

    def orders(self) -> dict[str, Order]:
        """The newest order of each shoot in the state, by shoot."""
        with SqliteReader(self.state) as reader:
            rows = sorted(reader.orders(), key=lambda row: float(row["created_at"]))
            return {row["shoot"]: reader.order(row["id"]) for row in rows}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Everything in a folder of its own."""
    return Home(tmp_path)


@pytest.mark.parametrize("existing", [False, True])
def test_unknown_shoots_are_not_sent(home: Home, existing: bool) -> None:
    """Without state and copies every shoot with photos is skipped; an empty folder may still become a shoot."""
    home.drop("12 Oak St", "IMG_1.JPG")
    home.drop("made ahead")
    report = home.recover(existing=existing)
    assert {shoot: one.phase for shoot, one in home.orders().items()} == {"12 Oak St": Phase.SKIPPED}
    assert [one.source.shoot for one in report.skipped] == ["12 Oak St"]

    assert home.has_seen(home.watch), "what comes from now on is new"


def test_unknown_photos_wait_for_a_person(home: Home) -> None:
    """Photos that are in no order of their known shoot become a held supplement."""
    known = home.order("a", phase=Phase.DOWNLOADED, due=None, updated_at=NOW + 10**6 - 60)
    long_ago = home.order("b", phase=Phase.DOWNLOADED, due=None)
    home.remember(known, long_ago)
    for shoot in ("a", "b"):
        home.drop(shoot, "IMG_2.JPG", "IMG_1.CR2")
    (held,) = home.recover().held
    assert (held.source.shoot, held.phase, held.source.supplement_of, held.source.output) == (
        "a",
        Phase.HELD,
        known.id,
        known.source.output,
    )
    assert [bracket.path for bracket in held.brackets] == ["IMG_2.JPG"]
    assert "bracketd approve" in (held.trouble or "")
    assert home.orders()["a"] == held
    assert home.recover().held == (), "reported once"


@pytest.mark.parametrize("forgotten", [False, True])
def test_other_files_of_known_frames_are_not_held(home: Home, forgotten: bool) -> None:
    """RAWs and exports of a known order's frames are not held as a supplement; another camera's photos are."""
    camera, other = Camera(), Camera("Canon", "Canon EOS R6").later(hours=1)
    known = home.order("a", phase=Phase.DOWNLOADED, due=None, updated_at=NOW + 10**6 - 60)
    said = UNKNOWN if forgotten else shot_of(camera, "IMG_1.JPG")
    data = {
        "IMG_1.JPG": camera.take("IMG_1.JPG", 1),
        "card 2/IMG_1.ARW": camera.take("IMG_1.ARW", 1),
        "web/Oak.jpg": camera.smaller().take("Oak.jpg", 1),
        "IMG_1.CR2": other.take("IMG_1.CR2", 1),
        "card 2/IMG_1.CR2": other.take("IMG_1.CR2", 1),
    }
    for path, taken in data.items():
        (home.watch / "a" / path).parent.mkdir(exist_ok=True)
        (home.watch / "a" / path).write_bytes(taken)
    status = (home.watch / "a" / "IMG_1.JPG").stat()
    bracket = replace(known.brackets[0], size=status.st_size, mtime_ns=status.st_mtime_ns, shot=said)
    home.remember(replace(known, brackets=(bracket,)))
    (held,) = home.recover().held
    assert [bracket.path for bracket in held.brackets] == ["IMG_1.CR2"]
    assert held.brackets[0].shot == shot_of(other, "IMG_1.CR2")
    assert held.brackets[0].mark == content.mark(held.source.folder, "IMG_1.CR2")


def test_a_note_that_names_a_file_of_any_bytes_is_taken_up(home: Home) -> None:
    """A delivery note whose reasons name a file that is not UTF-8 does not stop the recovery."""
    name = os.fsdecode(b"DSC\xe9.JPG")
    known = home.order("a")
    gone = replace(known.brackets[0], path=name, left_out=f"{name} cannot be read (Is a directory)")
    done = home.deliver(replace(known, brackets=(*known.brackets, gone)))
    home.recover()
    found = home.orders()["a"]
    assert (found.id, found.phase) == (done.id, Phase.DOWNLOADED)
    assert found.brackets[1].path == name
    assert "DSC\\udce9.JPG cannot be read" in (found.brackets[1].left_out or "")


def test_a_shoot_is_found_by_what_would_be_sent_of_it(home: Home) -> None:
    """For a shoot in two formats, the files to send come first, then the others, because either may have been sent."""
    camera = Camera()
    for path, data in {**camera.card("A/IMG_{}.JPG", 2), **camera.card("B/IMG_{}.ARW", 2)}.items():
        (home.watch / "a" / path).parent.mkdir(parents=True, exist_ok=True)
        (home.watch / "a" / path).write_bytes(data)
    found = shoot_of(WatchedSettings(str(home.watch), str(home.output), Preset(), process_existing=False), "a", ())
    assert [file.path for file in found.files] == ["A/IMG_1.JPG", "A/IMG_2.JPG", "B/IMG_1.ARW", "B/IMG_2.ARW"]
    assert found.shots["B/IMG_2.ARW"] == shot_of(camera, "x.ARW", 2)


def remove(home: Home) -> None:
    """The watched folder does not exist."""
    home.watch.rmdir()


def unmount(home: Home) -> None:
    """The disk with the shoots is not mounted: an empty folder shows."""
    home.saw(home.watch, RootState("/mnt/disk", "1:2", shoots=3))


@pytest.mark.parametrize("harm", [remove, unmount])
def test_a_watched_folder_that_is_away(home: Home, harm: Callable[[Home], None]) -> None:
    """Shoots in a folder that is away are skipped when it returns; with ``existing: process`` nothing is recovered."""
    home.remember(home.order("a", phase=Phase.SKIPPED, due=None))
    shutil.rmtree(home.watch / "a")
    harm(home)
    before = (home.state / FILE).read_bytes()
    with pytest.raises(StateError, match="existing: skip"):
        home.recover(existing=True)
    assert (home.state / FILE).read_bytes() == before
    report = home.recover()
    assert list(report.away) == [str(home.watch)]
    assert not home.has_seen(home.watch), "the daemon meets it for the first time"


def test_every_source_counts(home: Home) -> None:
    """Orders from the file, its copy and the notes are merged, each with its furthest progress."""
    on_its_way = home.order("a", phase=Phase.DOWNLOADING, images=processed(True).images)
    home.remember(on_its_way, home.order("b", phase=Phase.SKIPPED, due=None))
    copies.make(home.state / FILE, "2026-11-23.sqlite3")
    (home.state / FILE).unlink()
    for one in (home.order("c"), on_its_way):
        home.deliver(one)
    home.drop("d", "IMG_1.JPG")
    report = home.recover()
    assert {rebuilt.order.source.shoot: rebuilt.source for rebuilt in report.orders} == {
        "a": Source.NOTE,
        "b": Source.COPY,
        "c": Source.NOTE,
    }
    assert {shoot: one.phase.value for shoot, one in home.orders().items()} == {
        "a": "downloaded",
        "b": "skipped",
        "c": "downloaded",
        "d": "skipped",
    }
    with SqliteReader(home.state) as reader:
        assert [fact["fact"] for fact in reader.journal(on_its_way.id)] == ["Locked", "Recovered"]


def test_a_dry_run_changes_nothing(home: Home) -> None:
    """A dry run has the same report and changes no file."""
    home.remember(home.order("a"))
    home.drop("b", "IMG_1.JPG")
    before = {path: path.read_bytes() for path in home.state.rglob("*") if path.is_file()}
    would = home.recover(dry_run=True)
    assert {path: path.read_bytes() for path in home.state.rglob("*") if path.is_file()} == before
    done = home.recover()
    assert [rebuilt.order for rebuilt in would.orders] == [rebuilt.order for rebuilt in done.orders]
    assert [one.source.folder for one in would.skipped] == [one.source.folder for one in done.skipped]
    assert (would.aside, done.aside is not None) == (None, True)


def test_a_recovery_can_be_repeated(home: Home) -> None:
    """A second recovery changes no order; each recovery leaves a copy."""
    home.remember(home.order("a", phase=Phase.DOWNLOADED, due=None))
    home.drop("b", "IMG_1.JPG")
    home.recover()
    first = home.orders()
    home.recover()
    assert home.orders() == first
    assert len(list(home.state.glob("damaged-*"))) == 2
    assert copies.newest_sound(home.state / FILE) is not None
    home.remember(home.order("c"))


def test_what_a_killed_recovery_left_is_removed(home: Home) -> None:
    """The scratch folder of a killed recovery is removed by the next one."""
    (home.state / ".recovering-x").mkdir()
    home.recover()
    assert [path.name for path in home.state.iterdir() if path.name.startswith(".")] == []


# --- the service ---


@pytest.fixture
def host() -> Iterator[Host]:
    """A service without scripted answers."""
    with Host(lambda exchange: exchange.answer(404, {"message": "?", "detail": {}})) as started:
        yield started


@contextmanager
def account(host: Host, slept: list[float]) -> Iterator[Account]:
    """The account at a scripted service."""
    service = Service(Endpoint(host.url, "k3y-that-must-stay-home", "test"), flow="images", dev_mode=False)
    with closing(service):
        yield Account(service, slept.append)


def image(name: str) -> dict[str, object]:
    """An image in the vendor's shape."""
    return {"image_id": f"i{len(name)}", "image_name": name, "status": "processed"}


def test_only_orders_of_ours_are_taken(host: Host) -> None:
    """Only orders that are known or have bracketd's tag are used; the account's other orders are ignored."""
    ours, grouping, theirs, empty = (f"{letter * 8}-0000-4000-8000-000000000000" for letter in "abcd")
    listed = [
        {"order_id": ours, "images": [image(f"12 Oak St IMG_1 {ours[:8]}-1.JPG")]},
        {"order_id": grouping, "is_merging": True, "images": []},
        {"order_id": theirs, "images": [image("IMG_1.JPG")]},
        {"order_id": empty, "images": []},
        {"order_id": "known", "images": [image("renamed by somebody")]},
    ]
    brackets = {
        f"/v3/orders/{ours}/brackets": [{"name": f"12 Oak St IMG_{n} {ours[:8]}-{n}.JPG"} for n in (1, 2)],
        f"/v3/orders/{grouping}/brackets": [{"name": f"x {grouping[:8]}-1.JPG", "is_uploaded": True}],
        f"/v3/orders/{empty}/brackets": [{"name": "somebody's.JPG"}],
    }

    def script(exchange: Exchange) -> None:
        if exchange.target.startswith("/v3/orders/?"):
            exchange.answer(200, {"orders": listed})
        else:
            exchange.answer(200, {"brackets": brackets[exchange.target]})

    host.script = script
    with account(host, []) as asked:
        found = asked.orders(["known"])
    assert set(found) == {ours, grouping, "known"}
    assert sorted(found[ours].names) == [0, 1]
    assert f"/v3/orders/{theirs}/brackets" not in [seen.target for seen in host.seen]


def test_what_passes_is_waited_for(host: Host) -> None:
    """A request that fails temporarily is retried a few times, after the wait that the service asks for."""
    answers = iter([503, 429, 200, 503, 503, 503, 503])

    def script(exchange: Exchange) -> None:
        status = next(answers)
        wish = {"retry_after": "20"} if status == 429 else {}
        exchange.answer(status, {"orders": []} if status == 200 else {"message": "no"}, **wish)

    host.script = script
    slept: list[float] = []
    with account(host, slept) as asked:
        assert asked.orders([]) == {}
        assert slept == [WAITS[0], 20.0]
        slept.clear()
        with pytest.raises(Unavailable):
            asked.orders([])
        assert slept == list(WAITS)


def test_a_service_that_refuses_is_not_asked_on(host: Host, home: Home) -> None:
    """If the key is refused, the recovery continues without the service and says why; unmerged orders are held."""
    host.script = lambda exchange: exchange.answer(401, {"message": "no such key", "detail": {}})
    home.remember(home.order("a"))
    os.utime(home.state / FILE, (NOW, NOW))
    with account(host, []) as asked:
        with pytest.raises(KeyRefused):
            asked.orders([])
        report = home.recover(asked)
    assert report.sources.there is None
    assert "no such key" in (report.sources.refused or "")
    assert home.orders()["a"].phase is Phase.HELD


def test_an_order_that_is_not_listed_is_asked_for(host: Host, home: Home) -> None:
    """An unmerged order that is missing in the service's list is requested by its id."""
    one, other = home.order("a"), home.order("b")

    def script(exchange: Exchange) -> None:
        if exchange.target == f"/v3/orders/{one.id}":
            exchange.answer(200, {"order_id": one.id, "is_merging": True})
        elif exchange.target.startswith("/v3/orders/?"):
            exchange.answer(200, {"orders": []})
        else:
            exchange.answer(404, {"message": "no such order", "detail": {}})

    host.script = script
    home.remember(one, other)
    with account(host, []) as asked:
        home.recover(asked)
    found = home.orders()
    assert (found["a"].phase, found["b"]) == (Phase.MERGING, other)


# --- notes that nothing confirms ---


def forge(home: Home, shoot: str, /, **fields: object) -> dict[str, Any]:
    """A note for a shoot that was never sent, without its pictures."""
    done = home.deliver(home.order(shoot))
    (home.output / shoot / "IMG_1.jpg").unlink()
    note = delivery_note(done, (), now=NOW) | fields
    incoming.write_json(str(home.output / shoot), "order.json", note)
    return note


def absent(picture: Path) -> None:
    """The picture does not exist."""
    picture.unlink()


def retouched(picture: Path) -> None:
    """The picture has other bytes of the same length."""
    picture.write_bytes(PICTURE.replace(b"finished", b"retouche"))


def cut(picture: Path) -> None:
    """The picture is incomplete."""
    picture.write_bytes(PICTURE[:-9])


def exchanged(picture: Path) -> None:
    """A pipe has the picture's name."""
    picture.unlink()
    os.mkfifo(picture)


@pytest.mark.parametrize("harm", [absent, retouched, cut, exchanged])
@pytest.mark.parametrize("asked", [False, True], ids=["offline", "the service does not know it"])
def test_a_note_that_nothing_confirms_is_asked_about(
    host: Host, home: Home, harm: Callable[[Path], None], asked: bool
) -> None:
    """A note without its pictures does not make a shoot delivered if the service does not know its order."""
    host.script = lambda exchange: exchange.answer(
        200 if exchange.target.startswith("/v3/orders/?") else 404, {"orders": [], "message": "no such order"}
    )
    never = home.deliver(home.order("a"))
    harm(home.output / "a" / "IMG_1.jpg")
    with account(host, []) as service:
        report = home.recover(service if asked else None)
    (held,) = report.held
    assert (held.phase, held.stage, held.hold_kind) == (Phase.HELD, Phase.SETTLED, HoldKind.UNKNOWN_ORDER)
    assert (held.source.unknown_order, held.merge.state) == (never.id, never.merge.state)
    assert held.id != never.id, "it is sent, if a person says so, as an order of its own"
    assert all(words in (held.trouble or "") for words in ("order.json says", "bracketd approve", "bracketd cancel"))
    assert [doubt.note.path for doubt in report.doubts] == [f"{home.output}/a/order.json"]
    assert home.orders() == {"a": held}
    again = home.recover()
    assert ([one.order for one in again.orders], again.held) == ([held], ()), "reported once"


def test_a_shoot_of_a_doubtful_note_is_held_with_one_file_a_frame(home: Home) -> None:
    """A shoot held for an unconfirmed note sends one file per frame; the others are left out with reasons."""
    camera = Camera()
    data = {
        **camera.card("IMG_{}.JPG", 3),
        **camera.card("IMG_{}.ARW", 3),
        "web/Oak.jpg": camera.smaller().take("Oak.jpg", 2),
        "card 2/IMG_3.JPG": camera.take("IMG_3.JPG", 3),
        "empty.JPG": b"",
        "IMG_1 (Anna's conflicted copy 2026-01-02).JPG": b"other",
        "old.PSD": b"8BPS",
    }
    forge(home, "a")
    for path, taken in data.items():
        (home.watch / "a" / path).parent.mkdir(exist_ok=True)
        (home.watch / "a" / path).write_bytes(taken)
    (held,) = home.recover().held
    assert (held.phase, held.hold_kind) == (Phase.HELD, HoldKind.UNKNOWN_ORDER)
    assert [bracket.path for bracket in held.brackets] == ["IMG_1.JPG", "IMG_2.JPG", "IMG_3.JPG"]
    assert [bracket.shot for bracket in held.brackets] == [
        shot_of(camera, b.path, n) for n, b in enumerate(held.brackets, 1)
    ]
    assert [bracket.mark for bracket in held.brackets] == [
        content.mark(held.source.folder, bracket.path) for bracket in held.brackets
    ]
    assert [one.brackets for one in held.plan] == [(0, 1, 2)]
    assert held.unsent.left_out == tuple(one.path for one in held.unsent.left_out_why)
    why = {one.path: (one.why, one.of) for one in held.unsent.left_out_why}
    assert why.pop("old.PSD", (Why.FORMAT, None)) == (Why.FORMAT, None)
    assert why == {
        "IMG_1.ARW": (Why.VARIANT, "IMG_1.JPG"),
        "IMG_2.ARW": (Why.VARIANT, "IMG_2.JPG"),
        "IMG_3.ARW": (Why.VARIANT, "IMG_3.JPG"),
        "IMG_1 (Anna's conflicted copy 2026-01-02).JPG": (Why.CONFLICT, None),
        "card 2/IMG_3.JPG": (Why.COPY, "IMG_3.JPG"),
        "empty.JPG": (Why.UNREADABLE, None),
        "web/Oak.jpg": (Why.DERIVED, "IMG_2.JPG"),
    }
    sent = evolve(held, facts.Approved(), now=NOW, policy=Policy())
    assert (sent.phase, len(sent.sent)) == (Phase.SETTLED, 3)
    assert home.orders() == {"a": held}


def test_copies_without_metadata_are_held_once(home: Home) -> None:
    """Photos without metadata on two cards are held once, with a message about the doubt."""
    forge(home, "a")
    for path, written in {"A/1.JPG": b"one", "B/2.JPG": b"one", "A/3.JPG": b"two", "C/3.ARW": b"three"}.items():
        (home.watch / "a" / path).parent.mkdir(exist_ok=True)
        (home.watch / "a" / path).write_bytes(written)
    (home.watch / "a" / "IMG_1.JPG").unlink()
    (held,) = home.recover().held
    assert [bracket.path for bracket in held.brackets] == ["A/1.JPG", "A/3.JPG", "C/3.ARW"]
    assert [(one.path, one.why, one.of) for one in held.unsent.left_out_why] == [("B/2.JPG", Why.COPY, "A/1.JPG")]
    assert "may be duplicates" in (held.trouble or "")


def test_of_two_pictures_one_is_not_enough(home: Home) -> None:
    """A note with only some of its pictures does not make its shoot delivered."""
    done = home.deliver(home.order("a"))
    two = replace(done, images=(*done.images, replace(done.images[0], id="i1", file="IMG_2.jpg")))
    incoming.write_json(done.source.output, "order.json", delivery_note(two, (), now=NOW))
    report = home.recover()
    assert [doubt.missing for doubt in report.doubts] == [("IMG_2.jpg",)]
    assert [order.hold_kind for order in report.held] == [HoldKind.UNKNOWN_ORDER]


def test_a_note_without_pictures_confirms_nothing(home: Home) -> None:
    """A note that names no picture is not confirmed by its pictures."""
    forge(home, "a", images=[])
    assert home.recover().orders == ()
    assert home.orders()["a"].hold_kind is HoldKind.UNKNOWN_ORDER


def shot_twice(home: Home, host: Host, made: Sequence[int]) -> None:
    """A shoot of two sets of three, merged by an order that only the service knows, with these images."""
    for path, data in Camera().card("IMG_{}.JPG", 6).items():
        (home.drop("a") / path).write_bytes(data)
    order_id = "abcdef12-0000-4000-8000-000000000000"
    names = {number: f"a IMG_{number} abcdef12-{number}.JPG" for number in range(1, 7)}
    images = [image(names[number]) | {"image_id": f"i{number}", "downloaded": False} for number in made]
    brackets = [{"name": name, "bracket_id": f"b{number}"} for number, name in names.items()]

    def script(exchange: Exchange) -> None:
        if exchange.target.startswith("/v3/orders/?"):
            exchange.answer(200, {"orders": [{"order_id": order_id, "name": "a", "images": images}]})
        else:
            exchange.answer(200, {"brackets": brackets})

    host.script = script


@pytest.mark.parametrize("made", [(1, 4, 6), (1, 4)], ids=["misgrouped", "as planned"])
def test_an_order_of_the_service_is_planned_again(host: Host, home: Home, made: tuple[int, ...]) -> None:
    """An order that only the service knows is planned from its photos, and compared with the plan before it is paid."""
    shot_twice(home, host, made)
    with account(host, []) as service:
        (rebuilt,) = home.recover(service, preset=Preset(on_mismatch="always")).orders
    order = rebuilt.order
    assert [one.brackets for one in order.plan] == [(0, 1, 2), (3, 4, 5)]
    shown = tuple(
        facts.PolledImage(f"i{number}", f"a IMG_{number} abcdef12-{number}.JPG", ended=True) for number in made
    )
    after = evolve(order, facts.Polled(False, False, shown), now=NOW + 10**6 + 60, policy=Policy())
    assert after.hold_kind is (HoldKind.MISGROUPED if len(made) == 3 else None)
    assert after.phase is (Phase.HELD if len(made) == 3 else Phase.DOWNLOADING)
    assert home.orders()["a"].plan == order.plan, "`show` lists the sets"


def test_the_shoot_s_own_sets_are_planned_again(host: Host, home: Home) -> None:
    """The plan of a rebuilt order follows the shoot's own file."""
    shot_twice(home, host, (1, 3))
    (home.watch / "a" / "bracketd.yaml").write_text("sets: [[IMG_1.JPG, IMG_2.JPG], [IMG_3.JPG, IMG_4.JPG]]\n")
    with account(host, []) as service:
        (rebuilt,) = home.recover(service).orders
    assert [one.brackets for one in rebuilt.order.plan][:2] == [(0, 1), (2, 3)]
    assert rebuilt.order.preset.grouping == "sets"


@pytest.mark.parametrize(
    ("text", "buy", "keep"),
    [
        ("buy: ask\n", "ask", ()),
        ("keep: [IMG_4.JPG]\n", "all", ("IMG_4.JPG",)),
        ("keep: [IMG_9.JPG]\n", "ask", ()),
        ("skip: [IMG_2.JPG]\nbuy: ask\n", "ask", ()),
        ("skip: [IMG_2.JPG]\n", "all", ()),
        ("buy: perhaps\n", "ask", ()),
    ],
)
def test_a_rebuilt_order_buys_no_more_than_its_shoot_allows(
    host: Host, home: Home, text: str, buy: str, keep: tuple[str, ...]
) -> None:
    """A rebuilt order uses ``buy`` and ``keep`` of the shoot's own file. If they cannot be used, a person chooses."""
    shot_twice(home, host, (1, 4))
    (home.watch / "a" / "bracketd.yaml").write_text(text)
    with account(host, []) as service:
        (rebuilt,) = home.recover(service).orders
    assert (rebuilt.order.preset.buy, rebuilt.order.preset.keep) == (buy, keep)


@pytest.mark.parametrize("harm", ["missing", "skipped"])
def test_without_its_photos_no_plan_is_guessed(host: Host, home: Home, harm: str) -> None:
    """If a photo is gone, or would not be sent today, the order gets no plan."""
    shot_twice(home, host, (1, 4))
    if harm == "missing":
        (home.watch / "a" / "IMG_2.JPG").unlink()
    else:
        (home.watch / "a" / "bracketd.yaml").write_text("skip: [IMG_2.JPG]\n")
    with account(host, []) as service:
        (rebuilt,) = home.recover(service).orders
    assert (rebuilt.order.plan, len(rebuilt.order.brackets)) == ((), 6)


def listed(order_id: str, *, downloaded: bool = True, name: str = "a IMG_1 {tag}-1.JPG") -> dict[str, object]:
    """An order with one finished image, as the service lists it."""
    shown = {"image_id": "i0", "image_name": name.format(tag=order_id[:8]), "status": "processed"}
    return {"order_id": order_id, "name": "a", "images": [shown | {"downloaded": downloaded}]}


def test_the_service_confirms_a_note_whose_pictures_were_moved_away(host: Host, home: Home) -> None:
    """A note without its pictures is confirmed if they were bought according to the service."""
    note = forge(home, "a")
    host.script = lambda exchange: exchange.answer(200, {"orders": [listed(note["order_id"])]})
    with account(host, []) as service:
        report = home.recover(service)
    assert [(rebuilt.order.phase, rebuilt.source) for rebuilt in report.orders] == [(Phase.DOWNLOADED, Source.NOTE)]
    assert (report.doubts, report.held) == ((), ())


@pytest.mark.parametrize(
    "shown",
    [{"downloaded": False}, {"name": "a DSC_7 {tag}-1.JPG"}, {"name": "a IMG_1 {tag}-2.JPG"}],
    ids=["not bought", "of another photo", "of more photos"],
)
def test_the_service_contradicts_a_note(host: Host, home: Home, shown: dict[str, Any]) -> None:
    """A note is not confirmed if the order with its id at the service was not bought, or has other photos."""
    note = forge(home, "a")
    host.script = lambda exchange: exchange.answer(200, {"orders": [listed(note["order_id"], **shown)]})
    with account(host, []) as service:
        report = home.recover(service)
    assert Phase.DOWNLOADED not in {rebuilt.order.phase for rebuilt in report.orders}
    assert [doubt.note.order.id for doubt in report.doubts] == [note["order_id"]]


def test_a_note_that_bears_a_known_order_s_id_changes_nothing(home: Home) -> None:
    """A note with the id of another shoot's order changes neither shoot."""
    known = home.order("a", phase=Phase.DOWNLOADED, merge=Merge(MergeState.SEEN), due=None)
    home.remember(known)
    forge(home, "b", order_id=known.id, delivered_at="2099-01-01T00:00:00Z")
    report = home.recover()
    assert home.orders()["a"] == known
    assert home.orders()["b"].phase is Phase.SKIPPED, "it is unknown whether it was sent"
    assert report.doubts == ()


def test_a_copied_note_makes_no_other_shoot_delivered(home: Home) -> None:
    """A note copied to another shoot's folder without its pictures concerns only its own shoot."""
    home.deliver(home.order("a"))
    home.order("b")
    shutil.copytree(home.output / "a", home.output / "b")
    (home.output / "b" / "IMG_1.jpg").unlink()
    home.recover()
    found = home.orders()
    assert (found["a"].phase, found["a"].source.output) == (Phase.DOWNLOADED, str(home.output / "a"))
    assert found["b"].phase is Phase.SKIPPED


def test_a_note_of_an_order_under_way_that_nothing_confirms_holds_it(home: Home) -> None:
    """An unfinished order whose delivery only a note without pictures reports waits for a person."""
    images = processed(True).images
    on_its_way = home.order("a", phase=Phase.DOWNLOADING, images=images, merge=Merge(MergeState.SEEN))
    home.remember(on_its_way)
    home.deliver(on_its_way)
    (home.output / "a" / "IMG_1.jpg").unlink()
    (rebuilt,) = home.recover().orders
    assert rebuilt.doubtful
    held = home.orders()["a"]
    assert (held.id, held.phase, held.hold_kind) == (on_its_way.id, Phase.HELD, HoldKind.DELIVERED)
    assert "pictures are missing or changed: IMG_1.jpg" in (held.trouble or "")
    assert "bracketd retry" in (held.trouble or "")


@pytest.mark.parametrize(
    "nonsense",
    [
        {"failed": [{"image_id": "i", "name": "n", "reason": {"a": 1}}]},
        {"delivered_at": "0001-01-01T00:00:00"},
        {"settings": {"number_of_brackets_per_image": True, "enhance": {"a": {}}, "download": {}}},
        {"brackets": [{"file": "IMG_1.JPG", "size": 2**70, "bracket_id": None}]},
        {"brackets": [{"file": "IMG_1.JPG", "size": 1, "bracket_id": ["x"]}]},
        {
            "images": [
                {"file": "../IMG_1.JPG", "size": 1, "sha256": "", "image_id": "i", "brackets": [], "bought_at": 0}
            ]
        },
    ],
    ids=["a reason", "a year", "settings", "a size", "an id", "a path"],
)
def test_a_note_with_nonsense_in_it_ends_no_recovery(home: Home, nonsense: dict[str, Any]) -> None:
    """A note with a value of the wrong type or out of range is ignored."""
    forge(home, "a", **nonsense)
    report = home.recover()
    assert report.sources.notes.found == ()
    assert home.orders()["a"].phase is Phase.SKIPPED


IMPOSSIBLE = {
    "a NUL in the folder": {"folder": "a\0b", "fingerprint": None},
    "a name that no disk can hold": {"folder": "/in/\ud800", "fingerprint": None},
    "an absurd folder": {"folder": "/in/" + "a" * 70_000},
    "a NUL in the output": {"output": "/out/a\0"},
    "a shoot with a NUL": {"shoot": "a\0b"},
    "a shoot that no disk can hold": {"shoot": "\ud800"},
    "a fingerprint that is no text": {"fingerprint": "\udcff"},
    "an order that is no text": {"supplement_of": "\ud800"},
    "a late photo": {"late": ["\ud800"]},
    "a file left out": {"left_out": ["a\0b"]},
    "a photo": {"brackets": [{"file": "\ud800", "size": 1, "bracket_id": None}], "images": []},
    "a hash": {"brackets": [{"file": "a", "size": 1, "bracket_id": None, "sha256": "\ud800"}], "images": []},
    "a mark": {"brackets": [{"file": "a", "size": 1, "bracket_id": None, "mark": "\ud800"}], "images": []},
    "a time": {"brackets": [{"file": "a", "size": 1, "bracket_id": None, "mtime_ns": 2**200}], "images": []},
}


@pytest.mark.parametrize("nonsense", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
@pytest.mark.parametrize("pictures", [True, False])
def test_a_note_with_impossible_names_is_reported(home: Home, nonsense: dict[str, Any], pictures: bool) -> None:
    """A note with impossible names does not stop a recovery, and is reported as unreadable."""
    note = forge(home, "a", **nonsense)
    if pictures:
        (home.output / "a" / "IMG_1.jpg").write_bytes(PICTURE)
    home.deliver(home.order("b"))
    report = home.recover()
    assert note["order_id"] not in {one.order.id for one in report.sources.notes.found}
    assert list(report.sources.notes.unread) == [f"{home.output}/a/order.json"]
    assert any("(its content is not valid)" in line for line in report_lines(report, dry_run=False))
    assert {shoot: one.phase for shoot, one in home.orders().items()} == {"a": Phase.SKIPPED, "b": Phase.DOWNLOADED}


def test_a_damaged_row_with_an_impossible_folder_ends_no_recovery(home: Home) -> None:
    """A row of the state file with an impossible folder is restored like the others."""
    spoiled = home.order("a", phase=Phase.DOWNLOADED, due=None, updated_at=NOW + 10**6, folder="a\0b")
    home.remember(spoiled, home.order("b", phase=Phase.DOWNLOADED, due=None))
    assert {rebuilt.order.source.shoot for rebuilt in home.recover().orders} == {"a", "b"}


def test_what_was_hold_an_order_ends_when_that_is_taken_up(home: Home) -> None:
    """A shoot that waits because a note is newer than the state is delivered after the recovery, and not sent."""
    delivered = home.deliver(home.order("a"))
    waits = evolve(
        home.order("a", id="99999999-6a3c-4d59-9d0a-3a3c9b8f4a11"),
        FoundElsewhere(delivered.id, f"{delivered.source.output}/order.json"),
        now=NOW,
        policy=Policy(),
    )
    home.remember(waits)
    home.recover()
    with SqliteReader(home.state) as reader:
        assert {row["id"]: row["phase"] for row in reader.orders()} == {
            delivered.id: "downloaded",
            waits.id: "cancelled",
        }

from __future__ import annotations

import asyncio
import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from daemon.errors import StateTooNew
from daemon.order import Bracket, Image, ImageState, Order, Phase, facts
from daemon.store.place import FILE
from daemon.store.sqlite.reader import SqliteReader
from daemon.store.sqlite.rebuild import put_in_place, rebuild, remains
from daemon.store.sqlite.salvage import salvage
from daemon.store.sqlite.schema import VERSION
from daemon.store.sqlite.store import SqliteStore
from daemon.store.wreck import Salvage
from tests.changed import changed
from tests.core.orders import NOW, order, processed
from tests.edges.test_migrations import FIXTURES, old_state

COUNT = 60


def many() -> list[Order]:
    """Orders that fill dozens of pages."""
    delivered = changed(processed(True), phase=Phase.DOWNLOADED)
    return [
        changed(
            delivered if number % 2 else order(40),
            id=f"00000000-0000-0000-0000-{number:012}",
            shoot=f"shoot {number}",
            folder=f"/in/shoot {number}",
            updated_at=NOW + number,
        )
        for number in range(COUNT)
    ]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An undamaged state file with many orders and without a WAL."""
    state = tmp_path_factory.mktemp("whole")

    async def work() -> None:
        store = SqliteStore.open(state)
        for one in many():
            await store.add(one, facts.Locked(one.brackets))
        store.close()

    asyncio.run(work())
    return state / FILE


@pytest.fixture
def into(tmp_path: Path) -> Path:
    """An empty folder."""
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


def pages(file: Path) -> Iterator[int]:
    """The offsets of every third page of a file."""
    return iter(range(4096, file.stat().st_size, 3 * 4096))


def salvaged(data: bytes, folder: Path) -> Salvage:
    """Salvage a file with these bytes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / FILE).write_bytes(data)
    into = folder / "into"
    into.mkdir()
    found = salvage(folder / FILE, into)
    assert (folder / FILE).read_bytes() == data
    return found


def test_a_sound_file_is_read_whole(whole: Path, into: Path) -> None:
    """All orders and journals of an undamaged file are read, and the file is not changed."""
    before = whole.read_bytes()
    found = salvage(whole, into)
    assert sorted(found.orders, key=lambda one: one.id) == many()
    assert found.unread == 0
    assert whole.read_bytes() == before
    with SqliteReader(into) as reader:
        assert [fact["fact"] for fact in reader.journal(many()[3].id)] == ["Locked"]


@pytest.mark.parametrize("lost", ["zeros", "noise"])
def test_a_lost_page_costs_only_what_was_on_it(whole: Path, tmp_path: Path, lost: str) -> None:
    """If any page is damaged, the orders that can be read are unchanged. Most pages cost only a few orders."""
    dice, data, expected = random.Random(7), whole.read_bytes(), {one.id: one for one in many()}
    costs = []
    for begin in pages(whole):
        page = bytes(4096) if lost == "zeros" else dice.randbytes(4096)
        found = salvaged(data[:begin] + page + data[begin + 4096 :], tmp_path / "damaged")
        assert all(expected[one.id] == one for one in found.orders)
        costs.append(COUNT - len(found.orders))
    assert sorted(costs)[len(costs) // 2] <= 5, costs
    assert min(costs) == 0


def test_a_file_cut_off_is_read_as_far_as_it_goes(whole: Path, tmp_path: Path) -> None:
    """Orders read from a file without its end are complete; from one without its beginning nothing is read."""
    data, expected = whole.read_bytes(), {one.id: one for one in many()}
    for part in range(1, 10):
        found = salvaged(data[: len(data) * part // 10], tmp_path / "damaged")
        assert all(expected[one.id] == one for one in found.orders)
    assert salvaged(data[4096:], tmp_path / "damaged").orders == ()
    assert salvaged(os.urandom(50_000), tmp_path / "damaged").orders == ()


def test_the_journal_is_read_from_both_ends(tmp_path: Path) -> None:
    """A damaged page in the middle of the journal costs only facts on it and near it."""
    state = tmp_path / "state"

    async def work() -> None:
        store = SqliteStore.open(state)
        await store.add(order(), facts.Locked(()))
        for number in range(400):
            await store.record(order(), facts.Cancelled(f"fact {number} " + "x" * 100), order(), NOW)
        store.close()

    asyncio.run(work())
    data = (state / FILE).read_bytes()
    begin = data.index(b"fact 200 ") // 4096 * 4096
    found = salvaged(data[:begin] + bytes(4096) + data[begin + 4096 :], tmp_path / "damaged")
    with SqliteReader(found.file.parent) as reader:
        reasons = [str(fact["detail"].get("why", "")) for fact in reader.journal(order().id)]
    assert len(reasons) > 300
    assert reasons[1].startswith("fact 0 ")
    assert reasons[-1].startswith("fact 399 ")


def test_an_order_without_all_its_brackets_does_not_count(tmp_path: Path, whole: Path) -> None:
    """An order with a missing bracket or image is not restored."""
    file = tmp_path / FILE
    shutil.copyfile(whole, file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DELETE FROM brackets WHERE order_id = ? AND number = 5", (many()[0].id,))
        connection.execute("DELETE FROM images WHERE order_id = ?", (many()[1].id,))
        connection.execute("UPDATE orders SET phase = 'no phase' WHERE id = ?", (many()[2].id,))
        connection.commit()
    (tmp_path / "into").mkdir()
    found = salvage(file, tmp_path / "into")
    assert sorted(one.id for one in found.orders) == [one.id for one in many()[3:]]
    assert found.unread == 3


def test_what_was_written_last_is_read_from_the_wal(tmp_path: Path, into: Path) -> None:
    """The WAL that a killed daemon left is read and not changed."""

    async def work() -> None:
        store = SqliteStore.open(tmp_path / "live")
        await store.add(order(), facts.Locked(()))
        for name in (FILE, f"{FILE}-wal"):
            shutil.copyfile(tmp_path / "live" / name, tmp_path / name)
        store.close()

    asyncio.run(work())
    wal = (tmp_path / f"{FILE}-wal").read_bytes()
    assert [one.id for one in salvage(tmp_path / FILE, into).orders] == [order().id]
    assert (tmp_path / f"{FILE}-wal").read_bytes() == wal


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.stem)
def test_an_older_file_is_read_too(tmp_path: Path, into: Path, fixture: Path) -> None:
    """A damaged file of an earlier version is read as that version, then migrated."""
    before = old_state(fixture, tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'images'").fetchone()
    data = bytearray((tmp_path / FILE).read_bytes())
    data[4096 * (page - 1) : 4096 * page] = bytes(4096)
    (tmp_path / FILE).write_bytes(data)
    with_images = {row["order_id"] for row in before["images"]}
    expected = {row["id"] for row in before["orders"]} - with_images
    assert {one.id for one in salvage(tmp_path / FILE, into).orders} == expected


def test_a_newer_file_is_left_alone(tmp_path: Path, into: Path, whole: Path) -> None:
    """A file of a newer version of bracketd is rejected."""
    shutil.copyfile(whole, tmp_path / FILE)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(StateTooNew):
        salvage(tmp_path / FILE, into)


def test_a_rebuilt_state_has_orders_journal_and_purchases(tmp_path: Path, into: Path, whole: Path) -> None:
    """A rebuilt state has its orders, their journals from the histories, and each purchase once."""
    read = salvage(whole, into)
    bought = Image("i9", "n", state=ImageState.PLACED, fetched_at=NOW, file="a.jpg")
    fresh = changed(many()[0], id="f" * 36, folder="/in/new", images=(bought,), brackets=(Bracket("a", 1, 2, 3),))
    new = tmp_path / "new"
    new.mkdir()
    kept = many()[:2]
    built = rebuild(new, [(one, None) for one in kept] + [(fresh, facts.Recovered("order.json"))], [read.file], {}, NOW)
    assert built == new / FILE
    with SqliteReader(new) as reader:
        assert {row["id"] for row in reader.orders()} == {*(one.id for one in kept), fresh.id}
        assert [fact["fact"] for fact in reader.journal(kept[0].id)] == ["Locked"]
        assert [(fact["fact"], fact["detail"]) for fact in reader.journal(fresh.id)] == [
            ("Recovered", {"source": "order.json"})
        ]
        assert [purchase["image_id"] for purchase in reader.purchases(0, NOW + 1)] == ["i9"]


def test_what_was_there_is_set_aside(tmp_path: Path) -> None:
    """The replaced file is kept with its WAL, each time in a new folder."""
    state, scratch = tmp_path / "state", tmp_path / "scratch"
    state.mkdir()
    scratch.mkdir()
    for number in range(2):
        for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
            (state / name).write_text(f"{name} {number}")
        (scratch / FILE).write_text("new")
        aside = put_in_place(state, scratch / FILE, NOW)
        assert aside is not None
        assert {path.name: path.read_text() for path in aside.iterdir()} == {
            name: f"{name} {number}" for name in (FILE, f"{FILE}-wal", f"{FILE}-shm")
        }
        assert [path.name for path in state.iterdir() if path.is_file()] == [FILE]
        assert (state / FILE).read_text() == "new"
    assert len(list(state.glob("damaged-*"))) == 2


def test_an_interrupted_recovery_is_taken_up(tmp_path: Path) -> None:
    """If a recovery was killed after setting the old file aside, the next one reads that file."""
    assert remains(tmp_path) is None
    aside = tmp_path / "damaged-20261123T150000Z" / FILE
    aside.parent.mkdir()
    aside.write_text("damaged")
    assert remains(tmp_path) == aside
    (tmp_path / FILE).write_text("another")
    assert remains(tmp_path) == tmp_path / FILE

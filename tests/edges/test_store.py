from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Coroutine
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from daemon.errors import StateDamaged, StateError, StateFull, StateTooNew
from daemon.order import Image, ImageState, Order, Phase, Preset, facts
from daemon.root import Seen
from daemon.shoot import LeftOut, Shot, Why
from daemon.store.asks import Answer, Outcome
from daemon.store.file import FILE
from daemon.store.reader import Reader, ask
from daemon.store.rows import Waiting
from daemon.store.schema import VERSION
from daemon.store.store import Store
from tests.core.orders import NOW, after, order, processed, sent

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine."""
    return asyncio.run(work)


async def stored(state: Path, *orders: Order) -> None:
    """A state file with these orders."""
    store = Store.open(state)
    for one in orders:
        await store.add(one, facts.Locked(one.brackets))
    store.close()


FULL = replace(
    processed(True, False),
    preset=Preset(5, {"ai_version": "5.x", "sky_replacement": True}, "png", 90, 4000),
    output=os.fsdecode(b"/out/\xff"),
    shoot=os.fsdecode(b"\xff"),
    folder=os.fsdecode(b"/in/\xff"),
    left_out=(os.fsdecode(b"\xfe.CR2"), "b"),
    left_out_why=(
        LeftOut(os.fsdecode(b"\xfe.CR2"), Why.VARIANT, os.fsdecode(b"\xfe.JPG")),
        LeftOut("b", Why.DERIVED, "a", "9 Elm St"),
    ),
    discards=("r1",),
    notes=("a note",),
    images=(Image("i", "n", (0, 2), ImageState.PLACED, None, 5, "ab", "jpg", "é.jpg", 1.5, 2),),
)


def test_an_order_comes_back_as_it_was(tmp_path: Path) -> None:
    """Every field of an order survives the state file, including odd names, huge inodes and a photo from 2300."""
    far = 10_413_792_000 * 10**9
    bracket = replace(FULL.brackets[0], path=os.fsdecode(b"\xff.JPG"), inode=2**64 - 1, mtime_ns=far)
    shot = Shot("canon", "canon “6d”", "0123", 1_717_243_200, 0.48, 1 / 240, 8.0, 100.0, (6000, 4000))
    odd = replace(FULL, brackets=(bracket, replace(bracket, mtime_ns=-far, shot=shot)))

    async def work() -> Order:
        store = Store.open(tmp_path)
        await store.add(odd, facts.Locked(odd.brackets))
        back = await store.load(odd.id)
        store.close()
        return back

    assert run(work()) == odd


def test_what_was_recorded_is_there_after_a_restart(tmp_path: Path) -> None:
    """Each fact's order is on disk when ``record`` returns. The journal has all facts in order, without secrets."""
    start = order(2)
    steps = [*sent(0), facts.SlotLost(1, 0, "expired"), facts.Interrupted(facts.Upload(1))]

    async def work() -> Order:
        store = Store.open(tmp_path)
        await store.add(start, facts.Locked(start.brackets))
        now = start
        for fact in steps:
            new = after(now, fact)
            await store.record(now, fact, new, NOW)
            now = new
        store.close()
        return now

    expected = run(work())
    with Reader(tmp_path) as reader:
        assert reader.order(start.id) == expected
        journal = reader.journal(start.id)
    assert [entry["fact"] for entry in journal] == ["Locked", "Registered", "Stored", "SlotLost", "Interrupted"]
    assert "https://storage" not in str(journal)


def test_fewer_images_leave_no_rows_behind(tmp_path: Path) -> None:
    """If the service shows fewer images than before, the state file has fewer too."""
    before = processed(True, True, True)
    fewer = replace(before, images=before.images[:1])

    async def work() -> Order:
        store = Store.open(tmp_path)
        await store.add(before, facts.Locked(before.brackets))
        await store.record(before, facts.Delivered(), fewer, NOW)
        back = await store.load(before.id)
        store.close()
        return back

    assert run(work()) == fewer


def test_due_orders_are_found_and_a_clock_that_jumped_back_stops_none(tmp_path: Path) -> None:
    """Orders are due at their time, and immediately if their time is absurdly far ahead."""
    ids = [f"6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a1{n}" for n in range(4)]
    dues = [NOW - 1, NOW + 60, NOW + 10**6, None]
    orders = [replace(order(), id=i, due=due, folder=f"/in/{i}") for i, due in zip(ids, dues, strict=True)]

    async def work() -> list[str]:
        store = Store.open(tmp_path)
        for one in orders:
            await store.add(one, facts.Locked(one.brackets))
        found = await store.due(NOW, 3600)
        assert await store.next_due() == NOW - 1
        store.close()
        return found

    assert run(work()) == [ids[0], ids[2]]


def test_asks_reach_the_daemon_once(tmp_path: Path) -> None:
    """An ask from another program is returned once, stays until it is done, and is then gone."""

    async def work() -> list[str]:
        store = Store.open(tmp_path)
        assert await store.asks() == []
        ask(tmp_path, "retry", "o1", NOW)
        first = await store.asks()
        assert await store.asks() == [], "nothing new was written"
        await store.answer(Answer(first[0], Outcome.DONE, "", NOW))
        ask(tmp_path, "submit", os.fsdecode(b"/in/\xff"), NOW)
        second = await store.asks()
        store.close()
        return [f"{a.verb} {a.target}" for a in (*first, *second)]

    assert run(work()) == ["retry o1", "submit " + os.fsdecode(b"/in/\xff")]


def test_a_wish_left_while_no_daemon_runs_waits_for_it(tmp_path: Path) -> None:
    """An ask made before the daemon starts is found at the start."""
    ask(tmp_path, "retry", "o1", NOW)

    async def work() -> int:
        store = Store.open(tmp_path)
        found = await store.asks()
        store.close()
        return len(found)

    assert run(work()) == 1


def test_what_waits_is_shown_until_it_is_an_order(tmp_path: Path) -> None:
    """The waiting shoots of a watched folder are replaced together, and removed when they become orders."""
    mine = [Waiting(f"/in/{name}", name, "because", 3, 30, NOW) for name in ("12 Oak St", "b")]

    async def work() -> None:
        store = Store.open(tmp_path)
        await store.replace_waiting("/other", [Waiting("/other/c", "c", "why", 1, 1, NOW)])
        await store.replace_waiting("/in", mine)
        await store.replace_waiting("/in", mine)
        await store.add(order(), facts.Locked(order().brackets))
        store.close()

    run(work())
    with Reader(tmp_path) as reader:
        assert sorted(w.folder for w in reader.waiting()) == ["/in/b", "/other/c"]


@pytest.mark.parametrize("mount", ["/mnt/nas", os.fsdecode(b"/mnt/\xff"), None])
def test_a_root_is_remembered(tmp_path: Path, mount: str | None) -> None:
    """What was seen of a root is known to the next run, whatever its mount point is called, until it is adopted."""
    seen = [Seen(mount, "1:2", 0), Seen(mount, "1:2", 7)]

    async def work() -> list[Seen | None]:
        found = []
        for look in seen:
            store = Store.open(tmp_path)
            found.append(store.seen_roots(lambda: NOW).seen("/in"))
            store.seen_roots(lambda: NOW).see("/in", look)
            store.close()
        store = Store.open(tmp_path)
        found.append(store.seen_roots(lambda: NOW).seen("/in"))
        await store.forget_root("/in")
        found.append(store.seen_roots(lambda: NOW).seen("/in"))
        store.close()
        return found

    assert run(work()) == [None, *seen, None]


def test_orders_that_wait_for_a_disk_are_known(tmp_path: Path) -> None:
    """Orders with problems are found by the root of their shoot and of their pictures, and no others are found."""

    async def work() -> list[list[str]]:
        store = Store.open(tmp_path)
        for name, folder, output, trouble in (
            ("a", "/in/1", "/out/1", "the disk is away"),
            ("b", "/in/2", "/out/2", None),
            ("c", "/in 2/3", "/out/3", "the output is full"),
        ):
            made = replace(order(), id=name, folder=folder, output=output, trouble=trouble, due=NOW)
            await store.add(made, facts.Locked(()))
        found = [await store.waiting_for(root) for root in ("/in", "/out", "/")]
        store.close()
        return [sorted(ids) for ids in found]

    assert run(work()) == [["a"], ["a", "c"], []]


def test_orders_that_waited_for_the_account_are_known_at_the_start(tmp_path: Path) -> None:
    """A new run gets the orders that the account was refused for in the last run, once."""

    async def work() -> list[list[str]]:
        store = Store.open(tmp_path)
        await store.add(replace(order(), trouble="key refused", due=NOW + 300), facts.Locked(()))
        other = replace(order(), id="b" * 36, folder="/in/other", trouble="no connection", due=NOW + 300)
        await store.add(other, facts.Locked(()))
        await store.note("account", "key refused")
        found = [await store.begin(), await store.begin()]
        store.close()
        return found

    assert run(work()) == [[order().id], []]


def test_the_newest_order_of_a_folder(tmp_path: Path) -> None:
    """Of several orders of one folder the newest counts; cancelled ones leave the folder free."""
    old = replace(order(), phase=Phase.CANCELLED)
    new = replace(order(), id="6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a99", created_at=NOW + 1)

    async def work() -> tuple[Order | None, frozenset[str], frozenset[str]]:
        store = Store.open(tmp_path)
        await store.add(old, facts.Locked(old.brackets))
        free = await store.taken("/in", {"12 Oak St": 7, "13 Oak St": 8})
        await store.add(new, facts.Locked(new.brackets))
        newest, taken = await store.newest(old.folder), await store.taken("/in", {"12 Oak St": 7, "13 Oak St": 8})
        store.close()
        return newest, free, taken

    assert run(work()) == (new, frozenset(), frozenset({"12 Oak St"}))


def test_one_order_takes_anothers_place_or_neither_changes(tmp_path: Path) -> None:
    """Ending an order and adding the one in its place is one transaction."""
    old = order()
    ended = after(old, facts.Cancelled("anew"))
    new = replace(order(), id="6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a99", created_at=NOW + 1)
    bad = replace(new, brackets=(replace(new.brackets[0], size=2**70),))

    async def work() -> list[Phase]:
        store = Store.open(tmp_path)
        await store.add(old, facts.Locked(old.brackets))
        with pytest.raises(OverflowError):
            await store.replace(old, ended, facts.Cancelled("anew"), bad, facts.Locked(()))
        before = (await store.load(old.id)).phase
        await store.replace(old, ended, facts.Cancelled("anew"), new, facts.Locked(()))
        phases = [before, (await store.load(old.id)).phase, (await store.load(new.id)).phase]
        store.close()
        return phases

    assert run(work()) == [Phase.SETTLED, Phase.CANCELLED, Phase.SETTLED]


def test_orders_are_found_by_name_folder_or_id(tmp_path: Path) -> None:
    """An order is found by the shoot's name, its folder, or the start of its ID."""
    run(stored(tmp_path, order()))
    with Reader(tmp_path) as reader:
        for words in ("12 Oak St", "/in/12 Oak St", order().id, order().id[:6]):
            assert [row["id"] for row in reader.find(words)] == [order().id]
        assert reader.find("Oak") == []
        assert reader.find("6f1") == []


def test_the_sums_are_kept_with_the_order(tmp_path: Path) -> None:
    """``status`` reads no brackets or images, because the order's row has their sums."""
    run(stored(tmp_path, after(order(3), *sent(0))))
    with Reader(tmp_path) as reader:
        (row,) = reader.orders()
    assert (row["brackets_total"], row["brackets_uploaded"], row["bytes_total"], row["bytes_uploaded"]) == (
        3,
        1,
        3003,
        1000,
    )


def test_no_state_file_is_an_empty_look(tmp_path: Path) -> None:
    """Reading where no daemon ever ran shows nothing and creates nothing."""
    with Reader(tmp_path / "none") as reader:
        assert (reader.orders(), reader.waiting(), reader.daemon()) == ([], [], {})
    assert not (tmp_path / "none").exists()


def test_the_state_file_is_private_and_durable(tmp_path: Path) -> None:
    """Only its owner can read the state file, and each commit is flushed."""
    run(stored(tmp_path, order()))
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0

    async def settings() -> list[Any]:
        store = Store.open(tmp_path)
        found = await store._database.read(
            lambda c: [
                next(iter(c.execute(f"PRAGMA {p}").fetchone().values())) for p in ("synchronous", "journal_mode")
            ]
        )
        store.close()
        return found

    assert run(settings()) == [2, "wal"]


def test_sqlites_own_files_are_private_too(tmp_path: Path) -> None:
    """In a state directory that others can enter, nobody else can read the state file or the files beside it."""
    tmp_path.chmod(0o755)
    mask = os.umask(0o022)

    def modes() -> dict[str, int]:
        return {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}

    async def work() -> dict[str, int]:
        store = Store.open(tmp_path)
        await store.add(order(), facts.Locked(order().brackets))
        found = modes()
        store.close()
        return found

    try:
        assert run(work()) == dict.fromkeys((FILE, f"{FILE}-wal", f"{FILE}-shm"), 0o600)
    finally:
        os.umask(mask)


def test_an_ask_never_migrates(tmp_path: Path) -> None:
    """Only the daemon migrates an older state file: an ask is refused and changes nothing."""
    run(stored(tmp_path, order()))
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute("PRAGMA user_version = -1")  # older than any
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(StateError, match="Restart the daemon"):
        ask(tmp_path, "retry", "o1", NOW)
    assert (tmp_path / FILE).read_bytes() == before


def test_a_bug_in_a_query_is_not_called_damage(tmp_path: Path) -> None:
    """A row that the tables reject is our bug and is passed on; the state file is not called damaged."""

    async def work() -> None:
        store = Store.open(tmp_path)
        try:
            await store.add(replace(order(), flow=None), facts.Locked(()))  # type: ignore[arg-type]
        finally:
            store.close()

    with pytest.raises(sqlite3.IntegrityError):
        run(work())


def test_a_newer_state_file_is_refused_unchanged(tmp_path: Path) -> None:
    """A state file of a newer version is neither read nor changed, and the message says what to do."""
    run(stored(tmp_path, order()))
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(StateTooNew, match="newer version of bracketd"):
        Store.open(tmp_path)
    with pytest.raises(StateTooNew):
        Reader(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.parametrize("damage", ["no database", "torn page"])
def test_a_damaged_state_file_is_never_started_over(tmp_path: Path, damage: str) -> None:
    """A damaged state file is rejected with its remedy and left unchanged."""
    run(stored(tmp_path, order(200)))
    path = tmp_path / FILE
    data = bytearray(path.read_bytes())
    if damage == "no database":
        data[:16] = b"not a database!!"
    else:
        data[8192:20000] = os.urandom(20000 - 8192)
    path.write_bytes(data)
    with pytest.raises(StateDamaged, match="doctor --recover"):
        Store.open(tmp_path)
    assert path.read_bytes() == bytes(data)


def test_a_state_directory_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """A state directory that cannot be created is an error with a remedy."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="local disk"):
        Store.open(tmp_path / "file" / "state")


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    """If a transaction fails, none of its changes remain."""

    async def work() -> list[str]:
        store = Store.open(tmp_path)
        bad = replace(order(), brackets=(replace(order().brackets[0], size=2**70),))
        with pytest.raises(OverflowError):
            await store.add(bad, facts.Locked(()))
        await store.add(order(), facts.Locked(()))
        found = await store.due(NOW, 1)
        store.close()
        return found

    assert run(work()) == [order().id]


def test_a_state_disk_that_fills_up_is_told(tmp_path: Path) -> None:
    """If the state file cannot grow and nobody waits, the error says what to do and does not call it damaged."""

    async def work() -> None:
        store = Store.open(tmp_path)
        await store._database.read(lambda c: c.execute("PRAGMA max_page_count = 40"))
        store.pause.give_up()
        try:
            await store.add(order(2000), facts.Locked(()))
        finally:
            store.close()

    with pytest.raises(StateFull, match=r"full.*Free up space"):
        run(work())

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
from daemon.order import Order, facts
from daemon.store.place import FILE
from daemon.store.sqlite.reader import SqliteReader, ask
from daemon.store.sqlite.schema import VERSION
from daemon.store.sqlite.store import SqliteStore
from tests.core.orders import NOW, order

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine."""
    return asyncio.run(work)


async def stored(state: Path, *orders: Order) -> None:
    """A state file with these orders."""
    store = SqliteStore.open(state)
    for one in orders:
        await store.add(one, facts.Locked(one.brackets))
    store.close()


def test_no_state_file_is_an_empty_look(tmp_path: Path) -> None:
    """Reading a missing state creates no files."""
    with SqliteReader(tmp_path / "none") as reader:
        assert reader.orders() == []
    assert not (tmp_path / "none").exists()


def test_the_state_file_is_private_and_durable(tmp_path: Path) -> None:
    """Only its owner can read the state file, and each commit is flushed."""
    run(stored(tmp_path, order()))
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0

    async def settings() -> list[Any]:
        store = SqliteStore.open(tmp_path)
        found = await store._database.read(
            lambda c: [
                next(iter(c.execute(f"PRAGMA {p}").fetchone().values())) for p in ("synchronous", "journal_mode")
            ]
        )
        store.close()
        return found

    assert run(settings()) == [2, "wal"]


def test_sqlites_own_files_are_private_too(tmp_path: Path) -> None:
    """Only the owner can read the state file and the files beside it, even if others can enter the directory."""
    tmp_path.chmod(0o755)
    mask = os.umask(0o022)

    def modes() -> dict[str, int]:
        return {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}

    async def work() -> dict[str, int]:
        store = SqliteStore.open(tmp_path)
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
        store = SqliteStore.open(tmp_path)
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
        SqliteStore.open(tmp_path)
    with pytest.raises(StateTooNew):
        SqliteReader(tmp_path)
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
        SqliteStore.open(tmp_path)
    assert path.read_bytes() == bytes(data)


def test_a_state_directory_that_cannot_be_used_is_reported(tmp_path: Path) -> None:
    """A state directory that cannot be created is an error with a remedy."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="local disk"):
        SqliteStore.open(tmp_path / "file" / "state")


def test_a_state_disk_that_fills_up_is_reported(tmp_path: Path) -> None:
    """If the state file cannot grow and no writer waits, the error says what to do and does not call it damaged."""

    async def work() -> None:
        store = SqliteStore.open(tmp_path)
        await store._database.read(lambda c: c.execute("PRAGMA max_page_count = 40"))
        store.pause.give_up()
        try:
            await store.add(order(2000), facts.Locked(()))
        finally:
            store.close()

    with pytest.raises(StateFull, match=r"full.*Free up space"):
        run(work())

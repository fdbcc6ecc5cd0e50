"""Asks and their answers in the state file."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from daemon.store.asks import KEPT, Answer, Ask, Outcome
from daemon.store.place import FILE
from daemon.store.protocol import Store
from daemon.store.sqlite.reader import ask
from daemon.store.sqlite.store import SqliteStore
from tests.core.orders import NOW


def in_store(state: Path, work: Callable[[Store], Awaitable[None]]) -> None:
    """Run a coroutine with an open state file."""

    async def begin() -> None:
        store = SqliteStore.open(state)
        try:
            await work(store)
        finally:
            store.close()

    asyncio.run(begin())


def rows(state: Path) -> list[int]:
    """The numbers of all stored asks."""
    with closing(sqlite3.connect(state / FILE)) as connection:
        return [seq for (seq,) in connection.execute("SELECT seq FROM asks ORDER BY seq")]


def test_only_so_many_answers_are_kept(tmp_path: Path) -> None:
    """At most a thousand answers are kept, however many asks there are in a month."""
    open_one = ask(tmp_path, "retry", "open", NOW)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        asked = (("retry", "done", "x", NOW) for _ in range(KEPT + 50))
        connection.executemany(
            "INSERT INTO asks (at, verb, outcome, target, answered_at) VALUES (0, ?, ?, ?, ?)", asked
        )
    last = ask(tmp_path, "retry", "last", NOW)

    async def work(store: Store) -> None:
        await store.answer(Answer(Ask(last, "retry", "last"), Outcome.DONE, "", NOW))

    in_store(tmp_path, work)
    kept = rows(tmp_path)
    assert (kept[0], kept[-1], len(kept)) == (open_one, last, KEPT + 1)


@pytest.mark.parametrize("names", ["", "no JSON", "{}", "[1]", "5", b"\xff"])
def test_names_that_cannot_be_read_are_no_names(tmp_path: Path, names: object) -> None:
    """An ask whose names are not a JSON list of texts is read without names."""
    ask(tmp_path, "approve only", "o", NOW, ["1"])
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        connection.execute("UPDATE asks SET names = CAST(? AS TEXT)", (names,))

    async def work(store: Store) -> None:
        assert [one.names for one in await store.asks()] == [()]

    in_store(tmp_path, work)


@pytest.mark.parametrize(
    ("target", "read"),
    [(5, "5"), (1.5, "1.5"), (b"caf\xe9", "caf\udce9"), ("12 Oak St", "12 Oak St"), ("", "")],
)
def test_an_ask_is_read_whatever_it_is(tmp_path: Path, target: object, read: str) -> None:
    """A target that is not text and a verb that is not UTF-8 are read without an error."""
    ask(tmp_path, "retry", "first", NOW)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        values = (b"\xff\xfe", target)
        connection.execute("INSERT INTO asks (at, verb, target) VALUES (0, CAST(? AS TEXT), ?)", values)

    async def work(store: Store) -> None:
        asked = await store.asks()
        assert [(one.verb, one.target) for one in asked] == [("retry", "first"), (r"\xff\xfe", read)]

    in_store(tmp_path, work)

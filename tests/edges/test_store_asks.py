"""Asks and their answers in the state file."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.order import Order, Phase, facts
from daemon.store.asks import KEPT, KEPT_FOR, Answer, Ask, Outcome
from daemon.store.file import FILE
from daemon.store.reader import Reader, ask
from daemon.store.store import Stale, Store
from tests.core.orders import NOW, after, order

ORDER = order()
HELD = replace(ORDER, phase=Phase.HELD, held_in=Phase.SETTLED, due=None)
OTHER = replace(ORDER, id="7f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11", created_at=NOW + 1)
WHY = facts.Cancelled("anew")


def in_store(state: Path, work: Callable[[Store], Awaitable[None]]) -> None:
    """Run a coroutine with an open state file."""

    async def begin() -> None:
        store = Store.open(state)
        try:
            await work(store)
        finally:
            store.close()

    asyncio.run(begin())


def answered(state: Path, seq: int) -> tuple[Outcome, str] | None:
    """The outcome of an ask."""
    with Reader(state) as reader:
        return reader.answer(seq)


def rows(state: Path) -> list[int]:
    """The numbers of all stored asks."""
    with closing(sqlite3.connect(state / FILE)) as connection:
        return [seq for (seq,) in connection.execute("SELECT seq FROM asks ORDER BY seq")]


async def adds(store: Store, answer: Answer) -> None:
    """Answer with a new order."""
    await store.add(OTHER, facts.Locked(OTHER.brackets), answer=answer)


async def records(store: Store, answer: Answer) -> None:
    """Answer with a fact."""
    approved = after(HELD, facts.Approved(), now=NOW + 1)
    await store.record(HELD, facts.Approved(), approved, NOW + 1, answer=answer)


async def replaces(store: Store, answer: Answer) -> None:
    """Answer with an order in place of another one."""
    await store.replace(HELD, after(HELD, WHY), WHY, OTHER, facts.Locked(OTHER.brackets), answer=answer)


async def forgets(store: Store, answer: Answer) -> None:
    """Answer with a forgotten root."""
    await store.forget_root("/in", answer)


async def answers(store: Store, answer: Answer) -> None:
    """Answer without a fact."""
    await store.answer(answer)


@pytest.mark.parametrize("write", [adds, records, replaces, forgets, answers])
def test_an_answer_comes_with_what_it_is_about(
    tmp_path: Path, write: Callable[[Store, Answer], Awaitable[None]]
) -> None:
    """An ask is open until it is answered, in the same transaction as its result, and no later run returns it."""
    seq = ask(tmp_path, "approve", HELD.id, NOW)

    async def work(store: Store) -> None:
        await store.add(HELD, facts.Locked(HELD.brackets))
        (asked,) = await store.asks()
        assert (asked, answered(tmp_path, seq)) == (Ask(seq, "approve", HELD.id), None)
        await write(store, Answer(asked, Outcome.DONE, "it is \udcff done", NOW + 2))
        assert answered(tmp_path, seq) == (Outcome.DONE, r"it is \udcff done")

    in_store(tmp_path, work)

    async def later(store: Store) -> None:
        assert await store.asks() == []

    in_store(tmp_path, later)
    with Reader(tmp_path) as reader:
        assert reader.asked() == []


def test_what_is_not_written_is_not_answered(tmp_path: Path) -> None:
    """If another writer changed the order meanwhile, neither the fact nor the answer is recorded."""
    seq = ask(tmp_path, "approve", HELD.id, NOW)
    stale: Order = replace(HELD, updated_at=NOW - 1)

    async def work(store: Store) -> None:
        await store.add(HELD, facts.Locked(HELD.brackets))
        (asked,) = await store.asks()
        answer = Answer(asked, Outcome.DONE, "done", NOW)
        with pytest.raises(Stale):
            await store.record(stale, facts.Approved(), after(stale, facts.Approved()), NOW, answer=answer)
        assert answered(tmp_path, seq) is None

    in_store(tmp_path, work)

    async def later(store: Store) -> None:
        assert [asked.seq for asked in await store.asks()] == [seq]

    in_store(tmp_path, later)


def test_an_answer_is_not_changed(tmp_path: Path) -> None:
    """Only the first answer to an ask counts."""
    seq = ask(tmp_path, "retry", "x", NOW)

    async def work(store: Store) -> None:
        (asked,) = await store.asks()
        await store.answer(Answer(asked, Outcome.REFUSED, "no", NOW))
        await store.answer(Answer(asked, Outcome.DONE, "yes", NOW))

    in_store(tmp_path, work)
    assert answered(tmp_path, seq) == (Outcome.REFUSED, "no")


def test_old_answers_are_forgotten(tmp_path: Path) -> None:
    """Answers are kept for a month; open asks are kept for as long as they are open."""
    seqs = [ask(tmp_path, "retry", f"{number}", NOW) for number in range(3)]

    async def work(store: Store) -> None:
        first, second, _open = await store.asks()
        await store.answer(Answer(first, Outcome.DONE, "", NOW))
        assert rows(tmp_path) == seqs
        await store.answer(Answer(second, Outcome.DONE, "", NOW + KEPT_FOR + 1))

    in_store(tmp_path, work)
    assert rows(tmp_path) == seqs[1:]


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

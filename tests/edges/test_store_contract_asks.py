"""Contract tests for every store: asks and their answers."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable

import pytest

from daemon.order import Order, Phase, facts
from daemon.store.asks import KEPT_FOR, Answer, Ask, Outcome
from daemon.store.protocol import Stale, Store
from tests.changed import changed
from tests.core.orders import NOW, after, order
from tests.stores.contract import answered, keep, within
from tests.stores.states import State

ORDER = order()
HELD = changed(ORDER, phase=Phase.HELD, due=None)
OTHER = changed(ORDER, id="7f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11", created_at=NOW + 1)
WHY = facts.Cancelled("replaced")


def done(ask: Ask, text: str = "", at: float = NOW) -> Answer:
    """The answer to a completed ask."""
    return Answer(ask, Outcome.DONE, text, at)


async def adds(store: Store, answer: Answer) -> None:
    """Store the answer with a new order."""
    await store.add(OTHER, facts.Locked(OTHER.brackets), answer=answer)


async def records(store: Store, answer: Answer) -> None:
    """Store the answer with a fact."""
    approved = after(HELD, facts.Approved(), now=NOW + 1)
    await store.record(HELD, facts.Approved(), approved, NOW + 1, answer=answer)


async def replaces(store: Store, answer: Answer) -> None:
    """Store the answer with the replacement of an order."""
    await store.replace(HELD, after(HELD, WHY), WHY, OTHER, facts.Locked(OTHER.brackets), answer=answer)


async def forgets(store: Store, answer: Answer) -> None:
    """Store the answer with forgetting a root."""
    await store.forget_root("/in", answer)


async def answers(store: Store, answer: Answer) -> None:
    """Store only the answer."""
    await store.answer(answer)


@pytest.mark.parametrize("write", [adds, records, replaces, forgets, answers])
def test_an_answer_comes_with_what_it_is_about(kept: State, write: Callable[[Store, Answer], Awaitable[None]]) -> None:
    """An ask is answered in the transaction of its result, and then not returned to a later run."""
    seq = kept.ask("approve", HELD.id, NOW)

    async def work(store: Store) -> None:
        (asked,) = await store.asks()
        assert (asked, answered(kept, seq)) == (Ask(seq, "approve", HELD.id), None)
        await write(store, done(asked, "it is \udcff done", NOW + 2))
        assert answered(kept, seq) == (Outcome.DONE, r"it is \udcff done")

    within(kept, work, HELD)
    assert within(kept, lambda store: store.asks()) == []
    with kept.look() as reader:
        assert reader.asked() == []


def test_an_ask_keeps_its_names(kept: State) -> None:
    """The names in an ask arrive in their order, whatever characters they have."""
    names = ("IMG_0001.JPG", "3", "\udcff 日本", '"')
    seq = kept.ask("approve only", HELD.id, NOW, names)
    assert within(kept, lambda store: store.asks()) == [Ask(seq, "approve only", HELD.id, names)]


def test_what_is_not_written_is_not_answered(kept: State) -> None:
    """If the order is outdated, neither the fact nor the answer is stored."""
    seq = kept.ask("approve", HELD.id, NOW)
    stale: Order = changed(HELD, updated_at=NOW - 1)

    async def work(store: Store) -> None:
        (asked,) = await store.asks()
        with pytest.raises(Stale):
            await store.record(stale, facts.Approved(), after(stale, facts.Approved()), NOW, answer=done(asked))
        assert answered(kept, seq) is None

    within(kept, work, HELD)
    assert [asked.seq for asked in within(kept, lambda store: store.asks())] == [seq]


def test_an_answer_is_not_changed(kept: State) -> None:
    """The first answer to an ask is kept."""
    seq = kept.ask("retry", "x", NOW)

    async def work(store: Store) -> None:
        (asked,) = await store.asks()
        await store.answer(Answer(asked, Outcome.REFUSED, "no", NOW))
        await store.answer(done(asked, "yes"))

    within(kept, work)
    assert answered(kept, seq) == (Outcome.REFUSED, "no")


def test_old_answers_are_forgotten(kept: State) -> None:
    """Answered asks are kept for a month, open asks without a limit."""
    seqs = [kept.ask("retry", f"{number}", NOW) for number in range(3)]

    async def work(store: Store) -> None:
        first, second, _open = await store.asks()
        await store.answer(done(first))
        assert answered(kept, seqs[0]) == (Outcome.DONE, "")
        await store.answer(done(second, at=NOW + KEPT_FOR + 1))

    within(kept, work)
    assert [answered(kept, seq) for seq in seqs] == [None, (Outcome.DONE, ""), None]
    with kept.look() as reader:
        assert reader.asked() == [("retry", "2")]


def test_an_ask_is_handed_out_once_and_kept_until_it_is_done(kept: State) -> None:
    """An open ask is returned once per run."""
    odd = os.fsdecode(b"/in/\xff")
    kept.ask("cancel", "first", NOW)

    async def work(store: Store) -> list[list[str]]:
        found = [await store.asks(), await store.asks()]
        kept.ask("submit", odd, NOW)
        found.append(await store.asks())
        await store.answer(done(found[2][0]))
        return [[ask.target for ask in asks] for asks in found]

    assert within(kept, work) == [["first"], [], [odd]]
    assert [ask.target for ask in within(kept, lambda store: store.asks())] == ["first"]


def test_an_ask_made_while_no_daemon_runs_waits_for_it(kept: State) -> None:
    """An ask that was added before the first start is returned."""
    seq = kept.ask("retry", "o1", NOW)
    assert within(kept, lambda store: store.asks()) == [Ask(seq, "retry", "o1")]


def test_an_unknown_ask_has_no_answer(kept: State) -> None:
    """An unknown ask has no answer."""
    keep(kept)
    assert answered(kept, 77) is None

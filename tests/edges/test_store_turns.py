"""The state file with several writers, and with years of orders."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.order import Bracket, Order, Phase, facts
from daemon.store.asks import Answer, Outcome
from daemon.store.earlier import ALIKE
from daemon.store.reader import Reader, ask
from daemon.store.store import Stale, Store
from tests.core.orders import NOW, after, order

OLD = order()
ENDED = after(OLD, facts.Cancelled("anew"), now=NOW + 1)
ANEW = replace(order(), id="7f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11", created_at=NOW + 1)


def test_an_order_is_written_by_who_knows_it(tmp_path: Path) -> None:
    """A change based on an outdated order is rejected together with its journal entry."""
    late = facts.Created()

    async def work() -> Order:
        store = Store.open(tmp_path)
        await store.add(OLD, facts.Locked(OLD.brackets))
        await store.replace(OLD, ENDED, facts.Cancelled("anew"), ANEW, facts.Locked(ANEW.brackets))
        with pytest.raises(Stale):
            await store.record(OLD, late, after(OLD, late), NOW + 2)
        again = replace(ANEW, id="8f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11")
        with pytest.raises(Stale):
            await store.replace(OLD, ENDED, facts.Cancelled("anew"), again, facts.Locked(again.brackets))
        found = await store.load(OLD.id)
        store.close()
        return found

    assert asyncio.run(work()) == ENDED
    with Reader(tmp_path) as reader:
        assert {row["id"] for row in reader.orders()} == {OLD.id, ANEW.id}
        assert [entry["fact"] for entry in reader.journal(OLD.id)] == ["Locked", "Cancelled"]


def test_a_fact_that_changes_nothing_needs_no_turn(tmp_path: Path) -> None:
    """A fact that only changes the journal is recorded whoever wrote the order last."""

    async def work() -> None:
        store = Store.open(tmp_path)
        await store.add(OLD, facts.Locked(OLD.brackets))
        await store.record(OLD, facts.Cancelled("anew"), ENDED, NOW + 1)
        await store.record(OLD, facts.Interrupted(facts.Upload(0)), OLD, NOW + 2)
        store.close()

    asyncio.run(work())
    with Reader(tmp_path) as reader:
        assert [entry["fact"] for entry in reader.journal(OLD.id)] == ["Locked", "Cancelled", "Interrupted"]


def test_a_wish_is_handed_out_once_and_kept_until_it_is_done(tmp_path: Path) -> None:
    """An ask that was not carried out is returned only once per run, and again in the next run."""

    async def work() -> list[list[str]]:
        ask(tmp_path, "cancel", "first", NOW)
        store = Store.open(tmp_path)
        found = [await store.asks()]
        ask(tmp_path, "cancel", "second", NOW)
        found.append(await store.asks())
        await store.answer(Answer(found[1][0], Outcome.DONE, "", NOW))
        store.close()
        store = Store.open(tmp_path)
        found.append(await store.asks())
        store.close()
        return [[wish.target for wish in wishes] for wishes in found]

    assert asyncio.run(work()) == [["first"], ["second"], ["first"]]


def test_a_logo_in_every_shoot_does_not_bring_them_all(tmp_path: Path) -> None:
    """Of many orders that share photos with a shoot, those that share most are compared, however old they are."""
    logo = Bracket("logo.jpg", 5, 5, 5, mark="logo")
    photos = tuple(Bracket(f"IMG_{number}.JPG", 9, 9, 9, mark=f"m{number}") for number in range(3))

    def sent(number: int, *brackets: Bracket) -> Order:
        made = replace(OLD, id=f"6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4{number:03}", created_at=NOW + number)
        return replace(made, folder=f"/in/{number}", phase=Phase.DOWNLOADED, brackets=brackets)

    same = sent(0, logo, *photos)

    async def work() -> list[str]:
        store = Store.open(tmp_path)
        for one in (same, *(sent(number, logo) for number in range(1, 2 * ALIKE))):
            await store.add(one, facts.Locked(one.brackets))
        found = await store.earlier("/in/new", "", [bracket.mark for bracket in same.brackets])
        store.close()
        return [one.id for one in found]

    found = asyncio.run(work())
    assert same.id in found
    assert len(found) == ALIKE

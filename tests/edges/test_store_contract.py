"""Contract tests for every store: writing orders."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from daemon.order import (
    LINE,
    Ended,
    Hold,
    HoldKind,
    Image,
    ImageState,
    Merge,
    MergeState,
    Order,
    Phase,
    Preset,
    ShootPart,
    facts,
    steps,
)
from daemon.order.order import Standing
from daemon.shoot import LeftOut, Shot, Why
from daemon.store.protocol import Replaced, Stale, Store
from tests.changed import changed
from tests.core.orders import NOW, after, order, processed, sent
from tests.stores.contract import within
from tests.stores.states import State

FULL = changed(
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
    part=ShootPart(1, 2),
    several="looks like 2 properties",
    images=(Image("i", "n", (0, 2), ImageState.PLACED, None, 5, "ab", "jpg", "é.jpg", 1.5, 2),),
)

OLD = order()
WHY = facts.Cancelled("replaced")
ENDED = after(OLD, WHY, now=NOW + 1)
NEW = changed(order(), id="7f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11", created_at=NOW + 1)
IMPOSSIBLE = replace(NEW, brackets=(replace(NEW.brackets[0], size=2**70),))
"""An order that no store takes."""


def journal(state: State, of: Order) -> list[str]:
    """The facts of an order, the oldest first."""
    with state.look() as reader:
        return [entry["fact"] for entry in reader.journal(of.id)]


def test_an_order_comes_back_as_it_was(kept: State) -> None:
    """Every field of an order is kept, including odd names, huge inodes and a photo of the year 2300."""
    far = 10_413_792_000 * 10**9
    bracket = replace(FULL.brackets[0], path=os.fsdecode(b"\xff.JPG"), inode=2**64 - 1, mtime_ns=far)
    shot = Shot("canon", "canon “6d”", "0123", 1_717_243_200, 0.48, 1 / 240, 8.0, 100.0, (6000, 4000))
    odd = replace(FULL, brackets=(bracket, replace(bracket, mtime_ns=-far, shot=shot)))
    assert within(kept, lambda store: store.load(odd.id), odd) == odd


STANDINGS = (*LINE, *(Hold(stage, kind) for stage in LINE for kind in HoldKind), *Ended)


@pytest.mark.parametrize("standing", STANDINGS, ids=str)
def test_it_is_known_where_an_order_stands(kept: State, standing: Standing) -> None:
    """A phase, a hold with the phase that it returns to, and the way in which an order ended are kept."""
    stands = replace(OLD, standing=standing, merge=Merge(MergeState.SEEN) if standing is Ended.DISMISSED else Merge())
    within(kept, lambda store: store.add(stands, facts.Locked(())))
    with kept.look() as reader:
        assert reader.order(OLD.id) == stands


def test_words_with_an_odd_name_are_printable(kept: State) -> None:
    """Bytes that are not UTF-8 are escaped in an image's name and in the service's reason."""
    image = Image("i", "n\udcff", reason="bad \udcff")
    odd = replace(order(), images=(image,))
    found = within(kept, lambda store: store.load(odd.id), odd)
    assert [(one.name, one.reason) for one in found.images] == [(r"n\udcff", r"bad \udcff")]


def test_an_order_that_is_not_there_is_a_key_error(kept: State) -> None:
    """An unknown id raises KeyError, in the store and in the reader."""
    with pytest.raises(KeyError):
        within(kept, lambda store: store.load("unknown"))
    with kept.look() as reader, pytest.raises(KeyError):
        reader.order("unknown")


def test_what_was_recorded_is_there_after_a_restart(kept: State) -> None:
    """Each fact's order is stored when record returns, and the journal has all facts in order, without secrets."""
    happened = [*sent(0), facts.SlotLost(1, 0, "expired"), facts.Interrupted(steps.Upload(1))]

    async def work(store: Store) -> Order:
        now = order(2)
        for fact in happened:
            new = after(now, fact)
            await store.record(now, fact, new, NOW)
            now = new
        return now

    expected = within(kept, work, order(2))
    with kept.look() as reader:
        assert reader.order(expected.id) == expected
        entries = reader.journal(expected.id)
    assert [entry["fact"] for entry in entries] == ["Locked", "Registered", "Stored", "SlotLost", "Interrupted"]
    assert "https://storage" not in str(entries)


def test_fewer_images_leave_nothing_behind(kept: State) -> None:
    """If the service shows fewer images than before, the store has fewer, too."""
    before = processed(True, True, True)
    fewer = replace(before, images=before.images[:1])

    async def work(store: Store) -> Order:
        await store.record(before, facts.Delivered(), fewer, NOW)
        return await store.load(before.id)

    assert within(kept, work, before) == fewer


def test_an_order_is_written_by_who_knows_it(kept: State) -> None:
    """A change based on an outdated order raises Stale, and nothing is written."""
    late = facts.Created()

    async def work(store: Store) -> Order:
        await store.replace(OLD, ENDED, WHY, NEW, facts.Locked(NEW.brackets))
        with pytest.raises(Stale):
            await store.record(OLD, late, after(OLD, late), NOW + 2)
        again = replace(NEW, id="8f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11")
        with pytest.raises(Stale):
            await store.replace(OLD, ENDED, WHY, again, facts.Locked(again.brackets))
        with pytest.raises(Stale):
            await store.record(again, late, after(again, late), NOW + 2)
        return await store.load(OLD.id)

    assert within(kept, work, OLD) == ENDED
    with kept.look() as reader:
        assert {row["id"] for row in reader.orders()} == {OLD.id, NEW.id}
    assert journal(kept, OLD) == ["Locked", "Cancelled"]


PARTS = tuple(
    changed(NEW, id=f"{number}f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11", part=ShootPart(number, 2), several="two")
    for number in (1, 2)
)


@pytest.mark.parametrize("old", [Replaced(OLD, ENDED, WHY), None])
def test_all_parts_of_a_shoot_are_added_or_none(kept: State, old: Replaced | None) -> None:
    """Adding the orders of a shoot's parts, and ending the order that they replace, is one transaction."""
    parts = [(part, facts.Locked(part.brackets)) for part in PARTS]

    async def work(store: Store) -> list[Order]:
        with pytest.raises(OverflowError):
            await store.split([*parts, (IMPOSSIBLE, facts.Locked(()))], old=old)
        assert await store.load(OLD.id) == OLD
        assert await store.known([part.id for part in PARTS]) == frozenset()
        await store.split(parts, old=old)
        with pytest.raises(Stale):
            await store.split(parts, old=Replaced(changed(OLD, updated_at=NOW - 1), ENDED, WHY))
        return [await store.load(one.id) for one in (OLD, *PARTS)]

    assert within(kept, work, OLD) == [OLD if old is None else ENDED, *PARTS]
    assert journal(kept, OLD) == (["Locked"] if old is None else ["Locked", "Cancelled"])
    assert [journal(kept, part) for part in PARTS] == [["Locked"], ["Locked"]]


def test_a_fact_that_changes_nothing_needs_no_turn(kept: State) -> None:
    """A fact without a change to the order is written even if the order is outdated."""

    async def work(store: Store) -> None:
        await store.record(OLD, WHY, ENDED, NOW + 1)
        await store.record(OLD, facts.Interrupted(steps.Upload(0)), OLD, NOW + 2)

    within(kept, work, OLD)
    assert journal(kept, OLD) == ["Locked", "Cancelled", "Interrupted"]


def test_a_change_without_a_fact_is_not_in_the_journal(kept: State) -> None:
    """A change without a fact is stored without a journal entry."""
    later = changed(OLD, polls=7)
    within(kept, lambda store: store.record(OLD, None, later, NOW), OLD)
    with kept.look() as reader:
        assert reader.order(OLD.id) == later
    assert journal(kept, OLD) == ["Locked"]


def test_one_order_takes_anothers_place_or_neither_changes(kept: State) -> None:
    """Ending an order and adding its replacement is one transaction."""

    async def work(store: Store) -> list[Phase]:
        with pytest.raises(OverflowError):
            await store.replace(OLD, ENDED, WHY, IMPOSSIBLE, facts.Locked(()))
        before = (await store.load(OLD.id)).phase
        await store.replace(OLD, ENDED, WHY, NEW, facts.Locked(()))
        return [before, (await store.load(OLD.id)).phase, (await store.load(NEW.id)).phase]

    assert within(kept, work, OLD) == [Phase.SETTLED, Phase.CANCELLED, Phase.SETTLED]
    assert (journal(kept, OLD), journal(kept, NEW)) == (["Locked", "Cancelled"], ["Locked"])


def test_a_failed_write_leaves_nothing(kept: State) -> None:
    """If a transaction fails, none of it is stored, and the next one works."""

    async def work(store: Store) -> list[str]:
        with pytest.raises(OverflowError):
            await store.add(IMPOSSIBLE, facts.Locked(()))
        await store.add(OLD, facts.Locked(()))
        return await store.due(NOW, 1)

    assert within(kept, work) == [OLD.id]
    assert journal(kept, IMPOSSIBLE) == []

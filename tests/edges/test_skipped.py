"""The record of skipped shoots in the state file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from daemon.order import Order, Phase, facts
from daemon.order.archive import UNKNOWN, Entry, entry_of
from daemon.store.file import FILE
from daemon.store.rebuild import rebuild
from daemon.store.salvage import salvage
from daemon.store.store import Store
from tests.core.orders import NOW, order

T = TypeVar("T")

ODD = os.fsdecode(b"\xff\xfe.jpg")
ENTRIES = (
    entry_of("DCIM/IMG_1.JPG", 1000, 5_000_000_000),
    entry_of("DCIM/Caf\u00e9.JPG", 1001, 6_000_000_000),
    Entry("stub.jpg", UNKNOWN, 7),
    Entry(ODD, 1003, 8),
)


def skipped(shoot: str = "Old A", **more: object) -> Order:
    """A skipped shoot."""
    one = replace(order(0, phase=Phase.SKIPPED), id=f"{shoot[-1]:>08}-6a3c-4d59-9d0a-3a3c9b8f4a11", due=None)
    return replace(one, shoot=shoot, folder=f"/in/{shoot}", fingerprint="f1", **more)  # type: ignore[arg-type]


def inside(state: Path, work: Callable[[Store], Awaitable[T]]) -> T:
    """What ``work`` makes of a state."""

    async def run() -> T:
        store = Store.open(state)
        try:
            return await work(store)
        finally:
            store.close()

    return asyncio.run(run())


async def recorded(store: Store) -> Order:
    """A skipped shoot with its record."""
    one = skipped()
    await store.add(one, facts.Locked(()), ENTRIES)
    return one


def test_a_recorded_photo_is_found_by_name_and_size(tmp_path: Path) -> None:
    """Whatever its folder, a photo is found by its name and size, or by its name where only a placeholder was seen."""

    async def work(store: Store) -> None:
        one = await recorded(store)
        asked = [
            entry_of("elsewhere/img_1.jpg", 1000, 0),
            entry_of("Cafe\u0301.jpg", 1001, 0),
            entry_of("STUB.JPG", 77, 0),
            Entry(ODD, 1003, 0),
            entry_of("IMG_1.JPG", 1001, 0),
            entry_of("IMG_2.JPG", 1000, 0),
        ]
        found = await store.skipped_alike(asked)
        assert sorted(known.entry for known in found) == sorted(ENTRIES)
        assert {(known.order_id, known.recorded_at) for known in found} == {(one.id, one.created_at)}
        assert await store.skipped_strangers(one.id, asked) == frozenset(asked[4:])

    inside(tmp_path, work)


def test_a_shoot_that_is_skipped_no_more_is_not_found(tmp_path: Path) -> None:
    """Once a person has submitted a skipped shoot its record tells nothing: its photos are known by their content."""

    async def work(store: Store) -> None:
        one = await recorded(store)
        await store.record(one, None, replace(one, phase=Phase.CANCELLED), NOW)
        assert await store.skipped_alike(ENTRIES) == []
        assert await store.skipped_in("/in") == {}

    inside(tmp_path, work)


def test_a_shoot_that_a_person_cancelled_is_looked_at_like_a_skipped_one(tmp_path: Path) -> None:
    """It is listed with the skipped ones, unless another order says what becomes of photos that come to its folder."""

    async def work(store: Store) -> None:
        one, unwanted = await recorded(store), replace(skipped("Oak"), phase=Phase.CANCELLED, by_person=True)
        gone = replace(skipped("Elm"), phase=Phase.CANCELLED)
        await store.add(unwanted, facts.Locked(()))
        await store.add(gone, facts.Locked(()))
        both = {one.folder: one.id, unwanted.folder: unwanted.id}
        assert (await store.skipped_in("/in"), await store.skipped_in("/in", recorded=False)) == (both, {})
        late = replace(skipped("Oak"), phase=Phase.HELD, created_at=NOW + 1)
        await store.add(late, facts.Locked(()))
        assert await store.skipped_in("/in") == {one.folder: one.id}
        await store.record(late, None, replace(late, phase=Phase.CANCELLED, by_person=True), NOW)
        assert await store.skipped_in("/in") == {one.folder: one.id, late.folder: late.id}

    inside(tmp_path, work)


def test_what_an_older_version_skipped_is_still_to_be_recorded(tmp_path: Path) -> None:
    """Skipped shoots without a record are listed apart, unless they are copies of known ones."""

    async def work(store: Store) -> None:
        one, old = await recorded(store), skipped("Old B")
        await store.add(old, facts.Locked(()))
        await store.add(skipped("Copy C", same_as=one.id), facts.Locked(()))
        await store.add(replace(skipped("Far E"), folder="/other/Far E"), facts.Locked(()))
        assert await store.skipped_in("/in") == {one.folder: one.id}
        assert await store.skipped_in("/in", recorded=False) == {old.folder: old.id}
        await store.record_skipped(old.id, ENTRIES[:1])
        assert await store.skipped_in("/in", recorded=False) == {}
        assert len(await store.skipped_alike(ENTRIES[:1])) == 2

    inside(tmp_path, work)


def test_a_recovery_keeps_the_record(tmp_path: Path) -> None:
    """A salvaged and a rebuilt state file still know the photos of skipped shoots."""
    state, into, new = tmp_path / "state", tmp_path / "into", tmp_path / "new"
    for folder in (state, into, new):
        folder.mkdir()
    one = inside(state, recorded)
    read = salvage(state / FILE, into)
    rebuild(new, [(kept, None) for kept in read.orders], [read.file, read.file], {}, NOW)

    async def work(store: Store) -> None:
        assert len(await store.skipped_alike(ENTRIES)) == len(ENTRIES)
        assert await store.skipped_in("/in") == {one.folder: one.id}

    inside(new, work)


def test_a_record_that_is_not_complete_is_not_taken_for_one(tmp_path: Path) -> None:
    """What was seen of a shoot is on record at once, and the shoot counts as unseen until all of it is; so it stays."""

    async def work(store: Store) -> None:
        whole, part, never = await recorded(store), skipped("Old B"), skipped("Old C")
        copy = skipped("Old D", same_as=whole.id)
        for one in (part, never, copy):
            await store.add(one, facts.Locked(()))
        await store.record_skipped(part.id, ENTRIES[:1], complete=False)
        assert {one.order_id for one in await store.skipped_alike(ENTRIES[:1])} == {whole.id, part.id}
        assert {one.shoot for one in await store.unseen()} == {"Old B", "Old C"}

    inside(tmp_path / "state", work)
    for name in ("new", "read"):
        (tmp_path / name).mkdir()
    found = salvage(tmp_path / "state" / FILE, tmp_path / "read")
    rebuild(tmp_path / "new", ((one, None) for one in found.orders), [found.file], {}, NOW)

    async def look(store: Store) -> None:
        assert {one.shoot for one in await store.unseen()} == {"Old B", "Old C"}
        await store.record_skipped(skipped("Old B").id, ENTRIES)
        assert {(one.shoot, one.skipped_at) for one in await store.unseen()} == {("Old C", NOW)}

    inside(tmp_path / "new", look)

"""State files that are rebuilt from others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from daemon.order import facts
from daemon.store.place import FILE
from daemon.store.protocol import Store
from daemon.store.sqlite.rebuild import rebuild
from daemon.store.sqlite.salvage import salvage
from tests.core.orders import NOW
from tests.edges.test_store_contract_folders import ENTRIES, recorded, skipped
from tests.edges.test_store_contract_money import bought, ledger
from tests.stores.contract import keep, within
from tests.stores.states import InFile


def test_a_rebuilt_ledger_has_each_image_once(tmp_path: Path) -> None:
    """In a rebuilt state, the oldest purchase of an image from all histories counts."""
    first, second = bought(1, ("a", 5.0)), bought(2, ("a", 9.0))
    for name, one in (("one", second), ("two", first)):
        keep(InFile(tmp_path / name), one)
    into = tmp_path / "into"
    into.mkdir()
    histories = [tmp_path / name / FILE for name in ("one", "two")]
    unbought = [replace(one, images=()) for one in (second, first)]
    rebuild(into, [(one, None) for one in unbought], histories, {}, NOW)
    assert ledger(InFile(into)) == [("a", "1", 5.0)]


def test_a_recovery_keeps_the_record(tmp_path: Path) -> None:
    """A salvaged and a rebuilt state file still know the photos of skipped shoots."""
    state, into, new = tmp_path / "state", tmp_path / "into", tmp_path / "new"
    for folder in (state, into, new):
        folder.mkdir()
    one = within(InFile(state), recorded)
    read = salvage(state / FILE, into)
    rebuild(new, [(kept, None) for kept in read.orders], [read.file, read.file], {}, NOW)

    async def work(store: Store) -> None:
        assert len(await store.skipped_alike(ENTRIES)) == len(ENTRIES)
        assert await store.skipped_in("/in") == {one.source.folder: one.id}

    within(InFile(new), work)


def test_a_recovery_keeps_what_is_not_recorded_yet(tmp_path: Path) -> None:
    """A skipped shoot whose photos are not all recorded counts as unseen in a rebuilt state too."""
    state, into, new = tmp_path / "state", tmp_path / "into", tmp_path / "new"
    for folder in (state, into, new):
        folder.mkdir()
    part = skipped("Old B")

    async def before(store: Store) -> None:
        await recorded(store)
        await store.add(part, facts.Locked(()))
        await store.record_skipped(part.id, ENTRIES[:1], complete=False)

    within(InFile(state), before)
    read = salvage(state / FILE, into)
    rebuild(new, [(kept, None) for kept in read.orders], [read.file], {}, NOW)

    async def after(store: Store) -> None:
        assert [one.order_id for one in await store.unseen()] == [part.id]
        assert len(await store.skipped_alike(ENTRIES[:1])) == 2

    within(InFile(new), after)

"""Contract tests for every store: folders, waiting shoots, skipped shoots and the daemon's notes."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from daemon.order import Ended, Order, Phase, facts
from daemon.order.archive import UNKNOWN, Entry, entry_of
from daemon.order.problem import Code
from daemon.root import RootState
from daemon.shoot import GateResult, GateState
from daemon.store.attention import Attention, Heed
from daemon.store.notes import Alert, Attentions, Missed, Missing, Note, Noted, Started, Subject, Watching
from daemon.store.protocol import Store
from daemon.store.waiting import Waiting
from tests.changed import changed
from tests.core.orders import NOW, in_trouble, order
from tests.stores.contract import within
from tests.stores.states import State

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
    named = changed(one, shoot=shoot, folder=f"/in/{shoot}", fingerprint="f1")
    return changed(named, **more)


async def recorded(store: Store) -> Order:
    """A skipped shoot with its record."""
    one = skipped()
    await store.add(one, facts.Locked(()), ENTRIES)
    return one


def test_what_waits_is_shown_until_it_is_an_order(kept: State) -> None:
    """The waiting shoots of a watched folder are replaced together, and removed when they become orders."""
    mine = [Waiting(f"/in/{name}", name, "because \udcff", 3, 30, NOW) for name in ("12 Oak St", "b")]

    async def work(store: Store) -> None:
        await store.replace_waiting("/other", [Waiting("/other/c", "c", "why", 1, 1, NOW - 1)])
        await store.replace_waiting("/in", [Waiting("/in/gone", "gone", "why", 1, 1, NOW)])
        await store.replace_waiting("/in", iter(mine))
        await store.add(order(), facts.Locked(order().brackets))

    within(kept, work)
    with kept.look() as reader:
        assert [(one.folder, one.reason) for one in reader.waiting()] == [
            ("/other/c", "why"),
            ("/in/b", r"because \udcff"),
        ]


def test_the_gates_of_a_waiting_shoot_are_kept(kept: State) -> None:
    """The results of a waiting shoot's gates are read as they were written, in any text."""
    results = (
        GateResult("names", GateState.PASSED, "no file has a temporary name"),
        GateResult("stillness", GateState.WAITS, "2 photo(s); \udcff.JPG changed last"),
        GateResult("sets", GateState.NOT_REACHED),
    )

    async def work(store: Store) -> None:
        await store.replace_waiting("/in", [Waiting("/in/a", "a", "why", 1, 1, NOW, results)])
        await store.replace_waiting("/out", [Waiting("/out/b", "b", "why", 1, 1, NOW + 1)])

    within(kept, work)
    with kept.look() as reader:
        one, other = reader.waiting()
    assert one.gates == (results[0], replace(results[1], why=r"2 photo(s); \udcff.JPG changed last"), results[2])
    assert (one.gate, other.gates, other.gate) == ("stillness", (), None)


@pytest.mark.parametrize("mount", ["/mnt/nas", os.fsdecode(b"/mnt/\xff"), None])
def test_a_root_is_remembered(kept: State, mount: str | None) -> None:
    """A root's state is kept for the next run, with any name of a mount point, until it is adopted."""
    for before, now in ((None, RootState(mount, "1:2", 0)), (RootState(mount, "1:2", 0), RootState(mount, "1:2", 7))):

        async def look(store: Store, now: RootState = now) -> RootState | None:
            roots = store.root_states(lambda: NOW)
            found = roots.state_of("/in")
            roots.remember("/in", now)
            return found

        assert within(kept, look) == before
    with kept.look() as reader:
        assert (reader.root_state("/in"), reader.root_state("/out")) == (RootState(mount, "1:2", 7), None)

    async def forget(store: Store) -> RootState | None:
        await store.forget_root("/in")
        return store.root_states(lambda: NOW).state_of("/in")

    assert within(kept, forget) is None


def test_known_shoots_of_a_root_are_counted(kept: State) -> None:
    """Threads and readers can count the shoots of a watched folder that have an order that counts."""

    async def work(store: Store) -> int:
        return store.root_states(lambda: NOW).known("/in", ["12 Oak St", "13 Oak St"])

    assert within(kept, work, order()) == 1
    with kept.look() as reader:
        assert reader.known("/in/", ["12 Oak St", "13 Oak St"]) == 1


def test_a_recorded_photo_is_found_by_name_and_size(kept: State) -> None:
    """A photo in any folder is found by its name and size, or only by name if it was recorded as a placeholder."""

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
        found = await store.skipped_alike(iter(asked))
        assert sorted(known.entry for known in found) == sorted(ENTRIES)
        assert {(known.order_id, known.recorded_at) for known in found} == {(one.id, one.times.created_at)}
        assert await store.skipped_strangers(one.id, iter(asked)) == frozenset(asked[4:])

    within(kept, work)


def test_a_shoot_that_is_skipped_no_more_is_not_found(kept: State) -> None:
    """The record of a skipped shoot is ignored once a person has submitted it."""

    async def work(store: Store) -> None:
        one = await recorded(store)
        await store.record(one, None, changed(one, phase=Phase.CANCELLED), NOW)
        assert await store.skipped_alike(ENTRIES) == []
        assert await store.skipped_in("/in") == {}

    within(kept, work)


def test_skipped_shoots_without_a_record_are_listed_apart(kept: State) -> None:
    """Skipped shoots without a record are listed separately, unless they are copies of known shoots."""

    async def work(store: Store) -> None:
        one, old = await recorded(store), skipped("Old B")
        await store.add(old, facts.Locked(()))
        await store.add(skipped("Copy C", same_as=one.id), facts.Locked(()))
        await store.add(changed(skipped("Far E"), folder="/other/Far E"), facts.Locked(()))
        assert await store.skipped_in("/in") == {one.source.folder: one.id}
        assert await store.skipped_in("/in", recorded=False) == {old.source.folder: old.id}
        await store.record_skipped(old.id, ENTRIES[:1])
        assert await store.skipped_in("/in", recorded=False) == {}
        assert len(await store.skipped_alike(ENTRIES[:1])) == 2

    within(kept, work)


def test_a_record_that_is_not_complete_is_not_taken_for_one(kept: State) -> None:
    """Photos of a partly seen shoot are recorded at once. It counts as unseen until all are recorded."""

    async def work(store: Store) -> None:
        whole, part, never = await recorded(store), skipped("Old B"), skipped("Old C", created_at=NOW + 1)
        for one in (never, part, skipped("Old D", same_as=whole.id)):
            await store.add(one, facts.Locked(()))
        await store.record_skipped(part.id, ENTRIES[:1], complete=False)
        assert {one.order_id for one in await store.skipped_alike(ENTRIES[:1])} == {whole.id, part.id}
        assert [(one.shoot, one.skipped_at) for one in await store.unseen()] == [("Old B", NOW), ("Old C", NOW + 1)]
        assert await store.skipped_in("/in") == {whole.source.folder: whole.id}
        await store.record_skipped(part.id, ENTRIES)
        assert [one.order_id for one in await store.unseen()] == [never.id]

    within(kept, work)


@pytest.mark.parametrize(
    ("other", "listed"), [(None, True), (Phase.CANCELLED, True), (Phase.DOWNLOADED, False), (Phase.SKIPPED, False)]
)
def test_shoots_that_a_person_cancelled_are_listed(kept: State, other: Phase | None, listed: bool) -> None:
    """A shoot that a person cancelled is listed with the skipped ones, unless its folder has an order that replaces it.

    A shoot whose order ended by itself is not listed.
    """
    one = skipped("Old A", standing=Ended.CANCELLED_BY_PERSON)
    gone = skipped("Old B", phase=Phase.CANCELLED)
    others = [skipped("Old C", folder=one.source.folder, created_at=NOW - 1, phase=other)] if other is not None else []
    found = within(kept, lambda store: store.skipped_in("/in"), one, gone, *others)
    assert found == ({one.source.folder: one.id} if listed else {})


def test_another_shoot_under_the_name_of_a_skipped_one(kept: State) -> None:
    """A recorded shoot is not listed if its folder has a newer order that bracketd did not cancel."""

    async def work(store: Store) -> None:
        one = await recorded(store)
        gone = changed(skipped("Old D"), folder=one.source.folder, created_at=NOW + 1, phase=Phase.CANCELLED)
        await store.add(gone, facts.Locked(()))
        assert await store.skipped_in("/in") == {one.source.folder: one.id}
        await store.add(changed(gone, id="new", phase=Phase.SETTLED), facts.Locked(()))
        assert await store.skipped_in("/in") == {}

    within(kept, work)


def test_orders_that_waited_for_the_account_are_known_at_the_start(kept: State) -> None:
    """``begin`` returns the orders that wait for the account, and deletes the notes of the last run."""
    refused, limit = in_trouble("key refused", Code.ACCOUNT), in_trouble("limit reached", Code.DAILY_LIMIT)
    network = in_trouble("no connection", Code.NETWORK)
    waits = replace(order(), troubles=(*network, *refused), due=NOW + 300)
    other = changed(order(), id="b" * 36, folder="/in/other", troubles=network, due=NOW + 300)
    held = changed(order(), id="c" * 36, folder="/in/held", troubles=refused, due=None)
    limited = changed(order(), id="d" * 36, folder="/in/limited", troubles=limit, due=NOW + 300)

    async def work(store: Store) -> list[list[str]]:
        await store.note(Alert(Subject.ACCOUNT, "key refused"))
        await store.note(Alert(Subject.DAY_LIMIT, "limit reached"))
        await store.replace_waiting("/in", [Waiting("/in/b", "b", "why", 1, 1, NOW)])
        return [await store.begin(), await store.begin()]

    assert within(kept, work, waits, other, held, limited) == [[waits.id, limited.id]] * 2
    with kept.look() as reader:
        assert (reader.notes(), reader.waiting()) == (Noted(), [])


LOOSE = Attention(Heed.LOOSE, "/in", 5, ("a.jpg", os.fsdecode(b"\xff.jpg")))


@pytest.mark.parametrize(
    ("notes", "seen"),
    [
        ([], Noted()),
        ([Started("1.0", 7, NOW)], Noted(version="1.0", started_at=NOW)),
        ([Watching(())], Noted(watching=True)),
        ([Alert(Subject.COPIES, "no room")], Noted(alerts={Subject.COPIES: "no room"})),
        ([Alert(Subject.COPIES, "no room"), Alert(Subject.COPIES, None)], Noted()),
        ([Missing("/in", "gone"), Missing("/out", "away")], Noted(missing={"/in": "gone", "/out": "away"})),
        ([Missing("/in", "gone"), Missing("/in", None), Missing("/other", None)], Noted()),
        ([Missed("/in", 1), Missed("/in", 2)], Noted(missed={"/in": 2})),
        ([Attentions("/in", (LOOSE,))], Noted(attention=(LOOSE,))),
        ([Attentions("/in", (LOOSE,)), Attentions("/in", ())], Noted()),
    ],
)
def test_the_last_note_of_a_subject_is_kept(kept: State, notes: list[Note], seen: Noted) -> None:
    """Readers see the last note of each subject and folder until it is withdrawn."""

    async def work(store: Store) -> None:
        for note in notes:
            await store.note(note)

    within(kept, work)
    with kept.look() as reader:
        assert reader.notes() == seen


def test_messages_of_the_notes_are_in_the_order_of_their_subjects() -> None:
    """Messages about the account come first, messages about missing folders last."""
    alerts = {Subject.NEWER_ORDERS: "newer", Subject.ACCOUNT: "account"}
    assert Noted(alerts=alerts, missing={"/in": "gone"}).messages == ["account", "newer", "gone"]


def test_a_store_answers_and_can_be_written(kept: State) -> None:
    """A working store answers, and a wait for space ends when there is space."""

    async def work(store: Store) -> bool:
        store.pause.give_up()
        await store.wait_for_room()
        return await store.answers() and store.pause.why is None

    assert within(kept, work)

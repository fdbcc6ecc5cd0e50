"""Contract tests for every store: finding orders."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from daemon.order import Bracket, Ended, Hold, ImageState, Order, Phase, facts
from daemon.order.archive import Entry
from daemon.order.problem import Code, Trouble
from daemon.shoot import Shot
from daemon.store.known import ALIKE, KnownBy
from daemon.store.protocol import Store
from tests.changed import changed
from tests.core.orders import NOW, order, processed
from tests.stores.contract import within
from tests.stores.states import State


def one(number: int, **more: Any) -> Order:
    """An order with its own folder, created ``number`` seconds after the first."""
    made = changed(order(), id=f"6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4{number:03}", created_at=NOW + number)
    return changed(made, **{"shoot": f"{number}", "folder": f"/in/{number}", "output": f"/out/{number}", **more})


def ids(orders: list[Order]) -> list[int]:
    """The numbers of the orders."""
    return [int(found.id[-3:]) for found in orders]


def test_due_orders_are_found_and_a_clock_that_jumped_back_stops_none(kept: State) -> None:
    """Orders are due at their time, or at once if it is too far ahead or was set by a clock that was ahead."""
    dues = [NOW - 1, NOW + 60, NOW + 10**6, None, NOW - 2]
    orders = [one(number, due=due) for number, due in enumerate(dues)]
    orders += [one(5, due=NOW + 60, due_set_at=NOW + 30), one(6, due=NOW - 1, created_at=NOW - 9)]

    async def work(store: Store) -> list[str]:
        assert await store.next_due() == NOW - 2
        return await store.due(NOW, 3600)

    assert [int(found[-3:]) for found in within(kept, work, *orders)] == [4, 6, 0, 5, 2]


def test_nothing_is_due_without_an_order(kept: State) -> None:
    """An empty store has no due order, no fact and no output folder."""

    async def work(store: Store) -> tuple[object, ...]:
        return await store.due(NOW, 1), await store.next_due(), await store.newest_fact(), await store.outputs()

    assert within(kept, work) == ([], None, None, frozenset())


def test_ids_that_orders_have(kept: State) -> None:
    """The store knows the ids of all orders, and of the unfinished ones."""
    orders = [one(n, phase=phase) for n, phase in enumerate((Phase.SKIPPED, Phase.CANCELLED, Phase.DOWNLOADED))]
    going = [one(3), one(4, standing=Hold(Phase.SETTLED))]

    async def work(store: Store) -> None:
        assert await store.known(["unknown", orders[1].id, going[0].id]) == {orders[1].id, going[0].id}
        assert await store.unfinished() == {going[0].id, going[1].id}
        assert await store.outputs() == {"/out/2", "/out/3", "/out/4"}

    within(kept, work, *orders, *going)


def test_the_newest_order_of_a_folder(kept: State) -> None:
    """The newest of several orders of a folder is returned; cancelled orders do not count."""
    old, new = changed(order(), phase=Phase.CANCELLED), changed(one(99), folder=order().source.folder)
    shoots = {"12 Oak St": 7, "13 Oak St": 8}

    async def work(store: Store) -> None:
        assert (await store.newest(old.source.folder), await store.taken("/in", shoots)) == (None, frozenset())
        await store.add(new, facts.Locked(new.brackets))
        assert await store.newest(old.source.folder) == new
        assert await store.taken("/in", shoots) == {"12 Oak St"}
        await store.know(old.source.folder, 9)
        assert await store.taken("/in/", shoots) == frozenset(), "another folder has its name now"
        assert await store.taken("/in", {"12 Oak St": 9}) == await store.taken("/in", {"12 Oak St": 0}) == {"12 Oak St"}
        assert (await store.load(new.id)).source.inode == 9

    within(kept, work, old)


@pytest.mark.parametrize(("by_person", "taken"), [(False, False), (True, True)])
def test_what_a_cancelled_order_stands_for(kept: State, by_person: bool, taken: bool) -> None:
    """An order that a person cancelled counts, with its copies; an order whose folder disappeared does not."""
    ended = one(1, standing=Ended.CANCELLED_BY_PERSON if by_person else Ended.CANCELLED_BY_RULE)
    copy = one(2, phase=Phase.SKIPPED, same_as=ended.id)

    async def work(store: Store) -> None:
        assert await store.taken("/in", {"1": 0, "2": 0}) == (frozenset("12") if taken else frozenset())
        assert ids(await store.outdated("/in/2")) == ([] if taken else [2])
        assert await store.outdated("/in/1") == []

    within(kept, work, ended, copy)


def test_earlier_orders_of_a_shoot(kept: State) -> None:
    """An order is found by folder, by either fingerprint, by a photo and by the second of a photo, the newest first."""
    shot = Shot("canon", "6d", "1", 1_717_243_200)
    orders = [
        one(1, folder="/in/new"),
        one(2, fingerprint="read"),
        one(3, fingerprint="by name"),
        one(4, brackets=(Bracket("a.JPG", 1, 1, 1, mark="m"),)),
        one(5, brackets=(Bracket("a.JPG", 1, 1, 1, shot=shot),)),
        one(6, brackets=(Bracket("a.JPG", 1, 1, 1),)),
        one(7, folder="/in/new", phase=Phase.CANCELLED),
    ]

    async def work(store: Store) -> None:
        everything = KnownBy("/in/new", "read", {"m", ""}, (shot.second, None), "by name")
        assert ids(await store.earlier(everything)) == [5, 4, 3, 2, 1]
        assert ids(await store.earlier(KnownBy("/in/new"))) == [1]
        assert ids(await store.earlier(KnownBy("/in/nowhere", marks=("", "x"), seconds=(None,)))) == []

    within(kept, work, *orders)


def test_a_logo_in_every_shoot_does_not_bring_them_all(kept: State) -> None:
    """Of many orders that share photos with a shoot, those that share most are found, even the oldest."""
    logo = Bracket("logo.jpg", 5, 5, 5, mark="logo")
    photos = tuple(Bracket(f"IMG_{number}.JPG", 9, 9, 9, mark=f"m{number}") for number in range(3))
    same = one(0, brackets=(logo, *photos))
    others = (one(number, brackets=(logo,)) for number in range(1, 2 * ALIKE))
    by = KnownBy("/in/new", marks=[bracket.mark for bracket in same.brackets])
    found = ids(within(kept, lambda store: store.earlier(by), same, *others))
    assert 0 in found
    assert len(found) == ALIKE


def test_shoots_whose_orders_changed_lately(kept: State) -> None:
    """A watched folder's shoots are found by the last change of their orders. Of skipped orders, only copies count."""
    orders = [
        one(1, updated_at=NOW + 1),
        one(2, updated_at=NOW + 9, folder="/in/1"),
        one(3, updated_at=NOW - 1),
        one(4, updated_at=NOW + 1, folder="/in 2/4"),
        one(5, updated_at=NOW + 1, phase=Phase.CANCELLED),
        one(6, updated_at=NOW + 1, phase=Phase.SKIPPED),
        one(7, updated_at=NOW + 2, phase=Phase.SKIPPED, same_as="another order"),
        one(8, updated_at=NOW + 2, phase=Phase.SKIPPED, same_as="another order"),
    ]

    async def work(store: Store) -> None:
        await store.record_skipped(orders[-1].id, [Entry("a.jpg", 1, 1)])
        for root in ("/in", "/in/"):
            assert await store.recent(root, NOW) == {"/in/1": NOW + 9, "/in/7": NOW + 2}

    within(kept, work, *orders)


def test_orders_that_wait_for_a_disk_are_known(kept: State) -> None:
    """Only orders with a problem are found, by the root of their shoot or of their pictures."""
    orders = [
        one(1, troubles=(Trouble(Code.OTHER, "the disk is away"),)),
        one(2),
        one(3, folder="/in 2/3", troubles=(Trouble(Code.OTHER, "the output is full"),)),
        one(4, troubles=(Trouble(Code.OTHER, "held"),), due=None),
    ]

    async def work(store: Store) -> list[list[str]]:
        return [sorted(await store.waiting_for(root)) for root in ("/in", "/out", "/")]

    assert within(kept, work, *orders) == [[orders[0].id], [orders[0].id, orders[2].id], []]


def test_what_orders_still_need_is_known(kept: State) -> None:
    """Unfinished images keep their part files; the folders of finished orders are not returned."""
    going = processed(True, True, True)
    states = (ImageState.PROCESSED, ImageState.FETCHED, ImageState.PLACED)
    images = tuple(replace(image, state=state) for image, state in zip(going.images, states, strict=True))
    phases = (Phase.HELD, Phase.CANCELLED, Phase.DOWNLOADED, Phase.SKIPPED)
    orders = [changed(going, output="/out/going", images=images), *(one(n, phase=p) for n, p in enumerate(phases))]
    folders, wanted = within(kept, lambda store: store.parts(), *orders)
    assert folders == {"/out/going", "/out/0", "/out/1"}
    assert wanted == {images[0].id, images[1].id}


def test_the_last_fact_is_dated(kept: State) -> None:
    """The time of the last written fact is returned, even if earlier facts have later times."""
    start = order()

    async def work(store: Store) -> float | None:
        await store.record(start, facts.Retried(), start, NOW - 50)
        return await store.newest_fact()

    assert within(kept, work, start) == NOW - 50

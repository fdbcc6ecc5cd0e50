"""Contract tests for every store: purchases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from daemon.errors import Mismatch
from daemon.order import Image, ImageState, Order, Phase, Preset, facts, steps
from daemon.store.protocol import Store
from tests.core.orders import NOW, after, order, reckoned
from tests.stores.contract import keep, within
from tests.stores.states import State


def bought(number: int, *images: tuple[str, float], **more: Any) -> Order:
    """An order that bought these images at these times."""
    placed = tuple(Image(name, name, state=ImageState.PLACED, fetched_at=at) for name, at in images)
    order_id = f"00000000-0000-4000-8000-{number:012}"
    return replace(order(), id=order_id, folder=f"/in/{number}", phase=Phase.DOWNLOADED, images=placed, **more)


def ledger(state: State, since: float = 0.0, until: float = 1e12) -> list[tuple[str, str, float]]:
    """Every purchase: image, the last digit of its order, time."""
    with state.look() as reader:
        rows = reader.purchases(since, until)
    return [(row["image_id"], row["order_id"][-1], row["at"]) for row in rows]


@pytest.mark.parametrize("swapped", [False, True])
def test_an_image_is_bought_once(kept: State, swapped: bool) -> None:
    """If two orders bought an image, only the earlier purchase counts, in any order of writing."""
    first, second = bought(1, ("a", 5.0), ("b", 6.0)), bought(2, ("a", 9.0), ("c", 9.5))
    keep(kept, *((second, first) if swapped else (first, second)))
    assert ledger(kept) == [("a", "1", 5.0), ("b", "1", 6.0), ("c", "2", 9.5)]
    assert ledger(kept, 6.0, 9.5) == [("b", "1", 6.0)]


def test_a_purchase_is_reported_with_its_order(kept: State) -> None:
    """A purchase has its credits, its file, its shoot and the order that it supplements."""
    one = bought(1, ("a", 5.0), supplement_of="first")
    keep(kept, replace(one, images=(replace(one.images[0], file="a.jpg"),)))
    with kept.look() as reader:
        (row,) = reader.purchases(0, 9)
    assert row == {
        "at": 5.0,
        "credits": 1,
        "order_id": one.id,
        "image_id": "a",
        "file": "a.jpg",
        "shoot": one.shoot,
        "folder": one.folder,
        "supplement_of": "first",
    }


def test_dev_mode_buys_nothing(kept: State) -> None:
    """The images of an order in dev mode are free."""
    keep(kept, bought(1, ("free", 5.0), preset=Preset(dev_mode=True)))
    assert ledger(kept) == []


def test_images_of_other_orders_are_known(kept: State) -> None:
    """Images that another order has, bought or not, are returned; new images and the order's own are not."""
    pending = replace(bought(1), images=(Image("pending", "n"),))
    orders = (bought(2, ("paid", 5.0)), bought(3, ("free", 5.0), preset=Preset(dev_mode=True)), bought(4, ("own", 5.0)))
    gone, own = bought(5, ("gone", 5.0)), orders[-1]

    async def work(store: Store) -> frozenset[str]:
        await store.record(gone, None, replace(gone, images=()), NOW)
        asked = ["pending", "paid", "free", "own", "gone", "new"]
        return await store.of_other_orders(iter(asked), own.id)

    assert within(kept, work, pending, *orders, gone) == {"pending", "paid", "free", "gone"}


def test_a_picture_that_is_fetched_again_counts_once_against_the_limits(kept: State) -> None:
    """A bought image whose picture is not downloaded yet is counted once."""
    small = facts.Failed(steps.Fetch("i0"), facts.Kind.MISMATCH, "small", mismatch=Mismatch.SMALL_PICTURE)
    start = reckoned(True, True)

    async def work(store: Store) -> tuple[int, int]:
        await store.record(start, small, after(start, small), NOW)
        return await store.spent(NOW, NOW, "another order")

    assert within(kept, work, start) == (2, 2)
    assert [image for image, _, _ in ledger(kept)] == ["i0"]


def test_what_counts_against_the_limits(kept: State) -> None:
    """Images bought since a time count, and images that other orders, even held ones, may buy."""
    start = reckoned(True, True, False)
    held = replace(start, id="held", folder="/in/h", phase=Phase.HELD, held_in=Phase.DOWNLOADING)
    free = replace(start, id="free", folder="/in/f", preset=Preset(dev_mode=True))
    early = replace(start, id="early", folder="/in/e", reckoned=False)
    paid = bought(1, ("a", NOW - 50), ("b", NOW - 5))

    async def work(store: Store) -> None:
        assert await store.spent(NOW - 10, NOW - 100, "another order") == (1 + 4, 2 + 4)
        assert await store.spent(NOW - 10, NOW - 100, start.id) == (1 + 2, 2 + 2)
        assert [await store.bought_since(at) for at in (NOW - 5, NOW - 4)] == [True, False]

    within(kept, work, paid, start, held, free, early)


def test_a_purchase_from_the_future_counts_when_it_can_have_been_made(kept: State) -> None:
    """An image bought while the clock was ahead counts for the time of the first fact after it."""
    ahead = NOW + 10**6
    start = bought(1)
    fetched = replace(start, images=(Image("a", "a", state=ImageState.FETCHED, fetched_at=ahead),))

    async def work(store: Store) -> None:
        await store.record(start, facts.Fetched("a", 3, "ab", "jpg"), fetched, ahead)
        assert await store.spent(ahead, NOW, "another order") == (1, 1), "no fact came after it"
        await store.record(fetched, facts.Retried(), fetched, NOW + 60)
        await store.record(fetched, facts.Retried(), fetched, NOW + 90)
        assert await store.spent(NOW + 61, NOW + 60, "another order") == (0, 1)

    within(kept, work, start)


def test_a_purchase_from_the_future_that_no_fact_tells_of(kept: State) -> None:
    """A purchase without a fact in the journal counts for the time of the newest fact."""
    one = bought(1, ("a", NOW + 10**6))
    assert within(kept, lambda store: store.spent(NOW + 1, NOW, "another order"), one) == (0, 1)

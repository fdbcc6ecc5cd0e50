"""The ledger of purchases: an image is bought once, whichever orders it was shown for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from daemon.errors import Mismatch
from daemon.order import Image, ImageState, Order, Phase, Preset, facts
from daemon.store.protocol import Store
from daemon.store.sqlite.file import FILE
from daemon.store.sqlite.reader import SqliteReader
from daemon.store.sqlite.rebuild import rebuild
from daemon.store.sqlite.store import SqliteStore
from tests.core.orders import NOW, after, order, reckoned

T = TypeVar("T")


def bought(number: int, *images: tuple[str, float], **more: Any) -> Order:
    """An order that bought these images at these moments."""
    placed = tuple(Image(name, name, state=ImageState.PLACED, fetched_at=at) for name, at in images)
    order_id = f"00000000-0000-4000-8000-{number:012}"
    return replace(order(), id=order_id, folder=f"/in/{number}", phase=Phase.DOWNLOADED, images=placed, **more)


def with_store(state: Path, *orders: Order, ask: Callable[[Store], Coroutine[Any, Any, T]]) -> T:
    """What ``ask`` gives of a state with these orders."""

    async def work() -> T:
        store = SqliteStore.open(state)
        try:
            for one in orders:
                await store.add(one, facts.Locked(one.brackets))
            return await ask(store)
        finally:
            store.close()

    return asyncio.run(work())


async def nothing(_store: Store) -> None:
    """No question."""


def ledger(state: Path) -> list[tuple[str, str, float]]:
    """Every purchase: image, the last digit of its order, time."""
    with SqliteReader(state) as reader:
        rows = reader.purchases(0, 1e12)
    return [(row["image_id"], row["order_id"][-1], row["at"]) for row in rows]


@pytest.mark.parametrize("swapped", [False, True])
def test_an_image_is_bought_once(tmp_path: Path, swapped: bool) -> None:
    """An image that two orders bought is one purchase, the first of the two, whichever was written first."""
    first, second = bought(1, ("a", 5.0), ("b", 6.0)), bought(2, ("a", 9.0), ("c", 9.5))
    with_store(tmp_path, *((second, first) if swapped else (first, second)), ask=nothing)
    assert ledger(tmp_path) == [("a", "1", 5.0), ("b", "1", 6.0), ("c", "2", 9.5)]


def test_a_rebuilt_ledger_has_each_image_once(tmp_path: Path) -> None:
    """When a state is written anew, the oldest purchase of an image counts, from whichever history it comes."""
    first, second = bought(1, ("a", 5.0)), bought(2, ("a", 9.0))
    for name, one in (("one", second), ("two", first)):
        with_store(tmp_path / name, one, ask=nothing)
    into = tmp_path / "into"
    into.mkdir()
    histories = [tmp_path / name / FILE for name in ("one", "two")]
    unbought = [replace(one, images=()) for one in (second, first)]
    rebuild(into, [(one, None) for one in unbought], histories, {}, NOW)
    assert ledger(into) == [("a", "1", 5.0)]


def test_images_of_other_orders_are_known(tmp_path: Path) -> None:
    """An image that another order has, bought or not, is told; one that is new, or of the order itself, is not."""
    pending = replace(bought(1), images=(Image("pending", "n"),))
    paid = bought(2, ("paid", 5.0))
    free = bought(3, ("free", 5.0), preset=Preset(dev_mode=True))
    own = bought(4, ("own", 5.0))
    asked = ["pending", "paid", "free", "own", "new"]
    found = with_store(tmp_path, pending, paid, free, own, ask=lambda store: store.of_other_orders(asked, own.id))
    assert found == {"pending", "paid", "free"}


def test_a_picture_that_is_fetched_again_counts_once_against_the_limits(tmp_path: Path) -> None:
    """An image that was bought, and whose picture is still to come, is in the ledger and not counted besides."""
    small = facts.Failed(facts.Fetch("i0"), facts.Kind.MISMATCH, "small", mismatch=Mismatch.SMALL_PICTURE)
    start = reckoned(True, True)

    async def spent(store: Store) -> tuple[int, int]:
        await store.record(start, small, after(start, small), NOW)
        return await store.spent(NOW, NOW, "another order")

    assert with_store(tmp_path, start, ask=spent) == (2, 2)
    assert [image for image, _, _ in ledger(tmp_path)] == ["i0"]

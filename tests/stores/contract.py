"""What the contract suite of the stores is written with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from daemon.order import Order, facts
from daemon.store.asks import Outcome
from daemon.store.protocol import Store
from tests.stores.states import State

T = TypeVar("T")


def within(state: State, work: Callable[[Store], Awaitable[T]], *orders: Order) -> T:
    """What ``work`` returns of a store that was just opened, once these orders are in it."""

    async def run() -> T:
        store = state.open()
        try:
            for one in orders:
                await store.add(one, facts.Locked(one.brackets))
            return await work(store)
        finally:
            store.close()

    return asyncio.run(run())


def keep(state: State, *orders: Order) -> None:
    """Put orders into a state."""

    async def nothing(_store: Store) -> None:
        """No more."""

    within(state, nothing, *orders)


def answered(state: State, seq: int) -> tuple[Outcome, str] | None:
    """What came of an ask, as another program sees it."""
    with state.look() as reader:
        return reader.answer(seq)


def own_thread() -> ThreadPoolExecutor:
    """A thread for a store in a file, as the daemon has one."""
    return ThreadPoolExecutor(1)

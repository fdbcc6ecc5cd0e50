"""Helpers for the contract tests of the stores."""

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
    """Open a store, add these orders, and return the result of ``work``."""

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
    """Store orders in a state."""

    async def nothing(_store: Store) -> None:
        """Do nothing else."""

    within(state, nothing, *orders)


def answered(state: State, seq: int) -> tuple[Outcome, str] | None:
    """The outcome and text of an answer, read by another program."""
    with state.look() as reader:
        return reader.answer(seq)


def own_thread() -> ThreadPoolExecutor:
    """A thread for a store in a file, as in the daemon."""
    return ThreadPoolExecutor(1)

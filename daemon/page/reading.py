"""Reads the state and stores asks in threads, so that no request holds up the daemon."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from daemon.order import Verb
from daemon.store.asks import Outcome
from daemon.store.reading import Reader

T = TypeVar("T")

THREADS = 4
PATIENCE = 2.0
"""Seconds to wait for the answer to an ask."""

OFTEN = 0.03
"""Seconds between two checks for an answer."""


class State:
    """The state as the page uses it. ``look`` opens it, ``ask`` stores an ask, ``came`` wakes who answers asks.

    ``copies`` lists the copies of the state, the newest first, each with its time in epoch seconds.
    """

    def __init__(
        self,
        look: Callable[[], Reader],
        ask: Callable[[str, str, Sequence[str]], int],
        came: asyncio.Event,
        copies: Callable[[], list[tuple[Path, float]]],
    ) -> None:
        self._look, self._ask, self._came, self._copies = look, ask, came, copies
        self.patience = PATIENCE
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="page")

    async def read(self, call: Callable[[Reader], T]) -> T:
        """The result of ``call`` with a reader, in a thread. Raises StateError and what ``call`` raises."""

        def reading() -> T:
            with self._look() as reader:
                return call(reader)

        return await self.in_thread(reading)

    async def in_thread(self, call: Callable[[], T]) -> T:
        """The result of a blocking call."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def ask(self, verb: Verb, target: str, names: Sequence[str] = ()) -> int:
        """Store an ask and wait a short time for its answer. Returns the ask's number. Raises StateError."""
        seq = await self.in_thread(lambda: self._ask(verb.value, target, names))
        self._came.set()
        for _ in range(int(self.patience / OFTEN)):
            if await self.answer(seq) is not None:
                break
            await asyncio.sleep(OFTEN)
        return seq

    async def copies(self) -> list[tuple[Path, float]]:
        """The copies of the state, the newest first, each with its time in epoch seconds."""
        return await self.in_thread(self._copies)

    async def answer(self, seq: int) -> tuple[Outcome, str] | None:
        """The answer to an ask; None while it is open."""
        return await self.read(lambda reader: reader.answer(seq))

    def close(self) -> None:
        """Wait for nothing: calls in progress only read."""
        self._threads.shutdown(wait=False, cancel_futures=True)

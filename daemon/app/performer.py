"""Performs steps in threads, with the order's service account and the current API key."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog

from daemon.host import logs
from daemon.order import Order, facts, steps
from daemon.service import Service
from daemon.services import Services
from daemon.steps import Steps, Stopped

log = structlog.get_logger("bracketd")

SPARE = 4
"""Extra threads for calls that are not steps: a connection test, or a search for another key."""


class Performer:
    """Performs steps. ``threads`` is how many may run at once.

    ``steps_of`` returns what performs the steps through a service account. Its second argument is called between pieces
    of a transfer and raises Stopped to interrupt it.
    """

    def __init__(
        self, services: Services, steps_of: Callable[[Service, Callable[[], None]], Steps], *, threads: int
    ) -> None:
        self._services, self._steps_of = services, steps_of
        self._threads = ThreadPoolExecutor(threads + SPARE, thread_name_prefix="step")
        self._abort = threading.Event()

    async def perform(self, order: Order, step: steps.Step) -> facts.Fact:
        """Perform a step. If the key is refused and another one is found, repeat the step with that key."""
        while True:
            service = self._services.of(order.flow, dev_mode=order.preset.dev_mode)
            performing = self._steps_of(service, self._go_on)
            fact: facts.Fact = await self.in_thread(performing.perform, order, step)
            if not isinstance(fact, facts.Failed) or fact.kind is not facts.Failure.ACCOUNT:
                return fact
            await self._look_for_key()
            if service in self._services.now:
                return fact

    async def online(self) -> bool:
        """True if the service can be reached."""
        reachable: bool = await self.in_thread(self._services.usual().reachable)
        return reachable

    async def in_thread(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """Run a blocking call."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments)

    def break_off(self) -> None:
        """Stop the running transfers at their next chunk."""
        self._abort.set()
        for service in self._services.all:
            service.stop()

    def close(self) -> None:
        """Start no more steps, and close the connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for service in self._services.all:
            service.close()

    async def _look_for_key(self) -> None:
        key = await self.in_thread(self._services.found)
        if key is not None and self._services.renew(key):
            logs.redact(key.text)
            log.info("new API key found and in use")

    def _go_on(self) -> None:
        if self._abort.is_set():
            raise Stopped

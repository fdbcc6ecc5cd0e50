"""The state of the account and of the connection: which steps may begin, and which orders resume afterwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from daemon.host.clock import Clock
from daemon.order import Order, Policy, facts, steps
from daemon.order.facts import Failure
from daemon.order.merging import limit_reached
from daemon.order.policy import probed
from daemon.orders import Change, Desk
from daemon.runner.gate import DayLimit, Gate
from daemon.runner.outage import Outage

log = structlog.get_logger("bracketd.runner")

ONLINE_EVERY = 10.0
"""Seconds between two connection checks while orders wait for the network."""


class Account:
    """Decides which steps may begin and learns from their facts. ``online`` is True if the service can be reached."""

    def __init__(self, desk: Desk, clock: Clock, policy: Policy, online: Callable[[], Awaitable[bool]]) -> None:
        self._desk, self._clock, self._policy, self._online = desk, clock, policy, online
        self._gate, self._day = Gate(policy.account_probe), DayLimit(policy.limit_probe)
        self._outage = Outage(ONLINE_EVERY)
        desk.listen(self._changed)

    @property
    def is_refused(self) -> bool:
        """True while the service refuses the account. Then only one step at a time is tried, as a probe."""
        return self._gate.reason is not None

    def admits(self, others: int) -> bool:
        """True if a step may begin while ``others`` are under way."""
        return self._gate.admits(others, self._clock.monotonic())

    def refuses(self, order: Order, step: steps.Step) -> facts.Failed | None:
        """The failure that a step would have because the daily limit is reached; None if the step may be tried."""
        now = self._clock.monotonic()
        if not isinstance(step, steps.Merge | steps.Reprocess) or self._day.admits(order.id, now):
            return None
        return facts.Failed(step, Failure.ACCOUNT, self._day.reason or "", unsent=True, retry_after=self._day.wait(now))

    async def hears(self, order: Order, fact: facts.Fact) -> facts.Fact:
        """Learn from a fact before the next request is sent. Returns the fact to store.

        If the account is refused, the failure gets the reason that all orders show.
        """
        if isinstance(fact, facts.Polled):
            await self._learn_day_limit(order, fact)
        match fact:
            case facts.Failed(offline=True):
                self._outage.met(order.id, self._clock.monotonic())
            case facts.Failed(kind=Failure.ACCOUNT):
                return await self._refused(order, fact)
            case facts.Polled() if not order.merge.requested:
                pass  # a poll before the merge proves nothing: the service does not refuse polls
            case (
                facts.Created()
                | facts.Registered()
                | facts.Merged()
                | facts.Polled()
                | facts.Previewed()
                | facts.Fetched()
            ):
                waiting = self._gate.open(order.id)
                if waiting is not None:
                    log.info("account working again")
                    await self._desk.account_is(None)
                    await self._resume(waiting)
        return fact

    def take_check(self) -> bool:
        """True if the connection must be checked now. Schedules the next check."""
        return self._outage.probe_due(self._clock.monotonic())

    async def check_connection(self) -> None:
        """Check the connection. If it is restored, resume the orders that waited for it."""
        waiting = self._outage.probed(reachable=await self._online())
        if waiting:
            log.info("network connection restored", orders=len(waiting))
        await self._resume(waiting)

    async def _refused(self, order: Order, fact: facts.Failed) -> facts.Failed:
        why = probed(fact.why, self._policy)
        if self._gate.shut(order.id, fact.cause, why, self._clock.monotonic()):
            log.error("account refused; all orders paused", why=why)
            await self._desk.account_is(why)
        elif self._gate.reason is None:
            log.warning("only one order refused; it waits", order=order.id, why=why)
        return replace(fact, why=self._gate.reason_for(order.id, why))

    async def _learn_day_limit(self, order: Order, fact: facts.Polled) -> None:
        """Learn from a poll if the account's daily limit is reached or lifted."""
        full = limit_reached(fact)
        if full is not None:
            if self._day.reached(order.id, full, self._clock.monotonic()):
                log.error("daily limit reached; merges paused", why=full)
                await self._desk.day_limit_is(full)
            return
        before = {image.id for image in order.images if image.ended}
        if any(image.ended and image.id not in before for image in fact.images):
            waiting = self._day.passed(order.id)
            if waiting is not None:
                log.info("daily limit lifted")
                await self._desk.day_limit_is(None)
                await self._resume(waiting)

    async def _resume(self, orders: frozenset[str]) -> None:
        for order_id in orders:
            await self._desk.happened(order_id, facts.Resumed())

    def _changed(self, change: Change) -> None:
        """Probe the service immediately after a person's retry."""
        if isinstance(change.fact, facts.Retried | facts.Reopened):
            self._gate.probe_now()
            self._day.probe_now()

"""The account and the line to the service: what may be begun now, and who goes on when they are back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from daemon.host.clock import Clock
from daemon.order import MergeState, Order, Policy, facts
from daemon.order.facts import Kind
from daemon.order.merging import limit_reached
from daemon.order.policy import probed
from daemon.orders import Change, Desk
from daemon.runner.gate import DayLimit, Gate
from daemon.runner.outage import Outage

log = structlog.get_logger("bracketd.runner")

ONLINE_EVERY = 10.0
"""Seconds between tries of the line while orders wait for it."""


class Account:
    """Admits steps and hears their facts. ``online`` tells whether the service can be reached at all."""

    def __init__(self, desk: Desk, clock: Clock, policy: Policy, online: Callable[[], Awaitable[bool]]) -> None:
        self._desk, self._clock, self._policy, self._online = desk, clock, policy, online
        self._gate, self._day = Gate(policy.account_probe), DayLimit(policy.limit_probe)
        self._outage = Outage(ONLINE_EVERY)
        desk.listen(self._changed)

    @property
    def is_refused(self) -> bool:
        """True while the service refuses the account: then one step at a time probes it."""
        return self._gate.reason is not None

    def admits(self, others: int) -> bool:
        """True if a step may begin while ``others`` are under way."""
        return self._gate.admits(others, self._clock.monotonic())

    def refuses(self, order: Order, step: facts.Step) -> facts.Failed | None:
        """The failure that the service would answer, if the daily limit is reached; None if the step may be tried."""
        now = self._clock.monotonic()
        if not isinstance(step, facts.Merge | facts.Reprocess) or self._day.admits(order.id, now):
            return None
        return facts.Failed(step, Kind.ACCOUNT, self._day.reason or "", unsent=True, retry_after=self._day.wait(now))

    async def hears(self, order: Order, fact: facts.Fact) -> facts.Fact:
        """Learn from an answer before the next request leaves. Returns the fact to store.

        The failure of a refused account gets the reason that all orders show.
        """
        if isinstance(fact, facts.Seen):
            await self._hear_of_day(order, fact)
        match fact:
            case facts.Failed(offline=True):
                self._outage.met(order.id, self._clock.monotonic())
            case facts.Failed(kind=Kind.ACCOUNT):
                return await self._refused(order, fact)
            case facts.Seen() if order.merge is MergeState.NOT_ASKED:
                pass  # a look before a refused merge: looks are not refused
            case facts.Created() | facts.Registered() | facts.Merged() | facts.Seen() | facts.Fetched():
                waiting = self._gate.open(order.id)
                if waiting is not None:
                    log.info("account accepted again")
                    await self._desk.account_is(None)
                    await self._resume(waiting)
        return fact

    @property
    def probes_line(self) -> bool:
        """True if the line is to be tried now. The next time is a while later."""
        return self._outage.probe_due(self._clock.monotonic())

    async def probe_line(self) -> None:
        """Try the line. When it is back, the orders that waited for it go on."""
        waiting = self._outage.probed(reachable=await self._online())
        if waiting:
            log.info("the line is back", orders=len(waiting))
        await self._resume(waiting)

    async def _refused(self, order: Order, fact: facts.Failed) -> facts.Failed:
        why = probed(fact.why, self._policy)
        if self._gate.shut(order.id, fact.cause, why, self._clock.monotonic()):
            log.error("account refused, everything waits", why=why)
            await self._desk.account_is(why)
        elif self._gate.reason is None:
            log.warning("refused for this order alone, it waits", order=order.id, why=why)
        return replace(fact, why=self._gate.reason_for(order.id, why))

    async def _hear_of_day(self, order: Order, fact: facts.Seen) -> None:
        """What a look shows of the account's daily limit."""
        full = limit_reached(fact)
        if full is not None:
            if self._day.reached(order.id, full, self._clock.monotonic()):
                log.error("daily limit reached, merges wait", why=full)
                await self._desk.day_limit_is(full)
            return
        before = {image.id for image in order.images if image.ended}
        if any(image.ended and image.id not in before for image in fact.images):
            waiting = self._day.passed(order.id)
            if waiting is not None:
                log.info("daily limit passed")
                await self._desk.day_limit_is(None)
                await self._resume(waiting)

    async def _resume(self, orders: frozenset[str]) -> None:
        for order_id in orders:
            await self._desk.happened(order_id, facts.Resumed())

    def _changed(self, change: Change) -> None:
        """A person's retry asks the service at once."""
        if isinstance(change.fact, facts.Retried | facts.Reopened):
            self._gate.probe_now()
            self._day.probe_now()

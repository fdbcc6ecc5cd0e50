"""Orders at the service that are newer than anything in the state, and not in it: the state is an older one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import structlog

from daemon.errors import ServiceError
from daemon.order.found import Listed
from daemon.recovery.atservice import AtService
from daemon.service import OrderListed, Service
from daemon.store.protocol import Store

MOST = 3000
"""Orders of the account that are looked at. Whether the service lists the newest first is not documented."""

ENOUGH = 15
"""Older orders after which the rest of a list that is newest first is not asked for."""

MOST_ASKED = 50
"""Orders that are asked for their brackets' names, where the list does not tell whose they are."""

TRIES, TRY_EVERY = 10, 60.0
"""How often the service is asked until it answers, and the seconds between: a machine may start without its line."""

Blocking = Callable[..., Awaitable[Any]]
"""Runs a call and its arguments in a thread."""

log = structlog.get_logger("bracketd.recovery")


async def compare(
    store: Store,
    service: Callable[[], Service],
    blocking: Blocking,
    tell: Callable[[Sequence[Listed]], Awaitable[None]],
) -> None:
    """Compare the state with the service once, and ``tell`` which orders there are newer; none if nothing is known."""
    for _ in range(TRIES):
        try:
            await tell(await newer_orders(store, service(), blocking))
        except ServiceError as error:
            log.info("the service was not asked for newer orders", why=str(error))
            await tell(())
            await asyncio.sleep(TRY_EVERY)
        else:
            return


async def newer_orders(store: Store, service: Service, blocking: Blocking) -> tuple[Listed, ...]:
    """The orders of ours that the state does not know and that were made after its newest fact.

    A state without a fact is new, and no older one. Raises ServiceError; nothing is asked twice.
    """
    since = await store.newest_fact()
    if since is None:
        return ()
    listed: Sequence[OrderListed] = await blocking(lambda: list(_made_after(service, since)))
    known = await store.known(order.id for order in listed)
    unknown = [order for order in listed if order.id not in known]
    ours: tuple[Listed, ...] = await blocking(lambda: tuple(_ours(service, unknown)))
    return ours


def _made_after(service: Service, since: float) -> Iterator[OrderListed]:
    """The account's orders that were made after a moment. A list that is newest first is not read to its end."""
    last, older, newest_first = float("inf"), 0, True
    for number, order in enumerate(service.orders()):
        if number == MOST:
            return
        made = order.created_at
        if made is None:
            continue
        newest_first, last = newest_first and made <= last, made
        if made > since:
            yield order
            continue
        older += 1
        if newest_first and older == ENOUGH:
            return


def _ours(service: Service, orders: Sequence[OrderListed]) -> Iterator[Listed]:
    """Those whose photos bear names that bracketd gives."""
    asked = 0
    for listed in orders:
        order = AtService(listed.id, listed.name, listed.created_at, listed.seen)
        if not order.names and not listed.seen.images and asked < MOST_ASKED:
            asked += 1
            brackets = service.brackets(listed.id)
            order = AtService(listed.id, listed.name, listed.created_at, listed.seen, brackets)
        if order.names:
            yield Listed(order.id, order.untagged)

"""Finds orders at the service that are newer than the state and missing from it, which shows that it is outdated."""

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
"""The number of listed orders to read at most. The API does not document if the newest are listed first."""

ENOUGH = 15
"""The number of older orders after which a list that starts with the newest is not read further."""

MOST_ASKED = 50
"""The number of orders whose brackets are requested at most, because the list does not show their names."""

TRIES, TRY_EVERY = 10, 60.0
"""Attempts to reach the service, and seconds between them. The network may not be up at startup."""

Blocking = Callable[..., Awaitable[Any]]
"""Runs a function with its arguments in a thread."""

log = structlog.get_logger("bracketd.recovery")


async def compare(
    store: Store,
    service: Callable[[], Service],
    blocking: Blocking,
    tell: Callable[[Sequence[Listed]], Awaitable[None]],
) -> None:
    """Compare the state with the service once, and call ``tell`` with the newer orders at the service.

    If the service cannot be reached, ``tell`` is called with no orders and the comparison is repeated.
    """
    for _ in range(TRIES):
        try:
            await tell(await newer_orders(store, service(), blocking))
        except ServiceError as error:
            log.info("could not check the service for newer orders", why=str(error))
            await tell(())
            await asyncio.sleep(TRY_EVERY)
        else:
            return


async def newer_orders(store: Store, service: Service, blocking: Blocking) -> tuple[Listed, ...]:
    """The orders made by bracketd after the state's newest fact that are not in the state.

    Empty for a state without facts, because it is new. Raises ServiceError; requests are not retried.
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
    """The account's orders made after ``since``. A list that starts with the newest is not read to its end."""
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
    """The orders whose brackets or images have names made by bracketd."""
    asked = 0
    for listed in orders:
        order = AtService(listed.id, listed.name, listed.created_at, listed.report)
        if not order.names and not listed.report.images and asked < MOST_ASKED:
            asked += 1
            brackets = service.brackets(listed.id)
            order = AtService(listed.id, listed.name, listed.created_at, listed.report, brackets)
        if order.names:
            yield Listed(order.id, order.untagged)

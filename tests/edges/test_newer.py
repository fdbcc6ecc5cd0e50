"""Comparing the state with the service's list of orders."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from daemon.order import facts
from daemon.order.found import Listed
from daemon.order.naming import name_at_service
from daemon.recovery.newer import ENOUGH, compare, newer_orders
from daemon.service import Endpoint, Service
from daemon.store.sqlite.store import SqliteStore
from tests.changed import changed
from tests.core.orders import NOW, order
from tests.edges.service.hosts import Exchange, Host

OURS, BARE, THEIRS, KNOWN = (f"{letter * 8}-0000-4000-8000-000000000000" for letter in "abcd")


@pytest.fixture
def host() -> Iterator[Host]:
    """A service without scripted answers."""
    with Host(lambda exchange: exchange.answer(404, {"message": "?", "detail": {}})) as started:
        yield started


def listed(order_id: str, age: float, *names: str) -> dict[str, Any]:
    """An order a number of seconds newer than the state's last fact."""
    made = datetime.fromtimestamp(NOW + age, UTC).replace(tzinfo=None).isoformat()
    images = [{"image_id": f"i{n}", "image_name": name, "status": "processed"} for n, name in enumerate(names)]
    return {"order_id": order_id, "name": "", "created_at": made, "images": images}


def lists(host: Host, *orders: dict[str, Any], brackets: Sequence[str] = ()) -> None:
    """Have the service list these orders, two per page, and these brackets for each of them."""

    def script(exchange: Exchange) -> None:
        if exchange.target.endswith("/brackets"):
            exchange.answer(200, {"brackets": [{"name": name, "is_uploaded": True} for name in brackets]})
            return
        begin = int(exchange.target.partition("offset=")[2].partition("&")[0] or 0)
        more = {"next_offset": str(begin + 2)} if begin + 2 < len(orders) else {}
        exchange.answer(200, {"orders": orders[begin : begin + 2], "pagination": more})

    host.script = script


async def thread(call: Callable[..., Any], *arguments: Any) -> Any:
    """Run a call in a thread."""
    return await asyncio.to_thread(call, *arguments)


def compared(host: Host, state: Path, *, facts_in_it: bool = True) -> tuple[Listed, ...]:
    """The newer orders for a state whose last fact was recorded at NOW."""

    async def work() -> tuple[Listed, ...]:
        store = SqliteStore.open(state)
        service = Service(Endpoint(host.url, "k3y", "test"), flow="images", dev_mode=False)
        with closing(store), closing(service):
            if facts_in_it:
                await store.add(changed(order(), id=KNOWN, updated_at=NOW), facts.Locked(()))
            return await newer_orders(store, service, thread)

    return asyncio.run(work())


def test_newer_orders_of_ours_are_found(host: Host, tmp_path: Path) -> None:
    """Only orders that are newer than the state, have bracketd's tag and are unknown are returned."""
    photo = f"12 Oak St IMG_1 {OURS[:8]}-1.JPG"
    lists(
        host,
        listed(OURS, 50, photo),
        listed(THEIRS, 40, "IMG_1.JPG"),
        listed(BARE, 30),
        listed(KNOWN, 20, f"x {KNOWN[:8]}-1.JPG"),
        *(listed(f"older-{n}", -10.0 - n, f"x older-{n}-1.JPG") for n in range(2 * ENOUGH)),
        brackets=[f"Elm DSC_7 {BARE[:8]}-3.NEF"],
    )
    found = compared(host, tmp_path)
    assert found == (
        Listed(OURS, frozenset({name_at_service("12 Oak St", "IMG_1.JPG", "")})),
        Listed(BARE, frozenset({name_at_service("Elm", "DSC_7.NEF", "")})),
    )
    asked = [seen.target for seen in host.seen]
    assert not any(f"offset={2 * ENOUGH}" in target for target in asked), "newest first: the rest is not asked for"


def test_a_list_in_another_order_is_read_to_its_end(host: Host, tmp_path: Path) -> None:
    """New orders are found even if the service lists old orders first."""
    old = [listed(f"old-{n}", -100.0 + n) for n in range(5)]
    lists(host, *old, listed(OURS, 50, f"12 Oak St IMG_1 {OURS[:8]}-1.JPG"))
    assert [one.id for one in compared(host, tmp_path)] == [OURS]


def test_a_new_state_has_nothing_to_compare(host: Host, tmp_path: Path) -> None:
    """A state without facts is new, so the service is not asked."""
    lists(host, listed(OURS, 50, f"12 Oak St IMG_1 {OURS[:8]}-1.JPG"))
    assert compared(host, tmp_path, facts_in_it=False) == ()
    assert host.seen == []


def test_a_service_that_does_not_respond_delays_nothing(host: Host, tmp_path: Path) -> None:
    """If the service cannot be asked, an empty result is reported at once."""
    host.script = lambda exchange: exchange.answer(503, {"message": "no"})
    reported: list[Sequence[Listed]] = []

    async def work() -> None:
        store = SqliteStore.open(tmp_path)
        service = Service(Endpoint(host.url, "k3y", "test"), flow="images", dev_mode=False)
        heard = asyncio.Event()

        async def tell(found: Sequence[Listed]) -> None:
            reported.append(found)
            heard.set()

        with closing(store), closing(service):
            await store.add(order(), facts.Locked(()))
            asking = asyncio.create_task(compare(store, lambda: service, thread, tell))
            await asyncio.wait_for(heard.wait(), 30)
            asking.cancel()
            with suppress(asyncio.CancelledError):
                await asking

    asyncio.run(work())
    assert reported == [()]

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import replace

import pytest

from daemon.order import facts
from daemon.orders import Change
from daemon.page.broadcast import MOST_ORDERS, MOST_STREAMS, Broadcast, Stream, TooManyStreams
from daemon.progress.transfer import Transfer, Way
from daemon.store.notes import Alert, Subject
from tests.core.orders import order
from tests.edges.page.browser import Browser, Site
from tests.edges.page.conftest import Sites


async def first(stream: Stream, count: int = 1) -> list[bytes]:
    """The first events of a stream, without the line that sets the pause before a new connection."""
    events = stream.text()
    assert (await anext(events)).startswith(b"retry:")
    return [await asyncio.wait_for(anext(events), 5) for _ in range(count)]


def test_a_change_is_one_event(site: Site) -> None:
    """A changed order is told to every open page, by its id and as a change of anything."""
    change = Change(None, facts.Locked(()), order())

    async def work() -> list[bytes]:
        with site.broadcast.subscribed(site.broadcast.position) as stream:
            site.events.heard(change)
            return await first(stream)

    (event,) = site.runner.run(work())
    assert event == f"event: order-{order().id}\ndata: 1\n\nevent: changed\ndata: 1\n\n".encode()


def test_many_changes_are_one_event() -> None:
    """Changes that come together are one event, which names a bounded number of orders."""
    broadcast = Broadcast()

    async def work() -> bytes:
        with broadcast.subscribed(broadcast.position) as stream:
            for number in range(1000):
                broadcast.publish(f"order {number}")
            return (await first(stream))[0]

    assert asyncio.run(work()).count(b"event:") == MOST_ORDERS + 1


def test_a_page_misses_nothing() -> None:
    """A change between the making of a page and its stream, or while the connection was cut, is told at once."""
    broadcast = Broadcast()

    async def work(seen: str) -> bytes:
        with broadcast.subscribed(seen) as stream:
            return (await first(stream))[0]

    seen = broadcast.position
    broadcast.publish("a")
    assert b"changed" in asyncio.run(work(seen))
    assert b"changed" in asyncio.run(work("of an earlier run"))


def test_a_page_that_is_up_to_date_is_told_nothing() -> None:
    """A page that shows the last change waits for the next one."""
    broadcast = Broadcast()
    broadcast.publish("a")

    async def work() -> None:
        with broadcast.subscribed(broadcast.position) as stream:
            events = stream.text()
            await anext(events)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(events), 0.05)

    asyncio.run(work())


def test_streams_are_capped() -> None:
    """No more streams than the limit are open at once, and a stream that ends makes room."""
    broadcast = Broadcast()
    with ExitStack() as streams:
        for _ in range(MOST_STREAMS):
            streams.enter_context(broadcast.subscribed(""))
        with pytest.raises(TooManyStreams):
            streams.enter_context(broadcast.subscribed(""))
        assert broadcast.busy.is_set()
    assert not broadcast.busy.is_set()
    with broadcast.subscribed(""):
        pass


def test_a_stream_too_many_gets_503(site: Site, browser: Browser) -> None:
    """A page beyond the limit gets 503 for its stream, and its views still work."""
    with ExitStack() as streams:
        for _ in range(MOST_STREAMS):
            streams.enter_context(site.broadcast.subscribed(""))
        assert browser.get("/events").status_code == 503
        assert browser.get("/shoots").status_code == 200


def test_closing_ends_all_streams(site: Site, browser: Browser) -> None:
    """When the page stops, every stream ends, and no new one begins."""

    async def close() -> None:
        await asyncio.sleep(0.05)
        site.broadcast.close()

    async def both() -> None:
        closing = asyncio.ensure_future(close())
        with site.broadcast.subscribed("") as stream:
            assert len([event async for event in stream.text()]) >= 2
        await closing

    site.runner.run(both())
    assert browser.get("/events").status_code == 503


def test_other_changes_are_noticed_while_a_page_is_open(sites: Sites) -> None:
    """Arriving shoots and notes of the daemon are told to open pages as well."""
    site = sites()

    async def work() -> bytes:
        watching = asyncio.ensure_future(site.events.watch())
        try:
            with site.broadcast.subscribed(site.broadcast.position) as stream:
                await asyncio.sleep(0.2)
                await asyncio.to_thread(note)
                return (await first(stream))[0]
        finally:
            watching.cancel()

    def note() -> None:
        async def store() -> None:
            from daemon.store.sqlite.store import SqliteStore  # noqa: PLC0415

            opened = SqliteStore.open(site.state_dir)
            await opened.note(Alert(Subject.ACCOUNT, "refused"))
            opened.close()

        asyncio.run(store())

    assert b"event: changed" in site.runner.run(work())


def test_progress_is_noticed_while_a_page_is_open(site: Site) -> None:
    """While bytes move, open pages are told of the order again and again."""
    move = Transfer(order().id, Way.UPLOAD, 1, 10, None, None)

    async def work() -> list[bytes]:
        watching = asyncio.ensure_future(site.events.watch())
        try:
            with site.broadcast.subscribed(site.broadcast.position) as stream:
                site.moving = (move,)
                events = stream.text()
                assert (await anext(events)).startswith(b"retry:")
                one = await asyncio.wait_for(anext(events), 5)
                site.moving = (replace(move, bytes=5),)
                return [one, await asyncio.wait_for(anext(events), 5)]
        finally:
            watching.cancel()

    assert all(f"event: order-{order().id}".encode() in event for event in site.runner.run(work()))

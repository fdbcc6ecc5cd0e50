"""The page on a real socket."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from daemon.config.settings import PageSettings
from daemon.host.clock import SystemClock
from daemon.page import address
from daemon.page.listening import bind
from daemon.page.page import Page, Surroundings
from daemon.page.reading import State
from daemon.page.server import HEAD_PATIENCE, MOST_CONNECTIONS
from daemon.store.notes import Alert, Subject
from daemon.store.sqlite.reader import SqliteReader, ask
from daemon.store.sqlite.store import SqliteStore
from tests.edges.page.browser import settings_in


class Served:
    """A page that is served in the test's event loop."""

    def __init__(self, home: Path, listen: str = "127.0.0.1:0") -> None:
        self.state_dir = home / "state"
        self.state_dir.mkdir(exist_ok=True)
        SqliteStore.open(self.state_dir).close()
        self.notes: list[Alert] = []
        self.noted = asyncio.Event()
        self.broken = False
        state = State(
            self._look,
            lambda verb, target, names: ask(self.state_dir, verb, target, time.time(), names),
            asyncio.Event(),
            list,
        )
        settings = settings_in(home, PageSettings(listen=listen))
        self.page = Page(settings, Surroundings(state, self._note, lambda: True, lambda: 0, SystemClock()))

    def _look(self) -> SqliteReader:
        """Open the state; with the bug if the page is ``broken``."""
        if self.broken:
            raise ZeroDivisionError
        return SqliteReader(self.state_dir)

    async def _note(self, note: Alert) -> None:
        self.notes.append(note)
        self.noted.set()

    async def url(self) -> str:
        """The address, once the page is served."""
        await asyncio.wait_for(self.noted.wait(), 10)
        found = address.published(self.state_dir)
        assert found is not None
        return address.url(*found)


def serve(home: Path, check: Callable[[Served, str], Awaitable[None]]) -> None:
    """Serve a page, run a check with its address, and stop it within two seconds."""

    async def work() -> None:
        served = Served(home)
        running = asyncio.ensure_future(served.page.run())
        try:
            await check(served, await served.url())
        finally:
            served.page.stop()
            await asyncio.wait_for(running, 4)

    asyncio.run(work())


@contextmanager
def taken() -> Iterator[int]:
    """A port that another program uses."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_it_is_served_and_stopped(tmp_path: Path) -> None:
    """The page answers at the published address, which disappears when the page stops."""

    async def check(served: Served, url: str) -> None:
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"{url}/healthz")).text == "ok\n"
        assert served.notes == [Alert(Subject.PAGE, None)]

    serve(tmp_path, check)
    assert address.published(tmp_path / "state") is None


def test_a_taken_port_is_noted(tmp_path: Path) -> None:
    """If the port is taken, a note says what it means and what to do. The page comes when the port is free."""

    async def work(port: int, free: Callable[[], None]) -> None:
        served = Served(tmp_path, f"127.0.0.1:{port}")
        running = asyncio.ensure_future(served.page.run())
        await asyncio.wait_for(served.noted.wait(), 5)
        (note,) = served.notes
        assert note.subject is Subject.PAGE
        assert note.words is not None
        assert note.words.startswith(
            f"the page is off, because 127.0.0.1:{port} cannot be used (Address already in use)"
        )
        assert not running.done()
        served.noted.clear()
        free()
        await asyncio.wait_for(served.noted.wait(), 10)
        assert served.notes[-1] == Alert(Subject.PAGE, None)
        served.page.stop()
        await asyncio.wait_for(running, 4)

    with socket.create_server(("127.0.0.1", 0)) as other:
        asyncio.run(work(other.getsockname()[1], other.close))


def test_the_death_of_the_page_is_noted(tmp_path: Path) -> None:
    """A bug that ends the page is noted, and the page is served again after a pause."""

    async def check(served: Served, url: str) -> None:
        cookie = {"bracketd": served.page.sessions.begin()}
        served.noted.clear()
        async with httpx.AsyncClient(cookies=cookie) as client, client.stream("GET", f"{url}/events"):
            served.broken = True
            await asyncio.wait_for(served.noted.wait(), 5)
        assert served.notes[-1].words is not None
        assert served.notes[-1].words.startswith("the page is off, because of a bug in it: ZeroDivisionError.")
        served.noted.clear()
        served.broken = False
        url = await served.url()
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"{url}/healthz")).status_code == 200
        assert served.notes[-1] == Alert(Subject.PAGE, None)

    serve(tmp_path, check)


async def closed_after(url: str, head: bytes, pause: float) -> bytes:
    """Send bytes on a new connection and wait until the server closes it. Returns what it sent."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head)
    try:
        return await asyncio.wait_for(reader.read(), pause)
    finally:
        writer.close()


def test_a_head_that_does_not_come_is_given_up(tmp_path: Path) -> None:
    """A connection that sends no complete request is closed after a while."""

    async def check(served: Served, url: str) -> None:
        del served
        begun = time.monotonic()
        both = (b"", b"GET / HTTP/1.1\r\nHost: x\r\n")
        assert await asyncio.gather(*(closed_after(url, head, 2 * HEAD_PATIENCE) for head in both)) == [b"", b""]
        assert time.monotonic() - begun < HEAD_PATIENCE + 3

    serve(tmp_path, check)


def test_a_large_head_is_refused(tmp_path: Path) -> None:
    """A request with a head above the limit is refused."""

    async def check(served: Served, url: str) -> None:
        del served
        head = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 100_000
        with suppress(ConnectionError):  # closed while the head was being sent
            assert (await closed_after(url, head, 5)).startswith(b"HTTP/1.1 4")

    serve(tmp_path, check)


def test_greedy_clients_are_bounded(tmp_path: Path) -> None:
    """Beyond the most connections a request gets 503, and the page works when they are gone."""

    async def check(served: Served, url: str) -> None:
        del served
        host, port = url.removeprefix("http://").split(":")
        held = [await asyncio.open_connection(host, int(port)) for _ in range(MOST_CONNECTIONS)]
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"{url}/healthz")).status_code == 503
        for _, writer in held:
            writer.close()
        await asyncio.sleep(0.2)
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"{url}/healthz")).status_code == 200

    serve(tmp_path, check)


def test_open_streams_do_not_delay_the_stop(tmp_path: Path) -> None:
    """The page stops in time while a browser listens for events."""

    async def work() -> None:
        served = Served(tmp_path)
        running = asyncio.ensure_future(served.page.run())
        url = await served.url()
        cookie = served.page.sessions.begin()
        browser = httpx.AsyncClient(cookies={"bracketd": cookie}, timeout=10)
        async with browser as client, client.stream("GET", f"{url}/events") as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            begun = time.monotonic()
            served.page.stop()
            await asyncio.wait_for(running, 3)
        assert time.monotonic() - begun < 3

    asyncio.run(work())


@pytest.mark.parametrize(
    ("host", "url"), [("127.0.0.1", "http://127.0.0.1:1"), ("::1", "http://[::1]:1"), ("0.0.0.0", "http://127.0.0.1:1")]
)
def test_the_address_for_a_browser(host: str, url: str) -> None:
    """The address for this machine is one that a browser can open, also if the page listens everywhere."""
    assert address.url(host, 1) == url
    outside = address.url_outside(host, 1)
    assert outside is None or not outside.startswith("http://0.0.0.0")
    assert (outside is None) or host == "0.0.0.0"


def test_binding_a_taken_port_fails() -> None:
    """Two programs never share the page's port."""
    with taken() as port, pytest.raises(OSError, match="in use"):
        bind("127.0.0.1", port)


def test_a_folder_that_cannot_be_written_is_noted(tmp_path: Path) -> None:
    """If the page cannot keep its secret, a note says which file is the reason. The daemon goes on."""

    async def work() -> None:
        served = Served(tmp_path)
        (served.state_dir / "page").write_text("not a folder")
        running = asyncio.ensure_future(served.page.run())
        await asyncio.wait_for(served.noted.wait(), 5)
        words = served.notes[-1].words
        assert words is not None
        assert words.startswith(f"the page is off, because {served.state_dir / 'page'}")
        served.page.stop()
        await asyncio.wait_for(running, 4)

    asyncio.run(work())

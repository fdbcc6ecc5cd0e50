"""The page without a server, and a browser that asks it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from daemon.config.settings import PageSettings, Settings
from daemon.host.clock import SystemClock
from daemon.host.disk import Disk
from daemon.order import Order, facts
from daemon.page.attempts import Attempts
from daemon.page.broadcast import Broadcast
from daemon.page.build import Parts, build
from daemon.page.events import Events
from daemon.page.reading import State
from daemon.page.sessions import Sessions, secret_of
from daemon.pictures import FullSize, Kind, Shown, Side, Unavailable, Why
from daemon.progress.transfer import Transfer
from daemon.store.asks import Answer, Ask, Outcome
from daemon.store.notes import Note
from daemon.store.sqlite.reader import SqliteReader, ask
from daemon.store.sqlite.store import SqliteStore
from daemon.store.waiting import Waiting
from tests.core.orders import order

HOST = "127.0.0.1:8642"
HERE = ("127.0.0.1", 50000)
TOKEN = "a-token-that-nobody-guesses"
CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')


class Drawer:
    """Pictures from memory: a second implementation of what shows pictures."""

    def __init__(self) -> None:
        self.drawn: dict[tuple[Kind, int], Shown] = {}
        self.full: dict[int, FullSize] = {}
        self.why = Why.NOT_YET

    async def shown(self, order_id: str, kind: Kind, number: int, side: Side) -> Shown | Unavailable:
        """A picture that was drawn."""
        del order_id, side
        return self.drawn.get((kind, number), Unavailable(self.why))

    async def full_size(self, order_id: str, number: int) -> FullSize | Unavailable:
        """A file that was opened."""
        del order_id
        return self.full.get(number, Unavailable(self.why))


class Site:
    """The application over a state in a directory, with a clock that tests set."""

    def __init__(self, home: Path, **page: Any) -> None:
        self.state_dir, self.time = home / "state", time.time()
        self.state_dir.mkdir(exist_ok=True)
        self.page = PageSettings(**page)
        self.ready, self.late = True, 0
        self.broadcast = Broadcast()
        self.runner = asyncio.Runner()
        self.drawer = Drawer()
        self.moving: tuple[Transfer, ...] = ()
        self.asked: list[tuple[str, str, tuple[str, ...]]] = []
        self.runner.run(self._create())
        self.app = self.runner.run(self._build(home))

    async def _create(self) -> None:
        SqliteStore.open(self.state_dir).close()

    async def _build(self, home: Path) -> ASGIApp:
        def store_ask(verb: str, target: str, names: Any) -> int:
            self.asked.append((verb, target, tuple(names)))
            return ask(self.state_dir, verb, target, self.time, names)

        self.came = asyncio.Event()
        self.state = State(lambda: SqliteReader(self.state_dir), store_ask, self.came, list)
        self.state.patience = 0.03
        self.settings = settings = settings_in(home, self.page)
        self.sessions = Sessions(secret_of(self.state_dir), lambda: self.time)
        self.events = Events(self.broadcast, self.state, lambda: self.moving)
        self.attempts = Attempts(lambda: TOKEN, lambda: self.time)
        return build(
            Parts(
                settings,
                self.state,
                self.sessions,
                self.attempts,
                self.broadcast,
                self.events,
                lambda: self.ready,
                lambda: self.late,
                lambda: self.time,
                Disk(SystemClock(), 5),
                self.drawer,
            )
        )

    # --- the state ---

    def add(self, *orders: Order) -> None:
        """Add orders to the state."""

        async def work() -> None:
            store = SqliteStore.open(self.state_dir)
            for one in orders:
                await store.add(one, facts.Locked(one.brackets))
            store.close()

        self.runner.run(work())

    def note(self, note: Note) -> None:
        """Store a note of the daemon."""

        async def work() -> None:
            store = SqliteStore.open(self.state_dir)
            await store.note(note)
            store.close()

        self.runner.run(work())

    def wait(self, *shoots: Waiting) -> None:
        """Store waiting shoots."""

        async def work() -> None:
            store = SqliteStore.open(self.state_dir)
            await store.replace_waiting("/in", shoots)
            store.close()

        self.runner.run(work())

    def answer(self, seq: int, text: str) -> None:
        """Answer an ask."""

        async def work() -> None:
            store = SqliteStore.open(self.state_dir)
            await store.answer(Answer(Ask(seq, *self.asked[seq - 1][:2]), Outcome.DONE, text, self.time))
            store.close()

        self.runner.run(work())

    def close(self) -> None:
        """End the application."""
        self.state.close()
        self.runner.close()


def settings_in(home: Path, page: PageSettings | None) -> Settings:
    """Settings with a page."""
    from daemon.config import load  # noqa: PLC0415

    file = home / "config.yaml"
    file.write_text(f"folders: [{{watch: {home}/in, output: {home}/out}}]\nstate_dir: {home}/state\n")
    return load(file, {"HOME": str(home)}).model_copy(update={"page": page})


class Browser:
    """A browser, or a program, that asks the application. Redirects are not followed."""

    def __init__(self, site: Site, client: tuple[str, int] = HERE, base: str = f"http://{HOST}") -> None:
        self.site, self.cookies = site, httpx.Cookies()
        self._transport, self._base = httpx.ASGITransport(site.app, client=client), base

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, **options: Any) -> httpx.Response:
        """Send a request."""

        async def work() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=self._transport, base_url=self._base, cookies=self.cookies
            ) as client:
                answer = await client.request(method, path, headers=headers, **options)
                self.cookies = client.cookies
                return answer

        return self.site.runner.run(work())

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Get a page. ``headers`` have underscores for hyphens."""
        return self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str, fields: Mapping[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Send a form, as the page in the browser does: with its origin."""
        given = {"origin": self._base, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.ask("POST", path, headers=given, data=dict(fields or {}))

    def sign_in(self) -> Browser:
        """Start a session."""
        self.cookies.set("bracketd", self.site.sessions.begin(), domain="127.0.0.1")
        return self

    def csrf(self, path: str = "/") -> str:
        """The token of the forms on a page."""
        found = CSRF.search(self.get(path).text)
        assert found is not None
        return found[1]

    def press(self, order_id: str, verb: str, **fields: Any) -> httpx.Response:
        """Press a button of an order."""
        page = f"/shoots/{order_id}"
        return self.post(f"{page}/ask", {"csrf": self.csrf(page), "verb": verb, **fields})


def named(name: str, order_id: str = "6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11") -> Order:
    """An order of a shoot with a name."""
    one = order()
    source = replace(one.source, shoot=name, folder=f"/in/{name}", output=f"/out/{name}")
    return replace(one, id=order_id, source=source)

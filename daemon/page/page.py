"""The page within the daemon: it is built, served, restarted after an error, and stopped.

Nothing that happens to the page stops the daemon. If its port is taken or it fails, the page says so as a note of the
daemon and tries again after a while.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from daemon import gallery
from daemon.config.page import read_token, split
from daemon.config.settings import Settings
from daemon.host.clock import Clock
from daemon.host.disk import Disk
from daemon.order import Order
from daemon.orders import Change
from daemon.page import address
from daemon.page.attempts import Attempts
from daemon.page.broadcast import Broadcast
from daemon.page.build import Parts, build
from daemon.page.events import Events
from daemon.page.listening import bind
from daemon.page.reading import State
from daemon.page.server import STOP, Server
from daemon.page.sessions import Sessions, secret_of
from daemon.pictures import Cache, Pictures, showing
from daemon.progress.reading import read
from daemon.store.notes import Alert, Subject

log = structlog.get_logger("bracketd.page")

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
"""Seconds until the page tries again: at first, and at most. The pause doubles each time."""

DISK_PATIENCE = 5.0
"""Seconds that a view waits for a disk."""

STEADY = 60.0
"""Seconds after which a page that was served counts as well again."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the daemon gives its page. ``note`` stores a note, ``late`` counts parts that do not respond."""

    state: State
    note: Callable[[Alert], Awaitable[None]]
    is_ready: Callable[[], bool]
    late: Callable[[], int]
    clock: Clock


class Page:
    """The page. ``heard`` is a listener of the desk. ``settings.page`` must not be None."""

    def __init__(self, settings: Settings, around: Surroundings) -> None:
        assert settings.page is not None
        self._settings, self._page, self._around = settings, settings.page, around
        self._broadcast = Broadcast()
        self._events = Events(self._broadcast, around.state, lambda: read(settings.state_dir))
        self._server: Server | None = None
        self._stopping = asyncio.Event()

    @property
    def sessions(self) -> Sessions:
        """The sessions of this state directory. Raises OSError."""
        return Sessions(secret_of(self._settings.state_dir), self._around.clock.now)

    def heard(self, change: Change) -> None:
        """Tell open pages about a changed order."""
        self._events.heard(change)

    def stop(self) -> None:
        """End ``run`` within two seconds."""
        self._stopping.set()
        self._broadcast.close()
        if self._server is not None:
            self._server.stop()

    async def run(self) -> None:
        """Serve until ``stop``. Raises StateError only."""
        pause = FIRST_PAUSE
        try:
            while not self._stopping.is_set():
                begun = self._around.clock.monotonic()
                why = await self._serve()
                if self._stopping.is_set():
                    break
                pause = FIRST_PAUSE if self._around.clock.monotonic() - begun > STEADY else pause
                log.warning("page off", why=why, retry_in=pause)
                await self._around.note(Alert(Subject.PAGE, f"{why}. bracketd tries again automatically"))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), pause)
                pause = min(2 * pause, LONGEST_PAUSE)
        finally:
            self._around.state.close()
            address.withdraw(self._settings.state_dir)

    async def _serve(self) -> str:
        """Serve until ``stop``, or until the page cannot go on. Returns why it ended."""
        host, port = split(self._page.listen)
        try:
            listener = bind(host, port)
        except OSError as error:
            remedy = "Choose another address with `listen` under `page`, or end the program that uses it"
            return f"the page is off, because {self._page.listen} cannot be used ({error.strerror}). {remedy}"
        with listener:
            try:
                kept, free = Cache(self._settings.state_dir), gallery.Cache(str(self._settings.state_dir))
                async with showing(self._load, kept, self._around.clock, free.path) as pictures:
                    server = self._server = Server(build(self._parts(pictures)))
                    host, port = listener.getsockname()[:2]
                    address.publish(self._settings.state_dir, host, port)
                    await self._around.note(Alert(Subject.PAGE, None))
                    log.info("page on", url=address.url(host, port))
                    await self._with_events(server, [listener])
            except Exception as error:
                cause = first(error)
                if isinstance(cause, OSError):
                    where, why = cause.filename or self._settings.state_dir, cause.strerror or cause
                    return f"the page is off, because {where} cannot be used ({why}). Check its permissions"
                log.exception("bug in the page")
                return f"the page is off, because of a bug in it: {type(cause).__name__}. The log has the details"
        return "the page ended"

    async def _with_events(self, server: Server, sockets: list[socket.socket]) -> None:
        """Run the server and what tells its pages of changes. Ends when either does."""
        serving = asyncio.ensure_future(server.serve(sockets))
        watching = asyncio.ensure_future(self._events.watch())
        try:
            await asyncio.wait((serving, watching), return_when=asyncio.FIRST_COMPLETED)
            for task in (serving, watching):
                if task.done():
                    task.result()
        finally:
            server.stop()
            watching.cancel()
            await asyncio.wait((serving, watching), timeout=2 * STOP)
            serving.cancel()

    async def _load(self, order_id: str) -> Order:
        """An order by its id. Raises KeyError."""
        return await self._around.state.read(lambda reader: reader.order(order_id))

    def _parts(self, pictures: Pictures) -> Parts:
        file = self._page.token_file
        attempts = Attempts(lambda: read_token(file) if file is not None else None, self._around.clock.monotonic)
        return Parts(
            self._settings,
            self._around.state,
            self.sessions,
            attempts,
            self._broadcast,
            self._events,
            self._around.is_ready,
            self._around.late,
            self._around.clock.now,
            Disk(self._around.clock, DISK_PATIENCE),
            pictures,
        )


def first(error: Exception) -> Exception:
    """The first error in a group; any other error is returned unchanged."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error

"""Runs the three listeners in one process, from binding the sockets to a clean stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from daemon.sandbox.apps import api_app, assets_app, storage_app
from daemon.sandbox.connection import TRANSPORT
from daemon.sandbox.faults import Faults, Rule
from daemon.sandbox.service import Hosts, Service
from daemon.sandbox.settings import Settings

_GRACE_S: Final = 2
_KEEP_ALIVE_S: Final = 75
_BACKLOG: Final = 512
_SEPARATE: Final = sys.platform == "linux"
"""True if each host gets an address: Linux listens on all of 127.0.0.0/8. Elsewhere only the ports differ."""


class _Connection(H11Protocol):
    """Gives the application access to the connection, so that a fault can break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the server declares it
        """Put the transport into the state of every request on the connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}


class _Server(uvicorn.Server):
    """A server that does not handle signals. ``listening`` is set once it listens."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_Connection,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=_GRACE_S,
            )
        )
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing: three servers share one process, and ``serve`` handles the signals."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then set ``listening``."""
        await super().startup(sockets)
        self.listening.set()


async def serve(settings: Settings, rules: Iterable[Rule], ready: Callable[[Hosts], None]) -> None:
    """Listen until SIGTERM or SIGINT. ``ready`` is called with the addresses once all three listen.

    Raises ``OSError`` if a port is taken.
    """
    stop = asyncio.Event()
    with contextlib.ExitStack() as sockets, _signals(stop):
        bound = [
            sockets.enter_context(_listener(address, port))
            for address, port in (
                ("127.0.0.1", settings.port),
                ("127.0.0.2" if _SEPARATE else "127.0.0.1", settings.storage_port),
                ("127.0.0.3" if _SEPARATE else "127.0.0.1", settings.assets_port),
            )
        ]
        hosts = Hosts(*("http://{}:{}".format(*item.getsockname()) for item in bound))
        async with asyncio.TaskGroup() as tasks:
            service = Service(settings, hosts, Faults(settings.seed, rules), tasks)
            try:
                await _listen(service, bound, stop, ready)
            finally:
                service.close()


async def _listen(
    service: Service, bound: list[socket.socket], stop: asyncio.Event, ready: Callable[[Hosts], None]
) -> None:
    servers = [_Server(app(service)) for app in (api_app, storage_app, assets_app)]
    async with asyncio.TaskGroup() as running:
        for server, listener in zip(servers, bound, strict=True):
            running.create_task(server.serve([listener]))
        for server in servers:
            await server.listening.wait()
        ready(service.hosts)
        await stop.wait()
        for server in servers:
            server.should_exit = True


def _listener(address: str, port: int) -> socket.socket:
    # asyncio turns off Nagle's algorithm only if the protocol is given. With Nagle every response takes 40 ms longer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


@contextlib.contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    """SIGTERM and SIGINT set ``stop``. The previous handlers are restored at the end."""
    loop = asyncio.get_running_loop()
    names = (signal.SIGTERM, signal.SIGINT)
    before = {name: signal.signal(name, lambda *_: loop.call_soon_threadsafe(stop.set)) for name in names}
    try:
        yield
    finally:
        for name, old in before.items():
            signal.signal(name, old)

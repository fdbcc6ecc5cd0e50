"""Three listeners in one process, from the sockets to the clean end."""

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
"""Linux answers on all of 127.0.0.0/8; elsewhere hosts differ by port only."""


class _Connection(H11Protocol):
    """Lets the application reach the connection, to break it when a fault wants that."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the server declares it
        """Leave the transport in the state of every request on it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}


class _Server(uvicorn.Server):
    """Leaves signals to the process, and says when it listens."""

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
        """Three servers share one process; ``serve`` hears the signals."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.listening.set()


async def serve(settings: Settings, rules: Iterable[Rule], ready: Callable[[Hosts], None]) -> None:
    """Listen until SIGTERM or SIGINT; ``ready`` hears where, once all three listen.

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
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it every answer waits 40 ms.
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
    """SIGTERM and SIGINT set ``stop``; the handlers of before come back at the end."""
    loop = asyncio.get_running_loop()
    names = (signal.SIGTERM, signal.SIGINT)
    before = {name: signal.signal(name, lambda *_: loop.call_soon_threadsafe(stop.set)) for name in names}
    try:
        yield
    finally:
        for name, old in before.items():
            signal.signal(name, old)

"""Serves an application on one socket, in the running event loop. Slow and greedy clients are bounded."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_PATIENCE = 10.0
"""Seconds within which the head of a request must arrive."""

LARGEST_HEAD = 16 * 1024
"""Bytes that the head of a request may have."""

MOST_CONNECTIONS = 128
"""Connections at once. Further ones get 503."""

KEEP_ALIVE = 20
STOP = 1
"""Seconds that requests in progress may take after ``stop``."""


class Server(uvicorn.Server):
    """A server that leaves signals to the daemon and does not wake up while nothing happens."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_Connection,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",  # a warning for each odd request would let anybody fill the log
                access_log=False,  # a path can contain a sign-in token
                server_header=False,
                date_header=False,
                proxy_headers=False,
                limit_concurrency=MOST_CONNECTIONS,
                timeout_keep_alive=KEEP_ALIVE,
                timeout_graceful_shutdown=STOP,
                h11_max_incomplete_event_size=LARGEST_HEAD,
            )
        )
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End ``serve`` soon."""
        self.should_exit = True
        self._stopping.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing: the daemon handles signals."""
        yield

    async def main_loop(self) -> None:
        """Wait for ``stop``. uvicorn's own loop wakes up ten times a second."""
        await self._stopping.wait()


class _Connection(H11Protocol):
    """A connection that is closed if the head of its next request does not arrive in time."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        """Expect the head of the first request."""
        super().connection_made(transport)
        self._expect()

    def data_received(self, data: bytes) -> None:
        """Expect the head of a request from its first bytes on."""
        super().data_received(data)
        if self._is_answering:
            self._forget()
        elif self._late is None:
            self._expect()

    def on_response_complete(self) -> None:
        """Forget the last request."""
        self._forget()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._forget()
        super().connection_lost(exc)

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _expect(self) -> None:
        self._late = self.loop.call_later(HEAD_PATIENCE, self._close)

    def _forget(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _close(self) -> None:
        self._late = None
        if not self._is_answering and not self.transport.is_closing():
            self.transport.close()

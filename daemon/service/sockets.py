"""Keeps track of open sockets, so that all of them can be closed at once.

A thread that waits on a silent socket cannot be interrupted, but shutting the socket down ends its wait. httpcore
reports each new stream to a request's ``trace`` extension (httpx, "Request extensions").
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from typing import Protocol, cast
from weakref import WeakSet


class _Stream(Protocol):
    def get_extra_info(self, info: str) -> object: ...


class Sockets:
    """Every socket opened by a request with the extension ``trace``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: WeakSet[_Stream] = WeakSet()
        self.cut = False

    def trace(self, event: str, info: Mapping[str, object]) -> None:
        """Record a new stream. httpcore calls this."""
        if not event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            return
        stream = cast("_Stream", info["return_value"])
        with self._lock:
            self._streams.add(stream)
            cut = self.cut
        if cut:
            _shut(stream)

    def cut_all(self) -> None:
        """Shut down every socket, now and in the future."""
        with self._lock:
            self.cut = True
            streams = list(self._streams)
        for stream in streams:
            _shut(stream)


def _shut(stream: _Stream) -> None:
    sock = stream.get_extra_info("socket")
    if isinstance(sock, socket.socket):
        with contextlib.suppress(OSError):  # already closed
            # Not SSLSocket.shutdown, after which another thread could continue to write unencrypted.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

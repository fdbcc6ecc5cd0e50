"""Listens on the page's address."""

from __future__ import annotations

import socket

BACKLOG = 64


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens on an address. Raises OSError."""
    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns off Nagle's algorithm only if the protocol is given.
    listener = socket.socket(kind, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener

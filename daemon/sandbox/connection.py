"""Access to a request's connection: reading it to its end, and closing it."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.types import Receive, Scope

TRANSPORT: Final = "transport"
"""The key of a connection's transport in a request's state."""


def transport_of(scope: Scope) -> asyncio.Transport:
    """The transport of a request's connection."""
    transport = scope["state"][TRANSPORT]
    assert isinstance(transport, asyncio.Transport)
    return transport


async def drained(receive: Receive) -> None:
    """Read a request to its end, so that the client gets the response and not a broken connection."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return


async def gone(receive: Receive) -> None:
    """Wait until the server notices the end of the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass

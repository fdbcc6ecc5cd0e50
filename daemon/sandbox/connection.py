"""A request's connection, for those who read it to its end, or end it."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.types import Receive, Scope

TRANSPORT: Final = "transport"
"""Where the server leaves a connection's transport in a request's state."""


def transport_of(scope: Scope) -> asyncio.Transport:
    """The connection that a request came by."""
    transport = scope["state"][TRANSPORT]
    assert isinstance(transport, asyncio.Transport)
    return transport


async def drained(receive: Receive) -> None:
    """Read a request to its end, so that its client sees the answer and not a broken line."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return


async def gone(receive: Receive) -> None:
    """Wait until the server knows that the connection ended."""
    while (await receive())["type"] != "http.disconnect":
        pass

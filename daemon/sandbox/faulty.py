"""Faults around a route: an ASGI layer that spoils the request or its answer when a rule strikes."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Sequence
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from daemon.sandbox.answers import Refused, html_page, xml_error
from daemon.sandbox.faults import REQUEST_KINDS, Rule
from daemon.sandbox.service import Service

TRANSPORT: Final = "transport"
"""Where the server leaves a connection's transport in a request's state."""

_NO_LINGER: Final = struct.pack("ii", 1, 0)
_MESSAGES: Final = {401: "Unauthorized", 402: "Payment required: no credits left", 429: "Too many requests"}


class _Cut(Exception):
    """Enough was sent."""


class Faulty:
    """An application, its requests counted by route and spoiled where a rule wants it."""

    def __init__(self, app: ASGIApp, routes: Sequence[Route], service: Service, *, xml: bool) -> None:
        self._app = app
        self._routes = routes
        self._service = service
        self._xml = xml

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        where = self._route(scope)
        if where is None or where.startswith("sandbox_"):
            return await self._app(scope, receive, send)
        self._service.ledger.requested(where)
        rule = self._service.faults.take(where, REQUEST_KINDS, scope["path"])
        if rule is None:
            return await self._app(scope, receive, send)
        scope["state"]["spoiled"] = True
        return await self._spoil(rule, scope, receive, send)

    def _route(self, scope: Scope) -> str | None:
        return next((route.name for route in self._routes if route.matches(scope)[0] is Match.FULL), None)

    async def _spoil(self, rule: Rule, scope: Scope, receive: Receive, send: Send) -> None:
        if rule.kind.startswith("reset"):
            if rule.kind == "reset-after":
                await self._app(scope, receive, _nowhere)
            return await _reset(scope, receive)
        if rule.kind == "html" or rule.kind.isdigit():
            if rule.after:
                await self._app(scope, receive, _nowhere)
            else:
                await _drain(receive)
            return await self._instead(rule)(scope, receive, send)
        if rule.kind == "slow":
            await self._service.clock.wait(rule.seconds)
            return await self._app(scope, receive, send)
        return await self._halve(rule, scope, receive, send)

    def _instead(self, rule: Rule) -> Response:
        """What is answered in place of the answer."""
        if rule.kind == "html":
            return HTMLResponse("<html><body>We'll be right back.</body></html>\n")
        answer = self._error(int(rule.kind))
        if rule.retry_after is not None:
            answer.headers["retry-after"] = str(rule.retry_after)
        return answer

    def _error(self, status: int) -> Response:
        if status >= 500:
            return html_page(status)
        if self._xml:
            return xml_error(status, "AccessDenied" if status == 403 else "SlowDown", "Refused by a fault")
        return Refused(status, _MESSAGES.get(status, "Refused by a fault")).response()

    async def _halve(self, rule: Rule, scope: Scope, receive: Receive, send: Send) -> None:
        """Send half of the answer's body, and then what the rule's kind says."""
        left = 0

        async def half(message: Message) -> None:
            nonlocal left
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                left = int(headers.get("content-length", "0")) // 2
                if rule.kind in {"short-length", "half-json"}:
                    headers["content-length"] = str(left)
                return await send(message)
            body = message.get("body", b"")
            if left > 0 or rule.kind != "stall":
                kept, body = body[:left], body[left:]
                left -= len(kept)
                await send({"type": "http.response.body", "body": kept, "more_body": True})
                if left > 0:
                    return None
                if rule.kind != "stall":
                    raise _Cut
                await self._service.clock.wait(rule.seconds)
            return await send({**message, "body": body})

        try:
            await self._app(scope, receive, half)
        except _Cut:
            if rule.kind != "truncated":
                return await send({"type": "http.response.body", "body": b""})
            _transport(scope).close()
            await _gone(receive)


def _transport(scope: Scope) -> asyncio.Transport:
    transport = scope["state"][TRANSPORT]
    assert isinstance(transport, asyncio.Transport)
    return transport


async def _reset(scope: Scope, receive: Receive) -> None:
    """End the connection with a TCP reset (RFC 9293, 3.5.2), as a crashed server does."""
    transport = _transport(scope)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
    await _gone(receive)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _drain(receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return


async def _nowhere(message: Message) -> None:
    """Where a lost answer goes."""

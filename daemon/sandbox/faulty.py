"""Faults of requests: an ASGI layer that applies a rule to a request or its response."""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from typing import Final

from starlette.responses import HTMLResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from daemon.sandbox.answers import Refused, html_page, xml_error
from daemon.sandbox.connection import drained, gone, transport_of
from daemon.sandbox.faults import Rule
from daemon.sandbox.kinds import BODY_KINDS, request_kinds
from daemon.sandbox.service import Service
from daemon.sandbox.spoiled import Spoiled

_NO_LINGER: Final = struct.pack("ii", 1, 0)
_MESSAGES: Final = {401: "Unauthorized", 402: "Payment required: no credits left", 429: "Too many requests"}


class Faulty:
    """An application with faults. Counts its requests by route."""

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
        rule = self._service.faults.take(where, request_kinds(where), scope["path"])
        if rule is None:
            return await self._app(scope, receive, send)
        scope["state"]["spoiled"] = True
        return await self._spoil(rule, scope, receive, send)

    def _route(self, scope: Scope) -> str | None:
        return next((route.name for route in self._routes if route.matches(scope)[0] is Match.FULL), None)

    async def _spoil(self, rule: Rule, scope: Scope, receive: Receive, send: Send) -> None:
        if rule.kind in BODY_KINDS:
            return await Spoiled(self._app, rule, self._service.clock)(scope, receive, send)
        if rule.kind == "slow":
            await self._service.clock.wait(rule.seconds)
            return await self._app(scope, receive, send)
        if rule.after or rule.kind == "reset-after":
            await self._app(scope, receive, _nowhere)
        elif rule.kind != "reset-before":
            await drained(receive)
        if rule.kind.startswith("reset"):
            return await _reset(scope, receive)
        return await self._instead(rule)(scope, receive, send)

    def _instead(self, rule: Rule) -> Response:
        """The response of a fault, instead of the real one."""
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
        refused = Refused(status, _MESSAGES.get(status, "Refused by a fault"))
        return refused.response(self._service.switches.refusal_body)


async def _reset(scope: Scope, receive: Receive) -> None:
    """End the connection with a TCP reset (RFC 9293, 3.5.2), as a crashed server does."""
    transport = transport_of(scope)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
    await gone(receive)


async def _nowhere(message: Message) -> None:
    """Discard a response that is lost."""

"""Faults in a response body: a pause, a slow body, a body that is cut off, or a wrong Content-Length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from daemon.sandbox.clock import Clock
from daemon.sandbox.connection import gone, transport_of
from daemon.sandbox.faults import Rule

_DRIPS: Final = 20
_CUT: Final = frozenset({"truncated", "short-length", "half-json"})
_UNDERSTATED: Final = frozenset({"short-length", "half-json", "excess"})


class _Cut(Exception):
    """Ends the response early."""


class Spoiled:
    """An application whose response body has the fault of the rule (``daemon.sandbox.kinds``)."""

    def __init__(self, app: ASGIApp, rule: Rule, clock: Clock) -> None:
        self._app = app
        self._rule = rule
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self._rule.kind == "drip":
            return await self._app(scope, receive, _Dripping(self._rule, self._clock, send))
        try:
            await self._app(scope, receive, _Halved(self._rule, self._clock, scope, send))
        except _Cut:
            if self._rule.kind != "truncated":
                return await send({"type": "http.response.body", "body": b""})
            transport_of(scope).close()
            await gone(receive)


class _Dripping:
    """Sends the body piece by piece, evenly over the rule's seconds."""

    def __init__(self, rule: Rule, clock: Clock, send: Send) -> None:
        self._rule = rule
        self._clock = clock
        self._send = send
        self._size = 1

    async def __call__(self, message: Message) -> None:
        """Pass one message on."""
        if message["type"] == "http.response.start":
            self._size = max(1, _length(message))
            return await self._send(message)
        for piece in _pieces(message.get("body", b""), -(-self._size // _DRIPS)):
            await self._clock.wait(self._rule.seconds * len(piece) / self._size)
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        return await self._send({**message, "body": b""})


class _Halved:
    """Sends the first half of the body unchanged, then applies the fault."""

    def __init__(self, rule: Rule, clock: Clock, scope: Scope, send: Send) -> None:
        self._rule = rule
        self._clock = clock
        self._scope = scope
        self._send = send
        self._left = 0
        self._waited = False

    async def __call__(self, message: Message) -> None:
        """Pass one message on. Raises ``_Cut`` half-way if the response ends there."""
        if message["type"] == "http.response.start":
            self._left = _length(message) // 2
            if self._rule.kind in _UNDERSTATED:
                MutableHeaders(scope=message)["content-length"] = str(self._left)
            return await self._send(message)
        body = message.get("body", b"")
        first, rest = body[: self._left], body[self._left :]
        self._left -= len(first)
        await self._send({"type": "http.response.body", "body": first, "more_body": True})
        if self._left == 0:
            rest = await self._second(rest)
        return await self._send({**message, "body": rest})

    async def _second(self, rest: bytes) -> bytes:
        """The part of the second half to send normally."""
        if self._rule.kind in _CUT:
            raise _Cut
        if self._rule.kind == "excess":
            transport_of(self._scope).write(rest)
            return b""
        if not self._waited:
            self._waited = True
            await self._clock.wait(self._rule.seconds)
        return rest


def _length(start: Message) -> int:
    return int(MutableHeaders(scope=start).get("content-length", "0"))


def _pieces(body: bytes, size: int) -> Iterator[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))

"""The door of the page: every request passes it before any route sees it.

It checks, in this order: the host, the origin, the size of the body, the session, and the token against forged
requests. It adds the headers that keep a browser safe to every response. A bug in a route becomes a plain response.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from email.utils import formatdate
from hmac import compare_digest
from urllib.parse import parse_qs, quote

import structlog
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from daemon.page import hosts
from daemon.page.cookies import NAME, with_cookie
from daemon.page.sessions import READING, Session, Sessions

log = structlog.get_logger("bracketd.page")

LARGEST_BODY = 64 * 1024
"""Bytes that the body of a request may have."""

BODY_PATIENCE = 10.0
"""Seconds within which the body of a request must arrive."""

OPEN = frozenset({"/healthz", "/readyz", "/sign-in", "/open"})
"""Paths that need no session."""

OPEN_BELOW = ("/static/",)
API = "/api/"
SAFE = frozenset({"GET", "HEAD"})

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # Pico.css has its icons as data
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not `no-referrer`: with that, browsers send `Origin: null` with a form (Fetch standard, "append a request Origin
    # header"), and its origin could not be checked.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""Headers of every response."""

WRONG_HOST = (
    "bracketd does not know this host name, so it does not answer. Use localhost or the IP address, or add the name "
    "to `allowed_hosts` under `page` in the settings."
)
WRONG_ORIGIN = "This request comes from another page, so nothing was done."
FORGED = "This form is out of date, so nothing was done. Reload the page and try again."
TOO_LARGE = "The request is too large."
TOO_SLOW = "The request did not arrive in time."
NO_SESSION = "Sign in first: run `bracketd open` on the machine on which bracketd runs."
BUG = "A bug in bracketd's page: it could not show this. The log has the details. Orders are not affected."


class Guard:
    """The door. ``bearer`` checks a program's token; ``open_reading``: this machine may read without a session."""

    def __init__(
        self,
        app: ASGIApp,
        sessions: Sessions,
        *,
        allowed_hosts: Iterable[str],
        bearer: Callable[[str, str], bool],
        open_reading: bool,
    ) -> None:
        self._app, self._sessions, self._bearer, self._open_reading = app, sessions, bearer, open_reading
        self._allowed = frozenset(allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. Other connections, such as web sockets, are not answered."""
        if scope["type"] != "http":
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message = {**message, "headers": _with_headers(message["headers"])}
            await send(message)

        try:
            await self._answer(scope, receive, sending)
        except Exception:
            log.exception("bug in the page", path=scope["path"])
            if started:
                raise
            await PlainTextResponse(BUG, 500)(scope, receive, sending)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        refused = self._refused(request)
        body = b""
        if refused is None and request.method not in SAFE:
            body, refused = await _body(request.headers, receive)
            receive = _replayed(body, receive)
        session = None if refused is not None else self._session(request)
        if refused is None and not _is_open(scope["path"]):
            refused = _no_session(request, session) or _forged(request, session, body)
        scope.setdefault("state", {})["session"] = session
        answer: Callable[[Scope, Receive, Send], Awaitable[None]] = refused or self._app
        if session is not None and session.cookie is not None:
            send = with_cookie(send, session.cookie, secure=scope["scheme"] == "https")
        await answer(scope, receive, send)

    def _refused(self, request: Request) -> Response | None:
        """The response to a request with a wrong host or origin; None if both are right."""
        host, server = request.headers.get("host", ""), request.scope.get("server")
        if not hosts.is_known(host, self._allowed, server[0] if server else None):
            return PlainTextResponse(WRONG_HOST, 403)
        origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
        if request.method not in SAFE and not hosts.is_own_page(host, origin, site):
            return PlainTextResponse(WRONG_ORIGIN, 403)
        return None

    def _session(self, request: Request) -> Session | None:
        """The session of a request; None if it has none. Programs have one through their token, for the API only."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        client = request.client.host if request.client else ""
        if request.url.path.startswith(API) and scheme.lower() == "bearer" and self._bearer(token.strip(), client):
            return Session("a program", "")
        session = self._sessions.of(request.cookies.get(NAME, ""))
        if session is None and self._open_reading and request.method in SAFE and _is_from_here(request):
            return READING
        return session


def _is_from_here(request: Request) -> bool:
    """True if a request comes from this machine, and not through a proxy that is not trusted."""
    headers = request.headers
    forwarded = headers.get("x-forwarded-for") or headers.get("forwarded")
    return not forwarded and request.client is not None and hosts.is_loopback(request.client.host)


def _is_open(path: str) -> bool:
    return path in OPEN or path.startswith(OPEN_BELOW)


def _no_session(request: Request, session: Session | None) -> Response | None:
    """The response to a request that needs a session and has none. A browser is sent to the sign-in."""
    if session is not None:
        return None
    if request.url.path.startswith(API):
        return JSONResponse({"message": NO_SESSION}, 401)
    if request.headers.get("hx-request") or request.url.path == "/events":
        return PlainTextResponse(NO_SESSION, 401, headers={"hx-refresh": "true"})
    if request.method not in SAFE:
        return PlainTextResponse(NO_SESSION, 401)
    there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?next={quote(there, safe='/')}", 303)


def _forged(request: Request, session: Session | None, body: bytes) -> Response | None:
    """The response to a request that changes something without the token of its session."""
    if request.method in SAFE or session is None:
        return None
    given = request.headers.get("x-csrf-token") or form(body).get("csrf", [""])[0]
    by_program = request.url.path.startswith(API) and session.csrf == "" and session.id is not None
    if by_program or (session.csrf and compare_digest(given.encode(), session.csrf.encode())):
        return None
    if request.url.path.startswith(API):
        return JSONResponse({"message": FORGED}, 403)
    return PlainTextResponse(FORGED, 403)


def form(body: bytes) -> dict[str, list[str]]:
    """The fields of a submitted form. A body that is not a form has none."""
    try:
        return parse_qs(body.decode("ascii"), keep_blank_values=True, errors="surrogateescape", max_num_fields=500)
    except ValueError:
        return {}


async def _body(headers: Headers, receive: Receive) -> tuple[bytes, Response | None]:
    """The body of a request, or the response to one that is too large or too slow."""
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > LARGEST_BODY:
        return b"", PlainTextResponse(TOO_LARGE, 413, headers={"connection": "close"})
    body = b""
    try:
        async with asyncio.timeout(BODY_PATIENCE):
            more = True
            while more:
                message = await receive()
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > LARGEST_BODY:
                    return b"", PlainTextResponse(TOO_LARGE, 413, headers={"connection": "close"})
    except TimeoutError:
        return b"", PlainTextResponse(TOO_SLOW, 408, headers={"connection": "close"})
    return body, None


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives a body which was read already, then what ``receive`` gives."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _with_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of a response with those of every response. A response may have its own value."""
    given = list(headers)
    names = {name.lower() for name, _ in given}
    common = {"cache-control": "no-store", "date": formatdate(usegmt=True), **HEADERS}
    return given + [(n.encode(), v.encode()) for n, v in common.items() if n.encode() not in names]

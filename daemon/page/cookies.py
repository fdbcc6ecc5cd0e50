"""The cookie of a session: out of reach for scripts, and never sent along from other pages."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import Message, Send

from daemon.page.sessions import LASTS

NAME = "bracketd"


def set_cookie(response: Response, cookie: str, *, secure: bool) -> None:
    """Add a session's cookie to a response. ``secure``: the request came over https."""
    response.set_cookie(NAME, cookie, max_age=LASTS, path="/", secure=secure, httponly=True, samesite="strict")


def delete_cookie(response: Response, *, secure: bool) -> None:
    """Remove the session's cookie from the browser."""
    response.delete_cookie(NAME, path="/", secure=secure, httponly=True, samesite="strict")


def with_cookie(send: Send, cookie: str, *, secure: bool) -> Send:
    """A ``send`` that adds a renewed cookie, unless the response sets one itself."""
    carrier = Response()
    set_cookie(carrier, cookie, secure=secure)

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message["headers"]))
            if "set-cookie" not in headers:
                headers.append("set-cookie", carrier.headers["set-cookie"])
            message = {**message, "headers": headers.raw}
        await send(message)

    return sending

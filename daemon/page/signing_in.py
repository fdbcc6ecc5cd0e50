"""Signing in with a single-use link or with the token, and signing out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from daemon.page import links
from daemon.page.attempts import Attempts
from daemon.page.cookies import delete_cookie, set_cookie
from daemon.page.guard import form
from daemon.page.render import Templates
from daemon.page.sessions import Sessions

USED = "This link was already used, or is more than a minute old. Run `bracketd open` again for a new one."
WRONG = "This is not the token."
WAIT = "Too many wrong tokens. Wait a minute, then try again."


class SigningIn:
    """The sign-in. ``now`` returns epoch seconds."""

    def __init__(
        self, templates: Templates, sessions: Sessions, attempts: Attempts, state_dir: Path, now: Callable[[], float]
    ) -> None:
        self._templates, self._sessions, self._attempts = templates, sessions, attempts
        self._state_dir, self._now = state_dir, now

    def routes(self) -> list[Route]:
        """The routes of the sign-in."""
        return [
            Route("/open", self._open, methods=["GET"]),
            Route("/sign-in", self._form, methods=["GET"]),
            Route("/sign-in", self._with_token, methods=["POST"]),
            Route("/sign-out", self._sign_out, methods=["POST"]),
        ]

    async def _open(self, request: Request) -> Response:
        """Use a link up. A request that only prepares a visit, or asks for headers, does not."""
        looking = request.method == "HEAD" or "prefetch" in request.headers.get("sec-purpose", "")
        token = request.query_params.get("token", "")
        if looking or not await asyncio.to_thread(links.accept, self._state_dir, token, self._now()):
            return self._shown(request, USED, 403)
        return self._signed_in(request, "/")

    async def _form(self, request: Request) -> Response:
        if request.state.session is not None and request.state.session.id is not None:
            return RedirectResponse(_inside(request.query_params.get("next", "/")), 303)
        return self._shown(request, "", 200)

    async def _with_token(self, request: Request) -> Response:
        given: Mapping[str, list[str]] = form(await request.body())
        client = request.client.host if request.client else ""
        if self._attempts.wait(client):
            response = self._shown(request, WAIT, 429)
            response.headers["retry-after"] = str(round(self._attempts.wait(client)) + 1)
            return response
        if not self._attempts.accept(given.get("token", [""])[0].strip(), client):
            return self._shown(request, WRONG, 403)
        return self._signed_in(request, _inside(given.get("next", ["/"])[0]))

    async def _sign_out(self, request: Request) -> Response:
        response = RedirectResponse("/sign-in", 303)
        delete_cookie(response, secure=request.url.scheme == "https")
        return response

    def _signed_in(self, request: Request, target: str) -> Response:
        """Set the cookie and go on.

        A redirect would still belong to the program that opened the link, and the browser would not send the cookie
        along. A page that leads on does not have this problem.
        """
        response = self._templates.page(request, "signed_in.html", target=target)
        response.headers["referrer-policy"] = "no-referrer"  # the address has the token
        set_cookie(response, self._sessions.begin(), secure=request.url.scheme == "https")
        return response

    def _shown(self, request: Request, message: str, status: int) -> HTMLResponse:
        return self._templates.page(
            request,
            "sign_in.html",
            status=status,
            message=message,
            with_token=self._attempts.is_possible,
            target=_inside(request.query_params.get("next", "/")),
        )


def _inside(target: str) -> str:
    """A path of the page; ``/`` for an address that leads elsewhere."""
    usable = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if usable else "/"

"""The page as one ASGI application: its routes behind the guard."""

from __future__ import annotations

import os
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from daemon.errors import BracketdError
from daemon.page.guard import API
from daemon.page.render import STATIC, Templates

NOT_FOUND = "There is nothing at this address."


def application(routes: Sequence[BaseRoute], templates: Templates) -> ASGIApp:
    """The routes, the static files, and the responses to errors."""

    async def of_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        what = NOT_FOUND if error.status_code == 404 and error.detail == "Not Found" else error.detail
        return _error(request, templates, error.status_code, what, error.headers)

    async def of_state(request: Request, error: Exception) -> Response:
        return _error(request, templates, 503, str(error), None)

    files = Mount("/static", _Static(directory=STATIC), name="static")
    router = Router([*routes, files], redirect_slashes=False, default=_nothing)
    # Without Starlette's own answer to bugs: the guard has one.
    return ExceptionMiddleware(router, handlers={HTTPException: of_http, BracketdError: of_state})


async def _nothing(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """What is at all other addresses. Raises HTTPException (404): Starlette's own router answers with bare text."""
    raise HTTPException(404)


def _error(request: Request, templates: Templates, status: int, what: str, headers: object) -> Response:
    response: Response
    if request.url.path.startswith(API):
        response = JSONResponse({"message": what}, status)
    elif request.state.session is None:  # nobody is signed in: tell nothing but the error
        response = Response(what, status, media_type="text/plain")
    else:
        response = templates.page(request, "error.html", status=status, what=what)
    if isinstance(headers, dict):
        response.headers.update(headers)
    return response


class _Static(StaticFiles):
    """Files whose addresses change with their content."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["cache-control"] = "private, max-age=86400"
        return response

"""The three ASGI applications: routes, error responses, and the faults around every route."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from daemon.sandbox.answers import Refused
from daemon.sandbox.api.admin import Admin
from daemon.sandbox.api.brackets import Brackets
from daemon.sandbox.api.description import Description
from daemon.sandbox.api.downloads import Downloads
from daemon.sandbox.api.images import Images
from daemon.sandbox.api.merging import Merging
from daemon.sandbox.api.orders import Orders
from daemon.sandbox.assets import Assets
from daemon.sandbox.faulty import Faulty
from daemon.sandbox.limits import Limited
from daemon.sandbox.service import Service
from daemon.sandbox.storage import Storage

COLLECTIONS = ("/v3/images", "/v3/orders", "/v3/brackets")


def api_app(service: Service) -> Limited:
    """The API's application."""
    nouns = (Orders, Merging, Brackets, Images, Downloads, Admin, Description)
    routes = [route for noun in nouns for route in noun(service).routes()]
    bare = [Route(path, _with_slash, methods=["GET", "POST"], name="bare") for path in COLLECTIONS]
    return Limited(_app(service, [*routes, *bare], xml=False), service.limits)


def storage_app(service: Service) -> Faulty:
    """The storage host's application."""
    return _app(service, Storage(service).routes(), xml=True)


def assets_app(service: Service) -> Faulty:
    """The asset host's application."""
    return _app(service, Assets(service).routes(), xml=True)


def _app(service: Service, routes: Sequence[Route], *, xml: bool) -> Faulty:
    async def refuse(request: Request, refused: Exception) -> Response:  # noqa: ARG001 - the answer is in the exception
        assert isinstance(refused, Refused)
        return refused.response(service.switches.refusal_body)

    for route in routes:  # Starlette adds HEAD to every GET, and would carry it out: a purchase, for example
        (route.methods or set()).discard("HEAD")
    handlers: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
        Refused: refuse,
        HTTPException: _unknown,
    }
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.router.redirect_slashes = False
    return Faulty(app, routes, service, xml=xml)


async def _with_slash(request: Request) -> Response:
    return RedirectResponse(request.url.replace(path=f"{request.url.path}/"), 308)


async def _unknown(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the answer is in the exception
    assert isinstance(error, HTTPException)
    return JSONResponse({"message": error.detail, "detail": {}}, error.status_code, headers=error.headers)

"""``/healthz`` and ``/readyz``: for programs that watch over the daemon. They need no session and tell no names."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


def routes(is_ready: Callable[[], bool], late: Callable[[], int]) -> list[Route]:
    """The routes. ``is_ready``: all watched folders were scanned once. ``late``: parts that do not respond."""

    async def healthz(_request: Request) -> Response:
        count = late()
        return PlainTextResponse(f"{count} part(s) do not respond\n", 503) if count else PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        return PlainTextResponse("ready\n") if is_ready() else PlainTextResponse("starting\n", 503)

    return [Route("/healthz", healthz, methods=["GET"]), Route("/readyz", readyz, methods=["GET"])]

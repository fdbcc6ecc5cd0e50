"""The least that a page of Starlette and uvicorn costs: ``python -m bench.hello`` prints its port."""

from __future__ import annotations

import socket

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route


async def hello(_request: Request) -> Response:
    """A page without content."""
    return HTMLResponse("<!doctype html><title>Hello</title>")


if __name__ == "__main__":
    LISTENER = socket.create_server(("127.0.0.1", 0))
    print(LISTENER.getsockname()[1], flush=True)  # noqa: T201 - its reader is a program
    uvicorn.Server(uvicorn.Config(Starlette(routes=[Route("/", hello)]), log_level="warning")).run([LISTENER])

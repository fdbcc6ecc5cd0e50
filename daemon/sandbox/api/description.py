"""``/openapi.json``: the description of this sandbox's API."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from daemon.sandbox.openapi import document
from daemon.sandbox.service import Service


class Description:
    """The document's endpoint."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        """The only route."""
        return [Route("/openapi.json", self.show, methods=["GET"], name="sandbox_openapi")]

    async def show(self, request: Request) -> Response:
        """The document of the version in ``?version=``, otherwise in x-api-version. Needs no key."""
        service = self._service
        version = service.version(request, request.query_params.get("version", ""))
        return JSONResponse(document(version, service.hosts.api, service.switches))

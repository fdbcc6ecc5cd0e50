"""``/openapi.json``: the API as it is here."""

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
        """Its one path."""
        return [Route("/openapi.json", self.show, methods=["GET"], name="sandbox_openapi")]

    async def show(self, request: Request) -> Response:
        """The document of the version in ``?version=``, else in x-api-version; no key is asked for."""
        service = self._service
        version = service.version(request, request.query_params.get("version", ""))
        return JSONResponse(document(version, service.hosts.api, service.switches))

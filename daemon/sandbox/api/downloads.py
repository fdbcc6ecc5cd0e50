"""``/v3/images/{id}/enhanced`` and ``/original``: a picture's location, and the charge for it."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from daemon.sandbox.answers import Refused
from daemon.sandbox.api.bodies import query
from daemon.sandbox.fields import DOWNLOAD
from daemon.sandbox.records import Image
from daemon.sandbox.service import Service

_PREVIEW_SINCE: Final = "2025-01-01"


class Downloads:
    """Both endpoints."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        """The two routes."""
        return [
            Route("/v3/images/{id}/enhanced", self.enhanced, methods=["GET"], name="enhanced"),
            Route("/v3/images/{id}/original", self.original, methods=["GET"], name="original"),
        ]

    async def enhanced(self, request: Request) -> Response:
        """The result. The first request for the full size buys it, unless it is watermarked for development."""
        return self._answer(request, "enhanced")

    async def original(self, request: Request) -> Response:
        """The merged picture before enhancement. Never charged here."""
        return self._answer(request, "original")

    def _answer(self, request: Request, which: str) -> Response:
        service = self._service
        record = service.image(request, service.account(request))
        asked = query(request, DOWNLOAD)
        accepted = request.headers.get("accept", "*/*")
        if service.switches.json_accept == "refused" and "json" in accepted and "*/*" not in accepted:
            raise Refused(406, "This is an image: accept image/* or */*")
        if not isinstance(record, Image) or record.status != "processed":
            raise Refused(service.switches.not_ready, "The image has not been processed yet")
        preview = bool(asked.get("preview", service.version(request) >= _PREVIEW_SINCE))
        free = record.dev_mode or request.headers.get("x-dev-mode", "").lower() == "true"
        if which == "enhanced" and not preview and not free:
            if not record.downloaded:
                service.limits.purchase(record.account)
            service.ledger.purchased(record, charged=not record.downloaded, at=service.clock.now())
            record.downloaded = True
        wish = {**{name: str(value).lower() for name, value in asked.items()}, "preview": str(preview).lower()}
        if free:
            wish["watermark"] = "true"
        url = service.signer.sign(
            "GET",
            service.hosts.assets,
            f"/images/{record.id}/{which}",
            wish,
            service.clock.now() + service.switches.url_lifetime,
        )
        if service.switches.download_answer == "json":
            return JSONResponse({"image_url": url})
        return RedirectResponse(url, 302)

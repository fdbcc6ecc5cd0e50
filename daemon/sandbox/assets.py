"""The asset host: makes the file for a download and redirects the client to storage. It takes no API key."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from daemon.sandbox.answers import xml_error
from daemon.sandbox.pictures import Wish
from daemon.sandbox.service import Service
from daemon.sandbox.storage import watch_headers


class Assets:
    """The host's endpoint."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        """The host's only route."""
        return [Route("/images/{id}/{which}", self.find, methods=["GET"], name="asset")]

    async def find(self, request: Request) -> Response:
        """Redirect to the file."""
        service = self._service
        watch_headers(service, request, "assets")
        refusal = service.signer.refusal("GET", request.url.path, request.query_params, service.clock.now())
        if refusal is not None:
            return xml_error(403, refusal.code, refusal.message)
        image_id, which = request.path_params["id"], request.path_params["which"]
        wish = _wish(request.query_params)
        image = service.catalogue.images.get(image_id)
        name = await service.studio.render(image_id, image.long_side if image else 0, which == "enhanced", wish)
        sent = "original" if which == "original" else "preview" if wish.preview else "full"
        url = service.signer.sign(
            "GET",
            service.hosts.storage,
            f"/renders/{name}",
            {"image": image_id, "sent": sent},
            service.clock.now() + service.switches.url_lifetime,
        )
        return RedirectResponse(url, 302)


def _wish(query: Mapping[str, str]) -> Wish:
    """The parameters in a query, which were checked before it was signed."""
    return Wish(
        quality=int(query.get("quality", "90")),
        format=query.get("format", "jpeg"),
        preview=query["preview"] == "true",
        watermark=query.get("watermark") == "true",
        max_width=int(query["max_width"]) if "max_width" in query else None,
        scale=float(query.get("scale", "1")),
    )

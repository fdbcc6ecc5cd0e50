"""The storage host: receives brackets at signed URLs, and serves the files made for download. It takes no API key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from daemon.sandbox.answers import xml_error
from daemon.sandbox.course import enhance
from daemon.sandbox.kinds import PICTURE_KINDS, UPLOAD_KINDS
from daemon.sandbox.ledger import SENT
from daemon.sandbox.records import Image, Stored
from daemon.sandbox.service import Service
from daemon.sandbox.wrong_picture import wrong_picture

_CHUNK: Final = 256 * 1024


class Storage:
    """The host's endpoints."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        """The routes for uploads and downloads."""
        return [
            Route("/uploads/{id}", self.take, methods=["PUT"], name="upload"),
            Route("/renders/{name}", self.give, methods=["GET"], name="download"),
        ]

    async def take(self, request: Request) -> Response:
        """Store the body of an upload. 411 if it is chunked; 403 if the URL is not valid; otherwise an empty 200.

        A refused body is read to its end, so that the client gets the response and not a broken connection.
        """
        service = self._service
        watch_headers(service, request, "storage")
        record_id = request.path_params["id"]
        if "content-length" not in request.headers:
            service.broken("chunked-upload", record_id=record_id)
            await _drain(request)
            return xml_error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
        content_type = request.headers.get("content-type", "")
        refusal = service.signer.refusal(
            "PUT", request.url.path, request.query_params, service.clock.now(), content_type
        )
        if refusal is not None:
            await _drain(request)
            return xml_error(403, refusal.code, refusal.message)
        try:
            size, sha256 = await service.vault.receive(record_id, request.stream())
        except ClientDisconnect:
            return Response(status_code=400)
        await self._keep(record_id, Stored(size, sha256, content_type, service.clock.now()))
        return Response(headers={"etag": f'"{sha256[:32]}"'})

    async def give(self, request: Request) -> Response:
        """Serve a file at a signed URL."""
        service = self._service
        watch_headers(service, request, "storage")
        name = request.path_params["name"]
        refusal = service.signer.refusal("GET", request.url.path, request.query_params, service.clock.now())
        path = service.vault.render(name)
        if refusal is not None:
            return xml_error(403, refusal.code, refusal.message)
        media_type = f"image/{path.suffix[1:]}"
        fault = service.faults.take("download", PICTURE_KINDS, request.url.path)
        if fault is not None:
            return await run_in_threadpool(wrong_picture, fault.kind, path, media_type)
        image = service.catalogue.images.get(request.query_params["image"])
        return StreamingResponse(
            self._file(request, path, image),
            media_type=media_type,
            headers={"content-length": str(path.stat().st_size)},
        )

    async def _keep(self, record_id: str, stored: Stored) -> None:
        service = self._service
        bracket = service.catalogue.brackets.get(record_id)
        if bracket is not None:
            lag = service.switches.upload_lag
            if (fault := service.faults.take("upload", UPLOAD_KINDS, bracket.name)) is not None:
                lag = fault.seconds
            bracket.stored = stored
            bracket.visible_at = stored.at + service.clock.real(lag)
            service.ledger.stored(bracket)
            return
        image = service.catalogue.images[record_id]
        first = image.stored is None
        image.stored = stored
        if first:
            service.begin(enhance(service, image))

    async def _file(self, request: Request, path: Path, image: Image | None) -> AsyncIterator[bytes]:
        """The file's bytes. The ledger counts the download if the client is still connected at the end."""
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
        if image is not None and not await request.is_disconnected():
            sent = next(sent for sent in SENT if sent == request.query_params["sent"])
            self._service.ledger.downloaded(image, sent)


def watch_headers(service: Service, request: Request, host: str) -> None:
    """Record headers that a client must send to the API only."""
    for header, rule in (("x-api-key", f"key-at-{host}"), ("authorization", f"authorization-at-{host}")):
        if header in request.headers:
            service.broken(rule, detail=f"{request.method} {request.url.path}")


async def _drain(request: Request) -> None:
    async for _ in request.stream():
        pass

"""Pictures of orders by their numbers: photos, finished pictures, and one that stands for the whole order."""

from __future__ import annotations

from typing import Protocol
from urllib.parse import quote

from markupsafe import escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from daemon.order import ImageState, Order
from daemon.page.views.common import LARGEST_NUMBER, ORDER_ID, Common, middle, order_of
from daemon.pictures import FullSize, Kind, Shown, Side, Unavailable, Why

KEPT = 300
"""Seconds for which a browser shows a picture without asking again."""

UNKNOWN = Unavailable(Why.UNKNOWN)


class Pictures(Protocol):
    """What shows pictures: ``daemon.pictures.Pictures``."""

    async def shown(self, order_id: str, kind: Kind, number: int, side: Side) -> Shown | Unavailable:
        """A picture of an order."""

    async def full_size(self, order_id: str, number: int) -> FullSize | Unavailable:
        """The finished picture of an image, open for reading."""


class PicturesView:
    """The addresses of pictures. No address has a path of a file."""

    def __init__(self, common: Common, pictures: Pictures) -> None:
        self._common, self._pictures = common, pictures

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/shoots/{order_id}/cover", self._cover, methods=["GET"]),
            Route("/shoots/{order_id}/photos/{number}/thumbnail", self._thumbnail, methods=["GET"]),
            Route("/shoots/{order_id}/photos/{number}/preview", self._photo, methods=["GET"]),
            Route("/shoots/{order_id}/images/{number}/preview", self._image, methods=["GET"]),
            Route("/shoots/{order_id}/images/{number}/full", self._full, methods=["GET"]),
        ]

    async def _cover(self, request: Request) -> Response:
        order = await self._common.state.read(lambda reader: order_of(reader, request))
        found: Shown | Unavailable = UNKNOWN
        for kind, number in covers(order):
            found = await self._pictures.shown(order.id, kind, number, Side.CARD)
            if isinstance(found, Shown):
                break
        return _response(request, found)

    async def _thumbnail(self, request: Request) -> Response:
        return await self._shown(request, Kind.BRACKET, Side.THUMBNAIL)

    async def _photo(self, request: Request) -> Response:
        return await self._shown(request, Kind.BRACKET, Side.LARGE)

    async def _image(self, request: Request) -> Response:
        """The finished picture; before it is bought, its free preview."""
        order_id, number = _numbered(request)
        finished = await self._pictures.shown(order_id, Kind.FINISHED, number, Side.LARGE)
        if isinstance(finished, Unavailable) and finished.why is Why.NOT_YET:
            return await self._shown(request, Kind.PREVIEW, Side.LARGE)
        return _response(request, finished)

    async def _shown(self, request: Request, kind: Kind, side: Side) -> Response:
        order_id, number = _numbered(request)
        return _response(request, await self._pictures.shown(order_id, kind, number, side))

    async def _full(self, request: Request) -> Response:
        found = await self._pictures.full_size(*_numbered(request))
        return _drawn(found) if isinstance(found, Unavailable) else _Full(found)


def covers(order: Order) -> list[tuple[Kind, int]]:
    """The pictures that may stand for an order, the best first: a finished one, a free preview, a photo."""
    placed = [n for n, image in enumerate(order.images, 1) if image.state is ImageState.PLACED][:1]
    first = order.plan[0].brackets if order.plan else order.sent[:1]
    photo = middle(order, first)
    return [
        *((Kind.FINISHED, number) for number in placed),
        *((Kind.PREVIEW, 1) for _ in order.images[:1] if not placed),
        *([(Kind.BRACKET, photo)] if photo is not None else []),
    ]


def _numbered(request: Request) -> tuple[str, int]:
    """The order's id and the number in an address. Raises HTTPException (404) if they cannot be any."""
    order_id, number = str(request.path_params["order_id"]), str(request.path_params["number"])
    if not (ORDER_ID.fullmatch(order_id) and number.isascii() and number.isdecimal() and len(number) < 10):
        raise HTTPException(404)
    return order_id, min(int(number), LARGEST_NUMBER)


def _response(request: Request, found: Shown | Unavailable) -> Response:
    if isinstance(found, Unavailable):
        return _drawn(found)
    headers = {"etag": f'"{found.tag}"', "cache-control": f"private, max-age={KEPT}"}
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(found.jpeg, media_type="image/jpeg", headers=headers)


def _drawn(missing: Unavailable) -> Response:
    """A drawing with the reason in place of a picture. Browsers show it although the status is that of an error."""
    lines = [part.rstrip(".") for part in missing.text.split(". ")]
    text = "".join(f'<text x="160" y="{108 + 18 * n}">{escape(line)}</text>' for n, line in enumerate(lines))
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 213" font-family="sans-serif" font-size="12" '
        f'text-anchor="middle" fill="#7d8487">{text}</svg>'
    )
    status = 503 if missing.why in (Why.BUSY, Why.SLOW) else 404
    return Response(drawing, status, media_type="image/svg+xml")


class _Full(StreamingResponse):
    """A file in full size. It is closed however the response ends."""

    def __init__(self, file: FullSize) -> None:
        how = "attachment" if file.media_type == "application/octet-stream" else "inline"
        name = quote(file.name.encode("utf-8", "replace"), safe="")
        headers = {
            "content-length": str(file.size),
            "content-disposition": f"{how}; filename*=UTF-8''{name}",
            "etag": f'"{file.tag}"',
            "cache-control": f"private, max-age={KEPT}",
        }
        super().__init__(file.pieces(), media_type=file.media_type, headers=headers)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()

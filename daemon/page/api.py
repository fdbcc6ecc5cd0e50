"""``/api/v1``: what the page shows, as JSON for programs. The orders have the shape of ``status --json``."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from daemon.host.days import span_of_month
from daemon.order import Verb
from daemon.page.openapi import MOST_ENDED, MOST_IMAGES, MOST_ORDERS, VERBS, openapi
from daemon.page.verbs import Offer, offer_of, offers
from daemon.page.views.common import HEALTHS, LARGEST_NUMBER, PHASES, Common, order_of
from daemon.page.views.shoots import LONGEST_SEARCH, filter_of
from daemon.reports.costs import document as costs
from daemon.reports.details import Details, look_up
from daemon.reports.status import document as status
from daemon.store.pages import Filter
from daemon.store.reading import Reader
from daemon.webapp import order_page

EVER = (float("-inf"), float("inf"))


class Api:
    """The routes below ``/api/v1``."""

    def __init__(self, common: Common) -> None:
        self._common = common

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/api/v1/openapi.json", self._openapi, methods=["GET"]),
            Route("/api/v1/status", self._status, methods=["GET"]),
            Route("/api/v1/orders", self._orders, methods=["GET"]),
            Route("/api/v1/orders/{order_id}", self._order, methods=["GET"]),
            Route("/api/v1/orders/{order_id}/asks", self._ask, methods=["POST"]),
            Route("/api/v1/spending", self._spending, methods=["GET"]),
        ]

    async def _openapi(self, _request: Request) -> Response:
        return JSONResponse(openapi())

    async def _status(self, request: Request) -> Response:
        ended = _number(request.query_params, "ended", 20, most=MOST_ENDED)
        state_dir = self._common.settings.state_dir
        return await self._read(lambda reader: status(reader, state_dir, os.getpid(), ended))

    async def _orders(self, request: Request) -> Response:
        given = request.query_params
        limit = _number(given, "limit", 50, most=MOST_ORDERS, least=1)
        offset = _number(given, "offset", 0, most=LARGEST_NUMBER)
        for name, values in (("phase", PHASES), ("health", HEALTHS)):
            if name in given and given[name] not in values:
                raise HTTPException(400, f"{name} has none of the values {', '.join(values)}.")
        if len(given.get("q", "")) > LONGEST_SEARCH:
            raise HTTPException(400, "q is too long.")
        _span(given)
        wanted = filter_of({name: given.get(name, "") for name in ("q", "phase", "health", "folder", "month")})

        def read(reader: Reader) -> dict[str, Any]:
            page = reader.page_of_orders(order_page(""), wanted, limit, offset)
            return {"version": 1, "total": page.total, "orders": list(page.orders)}

        return await self._read(read)

    async def _order(self, request: Request) -> Response:
        price = self._common.settings.price_per_image

        def read(reader: Reader) -> dict[str, Any]:
            order = order_of(reader, request)
            (summary,) = reader.page_of_orders(order_page(""), Filter(text=order.id), 1).orders
            found = look_up(reader, order.id)
            return {
                "version": 1,
                "order": summary,
                **_parts(found),
                "allowed": [_offer(offer) for offer in offers(order, price)],
            }

        return await self._read(read)

    async def _ask(self, request: Request) -> Response:
        verb, images = _asked(await request.body())
        order = await self._common.state.read(lambda reader: order_of(reader, request))
        target = order.source.folder if offer_of(verb, order, None).by_folder else order.id
        seq = await self._common.state.ask(verb, target, images)
        answer = await self._common.state.answer(seq)
        outcome, text = (answer[0].value, answer[1]) if answer is not None else (None, None)
        return _json({"version": 1, "ask": seq, "outcome": outcome, "answer": text})

    async def _spending(self, request: Request) -> Response:
        span = _span(request.query_params) or EVER
        price = self._common.settings.price_per_image
        return await self._read(lambda reader: costs(reader.purchases(*span), price))

    async def _read(self, call: Callable[[Reader], dict[str, Any]]) -> Response:
        return _json(await self._common.state.read(call))


def _json(value: object) -> Response:
    """A response with JSON in ASCII: names that are not UTF-8 stay as they are in ``status --json``."""
    return Response(json.dumps(value), media_type="application/json")


def _number(given: Mapping[str, str], name: str, default: int, *, most: int, least: int = 0) -> int:
    """A whole number in an address. Raises HTTPException (400)."""
    text = given.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and least <= int(text[:12]) <= most):
        raise HTTPException(400, f"{name} is not a whole number from {least} to {most}.")
    return int(text[:12])


def _span(given: Mapping[str, str]) -> tuple[float, float] | None:
    """The span of the month in an address; None without one. Raises HTTPException (400)."""
    if "month" not in given:
        return None
    span = span_of_month(given["month"])
    if span is None:
        raise HTTPException(400, "month is not a month such as 2026-11.")
    return span


def _asked(body: bytes) -> tuple[Verb, tuple[str, ...]]:
    """The verb and the images of an ask. Raises HTTPException (400)."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict) or given.keys() - {"verb", "images"}:
        raise HTTPException(400, 'The body is not an object such as {"verb": "approve"}.')
    verb, images = given.get("verb"), given.get("images", [])
    if verb not in VERBS:
        raise HTTPException(400, f"verb has none of the values {', '.join(VERBS)}.")
    if not isinstance(images, list) or len(images) > MOST_IMAGES or not all(isinstance(one, str) for one in images):
        raise HTTPException(400, f"images is not a list of at most {MOST_IMAGES} names.")
    return Verb(verb), tuple(images)


def _parts(found: Details) -> dict[str, Any]:
    return {
        "brackets": [
            {
                "number": one.number,
                "path": one.path,
                "bytes": one.size,
                "uploaded": one.stored,
                "left_out": one.left_out,
                "exposure": one.exposure,
            }
            for one in found.brackets
        ],
        "sets": [{"brackets": list(one.brackets), "confidence": one.confidence.value} for one in found.planned.images],
        "left_out": [{"path": one.path, "why": one.why} for one in found.left_out],
        "images": [
            {
                "number": one.number,
                "image_id": one.image_id,
                "state": one.state.value,
                "file": one.file or None,
                "reason": one.reason or None,
                "brackets": list(one.brackets),
            }
            for one in found.images
        ],
        "differences": list(found.differences.lines),
        "journal": [{"at": one.at, "text": one.text} for one in found.journal],
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return {"verb": offer.verb.value, "label": offer.label, "meaning": offer.meaning, "cost": offer.cost}

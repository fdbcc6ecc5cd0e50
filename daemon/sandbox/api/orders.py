"""``/v3/orders/``: create, list, show, rename, delete."""

from __future__ import annotations

import uuid
from itertools import islice

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from daemon.sandbox import mixed, wire
from daemon.sandbox.answers import exists
from daemon.sandbox.api.bodies import form, query
from daemon.sandbox.fields import ORDER_IN, PAGE
from daemon.sandbox.service import Service

_PER_PAGE = 5
_MARGIN = 0.95


class Orders:
    """The noun's endpoints, except for merging."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._looked: dict[str, float] = {}

    def routes(self) -> list[Route]:
        """The routes for orders."""
        return [
            Route("/v3/orders/", self.create, methods=["POST"], name="create_order"),
            Route("/v3/orders/", self.listed, methods=["GET"], name="list_orders"),
            Route("/v3/orders/{id}", self.show, methods=["GET"], name="show_order"),
            Route("/v3/orders/{id}", self.rename, methods=["PATCH"], name="rename_order"),
            Route("/v3/orders/{id}", self.delete, methods=["DELETE"], name="delete_order"),
        ]

    async def create(self, request: Request) -> Response:
        """Create an order with the client's id, or with a new one."""
        service = self._service
        account = service.account(request)
        body = await form(request, ORDER_IN, optional=True)
        order_id = str(body.get("order_id") or uuid.uuid4())
        if service.catalogue.taken(order_id):
            raise exists("Order")
        name = body.get("name")
        order = service.catalogue.open_order(
            order_id, account, service.clock.now(), name if isinstance(name, str) else None
        )
        return JSONResponse(mixed.named(service, "create_order", wire.order_out(order, (), service.version(request))))

    async def listed(self, request: Request) -> Response:
        """List a page of the account's orders, newest first. The cursor is the last order's number."""
        service = self._service
        account = service.account(request)
        asked = query(request, PAGE)
        per_page = asked.get("per_page", _PER_PAGE)
        offset = str(asked.get("offset") or "")
        assert isinstance(per_page, int)
        older = (
            order for order in service.catalogue.orders_of(account) if not offset or order.number < int(offset[:18])
        )
        page = list(islice(older, per_page + 1))
        more = str(page[per_page - 1].number) if len(page) > per_page else None
        version = service.version(request)
        shown = [wire.order_out(order, service.catalogue.images_of(order), version) for order in page[:per_page]]
        return JSONResponse({"orders": shown, "pagination": {"next_offset": more, "per_page": per_page}})

    async def show(self, request: Request) -> Response:
        """Show an order with its images. Needs no key."""
        service = self._service
        order = service.order(request)
        idle = order.merges > 0 and order.looks < service.switches.idle_looks
        order.looks += order.merges > 0
        self._watch_pace(request, order.id, merged=order.merges > 0)
        version = service.version(request)
        answer = wire.order_out(order, service.catalogue.images_of(order), version, idle=idle)
        return JSONResponse(mixed.look(service, order, answer, version))

    async def rename(self, request: Request) -> Response:
        """Change an order's name."""
        service = self._service
        order = service.order(request, service.account(request))
        body = await form(request, ORDER_IN)
        if isinstance(name := body.get("name"), str):
            order.name = name
            order.updated = service.clock.now()
        return JSONResponse(wire.order_out(order, service.catalogue.images_of(order), service.version(request)))

    async def delete(self, request: Request) -> Response:
        """Delete an order with its brackets and images."""
        service = self._service
        service.catalogue.forget_order(service.order(request, service.account(request)))
        return Response(status_code=204)

    def _watch_pace(self, request: Request, order_id: str, *, merged: bool) -> None:
        """Record a poll. Requests before a merge, and requests with a fault, do not count as polls."""
        service = self._service
        if not merged or getattr(request.state, "spoiled", False):
            self._looked.pop(order_id, None)
            return
        service.ledger.polled(order_id)
        now = service.clock.steady()
        before = self._looked.get(order_id)
        self._looked[order_id] = now
        floor = service.clock.real(service.settings.poll_floor)
        if before is not None and now - before < floor * _MARGIN:
            service.broken("fast-poll", order_id=order_id, detail=f"after {now - before:.2f} s of {floor:.2f} s")

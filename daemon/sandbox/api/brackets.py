"""``/v3/brackets/``: register a bracket of the brackets flow, and list an order's brackets."""

from __future__ import annotations

import uuid

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from daemon.sandbox import mixed, wire
from daemon.sandbox.answers import not_found
from daemon.sandbox.api.bodies import form
from daemon.sandbox.api.slots import slot
from daemon.sandbox.fields import BRACKET_IN
from daemon.sandbox.records import Bracket
from daemon.sandbox.service import Service

_CONTENT_TYPE = "application/octet-stream"


class Brackets:
    """The noun's endpoints."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        """The routes for brackets."""
        return [
            Route("/v3/brackets/", self.register, methods=["POST"], name="create_bracket"),
            Route("/v3/orders/{id}/brackets", self.listed, methods=["GET"], name="order_brackets"),
        ]

    async def register(self, request: Request) -> Response:
        """Register a bracket in an existing order. Returns it with its upload URL."""
        service = self._service
        account = service.account(request)
        body = await form(request, BRACKET_IN, ["name", "order_id"])
        order = service.catalogue.orders.get(str(body["order_id"]))
        if order is None or order.account != account:
            raise not_found("Order")
        service.limits.name(account, str(body["name"]))
        bracket = Bracket(
            id=str(uuid.uuid4()),
            order_id=order.id,
            name=str(body["name"]),
            account=account,
            flow="brackets",
            content_type=_CONTENT_TYPE,
            added=service.clock.now(),
            form=body,
        )
        if service.catalogue.mixed(order, "brackets"):
            service.broken("mixed-flows", order_id=order.id, record_id=bracket.id)
        if order.merges:
            service.broken("late-bracket", order_id=order.id, record_id=bracket.id)
        service.catalogue.add_bracket(bracket)
        service.ledger.registered(bracket)
        shown = wire.bracket_out(bracket, wire.BRACKETS_SINCE, service.clock.now(), show_image=False)
        answer = shown | {"upload_url": slot(service, "create_bracket", bracket.id, _CONTENT_TYPE)}
        return JSONResponse(mixed.registration(service, "create_bracket", bracket, answer, "upload_url"))

    async def listed(self, request: Request) -> Response:
        """List an order's brackets in the order of registration. Needs no key."""
        service = self._service
        order = service.order(request)
        version = service.version(request)
        show_image = service.switches.bracket_image == "shown"
        now = service.clock.now()
        shown = [
            wire.bracket_out(bracket, version, now, show_image=show_image)
            for bracket in service.catalogue.brackets_of(order)
        ]
        listed = mixed.members(service, order, shown)
        return JSONResponse({"brackets": [mixed.named(service, "order_brackets", bracket) for bracket in listed]})

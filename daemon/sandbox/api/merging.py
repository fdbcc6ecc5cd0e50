"""``POST /v3/orders/{id}/merge`` of the images flow and ``/process`` of the brackets flow: both merge an order."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from daemon.sandbox import mixed, wire
from daemon.sandbox.answers import exists, invalid
from daemon.sandbox.api.bodies import Json, form
from daemon.sandbox.course import run_order
from daemon.sandbox.fields import NUMBER, SETS, Fields, preferences
from daemon.sandbox.records import Bracket, Flow, Order
from daemon.sandbox.service import Service


class Merging:
    """Both endpoints."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        """The two routes."""
        return [
            Route("/v3/orders/{id}/merge", self.merge, methods=["POST"], name="merge_order"),
            Route("/v3/orders/{id}/process", self.process, methods=["POST"], name="process_order"),
        ]

    async def merge(self, request: Request) -> Response:
        """Merge brackets that were registered with ``hdr``."""
        return await self._start(request, "images", "merge_order", {})

    async def process(self, request: Request) -> Response:
        """Merge brackets of the brackets flow. The client may choose the sets."""
        return await self._start(request, "brackets", "process_order", SETS)

    async def _start(self, request: Request, flow: Flow, route: str, more: Fields) -> Response:
        service = self._service
        account = service.account(request)
        version = service.version(request)
        order = service.order(request, account)
        body = await form(request, preferences(version) | NUMBER | more, optional=True)
        brackets = service.catalogue.brackets_of(order)
        wanted = body if more else {name: value for name, value in body.items() if name not in SETS}
        _check_sets(wanted, brackets)
        self._watch_rules(order, brackets, flow)
        stored = [bracket for bracket in brackets if bracket.stored is not None]
        if not stored and service.switches.empty_merge == "refused":
            raise invalid("json", {"order_id": ["No uploaded brackets in this order."]})
        number = body.get("number_of_brackets_per_image")
        if isinstance(number, int) and number and len(stored) % number and service.switches.short_set == "refused":
            raise invalid("json", {"number_of_brackets_per_image": ["Does not divide the order's brackets."]})
        if order.merges and service.switches.second_merge == "refused":
            raise exists("A merge of this order")
        service.ledger.merged(order.id, route, body, len(stored), service.clock.now())
        if not order.merges or service.switches.second_merge == "again":
            dev_mode = request.headers.get("x-dev-mode", "").lower() == "true"
            service.begin(run_order(service, order, stored, wanted, dev_mode=dev_mode))
        order.merges += 1
        order.updated = service.clock.now()
        answer = wire.order_out(order, service.catalogue.images_of(order), version)
        return JSONResponse(mixed.named(service, route, answer))

    def _watch_rules(self, order: Order, brackets: Sequence[Bracket], flow: Flow) -> None:
        missing = [bracket for bracket in brackets if bracket.stored is None and not _superseded(bracket, brackets)]
        if missing:
            detail = f"{len(missing)} of {len(brackets)} missing, for example {missing[0].name}"
            self._service.broken("merge-before-stored", order_id=order.id, detail=detail)
        if order.merges:
            self._service.broken("second-merge", order_id=order.id)
        if self._service.catalogue.mixed(order, flow):
            self._service.broken("mixed-flows", order_id=order.id)


def _superseded(bracket: Bracket, brackets: Sequence[Bracket]) -> bool:
    """True if a bracket was registered again: the brackets flow cannot delete a bracket."""
    return bracket.flow == "brackets" and any(
        other.name == bracket.name and other.stored is not None for other in brackets
    )


def _check_sets(body: Json, brackets: Sequence[Bracket]) -> None:
    """Raise ``Refused`` (422) for sets that do not name uploaded brackets of the order, each once."""
    groups = body.get("images")
    if not isinstance(groups, list):
        return
    if body.get("number_of_brackets_per_image"):
        raise invalid("json", {"images": ["Give either images or number_of_brackets_per_image."]})
    named = [key for group in groups for key in group["bracket_ids"]]
    stored = {bracket.id: bracket.stored is not None for bracket in brackets}
    if strangers := sorted(set(named) - stored.keys()):
        raise invalid("json", {"images": [f"Bracket {key} is not in this order." for key in strangers[:3]]})
    if missing := [key for key in named if not stored[key]]:
        raise invalid("json", {"images": [f"Bracket {key} has not been uploaded." for key in missing[:3]]})
    if len(named) != len(set(named)):
        raise invalid("json", {"images": ["A bracket is in more than one image."]})

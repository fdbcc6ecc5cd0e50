"""``/v3/images/``: register, show, delete, enhance again, report."""

from __future__ import annotations

import uuid

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from daemon.sandbox import mixed, wire
from daemon.sandbox.answers import Refused, exists, invalid
from daemon.sandbox.api.bodies import Json, form
from daemon.sandbox.api.slots import slot
from daemon.sandbox.course import enhance_again
from daemon.sandbox.fields import DEFAULTS, IMAGE_IN, REPORT_IN, preferences
from daemon.sandbox.records import Account, Bracket, Image
from daemon.sandbox.service import Service

_ANY_BYTES = "application/octet-stream"


class Images:
    """The noun's endpoints."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        """The routes below ``/v3/images/``, except for downloads."""
        return [
            Route("/v3/images/", self.register, methods=["POST"], name="create_image"),
            Route("/v3/images/{id}", self.show, methods=["GET"], name="show_image"),
            Route("/v3/images/{id}", self.delete, methods=["DELETE"], name="delete_image"),
            Route("/v3/images/{id}/process", self.enhance_again, methods=["POST"], name="process_image"),
            Route("/v3/images/{id}/report", self.report, methods=["POST"], name="report_image"),
        ]

    async def register(self, request: Request) -> Response:
        """Register a bracket if ``hdr``, otherwise a picture that is enhanced as soon as it is uploaded."""
        service = self._service
        account = service.account(request)
        version = service.version(request)
        wanted = preferences(version)
        body = await form(request, IMAGE_IN | wanted, ["image_name"])
        if body.get("hdr") and not body.get("order_id"):
            raise invalid("json", {"order_id": ["An order_id must be provided when hdr is set to true."]})
        record_id = str(body.get("image_id") or uuid.uuid4())
        if service.catalogue.taken(record_id):
            raise exists("Image")
        order_id = self._order_id(body, account)
        service.limits.name(account, str(body["image_name"]))
        record = self._record(record_id, order_id, account, body)
        if order_id is not None and order_id not in service.catalogue.orders:
            service.catalogue.open_order(order_id, account, service.clock.now())
        if isinstance(record, Bracket):
            self._add_bracket(record, version)
        else:
            self._add_image(record)
        key = wire.upload_key(version)
        answer = self._out(record, version) | {key: slot(service, "create_image", record.id, record.content_type)}
        if isinstance(record, Bracket):
            answer = mixed.registration(service, "create_image", record, answer, key)
        return JSONResponse(answer)

    async def show(self, request: Request) -> Response:
        """Show an image. Needs no key."""
        return JSONResponse(self._out(self._service.image(request), self._service.version(request)))

    async def delete(self, request: Request) -> Response:
        """Delete an image. A deleted bracket is not part of its order's merge."""
        record = self._service.image(request, self._service.account(request))
        record.deleted = True
        return Response(status_code=204)

    async def enhance_again(self, request: Request) -> Response:
        """Enhance an image again. Preferences that are not given, or null, stay the same."""
        service = self._service
        account = service.account(request)
        version = service.version(request)
        record = service.image(request, account)
        body = await form(request, IMAGE_IN | preferences(version), optional=True)
        if not isinstance(record, Image) or record.status in {"waiting", "processing"}:
            raise Refused(service.switches.not_ready, "The image has not been processed yet")
        enhance_again(service, record, body)
        return JSONResponse(mixed.named(service, "process_image", wire.image_out(record, version), "image_id"))

    async def report(self, request: Request) -> Response:
        """Accept a report of a problem with an image."""
        self._service.image(request, self._service.account(request))
        await form(request, REPORT_IN, ["categories"])
        return JSONResponse({})

    def _order_id(self, body: Json, account: Account) -> str | None:
        """The id of the order in the body. Raises ``Refused`` (409) if it is another account's or was deleted."""
        order_id = body.get("order_id")
        if order_id is None:
            return None
        order = self._service.catalogue.orders.get(str(order_id))
        owned = order is not None and order.account == account
        if not owned and self._service.catalogue.taken(str(order_id)):
            raise exists("Order")
        return str(order_id)

    def _record(self, record_id: str, order_id: str | None, account: Account, body: Json) -> Bracket | Image:
        name = str(body["image_name"])
        content_type = str(body.get("contentType") or body.get("content_type") or _ANY_BYTES)
        now = self._service.clock.now()
        if body.get("hdr") and order_id is not None:
            return Bracket(record_id, order_id, name, account, "images", content_type, now, form=body)
        return Image(record_id, order_id, name, account, now, form=body, content_type=content_type)

    def _add_bracket(self, bracket: Bracket, version: str) -> None:
        service = self._service
        order = service.catalogue.orders[bracket.order_id]
        where = {"order_id": order.id, "record_id": bracket.id}
        early = [name for name in preferences(version) if bracket.form.get(name) not in (None, DEFAULTS.get(name))]
        if early:
            service.broken("preferences-at-upload", **where, detail=", ".join(early))
        if service.catalogue.mixed(order, "images"):
            service.broken("mixed-flows", **where)
        if order.merges:
            service.broken("late-bracket", **where)
        service.catalogue.add_bracket(bracket)
        service.ledger.registered(bracket)

    def _add_image(self, image: Image) -> None:
        service = self._service
        order = service.catalogue.orders.get(image.order_id or "")
        if order is not None and service.catalogue.brackets_of(order):
            service.broken("mixed-flows", order_id=order.id, record_id=image.id)
        service.catalogue.add_image(image)
        service.ledger.appeared(image)

    def _out(self, record: Image | Bracket, version: str) -> Json:
        return wire.image_out(record, version) if isinstance(record, Image) else wire.bracket_as_image(record, version)

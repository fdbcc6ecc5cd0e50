"""Responses that do not match the request, as a broken cache, proxy or service would give them."""

from __future__ import annotations

import uuid
from itertools import islice

from daemon.sandbox import wire
from daemon.sandbox.api.slots import slot
from daemon.sandbox.kinds import LOOK_KINDS, MEMBER_KINDS, MIXED_SLOT_KINDS, NAMED_KINDS
from daemon.sandbox.records import Bracket, Image, Order
from daemon.sandbox.service import Service

Json = dict[str, object]

_MANY = 42
_STRANGERS = 3


def look(service: Service, order: Order, answer: Json, version: str) -> Json:
    """The response to a poll of an order. A fault applies as soon as the order has an image."""
    own = answer["images"]
    assert isinstance(own, list)
    fault = service.faults.take("show_order", LOOK_KINDS, order.id) if own else None
    if fault is None:
        return answer
    others = [wire.image_out(image, version) for image in _strangers(service, order)]
    match fault.kind:
        case "other-order":
            return _showing(answer | {"order_id": others[0]["order_id"]}, others)
        case "foreign-images":
            return _showing(answer, [*own, *others])
        case "foreign-alone":
            return _showing(answer, others)
        case "unsigned-images":
            return _showing(answer, [{**image, "order_id": None} for image in (*own, *others)])
        case "repeated-image":
            return _showing(answer, [*own, own[0], own[0]])
        case "many-images":
            return _showing(answer, [*own, *({**own[0], "image_id": str(uuid.uuid4())} for _ in range(_MANY))])
        case _:
            return answer | {"images": own[:-1], "total_images": float(len(own))}


def members(service: Service, order: Order, brackets: list[Json]) -> list[Json]:
    """The brackets of an order. A fault concerns the last one that is shown with its image."""
    shown = next((item for item in reversed(brackets) if item.get("image_id") is not None), None)
    fault = service.faults.take("order_brackets", MEMBER_KINDS, order.id) if shown is not None else None
    if fault is None:
        return brackets
    if fault.kind == "missing-bracket":
        return [item for item in brackets if item is not shown]
    image_id = None if fault.kind == "no-image-id" else str(uuid.uuid4())
    return [item | {"image_id": image_id} if item is shown else item for item in brackets]


def registration(service: Service, route: str, bracket: Bracket, answer: Json, url_key: str) -> Json:
    """The response to a bracket's registration; with a fault, data of the bracket registered before it."""
    brackets = service.catalogue.brackets_of(service.catalogue.orders[bracket.order_id])
    before = next((other for other in reversed(brackets) if other.id != bracket.id), None)
    fault = service.faults.take(route, MIXED_SLOT_KINDS, bracket.id) if before is not None else None
    if fault is None or before is None:
        return answer
    answer = answer | {url_key: slot(service, route, before.id, before.content_type)}
    if fault.kind == "same-url":
        return answer
    if "image_id" in answer:
        return answer | {"image_id": before.id, "image_name": before.name}
    return answer | {"bracket_id": before.id, "name": before.name}


def named(service: Service, route: str, answer: Json, key: str = "order_id") -> Json:
    """The response; with a fault, it names another order or image."""
    return answer if service.faults.take(route, NAMED_KINDS) is None else answer | {key: str(uuid.uuid4())}


def _strangers(service: Service, order: Order) -> list[Image]:
    """Up to three images of another order; an invented image if there is no other order."""
    others = [image for image in service.catalogue.images.values() if image.order_id not in (None, order.id)]
    last = next((image.order_id for image in reversed(others) if not image.deleted), None)
    found = [image for image in others if image.order_id == last and not image.deleted]
    made_up = Image(str(uuid.uuid4()), str(uuid.uuid4()), "stranger.jpg", order.account, order.created, form={})
    made_up.status = "processed"
    return list(islice(found, _STRANGERS)) or [made_up]


def _showing(answer: Json, images: list[Json]) -> Json:
    return answer | {"images": images, "total_images": float(len(images))}

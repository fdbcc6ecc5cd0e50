"""The faults: their places, and each kind with its effect and its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

ROUTES: Final = (
    *("create_order", "list_orders", "show_order", "rename_order", "delete_order", "order_brackets"),
    *("merge_order", "process_order", "create_bracket", "create_image", "show_image", "delete_image"),
    *("process_image", "report_image", "enhanced", "original", "upload", "asset", "download"),
)
"""The requests: the API's, then storage's ``upload`` and ``download``, and ``asset`` between the two."""
SLOTS: Final = ("create_image", "create_bracket")
"""The requests whose response has an upload URL."""
MOMENTS: Final = ("merge", "image")
"""Moments while an order is processed."""
_WITHOUT_BODY: Final = frozenset({"upload", "delete_order", "delete_image", "enhanced", "original", "asset"})
"""Requests whose response has no body: a status or a redirect."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault: its effect, and its parameters in addition to those of every rule."""

    about: str
    takes: frozenset[str] = frozenset()


_SECONDS: Final = frozenset({"seconds"})
_AT: Final = frozenset({"at"})
_AFTER: Final = frozenset({"after"})
_REFUSED: Final = "refused with this status; with after=true the request is carried out anyway"
_PAGE: Final = "refused with this status and a gateway's HTML page; with after=true the request is carried out anyway"
_WISH: Final = ". retry_after sets Retry-After, in seconds"

_ANSWER_KINDS: Final[Mapping[str, Kind]] = {
    **{str(status): Kind(_REFUSED, _AFTER) for status in (400, 401, 402, 403, 404, 409)},
    "429": Kind(f"{_REFUSED}{_WISH}", _AFTER | {"retry_after"}),
    **{str(status): Kind(_PAGE, _AFTER) for status in (500, 502, 504)},
    "503": Kind(f"{_PAGE}{_WISH}", _AFTER | {"retry_after"}),
    "html": Kind("200 with a web page instead of the response; nothing is done"),
    "reset-before": Kind("the connection is reset; nothing is done"),
    "reset-after": Kind("the connection is reset after the request was carried out, so the response is lost"),
    "slow": Kind("the request stalls for this long before its body is read, then succeeds", _SECONDS),
}
BODY_KINDS: Final[Mapping[str, Kind]] = {
    "stall": Kind("the response body pauses half-way for this long", _SECONDS),
    "drip": Kind("the response body arrives in twenty pieces over this time", _SECONDS),
    "truncated": Kind("the connection ends half-way through the body; Content-Length is correct"),
    "short-length": Kind("half of the body, with a matching Content-Length"),
    "excess": Kind("the whole body with a Content-Length of half; the rest precedes the next response"),
    "half-json": Kind("JSON that ends half-way; everything else is correct"),
}
SLOT_KINDS: Final[Mapping[str, Kind]] = {"expired-url": Kind("the upload URL in the response has already expired")}
UPLOAD_KINDS: Final[Mapping[str, Kind]] = {
    "upload-lag": Kind("is_uploaded becomes true this long after the upload", _SECONDS)
}
MIXED_SLOT_KINDS: Final[Mapping[str, Kind]] = {
    "other-slot": Kind("the response is for the bracket registered before it (id, name and upload URL)"),
    "same-url": Kind("the upload URL is that of the bracket registered before it"),
}
LOOK_KINDS: Final[Mapping[str, Kind]] = {
    "other-order": Kind("the response shows another order with its images"),
    "foreign-images": Kind("images of another order are added"),
    "foreign-alone": Kind("images of another order replace the order's own"),
    "unsigned-images": Kind("images of another order are added, and no image names its order"),
    "repeated-image": Kind("one image is listed three times"),
    "many-images": Kind("42 extra images are listed"),
    "missing-image": Kind("one image is not listed, but total_images counts it"),
}
"""These happen as soon as the order has an image."""
NAMED_KINDS: Final[Mapping[str, Kind]] = {"other-id": Kind("carried out; the response names another order or image")}
MEMBER_KINDS: Final[Mapping[str, Kind]] = {
    "no-image-id": Kind("one bracket has the image_id null, although it is in an image"),
    "unknown-image-id": Kind("one bracket has the image_id of an image that does not exist"),
    "missing-bracket": Kind("one bracket is not listed"),
}
"""These happen as soon as a bracket is shown with its image."""
PICTURE_KINDS: Final[Mapping[str, Kind]] = {
    "small": Kind("the picture has 64 by 48 pixels"),
    "trailer": Kind("13 bytes follow the picture's end marker"),
    "cut": Kind("the picture ends after 70 % of its bytes, with a matching Content-Length"),
    "endless": Kind("an endless stream of bytes follows the picture"),
    "bomb": Kind("compressed: each megabyte of the response expands to a gigabyte"),
}
OWN_KINDS: Final[Mapping[tuple[str, ...], Mapping[str, Kind]]] = {
    SLOTS: {**SLOT_KINDS, **MIXED_SLOT_KINDS},
    ("upload",): UPLOAD_KINDS,
    ("show_order",): LOOK_KINDS,
    ("order_brackets",): MEMBER_KINDS,
    ("create_order", "order_brackets", "merge_order", "process_order", "process_image"): NAMED_KINDS,
    ("download",): PICTURE_KINDS,
}
"""Faults that are possible at some requests only."""
MERGE_KINDS: Final[Mapping[str, Kind]] = {
    "idle-forever": Kind("the merge is accepted, but the order stays idle and empty"),
    "slow-grouping": Kind("grouping takes this much longer", _SECONDS),
    "stray": Kind("the last bracket of a set becomes a separate image", _AT),
    "misgroup": Kind("one bracket of a set is put into the neighbouring set", _AT),
    "split": Kind("a set becomes two images", _AT),
    "join": Kind("a set and the next one become one image, even of more than 9 brackets", _AT),
    "swap": Kind("the last bracket of a set changes places with the first one of the next set", _AT),
    "swap-pictures": Kind("an image and the next one show each other's scene; names and brackets are right", _AT),
    "left-out": Kind("the last bracket of a set is in no image", _AT),
    "no-images": Kind("the order finishes without images"),
}
IMAGE_KINDS: Final[Mapping[str, Kind]] = {
    "error": Kind("the image ends in error, with this status_reason", frozenset({"reason"}))
}


def request_kinds(where: str) -> dict[str, Kind]:
    """The faults of a request at this route, or at any route for ``*``."""
    if where in _WITHOUT_BODY:
        return dict(_ANSWER_KINDS)
    body = {kind: known for kind, known in BODY_KINDS.items() if kind != "half-json" or where != "download"}
    return {**_ANSWER_KINDS, **body}


def kinds_at(where: str) -> dict[str, Kind]:
    """The kinds of fault at this place. Empty if there is no such place."""
    if where in MOMENTS:
        return dict(MERGE_KINDS if where == "merge" else IMAGE_KINDS)
    if where not in {*ROUTES, "*"}:
        return {}
    own = {kind: known for places, kinds in OWN_KINDS.items() if where in places for kind, known in kinds.items()}
    return {**request_kinds(where), **own}

"""What can go wrong where: the places of a fault, and each kind with what it does and which parameters it takes."""

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
"""The requests that answer with an upload URL."""
MOMENTS: Final = ("merge", "image")
"""Moments of an order's course."""
_WITHOUT_BODY: Final = frozenset({"upload", "delete_order", "delete_image", "enhanced", "original", "asset"})
"""Answers that are a status or a redirect and no more."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to fail: what happens, and the parameters it takes besides those of every rule."""

    about: str
    takes: frozenset[str] = frozenset()


_SECONDS: Final = frozenset({"seconds"})
_AFTER: Final = frozenset({"after"})
_REFUSED: Final = "refused with this status; with after=true it was carried out all the same"
_PAGE: Final = "so too, with a gateway's HTML page"
_WISH: Final = ", and with Retry-After if retry_after says how many seconds"

_ANSWER_KINDS: Final[Mapping[str, Kind]] = {
    **{str(status): Kind(_REFUSED, _AFTER) for status in (400, 401, 402, 403, 404, 409)},
    "429": Kind(f"so too{_WISH}", _AFTER | {"retry_after"}),
    **{str(status): Kind(_PAGE, _AFTER) for status in (500, 502, 504)},
    "503": Kind(f"{_PAGE}{_WISH}", _AFTER | {"retry_after"}),
    "html": Kind("200 with a web page in place of the answer; nothing was done"),
    "reset-before": Kind("the connection is reset, nothing was done"),
    "reset-after": Kind("the connection is reset after the request was carried out: its answer is lost"),
    "slow": Kind("for so long nothing is done and no body is read, then all goes well", _SECONDS),
}
BODY_KINDS: Final[Mapping[str, Kind]] = {
    "stall": Kind("the answer's body stops half-way for so long", _SECONDS),
    "drip": Kind("the answer's body comes in twenty pieces over so long", _SECONDS),
    "truncated": Kind("Content-Length is right, and the connection ends half-way through the body"),
    "short-length": Kind("half of the body, and a Content-Length that agrees with it"),
    "excess": Kind("the whole body, and a Content-Length of half: the rest lies in front of the next answer"),
    "half-json": Kind("JSON that ends in its middle, all else right"),
}
SLOT_KINDS: Final[Mapping[str, Kind]] = {"expired-url": Kind("the upload URL in the answer has expired already")}
UPLOAD_KINDS: Final[Mapping[str, Kind]] = {
    "upload-lag": Kind("is_uploaded turns true so long after the bytes arrived", _SECONDS)
}
MIXED_SLOT_KINDS: Final[Mapping[str, Kind]] = {
    "other-slot": Kind("the answer is for the bracket that was registered before: its id, name and upload URL"),
    "same-url": Kind("the upload URL is that of the bracket that was registered before"),
}
LOOK_KINDS: Final[Mapping[str, Kind]] = {
    "other-order": Kind("the answer is another order with its images"),
    "foreign-images": Kind("images of another order are added"),
    "foreign-alone": Kind("images of another order are shown in place of the order's own"),
    "unsigned-images": Kind("images of another order are added, and no image names its order"),
    "repeated-image": Kind("one image is listed three times"),
    "many-images": Kind("42 images more are listed"),
    "missing-image": Kind("one image is not listed, and total_images counts it"),
}
"""They strike as soon as there is an image to show."""
NAMED_KINDS: Final[Mapping[str, Kind]] = {"other-id": Kind("carried out, and the answer names another order or image")}
PICTURE_KINDS: Final[Mapping[str, Kind]] = {
    "small": Kind("the picture has 64 by 48 pixels"),
    "trailer": Kind("13 bytes follow the picture's end marker"),
    "cut": Kind("the picture ends after 7 of 10 parts, and Content-Length agrees"),
    "endless": Kind("bytes without end follow the picture"),
    "bomb": Kind("compressed: each megabyte of the answer becomes a gigabyte"),
}
OWN_KINDS: Final[Mapping[tuple[str, ...], Mapping[str, Kind]]] = {
    SLOTS: {**SLOT_KINDS, **MIXED_SLOT_KINDS},
    ("upload",): UPLOAD_KINDS,
    ("show_order",): LOOK_KINDS,
    ("create_order", "order_brackets", "merge_order", "process_order", "process_image"): NAMED_KINDS,
    ("download",): PICTURE_KINDS,
}
"""What can go wrong at some requests only."""
MERGE_KINDS: Final[Mapping[str, Kind]] = {
    "idle-forever": Kind("the merge is accepted, and the order stays idle and empty for ever"),
    "slow-grouping": Kind("grouping takes so much longer", _SECONDS),
    "stray": Kind("one bracket comes back as an image of its own"),
    "misgroup": Kind("one bracket lands in the next set"),
    "no-images": Kind("the order ends without any image"),
}
IMAGE_KINDS: Final[Mapping[str, Kind]] = {
    "error": Kind("the image ends in error, with this status_reason", frozenset({"reason"}))
}


def request_kinds(where: str) -> dict[str, Kind]:
    """What can go wrong with a request at this route, or at any for ``*``."""
    if where in _WITHOUT_BODY:
        return dict(_ANSWER_KINDS)
    body = {kind: known for kind, known in BODY_KINDS.items() if kind != "half-json" or where != "download"}
    return {**_ANSWER_KINDS, **body}


def kinds_at(where: str) -> dict[str, Kind]:
    """What a rule for this place can be; nothing if there is no such place."""
    if where in MOMENTS:
        return dict(MERGE_KINDS if where == "merge" else IMAGE_KINDS)
    if where not in {*ROUTES, "*"}:
        return {}
    own = {kind: known for places, kinds in OWN_KINDS.items() if where in places for kind, known in kinds.items()}
    return {**request_kinds(where), **own}

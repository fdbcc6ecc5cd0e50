"""Parses the service's responses: strict about the fields that bracketd needs, and ignoring all others.

A response in which a required field is missing or has the wrong type raises ``Garbled`` with the field's name. Sources:
the vendor's OpenAPI schemas, from its SDKs, and responses that were observed in practice.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from daemon.errors import Garbled, Mismatch, Mismatched
from daemon.service.words import short, words_of

Json = Mapping[str, object]

_ID: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.:-]{0,127}")
_LINKS: Final = ("image_url", "imageSource", "url")


@dataclass(frozen=True, slots=True)
class Slot:
    """The upload target of a bracket. ``url`` is presigned: anyone who has it can write there, so repr hides it.

    ``name`` is the bracket's name in the response, None if it has none.
    """

    id: str
    url: str = field(repr=False)
    content_type: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class BracketReport:
    """A registered bracket as the service lists it.

    ``id`` is None if the API version in use does not return it (the vendor's SDK for 2025-01-01 has only the name and
    ``is_uploaded``). The name, which bracketd makes unique, then identifies the bracket. ``image_id`` is the merged
    image that contains it, None until the service reports one.
    """

    id: str | None
    name: str
    uploaded: bool
    image_id: str | None


class ImageStatus(StrEnum):
    """The status of an image at the service. Unknown statuses count as PROCESSING."""

    WAITING = "waiting"
    PROCESSING = "processing"
    PROCESSED = "processed"
    FAILED = "failed"
    EXPIRED = "expired"


_DAY: Final = re.compile(r"quota|capacity|daily|(?=.*\blimit\b).*\b(day|reach|enhance)", re.IGNORECASE | re.DOTALL)
"""Matches reasons about the daily limit, but not about a size limit."""

_STATUS: Final = {
    "waiting": ImageStatus.WAITING,
    "uploaded": ImageStatus.WAITING,
    "pending": ImageStatus.WAITING,
    "queued": ImageStatus.WAITING,
    "processing": ImageStatus.PROCESSING,
    "processed": ImageStatus.PROCESSED,
    "completed": ImageStatus.PROCESSED,
    "complete": ImageStatus.PROCESSED,
    "done": ImageStatus.PROCESSED,
    "success": ImageStatus.PROCESSED,
    "error": ImageStatus.FAILED,
    "failed": ImageStatus.FAILED,
    "expired": ImageStatus.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class ImageReport:
    """An image in an order's list. ``downloaded`` is True if it was downloaded and paid for.

    ``reason`` is the service's full text; ``why`` is a short version for messages.
    """

    id: str
    name: str
    status: ImageStatus
    reason: str | None
    downloaded: bool

    @property
    def why(self) -> str | None:
        """The reason, shortened for a message."""
        return short(self.reason) if self.reason else None

    @property
    def limited(self) -> bool:
        """True if it only failed because of the account's daily limit. The service has no fixed text for that."""
        return self.status is ImageStatus.FAILED and _DAY.search(self.reason or "") is not None


@dataclass(frozen=True, slots=True)
class OrderReport:
    """An order's state at the service. Both flags False and no images can mean "not started yet".

    ``total`` is the service's number of images, None if it is missing.
    """

    merging: bool
    processing: bool
    images: tuple[ImageReport, ...]
    total: int | None = None


@dataclass(frozen=True, slots=True)
class OrderListed:
    """An order in the account's list of orders. ``created_at`` is in epoch seconds, None if unknown."""

    id: str
    name: str
    created_at: float | None
    report: OrderReport


@dataclass(frozen=True, slots=True)
class OrdersPage:
    """One page of the account's orders. ``next_offset`` is the next page's cursor, None on the last page."""

    orders: tuple[OrderListed, ...]
    next_offset: str | None


def parse(body: bytes) -> Json:
    """The JSON object in ``body``. An empty body is an empty object. Raises ``Garbled`` for anything else."""
    if not body.strip():
        return {}
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise Garbled(f"The service did not return JSON ({words_of(body)}). bracketd will retry.") from None
    if not isinstance(value, Mapping):
        raise _wrong("the response", "an object", value)
    return value


def order_report(answer: Json, order_id: str) -> OrderReport:
    """Parse an OrderOut. Flags and images may be missing. The order's ID is required: ``{}`` is not an idle order.

    Raises ``Mismatched`` for another order, for images of another order, and for an image that is listed twice.
    """
    identity(answer, "order_id")
    require_order(answer, order_id)
    images = _items(answer, "images")
    for item in images:
        require_order(item, order_id, what="an image of order")
    report = OrderReport(
        merging=_flag(answer, "is_merging"),
        processing=_flag(answer, "is_processing"),
        images=tuple(_image(item) for item in images),
        total=_count(answer, "total_images"),
    )
    _require_unique([image.id for image in report.images], "image")
    return report


def bracket_reports(answer: Json, order_id: str, *, ids: bool) -> tuple[BracketReport, ...]:
    """Parse an OrderBracketsOut. ``ids`` is True if this API version must return each bracket's ID.

    Raises ``Mismatched`` like ``order_report``.
    """
    if "brackets" not in answer:
        raise _wrong("brackets", "a list", None)
    require_order(answer, order_id)
    for item in _items(answer, "brackets"):
        require_order(item, order_id, what="a bracket of order")
    brackets = tuple(
        BracketReport(
            id=identity(item, "bracket_id") if ids or item.get("bracket_id") is not None else None,
            name=text(item, "name") or "",
            uploaded=_flag(item, "is_uploaded"),
            image_id=identity(item, "image_id") if item.get("image_id") is not None else None,
        )
        for item in _items(answer, "brackets")
    )
    _require_unique([bracket.id for bracket in brackets if bracket.id is not None], "bracket")
    return brackets


def require_order(answer: Json, order_id: str, what: str = "order") -> None:
    """Raise ``Mismatched`` if a response is about another order. It may omit the order's ID."""
    _require_same(answer, "order_id", order_id, what, Mismatch.ORDER)


def require_image(answer: Json, image_id: str) -> None:
    """Raise ``Mismatched`` if a response is about another image. It may omit the image's ID."""
    _require_same(answer, "image_id", image_id, "image", Mismatch.IMAGE)


def _require_same(answer: Json, key: str, asked: str, what: str, mismatch: Mismatch) -> None:
    """Raise ``Mismatched`` if two IDs differ. Case is ignored, because UUIDs may use either (RFC 9562, section 4)."""
    returned = answer.get(key)
    if returned is not None and identity(answer, key).casefold() != asked.casefold():
        raise Mismatched(f"The service returned {what} {returned} instead of {asked}.", mismatch=mismatch)


def _require_unique(ids: Sequence[str], what: str) -> None:
    twice = next((one for one, times in Counter(ids).items() if times > 1), None)
    if twice is not None:
        raise Mismatched(f"The service lists {what} {twice} more than once.", mismatch=Mismatch.REPEATED)


def check_orders(answer: Json) -> None:
    """Raise ``Garbled`` if this is not an OrdersOut, which is a page of orders."""
    if not isinstance(answer.get("orders"), list):
        raise _wrong("orders", "a list", answer.get("orders"))


def orders_page(answer: Json) -> OrdersPage:
    """Parse an OrdersOut, without deleted orders."""
    check_orders(answer)
    orders = (_listed(item) for item in _items(answer, "orders") if not _flag(item, "is_deleted"))
    return OrdersPage(tuple(orders), _cursor(answer))


def _listed(item: Json) -> OrderListed:
    order_id = identity(item, "order_id")
    return OrderListed(order_id, text(item, "name") or "", _moment(item), order_report(item, order_id))


def _cursor(answer: Json) -> str | None:
    """``pagination.next_offset``. Its type is not documented, so a number is accepted too."""
    pagination = answer.get("pagination")
    value = pagination.get("next_offset") if isinstance(pagination, Mapping) else None
    if value is None or isinstance(value, str | int):
        return str(value) if value is not None and value != "" else None
    raise _wrong("next_offset", "a cursor or null", value)


def _moment(item: Json) -> float | None:
    """``created_at``: ISO 8601, usually without a zone, which means UTC. None if it is invalid."""
    try:
        moment = datetime.fromisoformat(text(item, "created_at") or "")
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def identity(answer: Json, key: str) -> str:
    """An ID. It becomes part of paths, so only letters, digits and ``_ - . :`` are allowed."""
    value = answer.get(key)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise _wrong(key, "an id", value)
    return value


def link(answer: Json, key: str) -> str:
    """A URL from the service. The caller checks if it may be used."""
    value = answer.get(key)
    if not isinstance(value, str) or not value:
        raise _wrong(key, "a URL", value)
    return value


def image_link(answer: Json) -> str:
    """The image's URL in a JSON response to a download."""
    for key in _LINKS:
        if answer.get(key) is not None:
            return link(answer, key)
    raise _wrong(" or ".join(_LINKS), "a URL", None)


def _image(item: Json) -> ImageReport:
    return ImageReport(
        id=identity(item, "image_id"),
        name=text(item, "image_name") or "",
        status=_status(item),
        reason=_reason(item),
        downloaded=_flag(item, "downloaded"),
    )


def _status(item: Json) -> ImageStatus:
    """From ``status``, or for accounts older than 2024-10-01 from the booleans ``error`` and ``enhanced``."""
    word = text(item, "status")
    if word:
        return _STATUS.get(word.strip().lower(), ImageStatus.PROCESSING)
    if _flag(item, "error"):
        return ImageStatus.FAILED
    return ImageStatus.PROCESSED if _flag(item, "enhanced") else ImageStatus.WAITING


def _reason(item: Json) -> str | None:
    """``status_reason``, which has no type in the vendor's schema: text unchanged, anything else as compact JSON."""
    value = item.get("status_reason")
    if value is None or isinstance(value, str):
        return value or None
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _items(answer: Json, key: str) -> list[Json]:
    value = answer.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise _wrong(key, "a list", value)
    for item in value:
        if not isinstance(item, Mapping):
            raise _wrong(key, "a list of objects", item)
    return value


def _flag(answer: Json, key: str) -> bool:
    """A boolean. ``is_processing`` has no type in the vendor's older schema, so integers are accepted too."""
    value = answer.get(key)
    if value is None or isinstance(value, bool | int):
        return bool(value)
    raise _wrong(key, "true, false or null", value)


def _count(answer: Json, key: str) -> int | None:
    """A count, which the service writes with a decimal point."""
    value = answer.get(key)
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 and value == value // 1:
        return int(value)
    raise _wrong(key, "a number of images or null", value)


def text(answer: Json, key: str) -> str | None:
    """A text, None if it is missing."""
    value = answer.get(key)
    if value is None or isinstance(value, str):
        return value
    raise _wrong(key, "text or null", value)


def _wrong(key: str, wanted: str, value: object) -> Garbled:
    found = "nothing" if value is None else f"a {type(value).__name__}" if not isinstance(value, str) else "other text"
    return Garbled(f"The service's response has {found} in {key!r} instead of {wanted}. bracketd will retry.")

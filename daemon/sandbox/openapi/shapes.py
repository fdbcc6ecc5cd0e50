"""The API's bodies by version: the requests that ``fields`` checks, and the responses that ``wire`` writes."""

from __future__ import annotations

from typing import Final

from daemon.sandbox.fields import (
    BOOLEAN,
    BRACKET_IN,
    ID,
    IMAGE_IN,
    NUMBER,
    OBJECT,
    ORDER_IN,
    RATING,
    REPORT_IN,
    SETS,
    TEXT,
    Fields,
    Schema,
    one_of,
    preferences,
)
from daemon.sandbox.openapi.schema import ANYTHING, COUNT, answer, by_key, form, items, or_null, ref
from daemon.sandbox.settings import Switches
from daemon.sandbox.wire import BRACKETS_SINCE, STATUS_SINCE, upload_key

_MOMENT: Final[Schema] = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$",
    "description": "ISO 8601 in UTC, without a zone",
}
_HDR_NEEDS_ORDER: Final[dict[str, object]] = {
    "if": {"properties": {"hdr": {"const": True}}, "required": ["hdr"]},
    "then": {"properties": {"order_id": ID}, "required": ["order_id"]},
}
_URL: Final[Schema] = {"type": "string", "format": "uri"}


def schemas(version: str, switches: Switches) -> dict[str, Schema]:
    """Every schema that the API's operations use."""
    image = _image(version)
    bracket = _bracket(version, switches)
    upload = {"type": "string", "format": "uri", "description": "Accepts one PUT with the Content-Type in its query."}
    wanted = preferences(version)
    return {
        "OrderIn": form(ORDER_IN),
        "ImageIn": form(IMAGE_IN | wanted, ["image_name"]) | _HDR_NEEDS_ORDER,
        "ImageInUpdate": form(IMAGE_IN | wanted),
        "BracketIn": form(BRACKET_IN, ["name", "order_id"]),
        "OrderHDRMerge": form(wanted | NUMBER),
        "OrderHDRProcessIn": form(wanted | NUMBER | SETS),
        "ReportIn": form(REPORT_IN, ["categories"]),
        "ImageOut": answer(image),
        "ImageCreatedOut": answer(image | {upload_key(version): upload}),
        "OrderOut": answer(_order()),
        "OrdersOut": answer({"orders": items(ref("OrderOut")), "pagination": ref("Pagination")}),
        "Pagination": answer({"next_offset": or_null(TEXT), "per_page": {"type": "integer"}}),
        "BracketOut": answer(bracket),
        "BracketCreatedOut": answer(_bracket(BRACKETS_SINCE, None) | {"upload_url": upload}),
        "OrderBracketsOut": answer({"brackets": items(ref("BracketOut"))}),
        "Nothing": OBJECT,
        "Link": answer({"image_url": _URL}),
        "HTTPError": answer({"message": TEXT, "detail": OBJECT}),
        "Message": answer({"message": TEXT}),
        "ValidationError": answer({"message": TEXT, "detail": _COMPLAINTS}),
    }


_TEXTS: Final = by_key({**items(TEXT), "minItems": 1})
_COMPLAINTS: Final[Schema] = {
    "type": "object",
    "properties": {"json": _TEXTS, "query": _TEXTS},
    "additionalProperties": False,
    "minProperties": 1,
    "description": "The errors of each field, by the place of the field",
}


def _image(version: str) -> Fields:
    shown: Fields = {name: or_null(known) for name, known in preferences(version).items()}
    shown |= {
        "image_id": TEXT,
        "image_name": TEXT,
        "order_id": or_null(TEXT),
        "user_id": TEXT,
        "date_added": {**COUNT, "description": "Milliseconds since the epoch"},
        "metadata": OBJECT,
        "rating": or_null(RATING),
        "downloaded": {**BOOLEAN, "description": "Downloaded in full size, and paid for"},
        "scene": or_null(TEXT),
    }
    if version < STATUS_SINCE:
        return shown | {"enhanced": BOOLEAN, "error": BOOLEAN}
    shown |= {"status": one_of("waiting", "processing", "processed", "error"), "status_reason": or_null(TEXT)}
    if version < BRACKETS_SINCE:
        return shown | {"image_type": TEXT, "is_threesixty": BOOLEAN}
    return shown | {"finetune_settings": ANYTHING}


def _order() -> Fields:
    return {
        "order_id": TEXT,
        "name": or_null(TEXT),
        "status": one_of("waiting", "processing", "processed", "error"),
        "is_merging": {**or_null(BOOLEAN), "description": "null before the first merge"},
        "is_processing": BOOLEAN,
        "is_deleted": BOOLEAN,
        "images": items(ref("ImageOut")),
        "total_images": {"type": "number"},
        "created_at": _MOMENT,
        "last_updated_at": _MOMENT,
    }


def _bracket(version: str, switches: Switches | None) -> Fields:
    """A bracket. Without ``switches`` it never has an image, as in the response to a registration."""
    shown: Fields = {"name": TEXT, "is_uploaded": BOOLEAN}
    if version < BRACKETS_SINCE:
        return shown
    shown |= {"bracket_id": TEXT, "order_id": TEXT, "metadata": OBJECT}
    named = switches is not None and switches.bracket_image == "shown"
    return shown | ({"image_id": or_null(TEXT)} if named else {})

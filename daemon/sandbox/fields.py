"""The fields of requests as JSON Schema, and the check of bodies and queries against them.

The values are those of the vendor's SDK models for 2025-01-01 and 2025-05-08. Fields that later versions added are
passed through. Error texts are those of the service's framework.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

Schema = Mapping[str, Any]
Fields = dict[str, Schema]

BOOLEAN: Final[Schema] = {"type": "boolean"}
TEXT: Final[Schema] = {"type": "string"}
OBJECT: Final[Schema] = {"type": "object"}
ID: Final[Schema] = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}
RATING: Final[Schema] = {"type": "integer", "minimum": 0, "maximum": 5}

_AI_3_4: Final = (
    "dev",
    "3.x",
    "3.0",
    "3.1",
    "3.2",
    "3.3",
    "3.4",
    "3.5",
    "4.x",
    "4.0",
    "4.1",
    "4.2",
    "4.3",
    "4.4",
    "4.5",
    "4.7",
)
_CATEGORIES: Final = (
    "AUTO_PRIVACY",
    "COLOUR",
    "CONTRAST",
    "DOWNLOAD",
    "DYNAMIC_RANGE",
    "EXPOSURE",
    "HDR",
    "IMAGE_QUALITY",
    "ITEM_REMOVAL",
    "LENS_CORRECTION",
    "NO_COMPLAINTS",
    "NOISE",
    "OTHER",
    "PERSPECTIVE_CORRECTION",
    "PRIVACY",
    "PROCESSING",
    "SHARPNESS",
    "SKY_REPLACEMENT",
    "WHITE_BALANCE",
    "WINDOW_PULL",
)


def one_of(*values: str) -> Schema:
    """A schema: one of these strings."""
    return {"type": "string", "enum": list(values)}


_SHARED: Final[Fields] = {
    "enhance": BOOLEAN,
    "sky_replacement": BOOLEAN,
    "cloud_type": one_of("CLEAR", "LOW_CLOUD", "HIGH_CLOUD"),
    "vertical_correction": BOOLEAN,
    "lens_correction": BOOLEAN,
    "privacy": BOOLEAN,
    "upscale": BOOLEAN,
}


DEFAULTS: Final[Mapping[str, bool]] = {"enhance": True, "lens_correction": True, "vertical_correction": True}
"""The defaults of preferences; all others default to null."""


def preferences(version: str) -> Fields:
    """The preferences of enhancement in ``version``. Other fields are allowed."""
    if version < "2025-05-08":
        grown: Fields = {
            "ai_version": one_of(*_AI_3_4),
            "enhance_type": one_of("property", "property_usa", "warm", "neutral"),
        }
    else:
        grown = {
            "ai_version": one_of(*_AI_3_4, "5.x", "5.0") if version < "2026" else TEXT,
            "enhance_type": one_of("property", "property_usa", "warm", "neutral", "modern"),
        }
    if version < "2025-08-31":
        return {**_SHARED, **grown, "window_pull": BOOLEAN}
    return {**_SHARED, **grown, "window_pull_type": one_of("NONE", "ONLY_WINDOWS", "WINDOWS_WITH_SKIES")}


IMAGE_IN: Final[Fields] = {
    "image_name": TEXT,
    "image_id": ID,
    "order_id": ID,
    "contentType": TEXT,
    "content_type": TEXT,
    "hdr": BOOLEAN,
    "threesixty": BOOLEAN,
    "rating": RATING,
    "metadata": OBJECT,
}
BRACKET_IN: Final[Fields] = {"name": TEXT, "order_id": ID, "metadata": OBJECT}
ORDER_IN: Final[Fields] = {"name": TEXT, "order_id": ID}
LARGEST_SET: Final = 9
"""The maximum number of brackets in an image, as documented."""
NUMBER: Final[Fields] = {
    "number_of_brackets_per_image": {"type": "integer", "minimum": 0, "maximum": LARGEST_SET},
}
SETS: Final[Fields] = {
    "images": {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "required": ["bracket_ids"],
            "properties": {
                "bracket_ids": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": LARGEST_SET,
                    "uniqueItems": True,
                    "items": TEXT,
                }
            },
        },
    }
}
REPORT_IN: Final[Fields] = {
    "categories": {"type": "array", "items": one_of(*_CATEGORIES)},
    "comment": TEXT,
    "score": RATING,
    "source": one_of("WEBAPP", "API"),
}
DOWNLOAD: Final[Fields] = {
    "quality": {"type": "integer", "minimum": 1, "maximum": 90},
    "format": one_of("jpeg", "png", "webp"),
    "preview": BOOLEAN,
    "watermark": BOOLEAN,
    "max_width": {"type": "integer", "minimum": 1},
    "scale": {"type": "number", "minimum": 0, "maximum": 1},
}
PAGE: Final[Fields] = {
    "offset": {"type": "string", "pattern": "^[0-9]*$"},
    "per_page": {"type": "integer", "minimum": 1, "maximum": 15},
}

_TYPES: Final[Mapping[str, tuple[tuple[type, ...], str]]] = {
    "boolean": ((bool,), "Not a valid boolean."),
    "string": ((str,), "Not a valid string."),
    "integer": ((int,), "Not a valid integer."),
    "number": ((int, float), "Not a valid number."),
    "object": ((dict,), "Not a valid mapping type."),
    "array": ((list,), "Not a valid list."),
}


def complaints(values: Mapping[str, object], known: Fields, required: Sequence[str] = ()) -> dict[str, list[str]]:
    """The errors of each field; empty if there are none. Unknown fields, and null in an optional field, are valid."""
    found: dict[str, list[str]] = {}
    for name in required:
        if values.get(name) is None:
            found[name] = ["Missing data for required field."]
    for name, schema in known.items():
        if (value := values.get(name)) is not None and (complaint := _complaint(value, schema)):
            found[name] = [complaint]
    return found


def from_query(query: Mapping[str, str], known: Fields) -> dict[str, object]:
    """The known parameters of a query, converted to their types. A value that cannot be converted stays text."""
    return {name: _typed(query[name], str(schema["type"])) for name, schema in known.items() if name in query}


def _typed(text: str, kind: str) -> object:
    if kind == "boolean" and text in {"true", "false"}:
        return text == "true"
    if kind == "integer" and re.fullmatch(r"-?[0-9]{1,9}", text):
        return int(text)
    if kind == "number" and re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", text):
        return float(text)
    return text


def _complaint(value: object, schema: Schema) -> str | None:
    types, complaint = _TYPES[schema["type"]]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        return complaint
    if isinstance(value, str):
        return _text_complaint(value, schema)
    if isinstance(value, int | float):
        return _range_complaint(value, schema)
    if isinstance(value, list):
        return _list_complaint(value, schema)
    if isinstance(value, dict) and (
        wrong := complaints(value, schema.get("properties", {}), schema.get("required", ()))
    ):
        return f"{next(iter(wrong))}: {next(iter(wrong.values()))[0]}"
    return None


def _list_complaint(value: list[object], schema: Schema) -> str | None:
    least, most = schema.get("minItems", 0), schema.get("maxItems", len(value))
    if len(value) < least:
        return f"Shorter than minimum length {least}."
    if len(value) > most:
        return f"Longer than maximum length {most}."
    if (complaint := next(filter(None, (_complaint(item, schema["items"]) for item in value)), None)) is not None:
        return complaint
    return "Contains an item twice." if schema.get("uniqueItems") and len(set(map(str, value))) < len(value) else None


def _text_complaint(value: str, schema: Schema) -> str | None:
    if "enum" in schema and value not in schema["enum"]:
        return f"Must be one of: {', '.join(schema['enum'])}."
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
        return "String does not match expected pattern."
    return None


def _range_complaint(value: float, schema: Schema) -> str | None:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and value < low:
        return f"Must be greater than or equal to {low}."
    if high is not None and value > high:
        return f"Must be less than or equal to {high}."
    return None

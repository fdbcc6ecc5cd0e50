"""Building blocks of JSON Schema 2020-12, as used by OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from daemon.sandbox.fields import Schema

NUMBER: Final[Schema] = {"type": "number"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
ANYTHING: Final[Schema] = {}


def ref(name: str) -> Schema:
    """A reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def items(of: Schema) -> Schema:
    """A list of items."""
    return {"type": "array", "items": of}


def by_key(of: Schema) -> Schema:
    """An object with arbitrary keys."""
    return {"type": "object", "additionalProperties": of}


def answer(properties: Mapping[str, Schema]) -> Schema:
    """An object with all these keys, and possibly others."""
    return {"type": "object", "properties": dict(properties), "required": list(properties)}


def form(properties: Mapping[str, Schema], required: Sequence[str] = ()) -> dict[str, object]:
    """An object that may have these keys and others. Keys that are not required may be null."""
    shown = {name: of if name in required else or_null(of) for name, of in properties.items()}
    known: dict[str, object] = {"type": "object", "properties": shown}
    return known | ({"required": list(required)} if required else {})


def or_null(known: Schema) -> Schema:
    """A schema that also allows null."""
    if "type" not in known:
        return {"oneOf": [known, {"type": "null"}]} if known else known
    more = {"enum": [*known["enum"], None]} if "enum" in known else {}
    return {**known, "type": [known["type"], "null"], **more}

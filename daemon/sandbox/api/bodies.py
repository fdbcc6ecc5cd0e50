"""Reads the JSON bodies and queries of requests and checks their fields."""

from __future__ import annotations

import json
from collections.abc import Sequence

from starlette.requests import Request

from daemon.sandbox.answers import invalid
from daemon.sandbox.fields import Fields, complaints, from_query

Json = dict[str, object]

_LONGEST_BODY: int = 8 << 20


async def form(request: Request, known: Fields, required: Sequence[str] = (), *, optional: bool = False) -> Json:
    """The body as an object with valid fields. If ``optional``, the body may be missing. Raises ``Refused`` (422)."""
    body = await _whole(request)
    if not body and optional:
        return {}
    try:
        values = json.loads(body, parse_float=_number)
        json.dumps(values, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise invalid("json", {"_schema": ["Invalid JSON body."]}) from None
    if not isinstance(values, dict):
        raise invalid("json", {"_schema": ["Invalid input type."]})
    if wrong := complaints(values, known, required):
        raise invalid("json", wrong)
    return values


def query(request: Request, known: Fields) -> Json:
    """The known parameters of the query. Raises ``Refused`` (422)."""
    values = from_query(request.query_params, known)
    if wrong := complaints(values, known):
        raise invalid("query", wrong)
    return values


def _number(text: str) -> int | float:
    """A number with a point or an exponent. A whole number is an integer, as in JSON Schema."""
    value = float(text)
    return int(value) if value.is_integer() else value


async def _whole(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_BODY:
            raise invalid("json", {"_schema": ["The body is too long."]})
    return bytes(body)

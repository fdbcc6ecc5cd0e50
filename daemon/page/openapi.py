"""The OpenAPI document of ``/api/v1``."""

from __future__ import annotations

from typing import Any

from daemon import __version__
from daemon.order import Health, ImageState, Phase, Verb
from daemon.shoot.sets import Confidence
from daemon.store.asks import Outcome

MOST_ENDED, MOST_ORDERS, MOST_IMAGES = 1000, 200, 500
VERBS = tuple(verb.value for verb in Verb if verb not in (Verb.ADOPT, Verb.SKIP))

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
COUNT: Schema = {"type": "integer", "minimum": 0}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
VERSION: Schema = {"const": 1}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _one_of(values: Any) -> Schema:
    return {"type": "string", "enum": [str(value) for value in values]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


SCHEMAS: dict[str, Schema] = {
    "Error": _object(message=TEXT),
    "Daemon": _object(
        running=FLAG,
        pid={"type": ["integer", "null"]},
        version=MAYBE_TEXT,
        watching=FLAG,
        started_at={"type": ["string", "null"]},
        state_dir=TEXT,
        messages=_list(TEXT),
        events_missed=COUNT,
        unanswered_s={"type": ["integer", "null"]},
    ),
    "Order": _object(
        order_id=TEXT,
        shoot=TEXT,
        folder=TEXT,
        output=TEXT,
        phase=_one_of(phase.value for phase in Phase),
        health=_one_of(health.value for health in Health),
        messages=_list(TEXT),
        problems=_list({"type": "object"}),
        url=TEXT,
        brackets=_object(total=COUNT, uploaded=COUNT),
        images=_object(total=COUNT, processed=COUNT, downloaded=COUNT, failed=COUNT),
        bytes=_object(total=COUNT, uploaded=COUNT),
        dev_mode=FLAG,
        supplement_of=MAYBE_TEXT,
        sheet=MAYBE_TEXT,
        kept_until=MAYBE_TEXT,
        created_at=TIME,
        updated_at=TIME,
        phase_since=TIME,
    ),
    "Status": _object(
        version=VERSION,
        daemon=_ref("Daemon"),
        orders=_list(_ref("Order")),
        waiting=_list({"type": "object"}),
        attention=_list({"type": "object"}),
        transfers=_list({"type": "object"}),
    ),
    "Orders": _object(version=VERSION, total=COUNT, orders=_list(_ref("Order"))),
    "Details": _object(
        version=VERSION,
        order=_ref("Order"),
        brackets=_list(
            _object(number=COUNT, path=TEXT, bytes=COUNT, uploaded=FLAG, left_out=MAYBE_TEXT, exposure=TEXT)
        ),
        sets=_list(_object(brackets=_list(COUNT), confidence=_one_of(one.value for one in Confidence))),
        left_out=_list(_object(path=TEXT, why=TEXT)),
        images=_list(
            _object(
                number=COUNT,
                image_id=TEXT,
                state=_one_of(state.value for state in ImageState),
                file=MAYBE_TEXT,
                reason=MAYBE_TEXT,
                brackets=_list(COUNT),
            )
        ),
        differences=_list(TEXT),
        journal=_list(_object(at={"type": "number"}, text=TEXT)),
        allowed=_list(_object(verb=_one_of(VERBS), label=TEXT, meaning=TEXT, cost=TEXT)),
    ),
    "Ask": {
        "type": "object",
        "required": ["verb"],
        "additionalProperties": False,
        "properties": {
            "verb": _one_of(VERBS),
            "images": {**_list(TEXT), "maxItems": MOST_IMAGES, "description": "For `approve only`: names or numbers."},
        },
    },
    "Answer": _object(
        version=VERSION,
        ask=COUNT,
        outcome={"enum": [*(outcome.value for outcome in Outcome), None]},
        answer=MAYBE_TEXT,
    ),
    "Spending": _object(
        version=VERSION, price_per_image=MAYBE_TEXT, images=COUNT, credits=COUNT, price=MAYBE_TEXT, months=_list({})
    ),
}


def _query(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def _number(name: str, most: int, description: str, least: int = 0) -> Schema:
    return _query(name, {"type": "integer", "minimum": least, "maximum": most}, description)


MONTH = _query("month", {"type": "string", "pattern": r"^2[0-9]{3}-(0[1-9]|1[0-2])$"}, "Such as 2026-11.")
ORDER_ID = {"name": "order_id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
REFUSED = {
    "400": "The request is wrong.",
    "401": "Without a session or token.",
    "403": "The host, the origin or the token of the form is wrong.",
    "404": "There is no such order.",
    "503": "The state cannot be read now.",
}


def _operation(name: str, summary: str, result: str, *parameters: Schema, body: str | None = None) -> Schema:
    shape = {"content": {"application/json": {"schema": _ref(result)}}}
    wrong = {"content": {"application/json": {"schema": _ref("Error")}, "text/plain": {"schema": TEXT}}}
    responses = {
        "200": {"description": summary, **shape},
        **{status: {"description": text, **wrong} for status, text in REFUSED.items()},
    }
    operation = {"operationId": name, "summary": summary, "parameters": list(parameters), "responses": responses}
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(body)}}}
        responses["413"] = {"description": "The body is too large.", **wrong}
    return operation


def openapi() -> dict[str, Any]:
    """The document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "bracketd", "version": __version__, "description": "What the page of bracketd shows."},
        "security": [{"session": []}, {"token": []}],
        "paths": {
            "/api/v1/status": {
                "get": _operation(
                    "status",
                    "The document of `bracketd status --json`.",
                    "Status",
                    _number("ended", MOST_ENDED, "How many of the ended orders to include."),
                )
            },
            "/api/v1/orders": {
                "get": _operation(
                    "orders",
                    "Orders, the most recently changed first.",
                    "Orders",
                    _query("q", {"type": "string", "maxLength": 200}, "Words of the name, or the beginning of the id."),
                    _query("phase", _one_of(phase.value for phase in Phase), "The phase."),
                    _query("health", _one_of(health.value for health in Health), "The health."),
                    _query("folder", TEXT, "A folder above the shoots."),
                    MONTH,
                    _number("limit", MOST_ORDERS, "How many orders.", 1),
                    _number("offset", 1_000_000_000, "After how many others."),
                )
            },
            "/api/v1/orders/{order_id}": {
                "get": _operation("order", "Everything about an order.", "Details", ORDER_ID),
            },
            "/api/v1/orders/{order_id}/asks": {
                "post": _operation("ask", "Ask for something, as the commands do.", "Answer", ORDER_ID, body="Ask"),
            },
            "/api/v1/spending": {
                "get": _operation("spending", "The document of `bracketd costs --json`.", "Spending", MONTH),
            },
        },
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "bracketd"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }

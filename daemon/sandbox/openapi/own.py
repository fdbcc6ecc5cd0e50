"""The sandbox's own paths in the document: the ledger and the faults."""

from __future__ import annotations

from typing import Final

from daemon.sandbox.fields import BOOLEAN, OBJECT, TEXT, Schema, one_of
from daemon.sandbox.kinds import MOMENTS, ROUTES, kinds_at
from daemon.sandbox.ledger import RULES, SENT
from daemon.sandbox.openapi.schema import COUNT, answer, by_key, form, items, or_null, ref

_MANY: Final = {"next": COUNT, "rate": {"type": "number", "minimum": 0, "maximum": 1}, "skip": COUNT, "match": TEXT}
_MORE: Final = {
    "seconds": {"type": "number", "minimum": 0},
    "retry_after": COUNT,
    "after": BOOLEAN,
    "reason": TEXT,
    "at": COUNT,
}
_PLACES: Final = ("*", *ROUTES, *MOMENTS)
_KINDS: Final = sorted({kind for where in _PLACES for kind in kinds_at(where)})

_STORED: Final = answer({"size": COUNT, "sha256": TEXT, "content_type": TEXT, "times": COUNT})
_BRACKET: Final = answer(
    {"id": TEXT, "name": TEXT, "content_type": TEXT, "deleted": BOOLEAN, "stored": or_null(_STORED)}
)
_MERGE: Final = answer({"at": TEXT, "route": one_of("merge_order", "process_order"), "body": OBJECT, "brackets": COUNT})
_IMAGE: Final = answer(
    {
        "image_id": TEXT,
        "name": TEXT,
        "bracket_ids": items(TEXT),
        "status": one_of("waiting", "processing", "processed", "error"),
        "errors": COUNT,
        "again": COUNT,
        "charged": COUNT,
        "purchases": COUNT,
        "downloads": answer(dict.fromkeys(SENT, COUNT)),
    }
)
_ORDER: Final = answer(
    {
        "flow": or_null(one_of("images", "brackets", "mixed")),
        "registered": items(_BRACKET),
        "merges": items(_MERGE),
        "images": items(_IMAGE),
        "polls": COUNT,
    }
)
_VIOLATION: Final = answer(
    {"at": TEXT, "rule": one_of(*RULES), "order_id": or_null(TEXT), "id": or_null(TEXT), "detail": TEXT}
)
_FAULT: Final = answer(
    {"where": one_of(*_PLACES), "kind": one_of(*_KINDS), "match": TEXT, "happened": COUNT, "left": or_null(COUNT)}
)

SCHEMAS: Final[dict[str, Schema]] = {
    "SandboxReport": answer(
        {
            "version": {"const": 1},
            "orders": by_key(_ORDER),
            "charged": COUNT,
            "requests": by_key(COUNT),
            "violations": items(_VIOLATION),
            "faults": items(_FAULT),
        }
    ),
    "SandboxFaults": answer({"faults": items(_FAULT)}),
    "SandboxRule": form(
        {"where": one_of(*_PLACES), "kind": one_of(*_KINDS), **_MANY, **_MORE}, required=["where", "kind"]
    ),
}
"""The schemas of the sandbox's own paths."""


def _json(name: str, about: str) -> dict[str, object]:
    return {"description": about, "content": {"application/json": {"schema": ref(name)}}}


_RULES: Final = {
    "required": True,
    "description": "A list of rules, each an object or a string in the format of --fault",
    "content": {"application/json": {"schema": items({"oneOf": [TEXT, ref("SandboxRule")]})}},
}

PATHS: Final[dict[str, object]] = {
    "/_sandbox/report": {
        "get": {
            "operationId": "sandbox_report",
            "summary": "The ledger: what clients did, and which rules they broke",
            "responses": {"200": _json("SandboxReport", "The ledger")},
        }
    },
    "/_sandbox/faults": {
        "get": {
            "operationId": "sandbox_faults",
            "summary": "The active faults",
            "responses": {"200": _json("SandboxFaults", "The faults in force")},
        },
        "post": {
            "operationId": "sandbox_set_faults",
            "summary": "Replace the active faults; an empty list removes all",
            "requestBody": _RULES,
            "responses": {
                "200": _json("SandboxFaults", "The faults in force"),
                "422": _json("ValidationError", "A rule is invalid"),
            },
        },
    },
}
"""The sandbox's own paths. They need no key."""

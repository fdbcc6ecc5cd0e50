"""What must not be read in a log: values of keys named like secrets, known secrets, signatures of URLs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, MutableMapping
from typing import Any

HIDDEN = "[redacted]"

NAMED = re.compile(
    r"(.*[_-])?(api[_-]?key|authorization|authentication|token|password|secret|cookie)|key", re.IGNORECASE
)
"""Names whose values are secret: ``key``, ``x-api-key``, ``Authorization``, ``session_token``."""

QUERY = re.compile(r"\?[^\s\"'<>\\]*")
SIGNED = re.compile(r"[?&](x-amz-|x-goog-|[^=&]*(signature|token|credential|key|policy)|sig=|expires=)", re.IGNORECASE)
"""A query that lets whoever reads it use the URL (Amazon's, Google's, Azure's and CloudFront's ways of signing)."""

_known: set[str] = set()


def redact(secret: str) -> None:
    """Never show ``secret`` from now on, wherever it turns up, also as Python or JSON, or both, write it in quotes."""
    if secret:
        for written in (secret, repr(secret)[1:-1]):
            _known.update((written, json.dumps(written)[1:-1]))


def hide_named(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide the values of keys named like secrets, at any depth."""
    return {key: HIDDEN if _is_secret(key) else _without_named(value) for key, value in event.items()}


def without_secrets(line: str) -> str:
    """``line`` without known secrets, and with ``?…`` for the queries of signed URLs."""
    for secret in sorted(_known, key=len, reverse=True):
        line = line.replace(secret, HIDDEN)
    return QUERY.sub(lambda match: "?…" if SIGNED.search(match[0]) else match[0], line)


def _without_named(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: HIDDEN if _is_secret(key) else _without_named(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_named(item) for item in value]
    return value


def _is_secret(name: object) -> bool:
    return isinstance(name, str) and NAMED.fullmatch(name) is not None

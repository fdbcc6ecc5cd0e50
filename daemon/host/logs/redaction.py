"""Removes secrets from the log: values of keys with secret names, known secrets, signatures of URLs."""

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
"""Matches the query of a signed URL, which anyone can use (as signed by Amazon, Google, Azure and CloudFront)."""

_known: set[str] = set()


def redact(secret: str) -> None:
    """Hide ``secret`` in every line from now on, including its escaped forms in Python, JSON, or both."""
    if secret:
        for written in (secret, repr(secret)[1:-1]):
            _known.update((written, json.dumps(written)[1:-1]))


def hide_named(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide the values of keys with secret names, at any depth."""
    return {key: HIDDEN if _is_secret(key) else _without_named(value) for key, value in event.items()}


def without_secrets(line: str) -> str:
    """``line`` without known secrets, and with ``?…`` instead of the queries of signed URLs."""
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

"""Converts log events to plain data on one line."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Mapping, MutableMapping, Sequence, Set
from typing import Any

Event = MutableMapping[str, Any]

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Unicode's control characters, line and paragraph separators, and bidirectional control characters."""

FIRST = ("timestamp", "level", "logger", "event")
TEXTS = ("exception", "stack")
"""Keys of multi-line values, which are shown below their event."""


def to_plain(_logger: object, _method: str, event: Event) -> Event:
    """Convert every value to a JSON type. Paths and other objects become text."""
    return {str(key): _plain(value) for key, value in event.items()}


def to_terminal(_logger: object, _method: str, event: Event) -> Event:
    r"""Escape control characters, as in ``\n`` or ``\x1b``. Tracebacks keep their line ends."""
    return {_escaped(key): _shown(value, lines=key in TEXTS) for key, value in event.items()}


def order_keys(_logger: object, _method: str, event: Event) -> Event:
    """Put the keys that every event has first."""
    return {**{key: event[key] for key in FIRST if key in event}, **event}


def to_json(_logger: object, _method: str, event: Event) -> str:
    """One line of JSON. Characters that programs may mistake for a line end are escaped too."""
    line = json.dumps(event, ensure_ascii=False)
    return CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", line)


def _plain(value: object) -> object:
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else repr(value)
        case str():
            return str(value)
        case os.PathLike():
            return os.fspath(value) if isinstance(os.fspath(value), str) else os.fsdecode(value)
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case bytes() | bytearray():
            return repr(bytes(value))
        case Sequence() | Set():
            return [_plain(item) for item in value]
    return str(value) if isinstance(value, BaseException) else repr(value)


def _shown(value: object, *, lines: bool) -> object:
    if not isinstance(value, str):
        return value  # its repr is shown, which is already escaped
    return "\n".join(map(_escaped, value.split("\n"))) if lines else _escaped(value)


def _escaped(text: str) -> str:
    return CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)

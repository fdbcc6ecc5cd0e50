"""Log events as plain data that stays on its line."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Mapping, MutableMapping, Sequence, Set
from typing import Any

Event = MutableMapping[str, Any]

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Unicode's control characters, its line and paragraph separators, and the marks that turn the direction of text."""

FIRST = ("timestamp", "level", "logger", "event")
TEXTS = ("exception", "stack")
"""Values of several lines, which are shown below their event."""


def to_plain(_logger: object, _method: str, event: Event) -> Event:
    """Make every value one that JSON has: paths and other objects become their text."""
    return {str(key): _plain(value) for key, value in event.items()}


def to_terminal(_logger: object, _method: str, event: Event) -> Event:
    r"""Write control characters as ``\n``, ``\x1b``; tracebacks keep their line ends."""
    return {_escaped(key): _shown(value, lines=key in TEXTS) for key, value in event.items()}


def order_keys(_logger: object, _method: str, event: Event) -> Event:
    """Put what every event has in front."""
    return {**{key: event[key] for key in FIRST if key in event}, **event}


def to_json(_logger: object, _method: str, event: Event) -> str:
    """One line of JSON; characters that programs may take for a line's end are escaped as well."""
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
        return value  # shown by its repr, which escapes by itself
    return "\n".join(map(_escaped, value.split("\n"))) if lines else _escaped(value)


def _escaped(text: str) -> str:
    return CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)

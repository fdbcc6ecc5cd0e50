"""Limits on a configuration file. A larger file is rejected before it costs time or memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from daemon.errors import ConfigError, Problem

LARGEST = 1024 * 1024
"""The maximum size of a configuration file in bytes. The example with all comments has a hundredth of this."""

DEEPEST = 50
"""The maximum depth of nested lists and groups. Settings need four. Parsing time grows with the square of the depth."""

MOST_VALUES = 20_000
"""The maximum number of values. A value that aliases repeat counts each time."""

LONGEST_SCALAR = 1000
"""The maximum length of a number or a date in characters. A longer value is text."""


def require_small(file: Path, content: bytes) -> None:
    """Raise ConfigError if the file is too large. ``content`` is its first LARGEST + 1 bytes, or all of it."""
    if len(content) > LARGEST:
        what = f"The file is larger than {LARGEST // 1024} KiB, so it is not a settings file"
        raise ConfigError((Problem(str(file), what, "Set the right file with --config or $BRACKETD_CONFIG."),))


def require_shallow(file: Path, text: str, loader: Any, example: str) -> None:
    """Raise ConfigError if values are nested too deeply, without parsing any further. Passes on the parser's errors.

    ``example`` says where to find a valid file, for the message.
    """
    depth = 0
    event: Any
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise _too_deep(f"{file}:{event.start_mark.line + 1}", example)


def require_bounded(where: str, values: int, depth: int, example: str) -> None:
    """Raise ConfigError for too many or too deeply nested values, with aliases expanded."""
    if values > MOST_VALUES:
        what = f"There are more than {MOST_VALUES} values, including those repeated by aliases (`*name`)"
        raise ConfigError((Problem(where, what, "Use fewer aliases to lists and groups."),))
    if depth > DEEPEST:
        raise _too_deep(where, example)


def _too_deep(where: str, example: str) -> ConfigError:
    remedy = f"Look for brackets that are not closed. {example}"
    return ConfigError((Problem(where, f"Values are nested more than {DEEPEST} deep", remedy),))

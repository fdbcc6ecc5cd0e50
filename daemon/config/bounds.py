"""Bounds on a configuration file: what no person writes is refused before it costs time or memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from daemon.errors import ConfigError, Problem

LARGEST = 1024 * 1024
"""Bytes of a configuration file. The example, which has every setting and many comments, has a hundredth of that."""

DEEPEST = 50
"""Lists and groups inside each other. Settings need four; the parser's time grows with the square of the depth."""

MOST_VALUES = 20_000
"""Values, counted as often as aliases repeat them."""

LONGEST_SCALAR = 1000
"""Characters of a value that may be a number or a date; a longer one is text."""


def require_small(file: Path, content: bytes) -> None:
    """Raises ConfigError for too large a file; ``content`` is up to one byte more than LARGEST of it."""
    if len(content) > LARGEST:
        what = f"The file is larger than {LARGEST // 1024} KiB, which no settings are"
        raise ConfigError((Problem(str(file), what, "Name the right file with --config or $BRACKETD_CONFIG."),))


def require_shallow(file: Path, text: str, loader: Any) -> None:
    """Raises ConfigError where values are nested too deeply. Stops parsing there; raises what the parser raises."""
    depth = 0
    event: Any
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise _too_deep(f"{file}:{event.start_mark.line + 1}")


def require_bounded(where: str, values: int, depth: int) -> None:
    """Raises ConfigError for too many values, or too deep ones, where aliases are followed."""
    if values > MOST_VALUES:
        what = f"There are more than {MOST_VALUES} values, counted as often as aliases (`*name`) repeat them"
        raise ConfigError((Problem(where, what, "Use fewer aliases to lists and groups."),))
    if depth > DEEPEST:
        raise _too_deep(where)


def _too_deep(where: str) -> ConfigError:
    remedy = "Look for brackets without an end; `bracketd config example` shows how settings are written."
    return ConfigError((Problem(where, f"Values are nested more than {DEEPEST} deep", remedy),))

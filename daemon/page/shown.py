"""How the page writes sizes, times and names."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from daemon.reports.progress import progress_text
from daemon.text import printable


def size(count: float) -> str:
    """A number of bytes, such as ``24.1 MB``."""
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count:.0f} B"


def seconds_of(moment: float | str) -> float:
    """Epoch seconds of a time, which may be in ISO 8601."""
    return datetime.fromisoformat(moment).timestamp() if isinstance(moment, str) else moment


def when(moment: float | str) -> str:
    """A time in this machine's time zone, such as ``3 Nov 2026, 14:05``."""
    local = datetime.fromtimestamp(seconds_of(moment)).astimezone()
    return f"{local.day} {local:%b %Y, %H:%M}"


def iso(moment: float | str) -> str:
    """A time for the ``datetime`` attribute."""
    return datetime.fromtimestamp(seconds_of(moment)).astimezone().isoformat(timespec="seconds")


def ago(moment: float | str) -> str:
    """The time since a moment, such as ``5 min ago``."""
    return f"{span(time.time() - seconds_of(moment))} ago"


def span(seconds: float) -> str:
    """A length of time in its largest unit, such as ``5 min``."""
    for length, unit in ((31_557_600, "y"), (86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun, such as ``1 photo`` or ``3 photos``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def sentence(text: str) -> str:
    """A message with a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def rich(text: str) -> Markup:
    """A message with a capital letter and a full stop. Commands in backquotes are marked as code."""
    pieces = sentence(printable(text)).split("`")
    if len(pieces) % 2 == 0:  # a backquote without a partner
        return escape("`".join(pieces))
    code = Markup("<code>{}</code>").format
    return Markup("").join(code(piece) if n % 2 else escape(piece) for n, piece in enumerate(pieces))


FILTERS: dict[str, Callable[..., Any]] = {
    "size": size,
    "when": when,
    "iso": iso,
    "ago": ago,
    "span": span,
    "plural": plural,
    "sentence": sentence,
    "rich": rich,
    "progress_text": progress_text,
}

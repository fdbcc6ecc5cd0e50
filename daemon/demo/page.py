"""The page of the demo's daemon: its address, and opening it."""

from __future__ import annotations

import os
import sys
import time
import webbrowser
from collections.abc import Mapping
from pathlib import Path


def link(state: Path) -> str | None:
    """A link that signs in one browser, once, within the next minute. None if the daemon does not serve the page."""
    from daemon.page import address, links  # noqa: PLC0415 - only while the demo runs

    found = address.published(state)
    if found is None:
        return None
    return f"{address.url(*found)}/open?token={links.create(state, time.time())}"


def show(address: str) -> None:
    """Open an address in the browser if there is a desktop. In a terminal, a text browser would hide the demo."""
    if has_desktop(os.environ, sys.platform):
        webbrowser.open(address)


def has_desktop(environ: Mapping[str, str], platform: str) -> bool:
    """True if this process can open windows: on macOS always, elsewhere if it has a display."""
    return platform == "darwin" or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))

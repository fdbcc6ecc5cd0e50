"""Builds the page, if the settings have one. Its libraries are loaded only then."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from daemon.config import Settings
from daemon.host.clock import Clock
from daemon.orders import Desk
from daemon.store.place import FILE
from daemon.store.sqlite.copies import copies
from daemon.store.sqlite.reader import SqliteReader, ask

if TYPE_CHECKING:
    from daemon.page.page import Page


def make_page(
    settings: Settings,
    desk: Desk,
    clock: Clock,
    *,
    came: asyncio.Event,
    is_ready: Callable[[], bool],
    late: Callable[[], int],
) -> Page | None:
    """The page; None if it is off. ``came`` wakes the part that answers asks.

    ``is_ready``: all watched folders were scanned once. ``late`` counts the parts that do not respond.
    """
    if settings.page is None:
        return None
    from daemon.page.page import Page, Surroundings  # noqa: PLC0415 - `page: off` loads no web server
    from daemon.page.reading import State  # noqa: PLC0415

    state_dir = settings.state_dir

    def store_ask(verb: str, target: str, names: Sequence[str]) -> int:
        return ask(state_dir, verb, target, time.time(), names)

    def found_copies() -> list[tuple[Path, float]]:
        return [(copy, copy.stat().st_mtime) for copy in copies(state_dir / FILE)]

    state = State(lambda: SqliteReader(state_dir), store_ask, came, found_copies)
    page = Page(settings, Surroundings(state, desk.store.note, is_ready, late, clock))
    desk.listen(page.heard)
    return page

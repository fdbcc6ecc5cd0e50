"""A queue of asks about the shoots in one watched folder, for the folder's watcher."""

from __future__ import annotations

import asyncio
import os

from daemon.store.asks import Ask


class Inbox:
    """The asks about the shoots directly in ``root``. ``came`` is set when an ask arrives."""

    def __init__(self, root: str, came: asyncio.Event) -> None:
        self._root, self._came = root.rstrip(os.sep), came
        self._asks: list[Ask] = []

    def put(self, ask: Ask) -> bool:
        """Add an ask. Returns False if its target is not a shoot in this folder."""
        parent, shoot = os.path.split(ask.target)
        if parent != self._root or shoot in ("", os.curdir, os.pardir):
            return False
        self._asks.append(ask)
        self._came.set()
        return True

    def take(self) -> list[Ask]:
        """Remove and return the asks that arrived since the last call, the oldest first."""
        asks, self._asks = self._asks, []
        return asks

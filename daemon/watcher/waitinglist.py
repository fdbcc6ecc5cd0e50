"""Keeps the list of waiting shoots in one watched folder, for ``status``."""

from __future__ import annotations

from collections.abc import Iterable

from daemon.store.protocol import Store
from daemon.store.waiting import Waiting


class WaitingList:
    """The waiting list of one watched folder."""

    def __init__(self, watch: str, store: Store) -> None:
        self._watch, self._store = watch, store
        self._shown: list[Waiting] = []

    async def show(self, waiting: Iterable[Waiting]) -> None:
        """Store the waiting shoots if they changed. If a shoot is listed twice, the last reason counts."""
        by_folder = {one.folder: one for one in waiting}
        items = [by_folder[folder] for folder in sorted(by_folder)]
        if items != self._shown:
            self._shown = items
            await self._store.replace_waiting(self._watch, items)

"""Keeps the list of items that need a person's attention in one watched folder, for ``status`` and ``check``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain

from daemon.store.attention import Attention, Heed
from daemon.store.notes import Attentions
from daemon.store.protocol import Store

NAMED = 3
"""The maximum number of files named. The others are only counted."""


class AttentionList:
    """The attention list of one watched folder."""

    def __init__(self, watch: str, store: Store) -> None:
        self._watch, self._store = watch, store
        self._of_root: dict[Heed, Attention] = {}
        self._of_shoots: dict[str, Attention] = {}
        self._shown: Sequence[Attention] = ()

    def root(self, kind: Heed, count: int, names: Sequence[str] = ()) -> None:
        """Set an item about the watched folder itself, or remove it if ``count`` is 0."""
        self._of_root.pop(kind, None)
        if count:
            self._of_root[kind] = Attention(kind, self._watch, count, tuple(names[:NAMED]))

    def others(self, shoot: str, folder: str, others: Sequence[str]) -> None:
        """Set the files of a shoot that may be photos in an unsupported format."""
        self._of_shoots.pop(shoot, None)
        if others:
            self._of_shoots[shoot] = Attention(Heed.OTHER_FORMATS, folder, len(others), tuple(others[:NAMED]))

    def keep(self, shoots: Collection[str]) -> None:
        """Forget all other shoots."""
        for shoot in self._of_shoots.keys() - set(shoots):
            del self._of_shoots[shoot]

    async def show(self) -> None:
        """Store the list if it changed."""
        shoots = (self._of_shoots[shoot] for shoot in sorted(self._of_shoots))
        items = tuple(chain(self._of_root.values(), shoots))
        if items != self._shown:
            self._shown = items
            await self._store.note(Attentions(self._watch, items))

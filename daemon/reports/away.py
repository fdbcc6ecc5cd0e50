"""Finds watched and output folders that changed since the daemon last saw them. Their disk may not be mounted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from daemon.config import FolderSettings
from daemon.files.roots import Roots
from daemon.root import RootState
from daemon.store.reading import Reader


def away(reader: Reader, folders: Iterable[FolderSettings]) -> dict[Path, str]:
    """A message for each folder that the daemon has seen and that is unavailable now. Raises StateError."""
    messages: dict[Path, str | None] = {}
    roots = Roots(_Remembered(reader))
    for folder in folders:
        if reader.root_state(str(folder.watch)) is not None:
            messages[folder.watch] = roots.watched_away(str(folder.watch))
        messages[folder.output] = roots.output_away(str(folder.output))
    return {path: message for path, message in messages.items() if message is not None}


class _Remembered:
    """A read-only view of the last known state of folders."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def state_of(self, root: str) -> RootState | None:
        """The last known state of a root. None if it was never seen."""
        return self._reader.root_state(root)

    def remember(self, root: str, state: RootState) -> None:
        """Do nothing: only the daemon stores what it sees."""

    def known(self, root: str, shoots: Collection[str]) -> int:
        """The number of these shoots in a watched folder that have an order."""
        return self._reader.known(root, shoots)

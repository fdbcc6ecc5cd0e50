"""Which watched and output folders are not as the daemon last saw them: their disk may be away."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from daemon.cli.state import look
from daemon.config import FolderSettings
from daemon.files.roots import Roots
from daemon.root import Seen
from daemon.store.reading import Reader


def away(state_dir: Path, folders: Iterable[FolderSettings]) -> dict[Path, str]:
    """What to tell of each folder that the daemon has seen and that is away now. Raises StateError."""
    told: dict[Path, str | None] = {}
    with look(state_dir) as reader:
        roots = Roots(_Remembered(reader))
        for folder in folders:
            if reader.seen(str(folder.watch)) is not None:
                told[folder.watch] = roots.watched_away(str(folder.watch))
            told[folder.output] = roots.output_away(str(folder.output))
    return {path: words for path, words in told.items() if words is not None}


class _Remembered:
    """The daemon's memory of folders, for one who only looks."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def seen(self, root: str) -> Seen | None:
        """What is remembered of a root; None if it was never seen."""
        return self._reader.seen(root)

    def see(self, root: str, seen: Seen) -> None:
        """Nothing: what a look from here finds is not the daemon's."""

    def known(self, root: str, shoots: Collection[str]) -> int:
        """How many of these shoots in a watched folder have an order."""
        return self._reader.known(root, shoots)

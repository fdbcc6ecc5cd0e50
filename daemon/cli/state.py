"""Opens the state for the commands. Among them, only this module knows the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from daemon.store.reading import Reader
from daemon.store.sqlite import checkup as checkup  # noqa: PLC0414 - the commands import it from here
from daemon.store.sqlite.reader import SqliteReader
from daemon.store.sqlite.reader import ask as ask  # noqa: PLC0414 - the commands import it from here

if TYPE_CHECKING:
    from daemon.store.wreck import Wreck


def look(state_dir: Path) -> Reader:
    """A read-only view of the state in a directory. Raises StateError and its subclasses."""
    return SqliteReader(state_dir)


def wreck(state_dir: Path) -> Wreck:
    """The remains of a damaged state in a directory."""
    from daemon.store.sqlite.wreck import SqliteWreck  # noqa: PLC0415 - only a recovery needs the rules of orders

    return SqliteWreck(state_dir)

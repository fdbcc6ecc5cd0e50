"""States by directory: in memory, or in an SQLite file in that directory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Protocol

from daemon.store.asks import Ask
from daemon.store.protocol import Store
from daemon.store.reading import Reader
from daemon.store.sqlite import reader
from daemon.store.sqlite.store import SqliteStore
from tests.shell.simulated import Inline
from tests.stores.looking import MemoryReader
from tests.stores.memory import MemoryStore
from tests.stores.shelf import Asked, Shelf


class State(Protocol):
    """A state, which a daemon opens, and which other programs read and add asks to. It outlives all of them."""

    def open(self) -> Store:
        """Open the store, as the daemon does."""

    def look(self) -> Reader:
        """Open a reader, as another program does."""

    def ask(self, verb: str, target: str, now: float, names: Sequence[str] = ()) -> int:
        """Add an ask, as another program does. Returns its number."""


class InFile(State):
    """A state in an SQLite file."""

    def __init__(self, state_dir: Path, thread: Callable[[], Executor] = Inline) -> None:
        self._state_dir, self._thread = state_dir, thread

    def open(self) -> Store:
        return SqliteStore.open(self._state_dir, self._thread())

    def look(self) -> Reader:
        return reader.SqliteReader(self._state_dir)

    def ask(self, verb: str, target: str, now: float, names: Sequence[str] = ()) -> int:
        return reader.ask(self._state_dir, verb, target, now, names)


class InMemory(State):
    """A state in memory."""

    def __init__(self, _state_dir: Path) -> None:
        self.shelf = Shelf()
        self._asked = 0

    def open(self) -> Store:
        return MemoryStore(self.shelf)

    def look(self) -> Reader:
        return MemoryReader(self.shelf)

    def ask(
        self,
        verb: str,
        target: str,
        now: float,  # noqa: ARG002 - the time is not read
        names: Sequence[str] = (),
    ) -> int:
        self._asked += 1
        self.shelf.asks[self._asked] = Asked(Ask(self._asked, verb, target, tuple(names)))
        return self._asked


KINDS: dict[str, Callable[[Path], State]] = {"memory": InMemory, "sqlite": InFile}


class States:
    """The states of one test, by directory."""

    def __init__(self) -> None:
        self._kind = "memory"
        self._states: dict[Path, State] = {}

    def begin(self, kind: str) -> None:
        """Begin a test with states of this kind."""
        self._kind = kind
        self._states.clear()

    def at(self, state_dir: Path) -> State:
        """The state of a directory."""
        if state_dir not in self._states:
            self._states[state_dir] = KINDS[self._kind](state_dir)
        return self._states[state_dir]


STATES = States()


def open_store(state_dir: Path) -> Store:
    """Open the store of a directory, as the daemon does."""
    return STATES.at(state_dir).open()


def look(state_dir: Path) -> Reader:
    """Open a reader for the state of a directory, as another program does."""
    return STATES.at(state_dir).look()


def ask(state_dir: Path, verb: str, target: str, now: float, names: Sequence[str] = ()) -> int:
    """Add an ask, as another program does. Returns its number."""
    return STATES.at(state_dir).ask(verb, target, now, names)

"""The protocol for salvaging a damaged or lost state and replacing it with a new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from daemon.order import Order
from daemon.order.facts import Fact
from daemon.root import RootState


@dataclass(frozen=True, slots=True)
class Salvage:
    """The readable part of a state. ``file`` is an undamaged state of this version with the same content.

    ``unread`` is the number of orders that could not be read completely. ``roots`` are the watched and output folders
    that were seen.
    """

    file: Path
    orders: tuple[Order, ...]
    unread: int
    roots: Mapping[str, RootState]


class Wreck(Protocol):
    """A state directory that no other process uses. Times are in epoch seconds. Every method raises OSError."""

    @property
    def state_dir(self) -> Path:
        """The state directory."""

    def remains(self) -> Path | None:
        """The state to recover from: the current one, or the one that an interrupted recovery has set aside."""

    def newest_copy(self) -> Path | None:
        """The newest undamaged copy of the state. None if there is none."""

    def written_at(self, state: Path) -> float:
        """When a daemon last wrote to a state."""

    def salvage(self, state: Path, into: Path) -> Salvage:
        """Copy the readable part of a state to an empty folder. The state is not changed. Raises StateTooNew."""

    def rebuild(
        self,
        into: Path,
        orders: Iterable[tuple[Order, Fact | None]],
        histories: Sequence[Path],
        roots: Mapping[str, RootState],
        now: float,
    ) -> Path:
        """Write a state with these orders into an empty folder. Returns the new state.

        The orders' journals, purchases and records of skipped photos are copied from ``histories``, undamaged states
        of this version, the most trusted first. An order's fact, if any, is added to its journal. Raises StateError.
        """

    def put_in_place(self, built: Path, now: float) -> Path | None:
        """Set the old state aside and put a new one in its place. Safe to interrupt at any point.

        Returns the folder with the old state, None if there was none.
        """

    def keep_copy(self, name: str) -> None:
        """Copy the current state to this name. Raises StateError."""

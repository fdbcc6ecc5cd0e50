"""What is left of a damaged or lost state, and how a new one takes its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from daemon.order import Order
from daemon.order.facts import Fact
from daemon.root import Seen


@dataclass(frozen=True, slots=True)
class Salvage:
    """What was read of a state. ``file`` is a sound state of this version that holds nothing else.

    ``unread`` counts the orders that are known to have been there and could not be read whole. ``roots`` are the
    watched and output folders that were seen.
    """

    file: Path
    orders: tuple[Order, ...]
    unread: int
    roots: Mapping[str, Seen]


class Wreck(Protocol):
    """A state directory that nobody else uses meanwhile. Times are epoch seconds. Every method raises OSError."""

    @property
    def state_dir(self) -> Path:
        """The state directory."""

    def remains(self) -> Path | None:
        """The state to recover from: the one in its place, or the one that an interrupted recovery set aside."""

    def newest_copy(self) -> Path | None:
        """The newest copy of the state that is not damaged."""

    def written_at(self, state: Path) -> float:
        """When a daemon last wrote to a state."""

    def salvage(self, state: Path, into: Path) -> Salvage:
        """Read what can be read of a state into an empty folder, without changing the state. Raises StateTooNew."""

    def rebuild(
        self,
        into: Path,
        orders: Iterable[tuple[Order, Fact | None]],
        histories: Sequence[Path],
        roots: Mapping[str, Seen],
        now: float,
    ) -> Path:
        """Write a state with these orders into an empty folder. Returns the new state.

        The orders' journals, purchases and records of skipped photos are copied from ``histories``, sound states of
        this version, the most trusted first. A fact that comes with an order is added to its journal. Raises
        StateError.
        """

    def put_in_place(self, built: Path, now: float) -> Path | None:
        """Set aside what is left of the state and put a new one in its place, whatever interrupts it.

        Returns the folder of what was set aside, None if there was nothing.
        """

    def keep_copy(self, name: str) -> None:
        """Copy the state that is in place now, under a name. Raises StateError."""

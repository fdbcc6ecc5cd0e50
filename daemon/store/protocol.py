"""The protocol of a store, which keeps orders, their journal, purchases, asks, roots and notes for the daemon.

``daemon.store.sqlite`` keeps them in a file. The tests have a second implementation in memory; the same contract tests
run for both. Times are in epoch seconds. Folders are absolute paths.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from daemon.order import Order
from daemon.order.archive import Entry, Recorded, Unseen
from daemon.order.facts import Fact
from daemon.root import RootState
from daemon.store.asks import Answer, Ask
from daemon.store.known import KnownBy
from daemon.store.notes import Note
from daemon.store.pause import Pause
from daemon.store.waiting import Waiting


class Stale(Exception):
    """Raised if the stored order has changed since it was read. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """An order that others replace: as it is stored, as it ends, and why."""

    order: Order
    ended: Order
    why: Fact


class RootStates(Protocol):
    """The last known state of watched and output folders. Blocking, so never call it on the event loop.

    Every method raises StateError, and StateFull at once if the disk is full.
    """

    def state_of(self, root: str) -> RootState | None:
        """The last known state of a root. None if it was never seen."""

    def remember(self, root: str, state: RootState) -> None:
        """Store the current state of a root."""

    def known(self, root: str, shoots: Collection[str]) -> int:
        """The number of these shoots, given by folder names, that have an order that counts."""


class Store(Protocol):
    """The daemon's state. The daemon is the only writer; other programs only add asks.

    A coroutine that writes is one transaction: when it returns, all of it is on disk; when it raises, none of it is.
    While the disk is full a write waits for space, and raises StateFull after ``pause.give_up()``. Every coroutine
    raises StateError if the state cannot be used.

    An order *counts* if its photos were sent or must not be sent. An order that ended because its folder disappeared
    does not count, and neither does an order that was skipped as a copy of such an order.
    """

    # --- the store itself ---

    @property
    def pause(self) -> Pause:
        """Shows if the store waits for space on its disk, and can end that wait."""

    async def wait_for_room(self) -> None:
        """Wait until the store can be written again. Raises StateFull if the wait is given up."""

    async def begin(self) -> list[str]:
        """Delete the notes and waiting shoots of the last run.

        Returns the ids of the orders that wait because the service refused the account or its daily limit was reached.
        """

    async def answers(self) -> bool:
        """True if the store still works. The service manager's watchdog depends on it."""

    def close(self) -> None:
        """Finish pending calls, then close."""

    # --- writing orders ---

    async def add(
        self, order: Order, fact: Fact, photos: Iterable[Entry] = (), *, answer: Answer | None = None
    ) -> None:
        """Add an order, the fact that created it, and the answer to the ask for it. Its shoot no longer waits.

        ``photos`` are those of a skipped shoot. They are stored to recognise them later.
        """

    async def record(
        self, before: Order, fact: Fact | None, after: Order, now: float, *, answer: Answer | None = None
    ) -> None:
        """Store an order as changed by a fact, the fact, and the answer to the ask that caused it.

        ``fact`` is None if the journal does not need it. If ``after`` is ``before``, only the fact and the answer are
        written. Otherwise raises Stale if the stored order has another phase or time of change than ``before``.
        """

    async def replace(
        self, old: Order, cancelled: Order, why: Fact, new: Order, fact: Fact, *, answer: Answer | None = None
    ) -> None:
        """End an order and add another one in its place, with both facts and the answer.

        Raises Stale if the stored order is not ``old``.
        """

    async def split(
        self, parts: Sequence[tuple[Order, Fact]], *, old: Replaced | None = None, answer: Answer | None = None
    ) -> None:
        """Add the orders of a shoot's parts, each with its fact, in place of an order if there is one.

        Raises Stale if the stored order is not the one that ``old`` was decided for.
        """

    async def know(self, folder: str, inode: int) -> None:
        """Set the inode of a folder in all its orders, after the folder was replaced by one with the same photos."""

    async def record_skipped(self, order_id: str, entries: Iterable[Entry], *, complete: bool = True) -> None:
        """Store photos of a skipped shoot. ``complete``: all its photos are stored with this call."""

    # --- finding orders ---

    async def load(self, order_id: str) -> Order:
        """An order with its brackets and images. Raises KeyError if there is none."""

    async def due(self, now: float, horizon: float) -> list[str]:
        """Ids of the orders whose next step may start, the earliest due time first, then the oldest order.

        A due time also counts as reached if it is later than ``now + horizon`` or if it was set later than ``now``:
        then the clock was set back. The rule is that of ``daemon.order.due.waits``.
        """

    async def next_due(self) -> float | None:
        """The earliest due time of all orders. None if no order is due."""

    async def known(self, ids: Iterable[str]) -> frozenset[str]:
        """The given ids that belong to orders, in any phase."""

    async def unfinished(self) -> frozenset[str]:
        """Ids of the orders that are not downloaded, skipped or cancelled."""

    async def newest(self, folder: str) -> Order | None:
        """The newest order of a folder that counts. None if there is none."""

    async def earlier(self, by: KnownBy) -> list[Order]:
        """Orders that count and share something with a shoot, the newest first.

        They have its folder, one of its two fingerprints, photos with its marks or photos of the same seconds. Of the
        orders that share marks, the ``known.ALIKE`` orders with the most are returned, and as many that share seconds.
        """

    async def outdated(self, folder: str) -> list[Order]:
        """The skipped orders of a folder that do not count: they were skipped as copies of an order that ended."""

    async def taken(self, root: str, shoots: Mapping[str, int]) -> frozenset[str]:
        """The given shoots in a watched folder that have an order that counts.

        ``shoots`` maps the names of their folders to inodes, 0 if unknown. An order with another inode does not count
        here, because it belongs to another folder of that name.
        """

    async def recent(self, root: str, since: float) -> dict[str, float]:
        """The folders in a watched folder whose orders changed after a time, each with the time of the last change.

        Cancelled orders are left out. So are skipped ones, except copies of another order that have no record.
        """

    async def waiting_for(self, root: str) -> list[str]:
        """Ids of orders with a problem and a due time whose folder or output folder is directly in a root."""

    async def outputs(self) -> frozenset[str]:
        """The output folders of all orders that are neither skipped nor cancelled."""

    async def parts(self) -> tuple[frozenset[str], frozenset[str]]:
        """The output folders that may contain part files of a killed run, and ids of images that may need theirs.

        A delivered order has no part files, because its last one becomes its ``order.json``.
        """

    async def newest_fact(self) -> float | None:
        """When the last fact was recorded. None if the journal is empty."""

    # --- purchases ---

    async def spent(self, day: float, month: float, order_id: str) -> tuple[int, int]:
        """Images bought since the beginning of the day and of the month, plus those that orders may already buy.

        Images that the given order may buy are not counted. If a purchase has a later time than the newest fact, the
        clock was ahead; the purchase then counts for the time of the first fact after it.
        """

    async def bought_since(self, moment: float) -> bool:
        """True if an image was bought at or after a time."""

    async def of_other_orders(self, images: Iterable[str], order_id: str) -> frozenset[str]:
        """The given images that a different order contains or has bought."""

    # --- photos of skipped shoots ---

    async def skipped_alike(self, entries: Iterable[Entry]) -> list[Recorded]:
        """The recorded photos of skipped shoots that match one of these by name and size."""

    async def skipped_strangers(self, order_id: str, entries: Iterable[Entry]) -> frozenset[Entry]:
        """The photos among these that are not recorded for a skipped shoot."""

    async def skipped_in(self, root: str, *, recorded: bool = True) -> dict[str, str]:
        """The folders of skipped shoots directly in a watched folder, each with the id of its order.

        With ``recorded``: shoots whose photos are all recorded, and shoots that a person cancelled and whose folder has
        no other order that decides about its photos. Folders with a newer order are left out. Without ``recorded``:
        shoots without recorded photos that are not copies of another order.
        """

    async def unseen(self) -> list[Unseen]:
        """The skipped shoots of all watched folders whose photos are not all recorded, the oldest first.

        Copies of other orders are left out.
        """

    # --- asks ---

    async def asks(self) -> list[Ask]:
        """The asks that arrived since the last call, the oldest first. The first call returns all open asks."""

    async def answer(self, answer: Answer) -> None:
        """Store the answer to an ask that brought no fact. The first answer to an ask stays."""

    # --- roots, waiting shoots, notes ---

    def root_states(self, now: Callable[[], float]) -> RootStates:
        """The last known state of watched and output folders. ``now`` returns epoch seconds."""

    async def forget_root(self, root: str, answer: Answer | None = None) -> None:
        """Forget a root, so that its next state is accepted. Stores the answer to the ask that requested this."""

    async def replace_waiting(self, root: str, shoots: Iterable[Waiting]) -> None:
        """Replace the stored waiting shoots of a watched folder."""

    async def note(self, note: Note) -> None:
        """Store a note, replacing the last one with the same subject."""

"""Records what the daemon does with an arrival. Replaces its intake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from daemon.order import Bracket, Order, OrderSource, Times, changed_since
from daemon.shoot import File, FileClass, Listing
from daemon.watcher.settled import Settled
from tests.changed import changed
from tests.shell.arrivals.disk import Disk
from tests.shell.arrivals.world import World


@dataclass(frozen=True, slots=True)
class Lock:
    """A locked shoot: the time, its photos, and the photos left out (``without``).

    ``broken`` are photos that were incomplete then. ``under_way`` are files with a temporary name, and placeholders.
    ``new`` are photos that no earlier lock had.
    """

    at: float
    photos: frozenset[File]
    without: frozenset[str]
    broken: frozenset[File]
    under_way: tuple[File, ...]
    new: frozenset[str]


class Books:
    """All locked shoots."""

    def __init__(self, disk: Disk, world: World) -> None:
        self._disk, self._world = disk, world
        self._orders: list[Order] = []
        self.locks: list[Lock] = []

    @property
    def taken(self) -> frozenset[str]:
        """The photos that a lock includes or leaves out, by path."""
        return frozenset(path for lock in self.locks for path in (*(p.path for p in lock.photos), *lock.without))

    def late(self, found: Listing) -> tuple[str, ...]:
        """Photos that are in no order."""
        return changed_since(self._orders, _plain(found.usable))[0]

    async def lock(self, settled: Settled) -> None:
        """Record a locked shoot."""
        shoot, found = settled.shoot, settled.found
        sent = tuple(photo for photo in found.usable if photo.path not in settled.damaged)
        without = frozenset(photo.path for photo in found.photos) - {photo.path for photo in sent}
        now = self._disk.found if shoot == self._disk.shoot else Listing()
        lock = Lock(
            at=self._world.monotonic(),
            photos=frozenset(sent),
            without=without,
            broken=frozenset(photo for photo in sent if not self._disk.is_whole(photo)),
            under_way=(*now.of(FileClass.IN_FLIGHT), *now.of(FileClass.PLACEHOLDER)),
            new=frozenset(self.late(found)) - without,
        )
        self.locks.append(lock)
        source = OrderSource(shoot, f"/in/{shoot}", f"/out/{shoot}", settled.inode)
        order = Order(settled.why, "images", source, Times(0.0, 0.0))
        self._orders.append(changed(order, brackets=_plain(sent), left_out=tuple(without)))


def _plain(photos: Sequence[File]) -> tuple[Bracket, ...]:
    return tuple(Bracket(photo.path, photo.size, photo.mtime_ns, photo.inode) for photo in photos)

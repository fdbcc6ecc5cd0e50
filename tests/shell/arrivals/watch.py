"""Runs the daemon on one planned arrival, in simulated time.

``Arrivals``, the gates and the detection of late photos are real. The disk, its events, the hints and the sync client
are simulated. ``Books`` records the results. ``Watched`` works like ``daemon.watcher.watcher.Watcher``, for one shoot
and without roots.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from daemon.files import scan
from daemon.grouping import Frame
from daemon.order import Preset
from daemon.shoot import NOBODY, Client, Listing, Quiet, listing
from daemon.watcher.arrivals import Arrivals
from daemon.watcher.bugs import Bugs
from daemon.watcher.folder import WatchedFolder
from daemon.watcher.intake import Intake
from daemon.watcher.watcher import GATHER
from tests.shell.arrivals.books import Books, Lock
from tests.shell.arrivals.disk import Disk, Kinds, kind_of
from tests.shell.arrivals.plan import Plan
from tests.shell.arrivals.world import World, hints

ROOT, SHOOT = "/in", "12 Oak St"

RESTLESS = 20
"""Rounds at one moment, after which the watcher is one that never waits: it would keep a processor busy."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Blind:
    """Faults that can be planted. With each, a gate or the watcher misses what it must detect."""

    kinds: Kinds = kind_of
    structure: bool = False
    client: bool = False
    sets: bool = False
    rescans: bool = False
    quiet: Quiet | None = None


SEEING = Blind()


class Watched:
    """The daemon's part that waits for a shoot to be complete."""

    def __init__(self, plan: Plan, blind: Blind = SEEING) -> None:
        self._plan, self._blind = plan, blind
        self._disk = Disk(SHOOT)
        self._world = World(plan, self._disk)
        self._books = Books(self._disk, self._world)
        self._hints = hints(plan)
        self._scanned: tuple[float, Listing] | None = None
        self._rescan_at = 0.0
        self._there: str | None = None
        self.read: list[str] = []
        self.synced = plan.says is not None
        self._arrivals = Arrivals(
            WatchedFolder(
                watch=ROOT,
                output="/out",
                quiet=blind.quiet or plan.quiet,
                process_existing=False,
                interval=plan.hearing.interval,
                preset=Preset(bad_files="leave_out" if plan.leave_out else "hold"),
            ),
            cast(Intake, self._books),
            self._world,
            bugs=Bugs(ROOT, self._world),
            blocking=self._blocking,
            probes=self,
        )

    def run(self, until: float) -> None:
        """Watch until there are no more events and everything is locked, or until a time."""
        at, looks = self._world.monotonic(), 0
        while self._world.monotonic() < until and not self._is_done():
            self._world.pass_to(max(self._world.monotonic(), min(self._next_look(), until)))
            self._look_around()
            at, looks = self._world.monotonic(), looks + 1 if at == self._world.monotonic() else 0
            assert looks < RESTLESS, f"it looks again and again at {at}, and never waits: {self.waits}"

    @property
    def locks(self) -> Sequence[Lock]:
        """Every lock of the shoot."""
        return self._books.locks

    @property
    def waits(self) -> str:
        """The reason for waiting in ``status``. Empty if nothing waits."""
        return "; ".join(waiting.reason for waiting in self._arrivals.waiting())

    @property
    def found(self) -> Listing:
        """The files that really exist now."""
        return self._disk.found

    # --- the watcher's round ---

    def _is_done(self) -> bool:
        if not self._books.locks or not self._world.is_over:
            return False
        return {photo.path for photo in self.found.photos} <= self._books.taken

    def _next_look(self) -> float:
        hinted = self._hints[0] + GATHER if self._hints else float("inf")
        return min(hinted, self._arrivals.next_look(self._rescan_at))

    def _look_around(self) -> None:
        now, shoot = self._world.monotonic(), self._disk.shoot
        dirty = set()
        while self._hints and self._hints[0] <= now:
            self._hints.popleft()
            dirty.add(shoot)
        everything = now >= self._rescan_at
        there = shoot if self._disk.is_there else None
        if everything or there != self._there:
            self._meet(there)
        if everything:
            self._rescan_at = float("inf") if self._blind.rescans else now + self._plan.hearing.interval
            if self._books.locks and shoot not in self._arrivals and self._books.late(self.found):
                _now(self._arrivals.follow(shoot, None, None))
        for due in self._arrivals.due(now, frozenset(dirty), everything=everything):
            if not _now(self._arrivals.look(due)):
                _now(self._arrivals.forget(due, None))

    def _meet(self, there: str | None) -> None:
        self._there = there
        for shoot in self._arrivals:
            if shoot != there:
                _now(self._arrivals.forget(shoot, None))
        if there is not None and there not in self._arrivals and not self._books.locks:
            _now(self._arrivals.follow(there, None, None))

    # --- what the daemon asks the machine for ---

    async def _blocking(self, function: Callable[..., Any], *arguments: Any) -> Any:
        if function is scan.scan:
            return self._scan(*arguments)
        if function != self.client and self._plan.look_hangs(self._world.monotonic()):
            raise _no_answer()
        return function(*arguments)

    def _scan(self, folder: str) -> Listing:
        pace, world = self._plan.pace, self._world
        if self._plan.scan_fails(world.monotonic()):
            raise _no_answer()
        if self._scanned is not None and world.monotonic() < self._scanned[0] + pace.stale:
            return self._scanned[1]
        files = []
        for file in self._disk.stats(folder, self._blind.kinds):
            files.append(file)
            if pace.stat:
                world.pass_to(world.monotonic() + pace.stat)
        self._scanned = world.monotonic(), listing(files)
        return self._scanned[1]

    def fault(self, path: str) -> str | None:
        """What a photo's structure says."""
        if self._plan.pace.look:
            self._world.pass_to(self._world.monotonic() + self._plan.pace.look)
        if self._plan.look_fails(self._world.monotonic()):
            raise OSError(errno.EIO, "Input/output error")
        return None if self._blind.structure else self._disk.fault(path.removeprefix(f"{ROOT}/{self._disk.shoot}/"))

    def frame(self, _folder: str, path: str) -> Frame | None:
        """How a photo was taken."""
        self.read.append(path)
        return None if self._blind.sets else self._plan.frames.get(path)

    def client(self, _folder: str) -> Client:
        """What the sync client says."""
        says = self._plan.says
        return NOBODY if says is None or self._blind.client else says(self._world.monotonic())


def _no_answer() -> OSError:
    """As ``daemon.host.disk.Disk`` does."""
    return OSError(errno.ETIMEDOUT, "the file system does not answer")


def _now(work: Coroutine[Any, Any, T]) -> T:
    """The result of ``work``, which must not wait."""
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise AssertionError("it waits for something")

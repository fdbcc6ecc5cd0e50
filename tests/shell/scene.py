"""A watched folder with its watcher, in simulated time."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from daemon.files import content, scan
from daemon.files.roots import Roots
from daemon.frames import frame
from daemon.grouping import Frame
from daemon.host.filesystem import mount_point
from daemon.order import Limits, Merge, MergeState, Order, Phase, Policy, Preset, facts
from daemon.orders import Change, Desk
from daemon.orders.asks import Asks
from daemon.photos import Contents
from daemon.shoot import NOBODY, Client, Quiet
from daemon.store.asks import Outcome
from daemon.store.protocol import Store
from daemon.watcher import (
    Dirty,
    Hints,
    Intake,
    Presence,
    Probes,
    Supervision,
    UnknownOrders,
    WatchedFolder,
    Watcher,
)
from daemon.watcher.folder import LateFiles
from daemon.watcher.presence import Blocking
from tests.changed import changed
from tests.shell.simulated import SimulatedClock
from tests.stores.states import ask, look, open_store

QUIET = 60.0
INTERVAL = 300.0
PRESET = Preset(5)

Fails = dict[Callable[..., Any] | tuple[Callable[..., Any], str], Exception]
"""What a call raises, by the function, or by the function and the name of the shoot that it is called with."""


@dataclass
class ScriptedHints:
    """A source of hints that a test controls and can break."""

    dirty: Dirty
    alive: bool = True
    broken: bool = False
    used_up: bool = False
    followed: set[str] = field(default_factory=set)

    def start(self) -> None:
        """Start, unless the system gives no events."""
        if self.broken:
            raise OSError(24, "inotify instance limit reached")

    def follow(self, shoot: str) -> None:
        """Follow a shoot, unless the system's watches are used up."""
        if self.used_up:
            raise OSError(errno.ENOSPC, "inotify watch limit reached")
        self.followed.add(shoot)

    def forget(self, shoot: str) -> None:
        """Stop following a shoot."""
        self.followed.discard(shoot)

    def works(self) -> bool:
        """The value set by the test."""
        return self.alive

    def stop(self) -> None:
        """Stop."""
        self.followed.clear()


@dataclass
class Scripted:
    """Probes with scripted results. By default all photos are complete, and there is no sync client.

    ``unread`` are disk errors, by file name, for the check of a photo; ``unread_frames`` those for reading its frame.
    """

    faults: dict[str, str] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    unread_frames: dict[str, int] = field(default_factory=dict)
    said: Client = NOBODY
    asked: int = 0
    looked_into: list[str] = field(default_factory=list)
    synced: bool = False

    def fault(self, path: str) -> str | None:
        """The value set by the test, by file name."""
        self.looked_into.append(os.path.basename(path))
        _raise(self.unread, path)
        return self.faults.get(os.path.basename(path))

    def frame(self, folder: str, path: str) -> Frame | None:
        """The frame read from the photo."""
        _raise(self.unread_frames, path)
        return frame(folder, path)

    def client(self, _folder: str) -> Client:
        """The value set by the test."""
        self.asked += 1
        return self.said


def _raise(errors: Mapping[str, int], path: str) -> None:
    number = errors.get(os.path.basename(path), 0)
    if number:
        raise OSError(number, os.strerror(number))


@dataclass
class Scene:
    """A watched folder with its watcher."""

    root: Path
    state: Path
    store: Store
    hints: list[ScriptedHints]
    desk: Desk
    asks: Asks
    heard: list[tuple[str, facts.Fact]]
    unknown: UnknownOrders
    scanned: list[str] = field(default_factory=list)
    fails: Fails = field(default_factory=dict)
    photos: int = 0
    read: list[str] = field(default_factory=list)
    says: dict[Callable[..., Any], Any] = field(default_factory=dict)

    def hint(self, shoot: str) -> None:
        """Send a hint that something changed in a shoot."""
        self.hints[-1].dirty.add(shoot)

    def put(self, path: str, data: bytes | None = None) -> Path:
        """Write a file into the watched folder, with its own content."""
        self.photos += 1
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * (100 + self.photos) if data is None else data)
        return file

    async def submit(self, shoot: str, verb: str = "submit") -> tuple[Outcome, str] | None:
        """Submit a shoot from another program, or send another ask; return the answer after a while."""
        seq = ask(self.state, verb, str(self.root / shoot), 0.0)
        await self.asks.hear()
        await asyncio.sleep(2)
        return self.answer(seq)

    def answer(self, seq: int) -> tuple[Outcome, str] | None:
        """The answer to an ask; None if there is no answer yet."""
        with look(self.state) as reader:
            return reader.answer(seq)

    def orders(self) -> dict[str, tuple[str, int]]:
        """Phase and brackets of each shoot's orders, except cancelled ones."""
        with look(self.state) as reader:
            rows = [row for row in reader.orders() if row["phase"] != "cancelled"]
        return {row["shoot"]: (row["phase"], row["brackets_total"]) for row in rows}

    def waiting(self) -> dict[str, str]:
        """The waiting shoots in ``status``, each with its reason."""
        with look(self.state) as reader:
            return {w.shoot: w.reason for w in reader.waiting()}


@asynccontextmanager
async def watching(
    tmp: Path,
    clock: SimulatedClock,
    *,
    process_existing: bool = False,
    broken: bool = False,
    preset: Preset = PRESET,
    late_files: LateFiles = "supplement",
    limits: Limits = Limits(),  # noqa: B008 - frozen
    mount_of: Callable[[str], str | None] = mount_point,
    probes: Probes | None = None,
    quiet: Quiet = Quiet(QUIET),  # noqa: B008 - frozen
    searched: bool = True,
    store: Store | None = None,
    fails: Fails | None = None,
    others: Mapping[str, Blocking] | None = None,
) -> AsyncIterator[Scene]:
    """A running watcher of ``tmp/in``. Unless ``searched``, the test starts the scan of the output folder.

    ``others`` are the output folders of other watched folders, each with the function that runs calls to its disk.
    """
    store = store or open_store(tmp / "state")
    folder = WatchedFolder(str(tmp / "in"), str(tmp / "out"), quiet, process_existing, INTERVAL, preset, late_files)
    hints: list[ScriptedHints] = []
    heard: list[tuple[str, facts.Fact]] = []
    scanned: list[str] = []
    read: list[str] = []
    fails = {} if fails is None else fails
    says: dict[Callable[..., Any], Any] = {}

    def make_hints(_root: str, dirty: Dirty) -> Hints:
        hints.append(ScriptedHints(dirty, broken=broken))
        return hints[-1]

    async def blocking(function: Callable[..., Any], *arguments: Any) -> Any:
        called = scan.scan if function is scan.go_on else function
        shoot = os.path.basename(str(getattr(arguments[0], "folder", arguments[0]))) if arguments else ""
        if called in (scan.scan, scan.scan_with_times):
            scanned.append(shoot)
        if function is content.sha256:
            read.append(arguments[1])
        if (why := fails.get(called) or fails.get((called, shoot))) is not None:
            raise why
        return says[called] if called in says else function(*arguments)

    def hear(change: Change) -> None:
        if change.before is not None and not isinstance(change.fact, facts.Cancelled):
            heard.append((change.after.id, change.fact))

    desk = Desk(store, clock.now, Policy(limits=limits))
    desk.listen(hear)
    roots = Roots(store.root_states(clock.now), mount_of)
    unknown = UnknownOrders({**(others or {}), folder.output: blocking}, store, roots, clock)
    searching = asyncio.create_task(unknown.run()) if searched else None
    if searching is not None and not others:
        await searching
    intake = Intake(folder, desk, Contents(blocking), unknown, flow="images")
    presence = Presence(folder.watch, desk)
    root = Supervision(folder.watch, roots, presence, clock, make_hints=make_hints, blocking=blocking)
    watcher = Watcher(folder, intake, desk, root, clock=clock, probes=probes or Scripted())
    asks = Asks(desk, {folder.watch: preset})
    task = asyncio.create_task(watcher.run())
    await watcher.ready.wait()
    try:
        yield Scene(
            tmp / "in", tmp / "state", store, hints, desk, asks, heard, unknown, scanned, fails, read=read, says=says
        )
    finally:
        watcher.stop()
        await task
        if searching is not None:
            searching.cancel()
            await asyncio.gather(searching, return_exceptions=True)
        store.close()


async def delivered(scene: Scene, shoot: str, at: float = 0.0) -> Order:
    """Deliver a shoot's order, at a time in epoch seconds."""
    order = await scene.store.newest(str(scene.root / shoot))
    assert order is not None
    done = changed(order, phase=Phase.DOWNLOADED, due=None, updated_at=max(at, order.times.updated_at))
    await scene.store.record(order, facts.Delivered(), done, at)
    return done


async def merged(scene: Scene, order: Order, clock: SimulatedClock) -> Order:
    """The order after its merge, with the digests of its uploaded brackets."""
    sums = [content.sha256(order.source.folder, bracket.path) for bracket in order.brackets]
    brackets = tuple(replace(b, sha256=s, stored_at=1.0) for b, s in zip(order.brackets, sums, strict=True))
    after = changed(order, brackets=brackets, merge=Merge(MergeState.SEEN), updated_at=clock.now())
    await scene.store.record(order, facts.Merged(), after, clock.now())
    return after

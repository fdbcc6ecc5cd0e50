"""The composition root: builds every part, starts them in order, stops them in reverse.

Start: the instance lock (taken by the caller), the store, the watchers' first round, then READY. Stop: no new work
begins; steps in progress may finish for a few seconds; then transfers stop between chunks, and results are recorded.
"""

from __future__ import annotations

import asyncio
import functools
import os
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any

import structlog

from daemon import __version__
from daemon.app.page import make_page
from daemon.app.performer import Performer
from daemon.app.watchers import Common, make_watcher
from daemon.config import ApiKey, FolderSettings, Settings
from daemon.config.policy import policy_of, preset_of
from daemon.errors import BracketdError, StateFull
from daemon.files.leftovers import sweep
from daemon.files.roots import Roots
from daemon.gallery import Cache, Gallery
from daemon.host.clock import Clock
from daemon.host.disk import DISK_PATIENCE, Disk
from daemon.host.notify import Notifier
from daemon.host.pulse import Pulse
from daemon.host.signals import Signals
from daemon.host.vigil import Vigil
from daemon.order import Order, Preset, facts, steps
from daemon.orders import Desk
from daemon.orders.asks import Asks
from daemon.orders.event_log import log_change
from daemon.progress.board import Board
from daemon.progress.file import publish
from daemon.recovery.newer import compare
from daemon.resuming import Resuming
from daemon.runner import Account, Deadlines, Runner
from daemon.runner.lanes import lanes
from daemon.service import Service
from daemon.services import Services
from daemon.steps import Run, Steps
from daemon.store.notes import Alert, Started, Subject, Watching
from daemon.store.pause import RETRY
from daemon.store.protocol import Store
from daemon.store.sqlite.daily import keep_copies
from daemon.store.sqlite.store import SqliteStore
from daemon.watcher import (
    OutputWatch,
    Presence,
    UnknownOrders,
    Watcher,
)

log = structlog.get_logger("bracketd")

SWEEP_PATIENCE = 10.0
"""Seconds that the start waits for part files to be removed."""

RUNNER_PATIENCE = 30.0
"""Seconds without a turn of the runner after which it counts as unresponsive. It normally takes one every second."""

GRACE = 4.0
"""Seconds that transfers may continue after a stop signal."""

TIDY_EVERY = 6 * 3600.0
"""Seconds between two removals of previews that are no longer needed."""

LAST = 9.0
"""Seconds after a stop signal at which the process ends, even if threads hang."""


class App:
    """The daemon. ``find_key`` reads the API key again; it raises ConfigError if there is none."""

    def __init__(self, settings: Settings, find_key: Callable[[], ApiKey], clock: Clock, notifier: Notifier) -> None:
        self._settings, self._clock, self._notifier = settings, clock, notifier
        self._services = Services(settings, find_key)
        self._signals = Signals(self._begin_to_stop)
        self._stop = asyncio.Event()
        self._pulse = Pulse(settings.state_dir, clock.monotonic)
        self._vigil = Vigil(self._pulse, notifier)
        self._give_up: Callable[[], None] = lambda: None
        self._disks: dict[str, Disk] = {}
        self._performer: Performer | None = None

    async def run(self) -> None:
        """Serve until a stop signal. Raises StateError, and ConfigError for an unusable environment."""
        self._services.usual()  # raises early if the environment is unusable
        self._signals.listen()
        with self._pulse:
            store = await self._open()
            if store is not None:
                await self._work(store)
        log.info("stopped")

    async def _open(self) -> Store | None:
        """Open the store once its disk has room. Returns None if the stop signal comes first. Raises StateError."""
        while not self._stop.is_set():
            try:
                return SqliteStore.open(self._settings.state_dir)
            except StateFull as full:
                self._vigil.wait_for_room(str(full))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), RETRY)
        return None

    async def _work(self, store: Store) -> None:
        """Serve with an open store, then close it."""
        self._vigil.wait_for_room(None)
        store.pause.listen(self._vigil.wait_for_room)
        self._give_up = store.pause.give_up
        try:
            refused = await store.begin()
            await store.note(Started(__version__, os.getpid(), self._clock.now()))
            await self._serve(store, refused)
        except BaseExceptionGroup as group:
            raise _first(group) from group
        finally:
            self._break_off()
            self._end_at_last(1)
            if self._performer is not None:
                self._performer.close()
            store.close()

    async def _serve(self, store: Store, refused: list[str]) -> None:
        """Work until the stop signal. ``refused``: orders that waited for the account, which resume now."""
        transfers = self._settings.transfers
        await _sweep(store, self._clock)
        self._vigil.beat()
        roots = Roots(store.root_states(self._clock.now))
        outputs = dict.fromkeys(str(folder.output) for folder in self._settings.folders)
        disks = {output: Disk(self._clock) for output in outputs}
        unknown = UnknownOrders(disks, store, roots, self._clock, asks_service=True)
        width = lanes(uploads=transfers.uploads, downloads=transfers.downloads)
        threads = sum(lane.most for lane in width.values())
        resuming = Resuming(await store.unfinished())
        moving = asyncio.Event()
        progress = Board(self._clock.monotonic, began=_from_threads(moving.set))
        cache = Cache(str(self._settings.state_dir))
        gallery = Gallery(cache)

        def steps_of(service: Service, go_on: Callable[[], None]) -> Steps:
            run = Run(go_on, self._clock.now, progress)
            return Steps(service, roots, run, resuming=resuming, gallery=gallery)

        performer = self._performer = Performer(self._services, steps_of, threads=threads)

        async def perform(order: Order, step: steps.Step) -> facts.Fact:
            return await unknown.before(order, step) or await performer.perform(order, step)

        policy = policy_of(self._settings)
        desk = Desk(store, self._clock.now, policy)
        desk.listen(log_change)
        account = Account(desk, self._clock, policy, performer.online)
        runner = Runner(desk, perform, account, self._clock, width)
        for order_id in refused:
            await desk.happened(order_id, facts.Resumed())
        deadlines = Deadlines(desk, self._clock)
        watchers = await self._watchers(Common(self._settings, desk, roots, unknown, self._clock))
        if watchers is None:
            return
        came = asyncio.Event()
        page = make_page(
            self._settings,
            desk,
            self._clock,
            came=came,
            is_ready=lambda: all(watcher.ready.is_set() for watcher in watchers),
            late=lambda: len(self._slow(runner, watchers)),
        )
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(watcher.run(), name="watcher") for watcher in watchers]
            tasks.append(group.create_task(runner.run(self._vigil.beat), name="runner"))
            state_dir, now = self._settings.state_dir, self._clock.now
            watches = [OutputWatch(output, roots, Presence(output, desk), Disk(self._clock)) for output in outputs]
            looking: dict[str, Coroutine[Any, Any, None]] = {
                "report": self._report(store, runner, watchers),
                "asks": Asks(desk, self._presets(), came=came).run(),
                "deadlines": deadlines.run(),
                "copies": keep_copies(state_dir, now, functools.partial(_note_copies, store)),
                "progress": publish(progress, state_dir, moving),
                "previews": _tidy(cache, store, self._clock),
                "notes": unknown.run(),
                "unread notes": unknown.try_again(),
                "newer orders": compare(store, self._services.usual, performer.in_thread, unknown.compared),
                **{f"output {output}": watch.run() for output, watch in zip(outputs, watches, strict=True)},
                **({"page": page.run()} if page is not None else {}),
            }
            lookers = [group.create_task(look, name=name) for name, look in looking.items()]
            await self._stop.wait()
            for part in (page, *watchers, runner):
                if part is not None:
                    part.stop()
            await self._end(tasks, lookers)

    async def _end(self, tasks: Sequence[asyncio.Task[None]], lookers: Sequence[asyncio.Task[None]]) -> None:
        """Wait until the tasks have ended, and break off transfers after ``GRACE``. Then cancel the lookers."""
        await asyncio.wait(tasks, timeout=GRACE)
        self._break_off()
        await asyncio.wait(tasks)
        for task in lookers:
            task.cancel()

    # --- parts ---

    async def _watchers(self, common: Common) -> list[Watcher] | None:
        """Make the watchers of all folders at once; None if a stop signal comes while a disk does not respond."""
        folders = self._settings.folders
        making = asyncio.gather(*(self._watcher(folder, common) for folder in folders))
        stopping = asyncio.create_task(self._stop.wait())
        either: set[asyncio.Future[Any]] = {making, stopping}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if making.done():
            return making.result()
        making.cancel()
        with suppress(asyncio.CancelledError):
            await making
        return None

    async def _watcher(self, folder: FolderSettings, common: Common) -> Watcher:
        return await make_watcher(folder, common, self._disks.setdefault(str(folder.watch), Disk(self._clock)))

    def _presets(self) -> dict[str, Preset]:
        """The presets of new orders, by watched folder."""
        dev_mode = self._settings.api.dev_mode
        return {str(folder.watch): preset_of(folder, dev_mode) for folder in self._settings.folders}

    # --- health reports ---

    async def _report(self, store: Store, runner: Runner, watchers: list[Watcher]) -> None:
        """Send READY to the service manager after the first rounds, then watchdog signals while all parts respond."""
        for watcher in watchers:
            await watcher.ready.wait()
        await store.note(Watching(tuple(watcher.folder.watch for watcher in watchers)))
        self._notifier.ready(f"watching {len(watchers)} folder(s)")
        log.info("watching", folders=[watcher.folder.watch for watcher in watchers], version=__version__)
        await self._vigil.report(lambda: self._late(store, runner, watchers))

    async def _late(self, store: Store, runner: Runner, watchers: list[Watcher]) -> list[str]:
        """The parts that have not responded for too long."""
        late = self._slow(runner, watchers)
        if not await store.answers():
            late.append("store")
        return late

    def _slow(self, runner: Runner, watchers: list[Watcher]) -> list[str]:
        """The watchers and the runner, if they have not responded for too long."""
        now = self._clock.monotonic()
        late = [w.folder.watch for w in watchers if now - self._moved_at(w) > w.folder.interval + 3 * DISK_PATIENCE]
        return [*late, "runner"] if now - runner.alive_at > RUNNER_PATIENCE else late

    def _moved_at(self, watcher: Watcher) -> float:
        """The monotonic time of a watcher's last round or last answer from its disk."""
        return max(watcher.alive_at, self._disks[watcher.folder.watch].answered_at)

    # --- stopping ---

    def _begin_to_stop(self) -> None:
        self._notifier.stopping()
        self._end_at_last(0)
        self._stop.set()
        asyncio.get_running_loop().call_later(GRACE, self._give_up_room)

    def _give_up_room(self) -> None:
        """Stop waiting for disk space. Unwritten results are lost; their requests are repeated at the next start."""
        if self._vigil.waits_for_room:
            log.error("stopped while the state disk is full; unfinished steps are repeated at the next start")
        self._give_up()

    def _end_at_last(self, status: int) -> None:
        """End the process after ``LAST`` seconds, because a thread on a dead mount would block the exit forever."""
        last = threading.Timer(LAST, os._exit, (status,))
        last.daemon = True
        last.start()

    def _break_off(self) -> None:
        if self._performer is not None:
            self._performer.break_off()


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first BracketdError in a group, because its message says what to do; otherwise the first error."""
    leaves = [_first(error) if isinstance(error, BaseExceptionGroup) else error for error in group.exceptions]
    return next((leaf for leaf in leaves if isinstance(leaf, BracketdError)), leaves[0])


def _from_threads(call: Callable[[], None]) -> Callable[[], None]:
    """A function that runs ``call`` on this event loop, unless it has ended."""
    loop = asyncio.get_running_loop()

    def run() -> None:
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(call)

    return run


async def _note_copies(store: Store, trouble: str | None) -> None:
    """Store the alert about failing copies of the state, or clear it."""
    await store.note(Alert(Subject.COPIES, trouble))


async def _tidy(cache: Cache, store: Store, clock: Clock) -> None:
    """Remove the previews of orders that ended some time ago, every few hours until cancelled."""
    while True:
        for name in await asyncio.to_thread(cache.prune, await store.unfinished(), clock.now()):
            log.debug("previews removed", order=name)
        await asyncio.sleep(TIDY_EVERY)


async def _sweep(store: Store, clock: Clock) -> None:
    """Remove part files of killed runs from output folders before anything is written. Hung disks are skipped."""
    folders, images = await store.parts()
    too_late = threading.Event()
    try:
        for path in await Disk(clock, SWEEP_PATIENCE)(sweep, folders, images, too_late.is_set):
            log.info("removed part file of an earlier run", path=path)
    except OSError as error:
        too_late.set()
        log.warning("part files of earlier runs could not be removed", why=error.strerror)

"""The composition root: builds every part, starts them in order, stops them in reverse.

Start: the instance lock (the caller's), the store, the watchers' first look, then READY. Stop: no new work; what is
under way may finish for a few seconds, then transfers break off between two chunks; what was achieved is recorded.
"""

from __future__ import annotations

import asyncio
import functools
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog

from daemon import __version__
from daemon.access import access_of
from daemon.config import ApiKey, FolderSettings, Settings
from daemon.errors import BracketdError, StateFull
from daemon.files.leftovers import sweep
from daemon.files.roots import Roots
from daemon.host import logs
from daemon.host.clock import Clock
from daemon.host.disk import DISK_PATIENCE, Disk
from daemon.host.notify import Notifier
from daemon.host.pulse import Pulse
from daemon.host.signals import Signals
from daemon.host.vigil import Vigil
from daemon.order import Order, Policy, Preset, facts
from daemon.order.policy import Limits
from daemon.orders import Desk
from daemon.orders.asks import Asks
from daemon.orders.event_log import log_change
from daemon.recovery.newer import compare
from daemon.resuming import Resuming
from daemon.runner import Account, Runner
from daemon.runner.lanes import lanes
from daemon.service import Service
from daemon.services import Services
from daemon.shoot import Quiet
from daemon.steps import Steps, Stopped
from daemon.store.daily import keep_copies
from daemon.store.pause import RETRY
from daemon.store.store import Store
from daemon.syncing import client_for
from daemon.watcher import (
    Contents,
    Dirty,
    Hints,
    Intake,
    NativeHints,
    NoHints,
    OutputWatch,
    Presence,
    Probing,
    Supervision,
    UnknownOrders,
    WatchedFolder,
    Watcher,
    ground_of,
)

log = structlog.get_logger("bracketd")

RESCAN = 60.0
"""Seconds between scans of everything that can still change, where the system gives hints."""

QUIET_LOCAL, QUIET_SYNCED = 30.0, 90.0
"""Seconds that a shoot must be still on a disk of this machine, and where sync clients or networks bring its files."""

SWEEP_PATIENCE = 10.0
"""Seconds that the start waits for part files to be removed."""

GROUND_PATIENCE = 20.0
"""Seconds that the start waits for the disks of watched folders to tell what they are."""

RUNNER_PATIENCE = 30.0
"""Seconds between two turns of the runner, which takes one each second."""

SPARE = 4
"""Threads for what is no step: a look at the line, or for another key."""

GRACE = 4.0
"""Seconds that transfers may go on after a stop signal, hoping to finish."""

LAST = 9.0
"""Seconds after a stop signal at which the process ends, whatever still hangs."""


@dataclass(frozen=True, slots=True)
class Performing:
    """What steps are taken with, for a whole run."""

    roots: Roots
    resuming: Resuming
    unknown: UnknownOrders


class App:
    """One daemon. ``find_key`` reads the API key again; it raises ConfigError when there is none."""

    def __init__(self, settings: Settings, find_key: Callable[[], ApiKey], clock: Clock, notifier: Notifier) -> None:
        self._settings, self._clock, self._notifier = settings, clock, notifier
        self._services = Services(settings, find_key)
        self._abort = threading.Event()
        self._signals = Signals(self._begin_to_stop)
        self._stop = asyncio.Event()
        self._pulse = Pulse(settings.state_dir, clock.monotonic)
        self._vigil = Vigil(self._pulse, notifier)
        self._give_up: Callable[[], None] = lambda: None
        self._disks: dict[str, Disk] = {}
        width = lanes(uploads=settings.transfers.uploads, downloads=settings.transfers.downloads)
        threads = sum(lane.most for lane in width.values()) + SPARE
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="step")

    async def run(self) -> None:
        """Serve until a stop signal. Raises StateError, and ConfigError for an environment that cannot be used."""
        self._usual_service()  # what it cannot use is known now
        self._signals.listen()
        with self._pulse:
            store = await self._open()
            if store is not None:
                await self._work(store)
        log.info("stopped")

    async def _open(self) -> Store | None:
        """The store, as soon as its disk has room; None if the stop signal comes first. Raises StateError."""
        while not self._stop.is_set():
            try:
                return Store.open(self._settings.state_dir)
            except StateFull as full:
                self._vigil.wait_for_room(str(full))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), RETRY)
        return None

    async def _work(self, store: Store) -> None:
        """Serve with an open store, and close it."""
        self._vigil.wait_for_room(None)
        store.pause.listen(self._vigil.wait_for_room)
        self._give_up = store.pause.give_up
        try:
            refused = await store.begin()
            for key, value in (("version", __version__), ("pid", os.getpid()), ("started_at", self._clock.now())):
                await store.note(key, value)
            await self._serve(store, refused)
        except BaseExceptionGroup as group:
            raise _first(group) from group
        finally:
            self._break_off()
            self._end_at_last(1)
            self._threads.shutdown(wait=False, cancel_futures=True)
            for service in self._services.all:
                service.close()
            store.close()

    async def _serve(self, store: Store, refused: list[str]) -> None:
        """Work until the stop signal. ``refused`` waited for the account; somebody may have mended it by now."""
        transfers = self._settings.transfers
        await _sweep(store, self._clock)
        self._vigil.beat()
        roots = Roots(store.seen_roots(self._clock.now))
        outputs = dict.fromkeys(str(folder.output) for folder in self._settings.folders)
        disks = {output: Disk(self._clock) for output in outputs}
        unknown = UnknownOrders(disks, store, roots, self._clock, asks_service=True)
        performing = Performing(roots, Resuming(await store.unfinished()), unknown)
        policy = policy_of(self._settings)
        desk = Desk(store, self._clock.now, policy)
        desk.listen(log_change)
        runner = Runner(
            desk,
            functools.partial(self._perform, performing),
            Account(desk, self._clock, policy, self._online),
            self._clock,
            policy,
            uploads=transfers.uploads,
            downloads=transfers.downloads,
        )
        for order_id in refused:
            await desk.happened(order_id, facts.Resumed())
        async with asyncio.TaskGroup() as group:  # at once: folders of one hung disk are waited for together
            folders = self._settings.folders
            made = [group.create_task(self._watcher(folder, desk, roots, unknown)) for folder in folders]
        watchers = [task.result() for task in made]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(watcher.run(), name="watcher") for watcher in watchers]
            tasks.append(group.create_task(runner.run(self._vigil.beat), name="runner"))
            lookers = [group.create_task(self._report(store, runner, watchers), name="report")]
            lookers.append(group.create_task(Asks(desk, self._presets()).run(), name="asks"))
            copying = keep_copies(self._settings.state_dir, self._clock.now, functools.partial(store.note, "copies"))
            lookers.append(group.create_task(copying, name="copies"))
            lookers.append(group.create_task(unknown.run(), name="notes"))
            lookers.append(group.create_task(unknown.try_again(), name="unread notes"))
            comparing = compare(store, self._usual_service, self._in_thread, unknown.compared)
            lookers.append(group.create_task(comparing, name="newer orders"))
            for output in outputs:
                watch = OutputWatch(output, roots, Presence(output, desk), Disk(self._clock))
                lookers.append(group.create_task(watch.run(), name="output"))
            await self._stop.wait()
            for watcher in watchers:
                watcher.stop()
            runner.stop()
            await asyncio.wait(tasks, timeout=GRACE)
            self._break_off()
            await asyncio.wait(tasks)
            for task in lookers:
                task.cancel()

    # --- parts ---

    async def _watcher(self, settings: FolderSettings, desk: Desk, roots: Roots, unknown: UnknownOrders) -> Watcher:
        watch = str(settings.watch)
        blocking = self._disks.setdefault(watch, Disk(self._clock))
        find = functools.partial(
            client_for, watch, sync_client=settings.sync_client, syncthing=access_of(self._settings.syncthing)
        )
        probes = Probing(find, self._clock)
        ground = await ground_of(watch, probes, Disk(self._clock, GROUND_PATIENCE))
        polling = settings.observer == "polling" or (settings.observer == "auto" and ground.network)
        if polling and settings.observer == "auto":
            log.warning("a network file system gives no events; it is scanned instead", watch=watch, type=ground.type)
        folder = WatchedFolder(
            watch=watch,
            output=str(settings.output),
            quiet=quiet_of(settings, synced=polling or ground.synced),
            process_existing=settings.existing == "process",
            interval=settings.poll_interval if polling else RESCAN,
            preset=preset_of(settings, self._settings.api.dev_mode),
            late_files=settings.late_files,
            inodes=not ground.network,
        )

        def make_hints(root: str, dirty: Dirty) -> Hints:
            return NoHints() if polling else NativeHints(root, dirty)

        intake = Intake(folder, desk, Contents(blocking), unknown, flow=self._settings.api.flow)
        presence = Presence(watch, desk)
        root = Supervision(watch, roots, presence, self._clock, make_hints=make_hints, blocking=blocking)
        return Watcher(folder, intake, desk, root, clock=self._clock, probes=probes)

    async def _perform(self, performing: Performing, order: Order, step: facts.Step) -> facts.Fact:
        """Take a step; once more if the key was refused, and a person has put another one in its place."""
        if (found := await performing.unknown.before(order, step)) is not None:
            return found
        while True:
            service = self._services.of(order.flow, dev_mode=order.preset.dev_mode)
            steps = Steps(
                service, performing.roots, go_on=self._go_on, now=self._clock.now, resuming=performing.resuming
            )
            fact: facts.Fact = await self._in_thread(steps.perform, order, step)
            if not isinstance(fact, facts.Failed) or fact.kind is not facts.Kind.ACCOUNT:
                return fact
            await self._look_for_key()
            if service in self._services.now:
                return fact

    async def _look_for_key(self) -> None:
        key = await self._in_thread(self._services.found)
        if key is not None and self._services.renew(key):
            logs.redact(key.text)
            log.info("another key was found and is used from now on")

    async def _online(self) -> bool:
        reachable: bool = await self._in_thread(self._usual_service().reachable)
        return reachable

    async def _in_thread(self, call: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments)

    def _usual_service(self) -> Service:
        """As new orders get it."""
        return self._services.of(self._settings.api.flow, dev_mode=self._settings.api.dev_mode)

    def _presets(self) -> dict[str, Preset]:
        """What the settings say of new orders, by watched folder."""
        dev_mode = self._settings.api.dev_mode
        return {str(folder.watch): preset_of(folder, dev_mode) for folder in self._settings.folders}

    # --- being watched over ---

    async def _report(self, store: Store, runner: Runner, watchers: list[Watcher]) -> None:
        """Tell the service manager READY after the first look, and that all is well while all parts answer."""
        for watcher in watchers:
            await watcher.ready.wait()
        await store.note("watching", [watcher.folder.watch for watcher in watchers])
        self._notifier.ready(f"watching {len(watchers)} folder(s)")
        log.info("watching", folders=[watcher.folder.watch for watcher in watchers], version=__version__)
        await self._vigil.report(lambda: self._late(store, runner, watchers))

    async def _late(self, store: Store, runner: Runner, watchers: list[Watcher]) -> list[str]:
        """The parts that have not answered for too long."""
        now = self._clock.monotonic()
        late = [w.folder.watch for w in watchers if now - self._moved_at(w) > w.folder.interval + 3 * DISK_PATIENCE]
        if now - runner.alive_at > RUNNER_PATIENCE:
            late.append("runner")
        if not await store.answers():
            late.append("store")
        return late

    def _moved_at(self, watcher: Watcher) -> float:
        """When a watcher last came round, or a file that it reads moved it on."""
        return max(watcher.alive_at, self._disks[watcher.folder.watch].answered_at)

    # --- stopping ---

    def _begin_to_stop(self) -> None:
        self._notifier.stopping()
        self._end_at_last(0)
        self._stop.set()
        asyncio.get_running_loop().call_later(GRACE, self._give_up_room)

    def _give_up_room(self) -> None:
        """What could not be written by now is not written: its requests are repeated at the next start."""
        if self._vigil.waits_for_room:
            log.error("stopped without room for the state; what was under way is repeated at the next start")
        self._give_up()

    def _end_at_last(self, status: int) -> None:
        """End the process in a while, whatever still hangs: a thread on a dead mount would keep it for ever."""
        last = threading.Timer(LAST, os._exit, (status,))
        last.daemon = True
        last.start()

    def _break_off(self) -> None:
        self._abort.set()
        for service in self._services.all:
            service.stop()

    def _go_on(self) -> None:
        if self._abort.is_set():
            raise Stopped


def policy_of(settings: Settings) -> Policy:
    """What the settings mean for when to try again, and for what may be bought."""
    return Policy(
        poll_first=settings.api.poll_every,
        poll_longest=settings.api.poll_every * 6,
        reprocess_lag=settings.api.poll_every * 12,
        quiet=max(quiet_of(folder, synced=True).base for folder in settings.folders),
        limits=Limits(**settings.limits.model_dump()),
    )


def quiet_of(settings: FolderSettings, *, synced: bool) -> Quiet:
    """How long a shoot of a watched folder must be still; ``synced``: its files come over a line."""
    if settings.quiet_period == "auto":
        return Quiet(QUIET_SYNCED if synced else QUIET_LOCAL, adaptive=True)
    return Quiet(settings.quiet_period)


def preset_of(settings: FolderSettings, dev_mode: bool) -> Preset:
    """What a watched folder's settings mean for its orders."""
    download = settings.download
    return Preset(
        per_image=None if settings.grouping == "automatic" else settings.grouping,
        enhance=dict(settings.enhance_wire()),
        format=download.format,
        quality=download.quality,
        max_width=download.max_width,
        dev_mode=dev_mode,
        bad_files=settings.bad_files,
    )


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that made the others stop: one of ours if there is one, for it says what to do."""
    leaves = [_first(error) if isinstance(error, BaseExceptionGroup) else error for error in group.exceptions]
    return next((leaf for leaf in leaves if isinstance(leaf, BracketdError)), leaves[0])


async def _sweep(store: Store, clock: Clock) -> None:
    """Remove what killed runs left in output folders, before anything is written there. A disk that hangs keeps its."""
    folders, images = await store.parts()
    too_late = threading.Event()
    try:
        for path in await Disk(clock, SWEEP_PATIENCE)(sweep, folders, images, too_late.is_set):
            log.info("removed a part file of an earlier run", path=path)
    except OSError as error:
        too_late.set()
        log.warning("part files of earlier runs are left where they are", why=error.strerror)

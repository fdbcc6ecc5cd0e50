"""Hints that something changed below a watched folder. Hints may be lost; scans are authoritative.

Measured with watchdog 7.1 on Linux: a watch does not report what existed before it, so a scan follows each ``follow``.
A queue that overflows loses events and reports this only in watchdog's own log, so this module listens to that log.

The root is watched without subfolders. Each arriving shoot is watched with all its subfolders. So a finished archive
costs nothing, and a burst of events in one shoot does not lose events of another.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import structlog
from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from daemon.files.scan import has_more_folders
from daemon.host.inotify import watches_are_scarce

log = structlog.get_logger("bracketd.watcher")

MOST = 1000
"""The maximum number of dirty shoots kept by name. Beyond that, everything is dirty."""

CHANGES: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    FileClosedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
]
"""The events that count as changes. Opens and reads are excluded, because our own reads would trigger events.

All watches of an observer use this list: two watches on one folder with different lists would suppress each other.
"""


MOST_FOLDERS = 2000
"""The maximum number of watched folders in one shoot. Each uses one system watch, and all programs share these."""

COUNT_EVERY = 20
"""The number of followed shoots after which the free system watches are counted again."""

OVERFLOW_LOG = "watchdog.observers.inotify_c"
"""The only logger in which watchdog 7.1 reports lost events."""


def waker(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> Callable[[], None]:
    """A function that sets an event of a loop from any thread. Without effect once the loop is closed."""

    def wake() -> None:
        with suppress(RuntimeError):  # a change is reported after the watcher has ended
            loop.call_soon_threadsafe(event.set)

    return wake


class Dirty:
    """The names of changed shoots. Threads add names; the watcher takes them."""

    def __init__(self, wake: Callable[[], object]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._names: set[str] = set()
        self._all = False

    def add(self, name: str | None) -> None:
        """Mark a shoot dirty; None marks everything dirty."""
        with self._lock:
            if name is None or len(self._names) >= MOST:
                self._all = True
            else:
                self._names.add(name)
        self._wake()

    def take(self) -> tuple[frozenset[str], bool]:
        """Return the dirty names, and True if everything is dirty; then clear both."""
        with self._lock:
            names, everything = frozenset(self._names), self._all
            self._names, self._all = set(), False
        return names, everything


class Hints(Protocol):
    """A source of hints about one watched folder."""

    def start(self) -> None:
        """Start. Raises OSError."""

    def follow(self, shoot: str) -> None:
        """Also send hints for everything below this shoot. Raises OSError."""

    def forget(self, shoot: str) -> None:
        """Stop sending hints for this shoot."""

    def works(self) -> bool:
        """True while hints can arrive."""

    def stop(self) -> None:
        """Stop."""


class NoHints:
    """For file systems without change events: the watcher scans at intervals instead."""

    def start(self) -> None:
        """Nothing to start."""

    def follow(self, shoot: str) -> None:
        """Nothing to follow."""

    def forget(self, shoot: str) -> None:
        """Nothing to forget."""

    def works(self) -> bool:
        """Always True."""
        return True

    def stop(self) -> None:
        """Nothing to stop."""


class _Overflow(logging.Handler):
    """Marks everything dirty when watchdog logs that the system's event queue overflowed."""

    def __init__(self, dirty: Dirty) -> None:
        super().__init__(logging.WARNING)
        self._dirty = dirty

    def emit(self, record: logging.LogRecord) -> None:
        """Handle a log record of watchdog."""
        if "overflow" in record.getMessage().lower():
            self._dirty.add(None)


class NativeHints(FileSystemEventHandler):
    """Hints from the operating system, through its own watchdog observer.

    If the root or a shoot is a link, its target is watched, because a link itself gets no events. Links within a shoot
    are not followed; scans find the changes behind them.
    """

    def __init__(self, root: str, dirty: Dirty) -> None:
        self._root = root
        self._dirty = dirty
        self._observer: BaseObserver = Observer()
        self._watches: dict[str, ObservedWatch] = {}
        self._elsewhere: dict[str, str] = {}
        self._overflow = _Overflow(dirty)
        self._warned = False

    def start(self) -> None:
        """Watch the root. Raises OSError."""
        warnings.filterwarnings("ignore", message="Callback with id", category=RuntimeWarning)
        overflows = logging.getLogger(OVERFLOW_LOG)
        if not overflows.isEnabledFor(logging.WARNING):
            overflows.setLevel(logging.WARNING)  # overflows must arrive even at a higher log level
        overflows.addHandler(self._overflow)
        self._root = os.path.realpath(self._root)
        self._observer.start()
        self._observer.schedule(self, self._root, recursive=False, event_filter=CHANGES)
        self._look_for_headroom()

    def follow(self, shoot: str) -> None:
        """Watch a shoot with all its folders.

        Raises OSError, for example if no system watches are left, or if the shoot has too many folders.
        """
        if shoot in self._watches:
            return
        folder = os.path.join(self._root, shoot)
        if has_more_folders(folder, than=MOST_FOLDERS):
            raise OSError(errno.E2BIG, f"more than {MOST_FOLDERS} folders")
        if os.path.islink(folder):
            folder = os.path.realpath(folder)
            self._elsewhere[shoot] = folder
        try:
            self._watches[shoot] = self._observer.schedule(self, folder, recursive=True, event_filter=CHANGES)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                self._look_for_headroom()
            raise
        if len(self._watches) % COUNT_EVERY == 1:
            self._look_for_headroom()

    def forget(self, shoot: str) -> None:
        """Stop watching a shoot."""
        watch = self._watches.pop(shoot, None)
        self._elsewhere.pop(shoot, None)
        if watch is not None:
            try:
                self._observer.unschedule(watch)
            except (KeyError, OSError):
                log.debug("watch already removed", shoot=shoot)

    def works(self) -> bool:
        """True if the dispatcher and every emitter are alive. An emitter can die while its observer is alive.

        The emitter of a shoot ends when the shoot is deleted, so one whose folder no longer exists is ignored. The disk
        is accessed only if an emitter has ended.
        """
        ended = [emitter.watch.path for emitter in tuple(self._observer.emitters) if not emitter.is_alive()]
        return self._observer.is_alive() and not any(path == self._root or os.path.isdir(path) for path in ended)

    def stop(self) -> None:
        """End all watches and their threads."""
        logging.getLogger(OVERFLOW_LOG).removeHandler(self._overflow)
        if self._observer.is_alive():
            self._observer.stop()
            self._observer.join(timeout=5)

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Mark the shoot dirty. Must not raise: an exception here would end the observer."""
        for path in (event.src_path, event.dest_path):
            if path:
                for shoot in self._shoots_of(os.fsdecode(path)):
                    self._dirty.add(shoot)

    def _shoots_of(self, path: str) -> set[str | None]:
        """The shoots that contain a path, directly or through a symbolic link. ``{None}`` if unknown."""
        links = tuple(self._elsewhere.items())
        linked: set[str | None] = {
            shoot for shoot, folder in links if f"{path}{os.sep}".startswith(f"{folder}{os.sep}")
        }
        first = os.path.relpath(path, self._root).split(os.sep, 1)[0]
        if first in (os.curdir, os.pardir):
            return linked or {None}
        return linked | {first}

    def _look_for_headroom(self) -> None:
        """Log once if few system watches are left."""
        if not self._warned and (words := watches_are_scarce()):
            self._warned = True
            log.warning("few inotify watches left", watch=self._root, why=words)

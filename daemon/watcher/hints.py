"""Hints that something changed below a watched folder. Hints may be lost; scans are the truth.

Measured with watchdog 7.1 on Linux: a watch tells nothing of what was there before it, so a scan follows each
``follow``; a queue that overflows loses events and says so only in watchdog's own log, which is listened to here.

The root is watched without its sub-folders, and each shoot that is still arriving with all of its own: a finished
archive costs nothing, and a burst of events in one shoot cannot drown another's.
"""

from __future__ import annotations

import errno
import logging
import os
import threading
import warnings
from collections.abc import Callable
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
"""Dirty shoots kept by name; beyond that, everything is dirty."""

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
"""Opening and reading a file is none: our own work would wake us. One list for all watches of an observer: two
watches on one folder with different lists would silence each other."""


MOST_FOLDERS = 2000
"""Folders of one shoot that are watched. Each takes one of the system's watches, which all programs share."""

COUNT_EVERY = 20
"""Shoots that are followed from one look at how many of the system's watches are left to the next."""

OVERFLOW_LOG = "watchdog.observers.inotify_c"
"""Where watchdog 7.1 says that events were lost; it says so nowhere else."""


class Dirty:
    """Names of shoots that something happened to; filled by threads, emptied by the watcher."""

    def __init__(self, wake: Callable[[], object]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._names: set[str] = set()
        self._all = False

    def add(self, name: str | None) -> None:
        """A shoot is dirty; None: nobody knows which."""
        with self._lock:
            if name is None or len(self._names) >= MOST:
                self._all = True
            else:
                self._names.add(name)
        self._wake()

    def take(self) -> tuple[frozenset[str], bool]:
        """The dirty names, and whether everything is dirty; both are clean from now on."""
        with self._lock:
            names, everything = frozenset(self._names), self._all
            self._names, self._all = set(), False
        return names, everything


class Hints(Protocol):
    """A source of hints about one watched folder."""

    def start(self) -> None:
        """Begin. Raises OSError."""

    def follow(self, shoot: str) -> None:
        """Hint at everything below this shoot, too. Raises OSError."""

    def forget(self, shoot: str) -> None:
        """No more hints below this shoot."""

    def works(self) -> bool:
        """Whether hints can still come."""

    def stop(self) -> None:
        """End."""


class NoHints:
    """For file systems that tell nothing: the watcher scans at intervals instead."""

    def start(self) -> None:
        """Nothing to begin."""

    def follow(self, shoot: str) -> None:
        """Nothing to follow."""

    def forget(self, shoot: str) -> None:
        """Nothing to forget."""

    def works(self) -> bool:
        """Always: nothing can break."""
        return True

    def stop(self) -> None:
        """Nothing to end."""


class _Overflow(logging.Handler):
    """Makes everything dirty when watchdog logs that the system's queue ran over."""

    def __init__(self, dirty: Dirty) -> None:
        super().__init__(logging.WARNING)
        self._dirty = dirty

    def emit(self, record: logging.LogRecord) -> None:
        """Something was lost; nobody knows what."""
        if "overflow" in record.getMessage().lower():
            self._dirty.add(None)


class NativeHints(FileSystemEventHandler):
    """Hints from the operating system, through a watchdog observer of its own.

    The root and a shoot may be links: what they lead to is watched, for a link itself tells nothing. Links within a
    shoot are not followed; what changes behind them is found by scans.
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
            overflows.setLevel(logging.WARNING)  # it must be heard, also where the log is to tell less
        overflows.addHandler(self._overflow)
        self._root = os.path.realpath(self._root)
        self._observer.start()
        self._observer.schedule(self, self._root, recursive=False, event_filter=CHANGES)
        self._look_for_headroom()

    def follow(self, shoot: str) -> None:
        """Watch a shoot with all its folders.

        Raises OSError, also when the system's watches are used up, or when the shoot has too many folders.
        """
        if shoot in self._watches:
            return
        folder = os.path.join(self._root, shoot)
        if has_more_folders(folder, than=MOST_FOLDERS):
            raise OSError(errno.E2BIG, f"it has more than {MOST_FOLDERS} folders")
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
        """No longer watch a shoot."""
        watch = self._watches.pop(shoot, None)
        self._elsewhere.pop(shoot, None)
        if watch is not None:
            try:
                self._observer.unschedule(watch)
            except (KeyError, OSError):
                log.debug("a watch was gone already", shoot=shoot)

    def works(self) -> bool:
        """Whether the dispatcher and every emitter are alive; an emitter can die while its observer lives on.

        The emitter of a shoot ends when the shoot is deleted: one whose folder is gone only waits to be forgotten. The
        disk is looked at only when an emitter has ended.
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
        """The shoots that a path lies in, or which are links to where it lies; None: nobody knows."""
        links = tuple(self._elsewhere.items())
        linked: set[str | None] = {
            shoot for shoot, folder in links if f"{path}{os.sep}".startswith(f"{folder}{os.sep}")
        }
        first = os.path.relpath(path, self._root).split(os.sep, 1)[0]
        if first in (os.curdir, os.pardir):
            return linked or {None}
        return linked | {first}

    def _look_for_headroom(self) -> None:
        """Say once that hardly any watch is left."""
        if not self._warned and (words := watches_are_scarce()):
            self._warned = True
            log.warning("inotify watches are scarce", watch=self._root, why=words)

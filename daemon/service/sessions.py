"""Connections, a separate set for each call in progress, so that one call can be aborted without the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from daemon.errors import Unreachable
from daemon.service.sockets import Sockets


@dataclass(frozen=True, slots=True)
class Session:
    """The clients of one call, and their sockets: one client has the key, the other is for all other hosts."""

    api: httpx.Client
    outside: httpx.Client
    sockets: Sockets = field(default_factory=Sockets)

    def close(self) -> None:
        """Close the connections."""
        self.sockets.cut_all()
        self.api.close()
        self.outside.close()


class Sessions:
    """A pool of sessions, which reuses the most recent session first. Thread-safe.

    It has as many sessions as the largest number of calls that ever ran at once.
    """

    def __init__(self, make: Callable[[], Session]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._free = [make()]
        self._all = {id(session): session for session in self._free}
        self.cut = False

    @contextmanager
    def one(self) -> Iterator[Session]:
        """A session for one call. It is discarded if its sockets were closed meanwhile. Raises ``Unreachable``."""
        with self._lock:
            session = self._free.pop() if self._free else None
        if session is None:
            session = self._another()
            with self._lock:
                self._all[id(session)] = session
                if self.cut:
                    session.sockets.cut_all()
        try:
            yield session
        finally:
            self._give_back(session)

    def _another(self) -> Session:
        try:
            return self._make()
        except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:  # creating the first session succeeded
            why = "Cannot connect: the system's proxy settings have changed and are now invalid. Correct them."
            raise Unreachable(why, sent=False) from error

    def _give_back(self, session: Session) -> None:
        with self._lock:
            if not session.sockets.cut:
                self._free.append(session)
                return
            self._all.pop(id(session), None)
        session.close()

    def cut_all(self) -> None:
        """Close every connection, now and in the future."""
        with self._lock:
            self.cut = True
            sessions = list(self._all.values())
        for session in sessions:
            session.sockets.cut_all()

    def close(self) -> None:
        """Release all resources. No call may be in progress."""
        self.cut_all()
        with self._lock:
            sessions = list(self._all.values())
            self._all.clear()
            self._free.clear()
        for session in sessions:
            session.close()

"""Connections, a set for each call that is under way, so that one call can be cut without its neighbours."""

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
    """What one call uses at a time: a client that knows the key, one for everything outside, and their sockets."""

    api: httpx.Client
    outside: httpx.Client
    sockets: Sockets = field(default_factory=Sockets)

    def close(self) -> None:
        """Let go of the connections."""
        self.sockets.cut_all()
        self.api.close()
        self.outside.close()


class Sessions:
    """Sessions, the one that was used last first: its connections are the warmest. Thread-safe.

    There are as many as calls were ever under way at once.
    """

    def __init__(self, make: Callable[[], Session]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._free = [make()]
        self._all = {id(session): session for session in self._free}
        self.cut = False

    @contextmanager
    def one(self) -> Iterator[Session]:
        """A session for one call. One whose sockets were cut meanwhile is not used again. Raises ``Unreachable``."""
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
        except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:  # the first one could be made
            why = "No connection can be made: the system's proxy settings changed and cannot be used. Correct them."
            raise Unreachable(why, sent=False) from error

    def _give_back(self, session: Session) -> None:
        with self._lock:
            if not session.sockets.cut:
                self._free.append(session)
                return
            self._all.pop(id(session), None)
        session.close()

    def cut_all(self) -> None:
        """Shut every connection, now and from now on."""
        with self._lock:
            self.cut = True
            sessions = list(self._all.values())
        for session in sessions:
            session.sockets.cut_all()

    def close(self) -> None:
        """Let go of everything; no call may be under way."""
        self.cut_all()
        with self._lock:
            sessions = list(self._all.values())
            self._all.clear()
            self._free.clear()
        for session in sessions:
            session.close()

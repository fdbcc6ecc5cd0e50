"""One connection on one thread that takes functions of it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import TypeVar

from daemon.store.pause import Pause
from daemon.store.sqlite.trouble import trouble_named

T = TypeVar("T")


class Database:
    """Functions of a connection, run one after the other on one thread, each as one transaction."""

    def __init__(self, connection: sqlite3.Connection, path: Path, thread: Executor) -> None:
        self._connection, self._path, self._thread = connection, path, thread
        self.pause = Pause()

    async def write(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``function`` in a transaction; when this returns, what it wrote is on disk. Raises StateError.

        On a full disk it is run again until there is room: what it is called with must not be used up by it.
        """
        loop = asyncio.get_running_loop()
        return await self.pause.write(lambda: loop.run_in_executor(self._thread, self._transaction, function))

    async def read(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``function``, which only reads, on the same connection. Raises StateError."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._look, function)

    def write_and_wait(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """``write`` for callers on threads; on the event loop it would stand still meanwhile.

        Raises StateFull on a full disk at once: a thread that waits is not there for others.
        """
        return self._thread.submit(self._transaction, function).result()

    def read_and_wait(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """``read`` for callers on threads; on the event loop it would stand still meanwhile."""
        return self._thread.submit(self._look, function).result()

    def _transaction(self, function: Callable[[sqlite3.Connection], T]) -> T:
        with trouble_named(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                result = function(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            return result

    def _look(self, function: Callable[[sqlite3.Connection], T]) -> T:
        with trouble_named(self._path):
            return function(self._connection)

    def close(self) -> None:
        """Finish what was asked for, then close the file."""
        self._thread.shutdown(wait=True)
        self._connection.close()

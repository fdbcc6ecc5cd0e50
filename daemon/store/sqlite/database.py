"""Runs functions of an SQLite connection on one thread."""

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
    """Runs functions of a connection one after the other on one thread, each write in its own transaction."""

    def __init__(self, connection: sqlite3.Connection, path: Path, thread: Executor) -> None:
        self._connection, self._path, self._thread = connection, path, thread
        self.pause = Pause()

    async def write(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``function`` in a transaction. Its changes are on disk when this returns. Raises StateError.

        On a full disk it is repeated until there is space, so it must not consume its inputs, such as iterators.
        """
        loop = asyncio.get_running_loop()
        return await self.pause.write(lambda: loop.run_in_executor(self._thread, self._transaction, function))

    async def read(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``function``, which must only read, on the same connection. Raises StateError."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._look, function)

    def write_and_wait(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """``write`` for threads. It blocks, so never call it on the event loop.

        On a full disk it raises StateFull immediately, because a waiting thread would block its pool.
        """
        return self._thread.submit(self._transaction, function).result()

    def read_and_wait(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """``read`` for threads. It blocks, so never call it on the event loop."""
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
        """Finish pending calls, then close the file."""
        self._thread.shutdown(wait=True)
        self._connection.close()

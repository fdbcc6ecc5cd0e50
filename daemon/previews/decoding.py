"""Previews by a separate process: one at a time, with a bounded queue.

Even if a picture crashes the process, the caller gets a value, and the next picture gets a working process.
"""

from __future__ import annotations

import asyncio
import math
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from daemon.previews import wire
from daemon.previews.child import Child, Ended
from daemon.previews.look import Look
from daemon.previews.values import Failure, FailureKind, Limits, Strip, Thumbnail, require_size


class Decoding:
    """Makes previews with one process, which is started when it is needed. Implements ``Previews``."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._turn = asyncio.Lock()
        self._child: Child | None = None
        self._waiting = 0
        self._closed = asyncio.Event()

    async def thumbnail(self, path: str | os.PathLike[str], size: int) -> Thumbnail | Failure:
        """The picture at ``path``, its long side at most ``size`` pixels. See ``Previews``."""
        require_size(size)
        absolute = os.path.abspath(path)  # noqa: ASYNC240 - does not touch the disk
        answer = await self._answer(wire.thumbnail_request(absolute, size))
        return answer if isinstance(answer, Thumbnail | Failure) else _broken("no thumbnail")

    async def sheet(self, title: str, strips: Sequence[Strip]) -> bytes | Failure:
        """A contact sheet of these strips as a JPEG."""
        request = wire.sheet_request(title, strips)
        if len(request) > wire.MOST_REQUEST:
            return Failure(FailureKind.TOO_LARGE, wire.MOST_REQUEST)
        answer = await self._answer(request)
        return answer if isinstance(answer, bytes | Failure) else _broken("no sheet")

    async def similarities(self, finished: Look, frames: Sequence[Look]) -> tuple[float, ...] | Failure:
        """How similar a finished picture is to each of these frames. See ``Previews``."""
        answer = await self._answer(wire.similarities_request(finished, frames))
        if isinstance(answer, Failure):
            return answer
        return answer if isinstance(answer, tuple) and len(answer) == len(frames) else _broken("no similarities")

    @property
    def pid(self) -> int | None:
        """The number of the running process, None if there is none."""
        return self._child.pid if self._child is not None and self._child.runs else None

    async def close(self) -> None:
        """End the process. Waiting and later requests are answered with ``CLOSED``."""
        self._closed.set()
        if self._child is not None:
            await self._child.end()
        async with self._turn:  # a process may have been started meanwhile
            if self._child is not None:
                await self._child.end()

    async def _answer(self, request: bytes) -> wire.Answer:
        if self._closed.is_set():
            return Failure(FailureKind.CLOSED)
        if self._waiting >= self._limits.waiting:
            return Failure(FailureKind.BUSY, self._limits.waiting)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._limits.patience):
                await self._turn.acquire()
        except TimeoutError:
            return Failure(FailureKind.BUSY, math.ceil(self._limits.patience))
        finally:
            self._waiting -= 1
        try:
            return await self._asked(request)
        finally:
            self._turn.release()

    async def _asked(self, request: bytes) -> wire.Answer:
        """Ask the process. It is killed if it does not answer properly, or if this request is cancelled."""
        child = await self._ready()
        if isinstance(child, Failure):
            return child
        is_old = child.answered > 0
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await child.ask(request)
        except TimeoutError:
            return self._too_slow()
        except Ended as ended:
            failure = self._ended(ended)
        finally:
            if not child.ready:
                await child.end()
        if is_old and failure.kind is FailureKind.CRASHED:  # it may have been idle for too long just now
            return await self._asked(request)
        return failure

    async def _ready(self) -> Child | Failure:
        """A process that accepts requests, or the reason why there is none. There is never more than one process."""
        if self._closed.is_set():
            return Failure(FailureKind.CLOSED)
        if self._child is not None and self._child.ready:
            return self._child
        if self._child is not None and not await self._child.end():
            return self._too_slow("the previous picture is still being read")
        try:
            self._child = await Child.start(self._limits)
        except OSError as error:
            return Failure(FailureKind.CRASHED, detail=error.strerror or str(error))
        if self._closed.is_set():
            await self._child.end()
            return Failure(FailureKind.CLOSED)
        return self._child

    def _too_slow(self, detail: str = "") -> Failure:
        return Failure(FailureKind.TOO_SLOW, math.ceil(self._limits.seconds), detail)

    def _ended(self, ended: Ended) -> Failure:
        if self._closed.is_set():
            return Failure(FailureKind.CLOSED)
        if ended.signal == signal.SIGXCPU:
            return Failure(FailureKind.TOO_SLOW, self._limits.cpu_seconds)
        return Failure(FailureKind.CRASHED, detail=str(ended))


@asynccontextmanager
async def decoding(limits: Limits | None = None) -> AsyncIterator[Decoding]:
    """Previews for the duration of a block. At its end the process is gone."""
    previews = Decoding(limits or Limits())
    try:
        yield previews
    finally:
        await previews.close()


def _broken(detail: str) -> Failure:
    return Failure(FailureKind.CRASHED, detail=detail)

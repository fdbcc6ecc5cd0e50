"""One decoding process as the daemon sees it: start, ask, end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import asdict
from pathlib import Path

import daemon
from daemon.previews import wire
from daemon.previews.values import Limits

MODULE = "daemon.previews.worker"
ROOT = Path(daemon.__file__).parents[1]
"""The folder that contains the package ``daemon``. The process runs the same code."""
REAPING_S = 5.0
"""Seconds to wait for a killed process. It ends later if it reads from a network disk that does not answer."""


class Ended(Exception):
    """The process ended or broke the rules of ``daemon.previews.wire``. ``signal`` is the signal that ended it."""

    def __init__(self, why: str, signal: int | None = None) -> None:
        super().__init__(why)
        self.signal = signal


class Child:
    """A running decoding process."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._ready = True
        self.answered = 0
        """The number of requests that it has answered."""

    @classmethod
    async def start(cls, limits: Limits) -> Child:
        """Start a process in a group of its own, without the daemon's environment: it may contain keys.

        Raises OSError if it cannot be started.
        """
        command = [sys.executable, "-P", "-m", MODULE, json.dumps(asdict(limits))]
        if ionice := shutil.which("ionice"):
            command = [ionice, "-c", "3", "-t", *command]
        process = await asyncio.create_subprocess_exec(
            *command,
            env={"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
            cwd="/",
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            start_new_session=True,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def runs(self) -> bool:
        """False once the process has ended."""
        return self._process.returncode is None

    @property
    def ready(self) -> bool:
        """True if the process accepts a request. False during a request, and after an incomplete answer."""
        return self._ready and self.runs

    async def ask(self, request: bytes) -> wire.Answer:
        """Send a request and return the answer. Raises ``Ended``."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._ready = False
        try:
            self._process.stdin.write(request)
            await self._process.stdin.drain()
            start = await self._process.stdout.readexactly(wire.SIZES.size)
            header, data = wire.sizes(start, wire.MOST_ANSWER)
            text = await self._process.stdout.readexactly(header)
            answer, leaving = wire.answer_of((wire.header_of(text), await self._process.stdout.readexactly(data)))
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            await self._gone()
            code = self._process.returncode
            raise Ended(f"exit code {code}", -code if code is not None and code < 0 else None) from error
        except wire.Malformed as error:
            raise Ended(str(error)) from error
        self.answered += 1
        self._ready = not leaving
        return answer

    async def end(self) -> bool:
        """Kill the process and all processes it started, and wait for it. False if it has not ended after 5 seconds."""
        if self.runs:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        return await self._gone()

    async def _gone(self) -> bool:
        try:
            async with asyncio.timeout(REAPING_S):
                await self._process.wait()
        except TimeoutError:
            return False
        return True

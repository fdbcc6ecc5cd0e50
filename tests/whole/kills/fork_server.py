"""Starts the program without loading its modules each time: a process that has loaded them forks for every run.

A run that is killed within a second would otherwise spend most of its time in imports. The forked process has the
environment, arguments and output of a new one, and then runs the same entry point. ``python -m
tests.whole.kills.fork_server`` is the server: it reads one request per line and answers each with one line, as JSON.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import daemon
from daemon.cli import main
from tests.whole.kills import moments
from tests.whole.program import environment

REPOSITORY = Path(__file__).parents[3]
NOT_LOADED = ("daemon.__main__", "daemon.demo", "daemon.sandbox")
PAUSE = 0.01
"""Seconds between two checks whether a process has ended."""


class Forked:
    """A process of the server, with the methods of ``subprocess.Popen`` that the tests use."""

    def __init__(self, server: ForkServer, pid: int) -> None:
        self.pid = pid
        self._server = server
        self._status: int | None = None

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while the process runs."""
        if self._status is None:
            self._status = self._server.ask({"poll": self.pid})["status"]
        return self._status

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end. Returns the exit status. Raises ``subprocess.TimeoutExpired``."""
        end = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            time.sleep(PAUSE)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the process."""
        self.send_signal(9)


class ForkServer:
    """The server as a process. ``close`` ends it; its runs must have ended before."""

    def __init__(self, home: Path) -> None:
        words = (sys.executable, "-m", "tests.whole.kills.fork_server")
        self._process = subprocess.Popen(
            words, cwd=REPOSITORY, env=environment(home), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, words: Sequence[str], environ: Mapping[str, str], log: Path) -> Forked:
        """Run the program with these arguments, the first of which is its name. Its output is added to ``log``."""
        request = {"words": list(words), "environ": dict(environ), "log": str(log)}
        return Forked(self, self.ask(request)["pid"])

    def ask(self, request: Mapping[str, object]) -> dict[str, Any]:
        """Send a request and return the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(request)}\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """End the server."""
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()
        assert self._process.returncode == 0


def load() -> None:
    """Load all modules that the daemon may use."""
    for module in pkgutil.walk_packages(daemon.__path__, "daemon."):
        if not module.name.startswith(NOT_LOADED):
            importlib.import_module(module.name)
    assert threading.active_count() == 1, "a process with threads must not fork"
    gc.freeze()


def serve() -> None:
    """Answer requests until the input ends. In a forked process, run the program and exit."""
    load()
    for line in iter(sys.stdin.readline, ""):
        request = json.loads(line)
        if "poll" in request:
            answer: dict[str, object] = {"status": _status(request["poll"])}
        else:
            pid = os.fork()
            if pid == 0:
                _become(request["words"], request["environ"], request["log"])
            answer = {"pid": pid}
        print(json.dumps(answer), flush=True)  # noqa: T201 - the answer


def _status(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _become(words: Sequence[str], environ: Mapping[str, str], log: str) -> None:
    """Take the place of a new process, and run the program to its end. Raises SystemExit."""
    null = os.open(os.devnull, os.O_RDONLY)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    for source, target in ((null, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(null)
    os.close(output)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = list(words)
    moments.begin(os.environ)
    main()
    sys.exit(0)


if __name__ == "__main__":
    serve()

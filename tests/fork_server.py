"""Starts a program without loading its modules each time: a process that has loaded them forks for every run.

Loading takes longer than most runs. The forked process has the environment, arguments, folder and output of a new one,
and then runs the same entry point. What an interpreter reads before that, such as the locale and ``PYTHON…`` variables,
is the server's: a test about it starts the installed program itself.

``python -m tests.fork_server PROGRAM DESCRIPTOR`` is the server. It reads one request per line from a socket, with the
three descriptors of the run, and answers each with one line, as JSON.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import daemon
from tests.whole.kills import moments

REPOSITORY = Path(__file__).parents[1]
PAUSE = 0.01
"""Seconds between two checks whether a process has ended."""

LONGEST = 1 << 16
"""Bytes that are read of a request at once."""

ENVIRON = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
"""The server's environment. A process with threads must not fork."""


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

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(15)

    def kill(self) -> None:
        """Kill the process."""
        self.send_signal(9)


class ForkServer:
    """The server as a process. ``close`` ends it; its runs must have ended before."""

    def __init__(self, program: str) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            words = (sys.executable, "-m", "tests.fork_server", program, str(theirs.fileno()))
            null = subprocess.DEVNULL
            self._process = subprocess.Popen(
                words, cwd=REPOSITORY, env=ENVIRON, pass_fds=(theirs.fileno(),), stdin=null, stdout=null
            )
        self._socket, self._answers = ours, ours.makefile("r")
        self._turn = threading.Lock()

    def start(self, words: Sequence[str], environ: Mapping[str, str], output: int, errors: int) -> Forked:
        """Run the program with these arguments, the first of which is its name, and descriptors for its output."""
        request = {"words": list(words), "environ": dict(environ), "folder": os.getcwd()}
        with open(os.devnull, "rb") as null:
            files = [null.fileno(), output, errors]
            return Forked(self, self.ask(request, files)["pid"])

    def ask(self, request: Mapping[str, object], files: Sequence[int] = ()) -> dict[str, Any]:
        """Send a request and return the answer."""
        with self._turn:
            socket.send_fds(self._socket, [f"{json.dumps(request)}\n".encode()], files)
            answer: dict[str, Any] = json.loads(self._answers.readline())
        return answer

    def close(self) -> None:
        """End the server."""
        self._answers.close()
        self._socket.close()
        assert self._process.wait(timeout=20) == 0


_SERVERS: dict[str, ForkServer] = {}


def fork_server(program: str) -> ForkServer:
    """This process's server for a program, started by its first use."""
    if program not in _SERVERS:
        _SERVERS[program] = ForkServer(program)
    return _SERVERS[program]


def close_servers() -> None:
    """End all servers of this process."""
    while _SERVERS:
        _SERVERS.popitem()[1].close()


# --- the server ---


def _bracketd() -> Callable[[], object]:
    """Load all modules that the daemon may use."""
    for module in pkgutil.walk_packages(daemon.__path__, "daemon."):
        if not module.name.startswith(("daemon.__main__", "daemon.demo", "daemon.sandbox")):
            importlib.import_module(module.name)
    return importlib.import_module("daemon.cli").main  # type: ignore[no-any-return]


def _sandbox() -> Callable[[], object]:
    """Load the sandbox, its web server and its image libraries."""
    for name in ("daemon.sandbox.serve", "uvicorn.protocols.http.h11_impl", "uvicorn.lifespan.off"):
        importlib.import_module(name)
    return importlib.import_module("daemon.sandbox.command").sandbox  # type: ignore[no-any-return]


PROGRAMS = {"bracketd": _bracketd, "sandbox": _sandbox}
"""What loads a program and returns its entry point."""


def serve(program: str, descriptor: int) -> None:
    """Answer requests until the socket is closed. In a forked process, run the program and exit."""
    main = PROGRAMS[program]()
    assert threading.active_count() == 1, "a process with threads must not fork"
    gc.freeze()
    with socket.socket(fileno=descriptor) as asked:
        while (received := _receive(asked)) is not None:
            request, files = received
            if "poll" in request:
                answer: dict[str, object] = {"status": _status(request["poll"])}
            else:
                pid = os.fork()
                if pid == 0:
                    asked.close()
                    _become(request, files)
                    _run(main)
                answer = {"pid": pid}
            for file in files:
                os.close(file)
            asked.sendall(f"{json.dumps(answer)}\n".encode())


def _receive(asked: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """The next request and its descriptors; None at the end."""
    data, files = b"", list[int]()
    while not data.endswith(b"\n"):
        part, more, _, _ = socket.recv_fds(asked, LONGEST, 3)
        if not part:
            return None
        data, files = data + part, files + more
    return json.loads(data), files


def _status(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _become(request: Mapping[str, Any], files: Sequence[int]) -> None:
    """Take the place of a new process."""
    for source, target in zip(files, (0, 1, 2), strict=True):
        os.dup2(source, target)
        os.close(source)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environ"])
    sys.argv = request["words"]
    sys.modules["__main__"].__package__ = None  # click shows the name of a program that is not a module
    moments.begin(os.environ)


def _run(main: Callable[[], object]) -> NoReturn:
    """Run the program to its end, as the interpreter does, but do not free its memory: that takes longest of all."""
    status: str | int | None = None
    try:
        main()
    except SystemExit as end:
        status = end.code
    if isinstance(status, str):
        sys.exit(status)
    threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as at any end
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status or 0)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))

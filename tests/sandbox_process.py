"""Runs the sandbox as a process, for all tests of the daemon."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx

from tests import plain_http
from tests.fork_server import Forked, fork_server

_START_S = 30.0
_STOP_S = 20.0


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox: the addresses of its three hosts, an accepted key, its process, and its folder."""

    api: str
    storage: str
    assets: str
    key: str
    pid: int
    directory: Path

    def report(self) -> dict[str, Any]:
        """The report; its format is in ``daemon.sandbox.ledger``."""
        return self._ask("GET", "/_sandbox/report", None)

    def violations(self) -> list[dict[str, Any]]:
        """The violations so far. A test of the daemon asserts at its end that there are none."""
        broken: list[dict[str, Any]] = self.report()["violations"]
        return broken

    def faults(self, rules: Sequence[str | Mapping[str, object]]) -> None:
        """Replace the active rules by these, given as strings or objects."""
        self._ask("POST", "/_sandbox/faults", list(rules))

    def client(self, version: str = "2025-01-01", **headers: str) -> httpx.Client:
        """An HTTP client of the API with the key and a pinned version."""
        return httpx.Client(
            base_url=self.api,
            headers={"x-api-key": self.key, "x-api-version": version, **headers},
            timeout=30,
            verify=plain_http.NO_CERTIFICATES,
            trust_env=False,
        )

    def _ask(self, method: str, path: str, body: object) -> dict[str, Any]:
        answer = plain_http.request(method, self.api + path, json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        report: dict[str, Any] = answer.json()
        return report


@contextlib.contextmanager
def running_sandbox(*args: str) -> Iterator[Sandbox]:
    """Start the sandbox as ``python -m daemon.sandbox`` with additional ``args``, forked, and stop it at the end.

    Without ``--speed`` there are no delays. Without ``--dir`` its files are in a temporary folder.
    """
    with tempfile.TemporaryDirectory(prefix="sandbox-", ignore_cleanup_errors=True) as directory:
        command = ["sandbox", "--json", "--speed", "0", "--dir", directory, *args]
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb") as output:
            process = fork_server("sandbox").start(command, os.environ, writing, 2)
            os.close(writing)
            try:
                started = json.loads(_first_line(output, command))
                kept = Path(started.pop("dir"))
                yield Sandbox(directory=kept, **started)
            finally:
                _stop(process)


def _first_line(output: IO[bytes], command: Sequence[str]) -> bytes:
    """Read the line that says it is ready. Its errors go to this process's standard error."""
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        ready = selector.select(_START_S)
    line = output.readline() if ready else b""
    if not line:
        raise RuntimeError(f"not ready within {_START_S} s: {' '.join(command)}")
    return line


def _stop(process: Forked) -> None:
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

"""Runs the daemon and the service as processes, which end with the ``with`` block."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme
import yaml

from bench.listener import Exchange
from daemon.order import LINE, Phase
from daemon.store.sqlite.reader import SqliteReader

ROOT = Path(__file__).parents[1]

BRACKETD = Path(sys.executable).with_name("bracketd")
"""The installed command, beside the running interpreter."""

QUIET = 0.3
"""The quiet period in seconds. It is a setting and is not part of the measurement."""

PATIENCE = 120.0
"""Timeout in seconds."""

LOOK_EVERY = 0.05
"""Seconds between two polls of an order."""


class GivenUp(Exception):
    """A timeout, or a process that ended unexpectedly."""


@dataclass
class Service:
    """A running service: the addresses of its API and storage, their certificate authority, and their log."""

    api: str
    storage: str
    authority: Path
    log: Path
    _read: int = 0

    def seen(self) -> list[Exchange]:
        """The exchanges since the last call."""
        with open(self.log, "rb") as file:
            file.seek(self._read)
            lines = file.readlines()
            self._read = file.tell()
        return [Exchange(**json.loads(line)) for line in lines]


@dataclass(frozen=True)
class Past:
    """An order's journal."""

    order_id: str
    journal: Sequence[Mapping[str, Any]]

    def moment(self, fact: str) -> float:
        """The time of the first fact of this name, in seconds since 1970."""
        return next(float(entry["at"]) for entry in self.journal if entry["fact"] == fact)


@dataclass
class Daemon:
    """A running daemon: its process, folders and configuration, and the time that it took to become ready."""

    pid: int
    watch: Path
    state_dir: Path
    config: Path
    ready_after: float
    alive: Callable[[], bool] = field(repr=False)

    def drop(self, shoot: Path) -> None:
        """Move a shoot into the watched folder; it must be on the same file system."""
        shoot.rename(self.watch / shoot.name)

    def reached(self, shoot: str, phase: Phase) -> Past:
        """Wait until a shoot's order is in ``phase`` or a later one. Returns the order. Raises GivenUp.

        Polls rarely and reads little, so that it does not slow down the daemon.
        """
        end = time.monotonic() + PATIENCE
        with SqliteReader(self.state_dir) as reader:
            while time.monotonic() < end and self.alive():
                row = next((row for row in reader.orders() if row["shoot"] == shoot), None)
                if row and row["phase"] in LINE and LINE.index(row["phase"]) >= LINE.index(phase):
                    return Past(row["id"], reader.journal(row["id"]))
                time.sleep(LOOK_EVERY)
        raise GivenUp(f"{shoot} did not reach {phase}:\n{_end_of(self.config.with_name('daemon.log'))}")


@contextmanager
def running_service(
    folder: Path, *, processed_after_s: float = 0, image_mb: float = 0.1, line_mb_s: float = 0
) -> Iterator[Service]:
    """Start the API and the storage, with a certificate from a new authority.

    ``line_mb_s`` is the upload bandwidth in million bytes per second; 0 is unlimited.
    """
    folder.mkdir(parents=True)
    authority, certificate, log = (folder / name for name in ("authority.pem", "certificate.pem", "log"))
    made = trustme.CA()
    made.cert_pem.write_to_path(authority)
    made.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
    log.touch()
    common = [str(certificate), str(log)]
    with ExitStack() as stack:
        port = stack.enter_context(listening("bench.storage", *common, str(line_mb_s)))
        storage = f"https://127.0.0.1:{port}"
        more = [storage, str(processed_after_s), str(int(image_mb * 1e6))]
        port = stack.enter_context(listening("bench.api", *common, *more))
        yield Service(f"https://127.0.0.1:{port}", storage, authority, log)


@contextmanager
def running_daemon(
    folder: Path, service: Service, *, uploads: int = 4, poll_every_s: float = 1.0, quiet_s: float = QUIET
) -> Iterator[Daemon]:
    """Start the installed daemon on folders below ``folder``, wait until it is ready, and stop it as systemd does.

    Raises GivenUp. A second daemon on the same folder continues with the state of the first.
    """
    watch, config, log = (
        folder / "watch",
        write_config(folder, service, uploads, poll_every_s, quiet_s),
        folder / "daemon.log",
    )
    watch.mkdir(parents=True, exist_ok=True)
    ear, address = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), folder / "notify"
    address.unlink(missing_ok=True)
    with ear, open(log, "ab") as output:
        ear.bind(str(address))
        environ = {**os.environ, "SSL_CERT_FILE": str(service.authority), "NOTIFY_SOCKET": str(address)}
        began = time.monotonic()
        command = [str(BRACKETD), "--config", str(config), "run"]
        process = subprocess.Popen(command, stderr=output, env=environ, process_group=0)  # noqa: S603 - our own
        try:
            _await_ready(ear, process, log)
            yield Daemon(
                pid=process.pid,
                watch=watch,
                state_dir=folder / "state",
                config=config,
                ready_after=time.monotonic() - began,
                alive=lambda: process.poll() is None,
            )
        finally:
            _end(process)


def write_config(
    folder: Path, service: Service | None, uploads: int = 4, poll_every_s: float = 1.0, quiet_s: float = QUIET
) -> Path:
    """A configuration for folders below ``folder``. Without a service, only ``status`` can use it."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "config.yaml"
    settings = {
        "api": {
            "key": "not-a-secret",
            "base_url": service.api if service else "https://127.0.0.1:9",
            "poll_every": poll_every_s,
        },
        "folders": [{"watch": str(folder / "watch"), "output": str(folder / "output"), "quiet_period": quiet_s}],
        "transfers": {"uploads": uploads},
        "state_dir": str(folder / "state"),
        "page": {"listen": "127.0.0.1:0"},
        "log": {"format": "json"},
    }
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    config.chmod(0o600)
    return config


def _await_ready(ear: socket.socket, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the daemon reports READY to its service manager (sd_notify(3))."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        if select.select([ear], [], [], 0.1)[0] and b"READY=1" in ear.recv(4096):
            return
    raise GivenUp(f"the daemon did not become ready:\n{_end_of(log)}")


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:]


@contextmanager
def listening(module: str, *arguments: str) -> Iterator[int]:
    """Start a program of this package. Returns the port that it prints."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:  # noqa: S603 - this package's own
        try:
            assert process.stdout is not None
            port = process.stdout.readline()
            if not port:
                raise GivenUp(f"{module} did not start")
            yield int(port)
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

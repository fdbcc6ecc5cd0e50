"""The installed program as a person uses it: a configuration file, the verbs, and the daemon as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from daemon.reports.status import document
from daemon.store.sqlite.reader import SqliteReader
from tests.edges.sandbox.shots import NOON
from tests.fork_server import fork_server

T = TypeVar("T")


class Process(Protocol):
    """A running daemon: ``subprocess.Popen``, or a process forked for it."""

    pid: int

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while the process runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end. Returns the exit status. Raises ``subprocess.TimeoutExpired``."""

    def send_signal(self, number: int, /) -> None:
        """Send a signal."""

    def kill(self) -> None:
        """Kill the process."""


Json = dict[str, Any]

COMMAND = str(Path(sys.executable).with_name("bracketd"))
PATIENCE = 40.0
"""Timeout of a test in seconds. It is not a measured value."""

STOP = 10.0
"""Seconds within which the daemon must end after SIGTERM or Ctrl-C."""


class Bracketd:
    """One person's bracketd in a separate folder. Every ``start`` writes ``settings`` to the configuration file.

    Its runs are forked from a process that has loaded the program, but not those with a ``launcher`` or a command.
    ``log`` has the output of all runs of the daemon, one JSON object per line.
    """

    def __init__(self, home: Path, *, api: str, key: str) -> None:
        self.home, self.key = home, key
        self.watched, self.output, self.state = home / "shoots", home / "finished", home / "state"
        self.dropped = 0
        self.config, self.log = home / "config.yaml", home / "daemon.log"
        self.settings: Json = {
            "api": {"key": key, "base_url": api, "poll_every": "0.1s"},
            "folders": [{"watch": str(self.watched), "output": str(self.output), "quiet_period": "0.3s"}],
            "state_dir": str(self.state),
            "page": False,
            "log": {"level": "debug", "format": "json"},
        }
        self.launcher: tuple[str, ...] = ()
        """A prefix of the daemon's command: empty, or a program that drops its rights."""
        self._daemon: Process | None = None
        self.watched.mkdir(parents=True)

    @property
    def folder(self) -> Json:
        """The settings of the one watched folder."""
        folder: Json = self.settings["folders"][0]
        return folder

    @property
    def pid(self) -> int:
        """The daemon's process id."""
        assert self._daemon is not None
        return self._daemon.pid

    # --- the daemon ---

    def write_config(self) -> None:
        """Write the settings. JSON is also YAML."""
        self.config.write_text(json.dumps(self.settings, indent=2))
        self.config.chmod(0o600)

    def start(self, *command: str) -> None:
        """Start the daemon, and wait until it watches. With a ``command``, that is started instead of a forked run."""
        self.write_config()
        begun = self.log.stat().st_size if self.log.exists() else 0
        words = (*self.launcher, *(command or (COMMAND,)), "--config", str(self.config), "run")
        forks = not (self.launcher or command)
        self._daemon = self.begin(words, environment(self.home), forks=forks)
        until(lambda: any(event["event"] == "watching" for event in self.events(begun)) or self._has_ended())
        assert not self._has_ended(), self.log.read_text()

    def begin(self, words: Sequence[str], environ: Mapping[str, str], *, forks: bool) -> Process:
        """Start a process that adds its output to the log. ``forks``: it is a run of the program, and is forked."""
        with self.log.open("ab") as log:
            if forks:
                return fork_server("bracketd").start(words, environ, log.fileno(), log.fileno())
            return subprocess.Popen(words, stdout=log, stderr=log, env=environ)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop the daemon within the time that it promises. Returns its exit status."""
        assert self._daemon is not None
        self._daemon.send_signal(number)
        status = self.ended(STOP)
        assert status != 0 or self.logged("stopped"), "it exited with 0 without logging that it stopped"
        return status

    def signal(self, number: int) -> None:
        """Send the daemon a signal without waiting."""
        assert self._daemon is not None
        self._daemon.send_signal(number)

    def kill(self) -> None:
        """Kill the daemon."""
        self.signal(signal.SIGKILL)
        self.ended(PATIENCE)

    def ended(self, patience: float) -> int:
        """Wait for a daemon that ends by itself. Returns its exit status."""
        assert self._daemon is not None
        status = self._daemon.wait(patience)
        self._daemon = None
        return status

    def close(self) -> None:
        """End the daemon if it still runs."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()

    def _has_ended(self) -> bool:
        return self._daemon is None or self._daemon.poll() is not None

    # --- the photographer ---

    def drop(self, shoot: str, files: Mapping[str, bytes]) -> Path:
        """Put files into a shoot's folder. Names may include folders. A new folder is moved in, complete, at once.

        The files of each drop have times a minute after the last drop. Their JPEGs contain the number of the drop and
        capture times as many years later, so that photos of two shoots never have the same content or frame.
        """
        self.dropped += 1
        folder = self.watched / shoot
        place = folder if folder.exists() else self.home / "card"
        place.mkdir(exist_ok=True)
        for name, data in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(_of_drop(self.dropped, data))
            taken = 1_700_000_000 + 60 * self.dropped
            os.utime(place / name, (taken, taken))
        return place if place is folder else place.rename(folder)

    # --- the verbs ---

    def run(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a verb with the configuration file, and with more variables."""
        words = ("--config", str(self.config), *words)
        return forked(*words, home=self.home, **environ)

    def asks(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a verb that asks the daemon for something. Repeat it if there was no answer in time."""
        return until(lambda: done if "not answered" not in (done := self.run(*words)).stdout else None)

    def status(self) -> Json:
        """The output of ``bracketd status --json``."""
        done = self.run("status", "--json")
        assert done.returncode == 0, done.stderr
        document: Json = json.loads(done.stdout)
        return document

    # --- watching it ---

    def peek(self) -> Json:
        """``status --json`` without a new process, for frequent polling."""
        with SqliteReader(self.state) as reader:
            return document(reader, self.state, self._daemon.pid if self._daemon else None)

    def order(self, shoot: str) -> Json | None:
        """The newest order of a shoot in ``status``; None if there is none."""
        orders = [order for order in self.peek()["orders"] if order["shoot"] == shoot]
        return max(orders, key=lambda order: (order["phase"] != "cancelled", order["created_at"]), default=None)

    def when(self, shoot: str, condition: Callable[[Json], bool], patience: float = PATIENCE) -> Json:
        """Wait until a shoot's order satisfies ``condition``. Returns the order."""

        def found() -> Json | None:
            order = self.order(shoot)
            return order if order is not None and condition(order) else None

        try:
            return until(found, patience)
        except TimeoutError:
            raise AssertionError(f"waited in vain for {shoot}: {self.order(shoot)}") from None

    def reach(self, shoot: str, *phases: str, patience: float = PATIENCE) -> Json:
        """Wait until a shoot's order is in one of these phases. Returns the order."""
        return self.when(shoot, lambda order: order["phase"] in phases, patience)

    def message(self, shoot: str, words: str) -> Json:
        """Wait until a shoot's order has a message with these words. Returns the order."""
        return self.when(shoot, lambda order: any(words in message for message in order["messages"]))

    def wait_for_files(self, number: int) -> Json:
        """Wait until a shoot waits with the given number of files. Returns its entry in ``status``."""
        return until(lambda: next((w for w in self.peek()["waiting"] if w["files"] == number), None))

    def wait_until_it_says(self, words: str) -> Json:
        """Wait until a shoot waits for a reason with these words. Returns its entry in ``status``."""
        return until(lambda: next((w for w in self.peek()["waiting"] if words in w["reason"]), None))

    def journal(self, order_id: str) -> list[Json]:
        """All facts of an order."""
        with SqliteReader(self.state) as reader:
            return reader.journal(order_id)

    def events(self, begin: int = 0) -> list[Json]:
        """The log from byte ``begin``. A line that is not JSON becomes an event without keys."""
        said = self.log.read_bytes()[begin:] if self.log.exists() else b""
        return [_event(line) for line in said.decode().splitlines()]

    def logged(self, words: str) -> list[Json]:
        """The events that begin with these words."""
        return [event for event in self.events() if event["event"].startswith(words)]


def _event(line: str) -> Json:
    try:
        event: Json = json.loads(line)
    except ValueError:
        return {"event": line}
    return event


def _of_drop(number: int, data: bytes) -> bytes:
    """A JPEG with another year and an added comment segment (ITU-T T.81, B.2.4.5); other files unchanged."""
    if not data.startswith(b"\xff\xd8"):
        return data
    data = data.replace(f"{NOON:%Y:%m:%d}".encode(), f"{NOON.year + number}:{NOON:%m:%d}".encode())
    comment = f"drop {number}".encode()
    return data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + data[2:]


def bracketd(*words: str, home: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the installed program until it ends."""
    return subprocess.run(
        (COMMAND, *words),
        env=environment(home) | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def forked(*words: str, home: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the program until it ends, in a process that is forked for it."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        server = fork_server("bracketd")
        run = server.start((COMMAND, *words), environment(home) | environ, output.fileno(), errors.fileno())
        try:
            status = run.wait(PATIENCE)
        finally:
            run.kill()
        said = [os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode() for file in (output, errors)]
    return subprocess.CompletedProcess((COMMAND, *words), status, *said)


def environment(home: Path) -> dict[str, str]:
    """A person's environment, without variables of the person who runs the tests."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}


def until(condition: Callable[[], T | None], patience: float = PATIENCE) -> T:
    """Wait for the first true value of ``condition``. Raises TimeoutError."""
    for _ in _attempts(patience):
        if value := condition():
            return value
    raise TimeoutError(f"not within {patience} s")


def _attempts(patience: float) -> Iterator[None]:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        yield
        time.sleep(0.05)

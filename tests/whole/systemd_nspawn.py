r"""Boots a Debian with systemd in a container without network, to test the units.

It needs root, systemd-nspawn(1) and a root directory. The directory stays unchanged; changes go to memory::

    debootstrap --variant=minbase \
      --include=systemd-sysv,dbus,dbus-user-session,libpam-systemd,python3 bookworm ROOT
    BRACKETD_NSPAWN_ROOT=ROOT pytest tests/whole/test_systemd_nspawn.py

Python must have the same version inside and outside, because the container uses the packages of the tests.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from filelock import FileLock

from tests.whole.program import Json, until

REPOSITORY = Path(__file__).parents[2]
ACCOUNT = "anna"
PROGRAM = """#!/bin/sh
PYTHONPATH=/opt/bracketd:/opt/packages exec /usr/bin/python3 -P -m daemon "$@"
"""
CLEAN = {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
PATIENCE = 60.0
"""Timeout in seconds."""


def missing(root: str | None) -> str | None:
    """What is missing for such a machine; None if everything exists."""
    if not root:
        return "no $BRACKETD_NSPAWN_ROOT, see tests/whole/systemd_nspawn.py"
    if os.geteuid() != 0:
        return "not root"
    if not shutil.which("systemd-nspawn"):
        return "no systemd-nspawn"
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return None if Path(root, "usr/bin", python).exists() else f"no {python} in {root}"


class Machine:
    """A running machine with the account ``anna``, and with bracketd at the paths of both units."""

    def __init__(self, init: int) -> None:
        self._init = init
        self.root = Path(f"/proc/{init}/root")
        self.do("useradd", "--create-home", ACCOUNT)
        entry = self.do("getent", "passwd", ACCOUNT).split(":")
        self.uid, self.home = int(entry[2]), entry[5]
        for place in ("/usr/local/bin/bracketd", f"{self.home}/.local/bin/bracketd"):
            self.write(place, PROGRAM, mode=0o755)

    def do(self, *words: str) -> str:
        """Run a command in the machine as root. Returns its output. It must succeed."""
        command = ("nsenter", f"--target={self._init}", "--all", "--", *words)
        done = subprocess.run(command, env=CLEAN, capture_output=True, text=True, check=False, timeout=PATIENCE)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def do_as_account(self, *words: str) -> str:
        """Run a command in the machine in a session of the account."""
        place = (f"HOME={self.home}", f"XDG_RUNTIME_DIR=/run/user/{self.uid}")
        return self.do("runuser", "-u", ACCOUNT, "--", "env", *place, *words)

    def at(self, path: str | Path) -> Path:
        """The path on this machine of a path in the container."""
        return self.root / str(path).lstrip("/")

    def cursor(self) -> str:
        """The cursor of the journal's present end."""
        return self.do("journalctl", "--lines=0", "--show-cursor").rpartition("cursor: ")[2].strip()

    def write(self, path: str | Path, content: str | bytes, *, mode: int = 0o644) -> None:
        """Write a file. It belongs to the account if it is in the account's home."""
        file = self.at(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        file.chmod(mode)
        if str(path).startswith(self.home):
            self.do("chown", "-R", f"{ACCOUNT}:", self.home)


@contextmanager
def booted(root: str) -> Iterator[Machine]:
    """Boot the root directory. Only one machine runs at a time; others wait."""
    with FileLock(f"{root}.lock", timeout=10 * PATIENCE):
        binds = {REPOSITORY / "daemon": "/opt/bracketd/daemon", sysconfig.get_path("purelib"): "/opt/packages"}
        command = (
            *("systemd-nspawn", "--boot", f"--directory={root}", "--volatile=overlay"),
            *("--private-network", "--register=no", "--keep-unit", "--link-journal=no", "--console=pipe", "--quiet"),
            *(f"--bind-ro={outside}:{inside}" for outside, inside in binds.items()),
        )
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=CLEAN)
        try:
            machine = until(lambda: _started(process), PATIENCE)
            yield machine
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _started(process: subprocess.Popen[bytes]) -> Machine | None:
    assert process.poll() is None, "systemd-nspawn ended"
    for child in psutil.Process(process.pid).children():
        ask = ("nsenter", f"--target={child.pid}", "--all", "--", "systemctl", "is-system-running")
        answer = subprocess.run(ask, env=CLEAN, capture_output=True, text=True, check=False, timeout=PATIENCE)
        if answer.stdout.strip() in ("running", "degraded"):
            return Machine(child.pid)
    return None


@dataclass(frozen=True)
class Service:
    """A unit on a machine: its name, if it is a user unit, and where its journal begins.

    ``begin`` is a journal cursor; earlier lines are ignored.
    """

    machine: Machine
    unit: str
    user: bool
    begin: str

    def systemctl(self, *words: str) -> str:
        """Run systemctl for the manager of the unit."""
        if self.user:
            return self.machine.do_as_account("systemctl", "--user", *words)
        return self.machine.do("systemctl", *words)

    def show(self, *properties: str) -> list[str]:
        """The values of some of the unit's properties."""
        answer = self.systemctl("show", self.unit, *(f"--property={name}" for name in properties))
        values = dict(line.split("=", 1) for line in answer.splitlines())
        return [values[name] for name in properties]

    def reaches(self, **properties: str) -> None:
        """Wait until the unit's properties have these values."""
        names, wanted = list(properties), list(properties.values())
        try:
            until(lambda: self.show(*names) == wanted, PATIENCE)
        except TimeoutError:
            raise AssertionError(f"{names} are {self.show(*names)}\n" + "\n".join(self.journal())) from None

    def journal(self) -> list[str]:
        """The unit's journal since ``begin``, without times and names."""
        self.machine.do("journalctl", "--sync")
        words = ("--output=cat", f"--after-cursor={self.begin}", f"--unit={self.unit}")
        if self.user:
            return self.machine.do_as_account("journalctl", "--user", *words).splitlines()
        return self.machine.do("journalctl", *words).splitlines()

    def status(self) -> Json:
        """``bracketd status --json``, run by the account."""
        answer: Json = json.loads(self.machine.do_as_account("bracketd", "status", "--json"))
        return answer

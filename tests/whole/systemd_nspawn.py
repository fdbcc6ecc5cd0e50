r"""A Debian that its own systemd boots, in a container without network, where the units are tried for real.

It takes root, systemd-nspawn(1) and a root directory, which stays as it is; changes go to a layer in memory::

    debootstrap --variant=minbase \
      --include=systemd-sysv,dbus,dbus-user-session,libpam-systemd,python3 bookworm ROOT
    BRACKETD_NSPAWN_ROOT=ROOT pytest tests/whole/test_systemd_nspawn.py

Python must be of the same version inside and outside, since the packages of the tests' environment are lent to it.
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
"""Seconds after which waiting is given up."""


def missing(root: str | None) -> str | None:
    """What is not there for such a machine, None when everything is."""
    if not root:
        return "no $BRACKETD_NSPAWN_ROOT, see tests/whole/systemd_nspawn.py"
    if os.geteuid() != 0:
        return "not root"
    if not shutil.which("systemd-nspawn"):
        return "no systemd-nspawn"
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return None if Path(root, "usr/bin", python).exists() else f"no {python} in {root}"


class Machine:
    """A running machine with the account ``anna`` and bracketd where both units look for it."""

    def __init__(self, init: int) -> None:
        self._init = init
        self.root = Path(f"/proc/{init}/root")
        self.do("useradd", "--create-home", ACCOUNT)
        entry = self.do("getent", "passwd", ACCOUNT).split(":")
        self.uid, self.home = int(entry[2]), entry[5]
        for place in ("/usr/local/bin/bracketd", f"{self.home}/.local/bin/bracketd"):
            self.write(place, PROGRAM, mode=0o755)

    def do(self, *words: str) -> str:
        """Run a command in the machine as root; what it says. It has to succeed."""
        command = ("nsenter", f"--target={self._init}", "--all", "--", *words)
        done = subprocess.run(command, env=CLEAN, capture_output=True, text=True, check=False, timeout=PATIENCE)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def do_as_account(self, *words: str) -> str:
        """Run a command in the machine as the account does in a session of its own."""
        place = (f"HOME={self.home}", f"XDG_RUNTIME_DIR=/run/user/{self.uid}")
        return self.do("runuser", "-u", ACCOUNT, "--", "env", *place, *words)

    def at(self, path: str | Path) -> Path:
        """A path in the machine, as seen from outside."""
        return self.root / str(path).lstrip("/")

    def cursor(self) -> str:
        """Where the journal ends at present."""
        return self.do("journalctl", "--lines=0", "--show-cursor").rpartition("cursor: ")[2].strip()

    def write(self, path: str | Path, content: str | bytes, *, mode: int = 0o644) -> None:
        """Write a file, the account's own when it is in its home."""
        file = self.at(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        file.chmod(mode)
        if str(path).startswith(self.home):
            self.do("chown", "-R", f"{ACCOUNT}:", self.home)


@contextmanager
def booted(root: str) -> Iterator[Machine]:
    """Boot the root directory; only one machine at a time does so, the others wait."""
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
        told = subprocess.run(ask, env=CLEAN, capture_output=True, text=True, check=False, timeout=PATIENCE)
        if told.stdout.strip() in ("running", "degraded"):
            return Machine(child.pid)
    return None


@dataclass(frozen=True)
class Service:
    """One of the units on a machine: its name, whether the account's own manager runs it, and where its journal begins.

    ``begin`` is a journal's cursor; what was said before is of no interest.
    """

    machine: Machine
    unit: str
    user: bool
    begin: str

    def systemctl(self, *words: str) -> str:
        """Ask the manager that runs the unit."""
        if self.user:
            return self.machine.do_as_account("systemctl", "--user", *words)
        return self.machine.do("systemctl", *words)

    def show(self, *properties: str) -> list[str]:
        """The values of some of the unit's properties."""
        told = self.systemctl("show", self.unit, *(f"--property={name}" for name in properties))
        values = dict(line.split("=", 1) for line in told.splitlines())
        return [values[name] for name in properties]

    def reaches(self, **properties: str) -> None:
        """Wait until the unit's properties have these values."""
        names, wanted = list(properties), list(properties.values())
        try:
            until(lambda: self.show(*names) == wanted, PATIENCE)
        except TimeoutError:
            raise AssertionError(f"{names} are {self.show(*names)}\n" + "\n".join(self.journal())) from None

    def journal(self) -> list[str]:
        """What the journal has of the unit, as ``journalctl`` shows it without time and name."""
        self.machine.do("journalctl", "--sync")
        words = ("--output=cat", f"--after-cursor={self.begin}", f"--unit={self.unit}")
        if self.user:
            return self.machine.do_as_account("journalctl", "--user", *words).splitlines()
        return self.machine.do("journalctl", *words).splitlines()

    def status(self) -> Json:
        """What ``bracketd status --json`` tells the account."""
        told: Json = json.loads(self.machine.do_as_account("bracketd", "status", "--json"))
        return told

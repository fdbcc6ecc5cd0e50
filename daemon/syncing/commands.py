"""Runs a sync client's command-line program."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import Final

from daemon.syncing.paths import home
from daemon.syncing.report import Deadline, NoAnswer, quoted

_PASSED_ON: Final = (
    *("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"),
    *("DBUS_SESSION_BUS_ADDRESS", "TMPDIR", "USER", "LOGNAME"),
)
"""The variables that a client needs to find its settings and its daemon. Keys and other secrets are not passed on."""

_MORE_PLACES: Final = ("~/.local/bin", "~/bin", "/usr/local/bin", "/opt/homebrew/bin", "/usr/bin", "/bin")
"""Where people install programs. A service manager's ``PATH`` may lack these."""

_MOST: Final = 64 * 1024


def find(name: str, environ: Mapping[str, str]) -> str | None:
    """The path of a program, None if it is not installed."""
    return shutil.which(name, path=_path(environ))


def run(command: Sequence[str], environ: Mapping[str, str], deadline: Deadline) -> str:
    """The first 64 KiB of a command's output, whatever its exit status. Raises ``NoAnswer``.

    The command gets no input, and its error output is dropped. After the deadline it is killed with all its children.
    """
    name = os.path.basename(command[0])
    with tempfile.TemporaryFile() as printed:  # a pipe would stay open until its last child ends
        try:
            process = subprocess.Popen(  # noqa: S603 - no shell, and only the programs of this package
                command,
                env=_environment(environ),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise NoAnswer(f"Cannot run the command {name} ({quoted(str(error))})") from error
        try:
            process.wait(deadline.left)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):  # it just ended
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise NoAnswer(f"The command {name} did not finish within {deadline.seconds:g} seconds") from None
        printed.seek(0)
        return os.fsdecode(printed.read(_MOST))


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    kept = {name: environ[name] for name in _PASSED_ON if name in environ}
    return kept | {"HOME": home(environ), "PATH": _path(environ), "LC_ALL": "C.UTF-8"}


def _path(environ: Mapping[str, str]) -> str:
    more = (place.replace("~", home(environ), 1) for place in _MORE_PLACES)
    return os.pathsep.join(filter(None, (environ.get("PATH"), *more)))

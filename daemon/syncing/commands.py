"""Asking a sync client by the command that its maker provides."""

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
from daemon.syncing.said import Deadline, NoAnswer, quoted

_PASSED_ON: Final = (
    *("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"),
    *("DBUS_SESSION_BUS_ADDRESS", "TMPDIR", "USER", "LOGNAME"),
)
"""What a client needs to find its settings and its daemon; keys and other secrets stay here."""

_MORE_PLACES: Final = ("~/.local/bin", "~/bin", "/usr/local/bin", "/opt/homebrew/bin", "/usr/bin", "/bin")
"""Where people install commands; a service manager's ``PATH`` is shorter than theirs."""

_MOST: Final = 64 * 1024


def find(name: str, environ: Mapping[str, str]) -> str | None:
    """Where the command is, None if it is not installed."""
    return shutil.which(name, path=_path(environ))


def run(command: Sequence[str], environ: Mapping[str, str], deadline: Deadline) -> str:
    """What a command prints, whatever its exit status; at most 64 KiB. Raises ``NoAnswer``.

    It has no input, its errors are dropped, and when the time is up it is killed with all that it has started.
    """
    name = os.path.basename(command[0])
    with tempfile.TemporaryFile() as printed:  # unlike a pipe, it ends with the command, not with its last child
        try:
            process = subprocess.Popen(  # noqa: S603 - no shell, and one of the few commands that are known here
                command,
                env=_environment(environ),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise NoAnswer(f"The command {name} cannot be run ({quoted(str(error))})") from error
        try:
            process.wait(deadline.left)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):  # it has just ended
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise NoAnswer(f"The command {name} takes more than {deadline.seconds:g} seconds to answer") from None
        printed.seek(0)
        return os.fsdecode(printed.read(_MOST))


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    kept = {name: environ[name] for name in _PASSED_ON if name in environ}
    return kept | {"HOME": home(environ), "PATH": _path(environ), "LC_ALL": "C.UTF-8"}


def _path(environ: Mapping[str, str]) -> str:
    more = (place.replace("~", home(environ), 1) for place in _MORE_PLACES)
    return os.pathsep.join(filter(None, (environ.get("PATH"), *more)))

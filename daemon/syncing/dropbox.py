"""Dropbox on Linux, asked by its own command.

The command (``dropbox.in`` of nautilus-dropbox; also offered as ``dropbox.py``, and packaged as ``dropbox-cli``)
passes on what the daemon tells file managers: ``dropbox filestatus PATH`` prints ``PATH: STATUS`` with ``up to date``,
``syncing``, ``unsyncable`` or ``unwatched``, in English everywhere. A folder is ``syncing`` also when its files exist
only on the server (seen in otherguy/docker-dropbox, issue 16). ``dropbox status`` prints what the icon says, in the
user's language; when it cannot be read, nothing is concluded from it.

Dropbox hears of a photo when its upload is complete, so between two photos of a slow sender it is up to date.

Where its folders are is in ``~/.dropbox/info.json`` ("Locate your Dropbox folder programmatically" of Dropbox's help).
On macOS there is no such command; there ``placeholder`` tells what has not been brought.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

from daemon.regular import json_of, open_regular, read_regular
from daemon.syncing import commands
from daemon.syncing.paths import below, home
from daemon.syncing.said import PATIENCE_S, Deadline, NoAnswer, Said, answer, quoted

_NAMES: Final = ("dropbox-cli", "dropbox.py", "dropbox")
"""``dropbox`` comes last: in some distributions it is the daemon itself."""

_LEARNING: Final = re.compile(r"downloading file list", re.IGNORECASE)
_AT_WORK: Final = re.compile(r"(up to date|idle|(syncing|downloading|uploading|indexing)\b(?! paused))", re.IGNORECASE)
"""Connected and running. What it does elsewhere does not concern a folder that is up to date."""

_MOST: Final = 1024 * 1024
"""Bytes that ``info.json`` can have: a few hundred for each account."""


class Dropbox:
    """The Dropbox of the account that bracketd runs as."""

    name = "Dropbox"

    def __init__(self, environ: Mapping[str, str], *, patience: float = PATIENCE_S) -> None:
        self._environ = environ
        self._patience = patience

    def keeps(self, folder: str) -> bool:
        """Whether ``folder`` lies in one of its folders. Raises nothing."""
        return any(below(folder, root) is not None for root in _roots(self._environ))

    def ask(self, shoot_folder: str) -> Said:
        """See ``SyncClient``."""
        return answer(self.name, shoot_folder, self._ask)

    def _ask(self, folder: str, shoot: str) -> Said:
        command = _command(self._environ)
        deadline = Deadline(self._patience)
        printed = commands.run([command, "filestatus", folder], self._environ, deadline)
        told, status = printed.startswith(f"{folder}:"), printed.removeprefix(f"{folder}:").strip()
        if not told:  # "Dropbox isn't running!"
            raise NoAnswer(f"Dropbox says “{quoted(status)}”")
        if status == "syncing":
            doing = _activity(commands.run([command, "status"], self._environ, deadline))
            return Said(False, f"Dropbox is still syncing {shoot} (“{doing}”)")
        if status == "unwatched":
            return Said(None, f"Dropbox does not keep {shoot}: it is paused, just starting, or leaves this folder out")
        if status == "unsyncable":
            return Said(None, f"Dropbox cannot sync something in {shoot}")
        if status != "up to date":
            raise NoAnswer(f"Dropbox says “{quoted(status)}”")
        doing = _activity(commands.run([command, "status"], self._environ, deadline))
        if _LEARNING.match(doing):
            return Said(False, "Dropbox is still learning what there is to bring")
        if not _AT_WORK.match(doing):
            return Said(None, f"Dropbox has nothing more to bring into {shoot}, but says “{doing}”")
        return Said(True, f"Dropbox has brought all of {shoot} that it knows of")


def _command(environ: Mapping[str, str]) -> str:
    """The command. ``dropbox`` counts only as the Python script that it is, for the daemon would be started by it."""
    for name in _NAMES:
        found = commands.find(name, environ)
        if found and (name != "dropbox" or _is_python(found)):
            return found
    raise NoAnswer("Dropbox's command, dropbox, is not installed")


def _is_python(file: str) -> bool:
    with open_regular(file) as script:
        first = script.readline(200)
    return first.startswith(b"#!") and b"python" in first


def _activity(printed: str) -> str:
    """What it does, from the lines of ``dropbox status``: the one about downloads, else the first."""
    lines = [line for line in printed.splitlines() if line.strip()] or ["nothing"]
    return quoted(next((line for line in lines if line.startswith("Downloading")), lines[0]))


def _roots(environ: Mapping[str, str]) -> tuple[str, ...]:
    try:
        accounts = json_of(read_regular(os.path.join(home(environ), ".dropbox", "info.json"), _MOST))
    except (OSError, ValueError):
        return ()
    if not isinstance(accounts, dict):
        return ()
    paths = (account.get("path") for account in accounts.values() if isinstance(account, dict))
    return tuple(path for path in paths if isinstance(path, str) and os.path.isabs(path))

"""Dropbox on Linux, queried with its own command.

The command (``dropbox.in`` of nautilus-dropbox; also offered as ``dropbox.py``, and packaged as ``dropbox-cli``)
prints what the daemon reports to file managers: ``dropbox filestatus PATH`` prints ``PATH: STATUS`` with ``up to
date``, ``syncing``, ``unsyncable`` or ``unwatched``, always in English. A folder whose files exist only on the server
is ``syncing`` too (seen in otherguy/docker-dropbox, issue 16). ``dropbox status`` prints the icon's text in the user's
language. An unknown text proves nothing.

Dropbox learns of a photo once its upload is complete, so it is up to date between two photos of a slow sender.

``~/.dropbox/info.json`` contains the paths of its folders ("Locate your Dropbox folder programmatically" in Dropbox's
help). macOS has no such command; there, ``placeholder`` detects files that are not downloaded.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

from daemon.regular import json_of, open_regular, read_regular
from daemon.syncing import commands
from daemon.syncing.paths import below, home
from daemon.syncing.report import PATIENCE_S, Deadline, NoAnswer, SyncReport, answer, quoted

_NAMES: Final = ("dropbox-cli", "dropbox.py", "dropbox")
"""``dropbox`` is last, because some distributions give this name to the daemon."""

_LEARNING: Final = re.compile(r"downloading file list", re.IGNORECASE)
_AT_WORK: Final = re.compile(r"(up to date|idle|(syncing|downloading|uploading|indexing)\b(?! paused))", re.IGNORECASE)
"""The texts of a connected, running client. Activity elsewhere does not matter for a folder that is up to date."""

_MOST: Final = 1024 * 1024
"""The maximum size of ``info.json`` in bytes. It has a few hundred per account."""


class Dropbox:
    """The Dropbox of the user account that bracketd runs under."""

    name = "Dropbox"

    def __init__(self, environ: Mapping[str, str], *, patience: float = PATIENCE_S) -> None:
        self._environ = environ
        self._patience = patience

    def keeps(self, folder: str) -> bool:
        """True if ``folder`` is in one of its folders. Never raises."""
        return any(below(folder, root) is not None for root in _roots(self._environ))

    def ask(self, shoot_folder: str) -> SyncReport:
        """See ``SyncClient``."""
        return answer(self.name, shoot_folder, self._ask)

    def _ask(self, folder: str, shoot: str) -> SyncReport:
        command = _command(self._environ)
        deadline = Deadline(self._patience)
        printed = commands.run([command, "filestatus", folder], self._environ, deadline)
        status = printed.removeprefix(f"{folder}:").strip()
        if not printed.startswith(f"{folder}:"):  # "Dropbox isn't running!"
            raise NoAnswer(f"Dropbox says “{quoted(status)}”")
        if status == "syncing":
            doing = _activity(commands.run([command, "status"], self._environ, deadline))
            return SyncReport(False, f"Dropbox is still syncing {shoot} (“{doing}”)")
        if status == "unwatched":
            return SyncReport(
                None, f"Dropbox is not syncing {shoot}: it is paused, still starting, or excludes this folder"
            )
        if status == "unsyncable":
            return SyncReport(None, f"Dropbox cannot sync some files in {shoot}")
        if status != "up to date":
            raise NoAnswer(f"Dropbox says “{quoted(status)}”")
        doing = _activity(commands.run([command, "status"], self._environ, deadline))
        if _LEARNING.match(doing):
            return SyncReport(False, "Dropbox is still checking which files to download")
        if not _AT_WORK.match(doing):
            return SyncReport(None, f"Dropbox has nothing left to download for {shoot}, but reports “{doing}”")
        return SyncReport(True, f"Dropbox has downloaded all known files of {shoot}")


def _command(environ: Mapping[str, str]) -> str:
    """The path of the command. ``dropbox`` counts only if it is the Python script, because it may be the daemon."""
    for name in _NAMES:
        found = commands.find(name, environ)
        if found and (name != "dropbox" or _is_python(found)):
            return found
    raise NoAnswer("The `dropbox` command is not installed")


def _is_python(file: str) -> bool:
    with open_regular(file) as script:
        first = script.readline(200)
    return first.startswith(b"#!") and b"python" in first


def _activity(printed: str) -> str:
    """The current activity: the line about downloads in ``dropbox status``, or else its first line."""
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

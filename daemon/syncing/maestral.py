"""Maestral, the free client for Dropbox, queried with its own command.

``maestral status`` prints a line ``Status: …``. If no daemon runs, it says so and does nothing else. ``maestral
filestatus PATH`` prints ``up to date``, ``uploading``, ``downloading``, ``error`` or ``unwatched``, for a folder
including its contents (since 1.4.4; ``Maestral.get_file_status``). It runs second, because without a daemon it would
load the whole client itself. Checked with the source of 1.9.6. The status line is meant for people
(``Maestral.status``), so it can only weaken the result of ``filestatus``.

Like Dropbox itself, Maestral learns of a photo once its upload is complete.

Each account has a settings file, ``NAME.ini``, in ``~/.config/maestral`` (macOS: ``~/Library/Application
Support/maestral``). Its folder is ``path`` in ``[sync]``, or in ``[main]`` before 1.4.8.
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Iterator, Mapping
from typing import Final

from daemon.syncing import commands
from daemon.syncing.paths import bases, below
from daemon.syncing.report import PATIENCE_S, Deadline, NoAnswer, SyncReport, answer, quoted

_LOOKING: Final = ("Fetching", "Indexing", "Resuming")
_AT_WORK: Final = ("Up to date", "Syncing", "Uploading", "Moving", "Deleting", "Creating", "Applying")
"""Texts from ``sync.py`` and ``manager.py``. Activity elsewhere does not matter for a folder that is up to date."""


class Maestral:
    """The Maestral of the user account that bracketd runs under."""

    name = "Maestral"

    def __init__(self, environ: Mapping[str, str], *, patience: float = PATIENCE_S) -> None:
        self._environ = environ
        self._patience = patience

    def keeps(self, folder: str) -> bool:
        """True if ``folder`` is in one of its folders. Never raises."""
        return _configuration(folder, self._environ) is not None

    def ask(self, shoot_folder: str) -> SyncReport:
        """See ``SyncClient``."""
        return answer(self.name, shoot_folder, self._ask)

    def _ask(self, folder: str, shoot: str) -> SyncReport:
        command = commands.find("maestral", self._environ)
        if command is None:
            raise NoAnswer("The `maestral` command is not installed")
        configuration = _configuration(folder, self._environ)
        if configuration is None:
            raise NoAnswer(f"Maestral no longer syncs a folder that contains {shoot}")
        deadline = Deadline(self._patience)
        doing = _status(commands.run([command, "status", "-c", configuration], self._environ, deadline))
        asked = [command, "filestatus", "-c", configuration, folder]
        status = commands.run(asked, self._environ, deadline).strip()
        if status == "downloading":
            return SyncReport(False, f"Maestral is still downloading files into {shoot} (“{doing}”)")
        if status == "unwatched":
            return SyncReport(
                None, f"Maestral is not syncing {shoot}: it is paused or excludes this folder (“{doing}”)"
            )
        if status == "error":
            return SyncReport(None, f"Maestral could not sync some files in {shoot}. See `maestral status`")
        if status not in ("up to date", "uploading"):
            raise NoAnswer(f"Maestral says “{quoted(status)}”")
        if doing.startswith(_LOOKING):
            return SyncReport(False, f"Maestral is still checking which files to download (“{doing}”)")
        if not doing.startswith(_AT_WORK):
            return SyncReport(None, f"Maestral has nothing left to download for {shoot}, but reports “{doing}”")
        return SyncReport(True, f"Maestral has downloaded all known files of {shoot}")


def _status(printed: str) -> str:
    """The current activity. Raises ``NoAnswer`` with Maestral's message if it is not running."""
    for line in printed.splitlines():
        if line.startswith("Status:"):
            return quoted(line.removeprefix("Status:"))
    raise NoAnswer(f"Maestral says “{quoted(printed)}”")


def _configuration(folder: str, environ: Mapping[str, str]) -> str | None:
    """The name of the Maestral configuration whose Dropbox folder contains ``folder``."""
    for name, root in _roots(environ):
        if below(folder, root) is not None:
            return name
    return None


def _roots(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for base in bases(environ, "XDG_CONFIG_HOME", ".config", "Library/Application Support"):
        directory = os.path.join(base, "maestral")
        try:
            files = sorted(file for file in os.listdir(directory) if file.endswith(".ini"))
        except OSError:
            continue
        for file in files:
            settings = configparser.ConfigParser(interpolation=None)
            try:
                settings.read(os.path.join(directory, file), encoding="utf-8")
            except (OSError, ValueError, configparser.Error):
                continue
            root = settings.get("sync", "path", fallback="") or settings.get("main", "path", fallback="")
            if os.path.isabs(root):
                yield file.removesuffix(".ini"), root

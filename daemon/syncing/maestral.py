"""Maestral, the free client for Dropbox, asked by its own command.

``maestral status`` prints a line ``Status: …``; without a daemon it says so and does nothing more. ``maestral
filestatus PATH`` prints ``up to date``, ``uploading``, ``downloading``, ``error`` or ``unwatched``, for a folder with
all that lies in it (since 1.4.4; ``Maestral.get_file_status``). It is asked second, because without a daemon it would
load the whole client in its place. Read in 1.9.6. What the status line says is meant for people (``Maestral.status``),
so it can only take away from what ``filestatus`` says.

Like Dropbox itself, Maestral hears of a photo when its upload is complete.

Each account has a settings file, ``NAME.ini``, in ``~/.config/maestral`` (macOS: ``~/Library/Application
Support/maestral``); its folder is ``path`` in ``[sync]``, in ``[main]`` before 1.4.8.
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Iterator, Mapping
from typing import Final

from daemon.syncing import commands
from daemon.syncing.paths import bases, below
from daemon.syncing.said import PATIENCE_S, Deadline, NoAnswer, Said, answer, quoted

_LOOKING: Final = ("Fetching", "Indexing", "Resuming")
_AT_WORK: Final = ("Up to date", "Syncing", "Uploading", "Moving", "Deleting", "Creating", "Applying")
"""Of ``sync.py`` and ``manager.py``. What it does elsewhere does not concern a folder that is up to date."""


class Maestral:
    """The Maestral of the account that bracketd runs as."""

    name = "Maestral"

    def __init__(self, environ: Mapping[str, str], *, patience: float = PATIENCE_S) -> None:
        self._environ = environ
        self._patience = patience

    def keeps(self, folder: str) -> bool:
        """Whether ``folder`` lies in one of its folders. Raises nothing."""
        return _configuration(folder, self._environ) is not None

    def ask(self, shoot_folder: str) -> Said:
        """See ``SyncClient``."""
        return answer(self.name, shoot_folder, self._ask)

    def _ask(self, folder: str, shoot: str) -> Said:
        command = commands.find("maestral", self._environ)
        if command is None:
            raise NoAnswer("Maestral's command, maestral, is not installed")
        configuration = _configuration(folder, self._environ)
        if configuration is None:
            raise NoAnswer(f"Maestral no longer keeps a folder that holds {shoot}")
        deadline = Deadline(self._patience)
        doing = _status(commands.run([command, "status", "-c", configuration], self._environ, deadline))
        asked = [command, "filestatus", "-c", configuration, folder]
        told = commands.run(asked, self._environ, deadline).strip()
        if told == "downloading":
            return Said(False, f"Maestral is still bringing files into {shoot} (“{doing}”)")
        if told == "unwatched":
            return Said(None, f"Maestral does not keep {shoot}: it is paused, or leaves this folder out (“{doing}”)")
        if told == "error":
            return Said(None, f"Maestral could not sync something in {shoot}; `maestral status` says what")
        if told not in ("up to date", "uploading"):
            raise NoAnswer(f"Maestral says “{quoted(told)}”")
        if doing.startswith(_LOOKING):
            return Said(False, f"Maestral is still learning what there is to bring (“{doing}”)")
        if not doing.startswith(_AT_WORK):
            return Said(None, f"Maestral has nothing more to bring into {shoot}, but says “{doing}”")
        return Said(True, f"Maestral has brought all of {shoot} that it knows of")


def _status(printed: str) -> str:
    """What it does. Raises ``NoAnswer`` with its words if it does nothing."""
    for line in printed.splitlines():
        if line.startswith("Status:"):
            return quoted(line.removeprefix("Status:"))
    raise NoAnswer(f"Maestral says “{quoted(printed)}”")


def _configuration(folder: str, environ: Mapping[str, str]) -> str | None:
    """The name of the settings whose Dropbox folder holds ``folder``."""
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

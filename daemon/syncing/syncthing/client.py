"""Asks Syncthing if a shoot has arrived completely.

Without a given ``Access``, bracketd uses the Syncthing settings of its own user account. It reads them for every
report, so that a changed key, port or folder is noticed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from daemon.syncing.paths import below
from daemon.syncing.report import PATIENCE_S, NoAnswer, SyncReport, answer
from daemon.syncing.syncthing.rest import Rest
from daemon.syncing.syncthing.settings import Access, Kept, configurations
from daemon.syncing.syncthing.snapshot import kept_folders, snapshot_of
from daemon.syncing.syncthing.verdict import verdict


class Syncthing:
    """The Syncthing at ``access``, or else the one of the user account that bracketd runs under."""

    name = "Syncthing"

    def __init__(
        self, environ: Mapping[str, str], access: Access | None = None, *, patience: float = PATIENCE_S
    ) -> None:
        self._environ = environ
        self._access = access
        self._patience = patience

    def keeps(self, folder: str) -> bool | None:
        """True if ``folder`` is in one of its folders, None if that is unknown at present. Never raises."""
        if self._access is None:
            if any(_holding(folder, found.folders) for found in configurations(self._environ)):
                return True
            return None if _marked(folder) else False
        try:
            with Rest(self._access, self._patience) as rest:
                return _holding(folder, kept_folders(rest)) is not None
        except NoAnswer:
            return None

    def ask(self, shoot_folder: str) -> SyncReport:
        """See ``SyncClient``, and ``verdict`` for the rules."""
        return answer(self.name, shoot_folder, self._ask)

    def _ask(self, folder: str, shoot: str) -> SyncReport:
        if self._access is not None:
            with Rest(self._access, self._patience) as rest:
                found = _holding(folder, kept_folders(rest))
                if found:
                    return _asked(rest, *found, shoot)
            raise _nobody(folder, shoot)
        for configuration in configurations(self._environ):
            found = _holding(folder, configuration.folders)
            if found and configuration.access is None:
                raise NoAnswer("Syncthing's web interface is disabled, so bracketd cannot query it")
            if found and configuration.access:
                with Rest(configuration.access, self._patience) as rest:
                    return _asked(rest, *found, shoot)
        raise _nobody(folder, shoot)


def _marked(folder: str) -> bool:
    """True if ``folder`` is below a ``.stfolder``, the marker with which Syncthing detects unmounted folders."""
    at = os.path.realpath(folder)
    while not os.path.lexists(os.path.join(at, ".stfolder")):
        above = os.path.dirname(at)
        if above == at:
            return False
        at = above
    return True


def _asked(rest: Rest, kept: Kept, names: tuple[str, ...], shoot: str) -> SyncReport:
    if kept.kind in ("sendonly", "readonly"):
        return SyncReport(True, f"Syncthing only sends {kept.name} and does not download into it")
    if kept.kind == "receiveencrypted":
        raise NoAnswer(f"Syncthing stores {kept.name} encrypted, so bracketd cannot tell what is missing")
    return verdict(snapshot_of(rest, kept, names), shoot, kept.name)


def _holding(folder: str, folders: Iterable[Kept]) -> tuple[Kept, tuple[str, ...]] | None:
    """The innermost folder that contains ``folder``, and the path down to ``folder`` as names."""
    found = [(kept, names) for kept in folders if kept.path and (names := below(folder, kept.path)) is not None]
    return min(found, key=lambda each: len(each[1]), default=None)


def _nobody(folder: str, shoot: str) -> NoAnswer:
    if _marked(folder):
        return NoAnswer(
            f"Syncthing syncs {shoot}, but under another account or on another machine, so bracketd cannot query it"
        )
    return NoAnswer(f"Syncthing does not sync a folder that contains {shoot}")

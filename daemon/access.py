"""How a Syncthing is asked whose own settings cannot be read: one under another account, or on another machine."""

from __future__ import annotations

from daemon.config.key import read_key
from daemon.config.mistake import Mistake
from daemon.config.settings import SyncthingSettings
from daemon.errors import ConfigError, Problem
from daemon.syncing import SyncthingAccess


def access_of(settings: SyncthingSettings) -> SyncthingAccess | None:
    """How Syncthing is asked by the settings; None: by its own. Raises ConfigError for a key that is not one."""
    if settings.address is None or settings.key_file is None:
        return None
    try:
        return SyncthingAccess(settings.address, read_key(settings.key_file))
    except Mistake as mistake:
        raise ConfigError((Problem("syncthing.key_file", mistake.what, mistake.remedy),)) from mistake

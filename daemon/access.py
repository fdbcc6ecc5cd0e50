"""How to query a Syncthing whose own settings bracketd cannot read, because it runs under another account."""

from __future__ import annotations

from daemon.config.key import read_key
from daemon.config.mistake import Mistake
from daemon.config.settings import SyncthingSettings
from daemon.errors import ConfigError, Problem
from daemon.syncing import SyncthingAccess


def access_of(settings: SyncthingSettings) -> SyncthingAccess | None:
    """The access from bracketd's settings. None means to use Syncthing's own. Raises ConfigError for an invalid key."""
    if settings.address is None or settings.key_file is None:
        return None
    try:
        return SyncthingAccess(settings.address, read_key(settings.key_file))
    except Mistake as mistake:
        raise ConfigError((Problem("syncthing.key_file", mistake.what, mistake.remedy),)) from mistake

"""How a Syncthing is asked whose own settings cannot be read: one under another account, or on another machine."""

from __future__ import annotations

from daemon.config.settings import SyncthingSettings
from daemon.errors import ConfigError, Problem
from daemon.regular import read_regular
from daemon.syncing import SyncthingAccess

LONGEST_KEY = 4096
"""Bytes in a key file. A key that Syncthing makes has 32 characters."""


def access_of(settings: SyncthingSettings) -> SyncthingAccess | None:
    """How Syncthing is asked by the settings; None: by its own. Raises ConfigError for a key that cannot be read."""
    if settings.address is None or settings.key_file is None:
        return None
    try:
        key = read_regular(settings.key_file, LONGEST_KEY).decode().strip()
        return SyncthingAccess(settings.address, key)
    except (OSError, UnicodeError) as error:
        problem = Problem("syncthing.key_file", f"{settings.key_file} cannot be read ({error})", "See to the file.")
        raise ConfigError((problem,)) from error

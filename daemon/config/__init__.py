"""The configuration: reads YAML, validates it and reports all problems at once.

``load`` reads all settings, for the daemon. ``locate_state`` reads only the path of the state directory, for commands
that must start fast: it never imports pydantic, which ``load`` and the models import on first use.
Nothing here knows how a setting is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from daemon.config.locate import locate_state

if TYPE_CHECKING:
    from daemon.config.loading import load
    from daemon.config.settings import ApiKey, FolderSettings, Settings

__all__ = ["ApiKey", "FolderSettings", "Settings", "load", "locate_state"]

_WITH_PYDANTIC = {
    "load": "daemon.config.loading",
    "ApiKey": "daemon.config.settings",
    "FolderSettings": "daemon.config.settings",
    "Settings": "daemon.config.settings",
}


def __getattr__(name: str) -> object:
    """Import the names that need pydantic on first access (PEP 562)."""
    if name not in _WITH_PYDANTIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_WITH_PYDANTIC[name]), name)

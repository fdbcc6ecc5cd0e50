"""YAML to validated settings: all problems at once, secrets by reference.

``load`` reads everything, for the daemon; ``locate_state`` reads only where the state lies, for commands that must
answer at a glance. pydantic is imported with the first use of ``load`` or a model, never by ``locate_state``.
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
    """The parts that need pydantic, imported when they are first asked for (PEP 562)."""
    if name not in _WITH_PYDANTIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_WITH_PYDANTIC[name]), name)

"""The default places of configuration and state.

The first of these that is set:

1. the directories that systemd creates for the unit: ``$CONFIGURATION_DIRECTORY``, ``$STATE_DIRECTORY``
   (systemd.exec(5); of several directories, separated by colons, bracketd uses the first);
2. ``$XDG_CONFIG_HOME``, ``$XDG_STATE_HOME`` if absolute (XDG Base Directory Specification);
3. the platform's default from platformdirs: ``~/.config/bracketd`` and ``~/.local/state/bracketd`` on Linux,
   ``~/Library/Application Support/bracketd`` for both on macOS.

Nothing is created here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

_NAME = "bracketd"

PREVIEWS = "previews"
"""The folder of previews in the state directory."""


def config_file(environ: Mapping[str, str]) -> Path:
    """The default configuration file. It need not exist."""
    directory = _from_systemd(environ, "CONFIGURATION_DIRECTORY") or _from_xdg(environ, "XDG_CONFIG_HOME")
    return (directory or _own_place("config")) / "config.yaml"


def state_dir(environ: Mapping[str, str]) -> Path:
    """The default directory for the state file and the instance lock. It need not exist."""
    directory = _from_systemd(environ, "STATE_DIRECTORY") or _from_xdg(environ, "XDG_STATE_HOME")
    return directory or _own_place("state")


def previews_of(state_dir: str, order_id: str) -> str:
    """The folder of an order's previews in a state directory."""
    return os.path.join(state_dir, PREVIEWS, order_id)


def contact_sheet_of(state_dir: str, order_id: str) -> str:
    """The path of the contact sheet of an order's previews."""
    return os.path.join(previews_of(state_dir, order_id), "contact-sheet.jpg")


def _own_place(kind: Literal["config", "state"]) -> Path:
    import platformdirs  # noqa: PLC0415 - not needed if the place is given

    find = platformdirs.user_config_path if kind == "config" else platformdirs.user_state_path
    return find(_NAME, appauthor=False)


def _from_systemd(environ: Mapping[str, str], variable: str) -> Path | None:
    first, _, _ = environ.get(variable, "").partition(":")
    return Path(first) if first else None


def _from_xdg(environ: Mapping[str, str], variable: str) -> Path | None:
    base = Path(environ.get(variable, ""))
    return base / _NAME if base.is_absolute() else None

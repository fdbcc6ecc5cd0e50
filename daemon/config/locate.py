"""Finds the state directory by reading only the configuration file.

For commands that must start fast: it does not import pydantic and ignores mistakes in other settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from daemon.config.document import Document, read
from daemon.config.mistake import Mistake
from daemon.config.places import expand
from daemon.errors import ConfigError, Problem
from daemon.host import paths


def locate_state(path: Path | None, environ: Mapping[str, str]) -> Path:
    """The state directory that ``load(path, environ)`` would give. Raises ConfigError."""
    document = read(path, environ)
    try:
        return state_dir(document, environ)
    except Mistake as mistake:
        problem = Problem(document.where(("state_dir",)), mistake.what, mistake.remedy)
        raise ConfigError((problem,)) from None


def state_dir(document: Document, environ: Mapping[str, str]) -> Path:
    """The setting ``state_dir``, or the platform's default. Raises Mistake."""
    if "state_dir" not in document.data:
        return paths.state_dir(environ).absolute()
    return expand(document.data["state_dir"], document.file.parent, environ)

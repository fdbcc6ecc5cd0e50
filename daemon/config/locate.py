"""Where the state lies, at the price of reading one small file.

For commands that must answer at a glance: pydantic is not imported, and mistakes in other settings do not matter.
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
    """The setting ``state_dir``, or the platform's own place. Raises Mistake."""
    if "state_dir" not in document.data:
        return paths.state_dir(environ).absolute()
    return expand(document.data["state_dir"], document.file.parent, environ)

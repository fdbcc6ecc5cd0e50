"""Reads and validates the configuration file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from daemon.config.document import read
from daemon.config.explain import explain
from daemon.config.key import find_key
from daemon.config.overlaps import check_overlaps
from daemon.config.preferences import check_preferences
from daemon.config.settings import FileSettings, Settings, Surroundings
from daemon.errors import ConfigError, Problem
from daemon.host import paths


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Load settings from ``path`` (``--config``), else ``$BRACKETD_CONFIG``, else the platform's config directory.

    Raises ConfigError with every mistake, in the order of the file. A watched folder need not exist, since its disk
    may not be mounted. The key may be missing, but a key that is set must be valid.
    Resolves links in the configured folders, so it blocks while a file system does not respond.
    """
    document = read(path, environ)
    found = find_key(document, environ)
    problems = [
        *document.problems,
        *found.problems,
        *check_preferences(document),
        *check_overlaps(document, environ),
    ]
    data = {"state_dir": paths.state_dir(environ).absolute(), **document.data}
    try:
        given = FileSettings.model_validate(data, context=Surroundings(document.file.parent, environ))
    except ValidationError as error:
        problems += explain(error, document)
    if problems:
        raise ConfigError(tuple(sorted(problems, key=lambda problem: _line(problem, document.file))))
    return Settings(
        **{
            **dict(given),
            "api": given.api.model_copy(update={"key": found.key}),
            "config_file": document.file,
            "key_source": found.source,
            "warnings": found.warnings,
        }
    )


def _line(problem: Problem, file: Path) -> int:
    line = re.match(r":(\d+)", problem.where.removeprefix(str(file)))
    return int(line[1]) if line else 0

"""Reads and validates the configuration file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from daemon.config.document import Document, read
from daemon.config.explain import explain
from daemon.config.key import find_key
from daemon.config.mistake import Mistake
from daemon.config.overlaps import check_overlaps
from daemon.config.page import is_loopback, read_token
from daemon.config.preferences import check_preferences
from daemon.config.settings import FileSettings, PageSettings, Settings, Surroundings
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
    else:
        problems += _of_token(document, given.page)
    if problems:
        raise ConfigError(tuple(sorted(problems, key=lambda problem: _line(problem, document.file))))
    return Settings(
        **{
            **dict(given),
            "api": given.api.model_copy(update={"key": found.key}),
            "page": given.page or "off",  # None would be an empty group, which has the defaults
            "config_file": document.file,
            "key_source": found.source,
            "warnings": (*found.warnings, *_unencrypted(document, given.page)),
        }
    )


def _of_token(document: Document, page: PageSettings | None) -> list[Problem]:
    """A problem if the page's token cannot be used."""
    if page is None or page.token_file is None:
        return []
    try:
        read_token(page.token_file)
    except Mistake as mistake:
        return [Problem(document.where(("page", "token_file")), mistake.what, mistake.remedy)]
    return []


def _unencrypted(document: Document, page: PageSettings | None) -> tuple[Problem, ...]:
    """A warning if the page can be reached from other machines without a proxy that encrypts."""
    if page is None or is_loopback(page.listen) or page.trusted_proxy is not None:
        return ()
    what = "The page can be reached from other machines, and the connection is not encrypted"
    remedy = "Use it only in a network that you trust, or put a proxy with TLS before it: see docs/page.md."
    return (Problem(document.where(("page", "listen")), what, remedy),)


def _line(problem: Problem, file: Path) -> int:
    line = re.match(r":(\d+)", problem.where.removeprefix(str(file)))
    return int(line[1]) if line else 0

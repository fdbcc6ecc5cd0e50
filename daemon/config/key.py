"""The API key, found where a person or a service manager has put it.

The first of these that is there:

1. ``api.key`` in the configuration file;
2. the file that ``api.key_file`` names;
3. the environment variable ``AUTOENHANCE_API_KEY``;
4. the systemd credential ``autoenhance_api_key``: the file of that name in ``$CREDENTIALS_DIRECTORY``
   (systemd.exec(5), ``LoadCredential=autoenhance_api_key:/path``).

White space around it is dropped. No key at all is no mistake yet: ``Settings.require_key`` tells of it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from daemon.config.document import Document
from daemon.config.mistake import Mistake
from daemon.config.places import expand
from daemon.errors import Problem
from daemon.regular import open_regular

VARIABLE = "AUTOENHANCE_API_KEY"
CREDENTIAL = "autoenhance_api_key"

ONE_WORD = re.compile(r"[\x21-\x7e]{1,1024}")
"""What an HTTP header can carry without loss (RFC 9110, section 5.5), and no white space."""


@dataclass(frozen=True, slots=True)
class FoundKey:
    """The key if there is one, mistakes about it, and what is unwise."""

    key: SecretStr | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def find_key(document: Document, environ: Mapping[str, str]) -> FoundKey:
    """Look in each place in turn. No message ever repeats the key, or what stood in its place."""
    group = document.data.get("api")
    api = group if isinstance(group, dict) else {}
    if isinstance(api.get("key"), str):
        return _checked(api["key"], document.where(("api", "key")), document.file)
    if isinstance(api.get("key_file"), str):
        where = document.where(("api", "key_file"))
        try:
            return _in_file(expand(api["key_file"], document.file.parent, environ), where)
        except Mistake:  # the settings tell of it
            return FoundKey()
    if environ.get(VARIABLE):
        return _checked(environ[VARIABLE], f"${VARIABLE}", None)
    credential = Path(environ.get("CREDENTIALS_DIRECTORY", ""), CREDENTIAL)
    if credential.is_absolute() and credential.exists():
        return _in_file(credential, str(credential), ask_mode=False)
    return FoundKey()


def _in_file(file: Path, where: str, *, ask_mode: bool = True) -> FoundKey:
    try:
        with open_regular(file) as opened:
            content = opened.read(4096)
    except OSError as error:
        remedy = "See to the path and the file's permissions."
        return FoundKey(problems=(Problem(where, f"The key file {file} cannot be read ({error.strerror})", remedy),))
    return _checked(content.decode("latin-1"), where, file if ask_mode else None)


def _checked(text: str, where: str, file: Path | None) -> FoundKey:
    key = text.strip()
    if not ONE_WORD.fullmatch(key):
        what = "The key is empty" if not key else "The key is not one word of plain letters, digits and signs"
        return FoundKey(problems=(Problem(where, what, "Copy it again from the web app, alone and whole."),))
    warnings = (_exposed(file, where),) if file and _for_all(file) else ()
    return FoundKey(SecretStr(key), warnings=warnings)


def _exposed(file: Path, where: str) -> Problem:
    return Problem(where, f"Everybody on this machine can read the key in {file}", f"Run: chmod 600 '{file}'")


def _for_all(file: Path) -> bool:
    try:
        return os.name == "posix" and bool(file.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False

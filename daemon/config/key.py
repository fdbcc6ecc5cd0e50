"""Finds the API key.

bracketd uses the first of these that is set:

1. ``api.key`` in the configuration file;
2. the file that ``api.key_file`` names;
3. the environment variable ``AUTOENHANCE_API_KEY``;
4. the systemd credential ``autoenhance_api_key``: the file of that name in ``$CREDENTIALS_DIRECTORY``
   (systemd.exec(5), ``LoadCredential=autoenhance_api_key:/path``).

White space around the key and a byte-order mark are dropped. A UTF-16 file, as Windows writes it, can be read too.
A missing key is not an error here: ``Settings.require_api_key`` raises it.
"""

from __future__ import annotations

import codecs
import os
import re
import stat
import unicodedata
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
"""The characters that are safe in an HTTP header (RFC 9110, section 5.5), without white space."""

ASSIGNED = re.compile(r"(export\s+)?[A-Z][A-Z0-9_]*\s*=\s*[^=\s]")
"""An assignment from a shell script or an environment file, copied along with the key."""

QUOTES = "\"'`\u2018\u2019\u201c\u201d"

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

MOST = 4096
"""The maximum size of a key file in bytes."""

COPY = "Copy the complete key again, and nothing else."


@dataclass(frozen=True, slots=True)
class FoundKey:
    """The key, if any, with problems and warnings about it. ``source`` says in words where it was found."""

    key: SecretStr | None = None
    source: str = ""
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def find_key(document: Document, environ: Mapping[str, str]) -> FoundKey:
    """Check each place in turn. No message ever contains the key, or text found in its place."""
    group = document.data.get("api")
    api = group if isinstance(group, dict) else {}
    if isinstance(api.get("key"), str):
        where = document.where(("api", "key"))
        return _given(api["key"], where, document.file, f"`api.key` in {document.file}")
    if isinstance(api.get("key_file"), str):
        where = document.where(("api", "key_file"))
        try:
            return _in_file(expand(api["key_file"], document.file.parent, environ), where)
        except Mistake:  # validating the settings reports it
            return FoundKey()
    if environ.get(VARIABLE):
        return _given(environ[VARIABLE], f"${VARIABLE}", None, f"the environment variable {VARIABLE}")
    credential = Path(environ.get("CREDENTIALS_DIRECTORY", ""), CREDENTIAL)
    if credential.is_absolute() and credential.exists():
        return _in_file(credential, str(credential), ask_mode=False, source=f"the systemd credential {CREDENTIAL}")
    return FoundKey()


def read_key(file: Path) -> str:
    """Read the key from a file. Raises Mistake, which never contains any part of the file."""
    try:
        with open_regular(file) as opened:
            content = opened.read(MOST + 1)
    except OSError as error:
        what = f"The key file {file} cannot be read ({error.strerror})"
        raise Mistake(what, "Check the path and the file's permissions.") from None
    if len(content) > MOST:
        raise Mistake(f"The key file {file} is too large", "It must contain only the key.")
    try:
        text = content.decode("utf-16" if content.startswith(UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        raise Mistake(f"The key file {file} is not UTF-8 text", "Save it as UTF-8, with only the key in it.") from None
    return _word(text, f"in {file} ")


def _in_file(file: Path, where: str, *, ask_mode: bool = True, source: str = "") -> FoundKey:
    try:
        key = read_key(file)
    except Mistake as mistake:
        return FoundKey(problems=(Problem(where, mistake.what, mistake.remedy),))
    return _found(key, where, file if ask_mode else None, source or f"the key file {file}")


def _given(text: str, where: str, file: Path | None, source: str) -> FoundKey:
    try:
        return _found(_word(text, ""), where, file, source)
    except Mistake as mistake:
        return FoundKey(problems=(Problem(where, mistake.what, mistake.remedy),))


def _found(key: str, where: str, file: Path | None, source: str) -> FoundKey:
    return FoundKey(SecretStr(key), source, warnings=(_exposed(file, where),) if file and _for_all(file) else ())


def _word(text: str, there: str) -> str:
    """The key in a text. Raises Mistake. ``there`` names the file, with a space at its end, or is empty."""
    key = text.strip()
    if (fault := _fault(key)) is not None:
        raise Mistake(f"The key {there}{fault}", COPY)
    return key


def _fault(key: str) -> str | None:
    """Why a text cannot be a key, as a predicate for "the key ...", without quoting it. None if it can be one."""
    lines = [line for line in key.splitlines() if line.strip()]
    if not key:
        return "is empty"
    if len(lines) > 1:
        return f"has {len(lines)} lines; there must be only the key"
    if ASSIGNED.match(key):
        return "starts with a variable name and `=`; there must be only the key"
    if key[0] in QUOTES or key[-1] in QUOTES:
        return "is in quotes"
    strange = next((character for character in key if not "!" <= character <= "~"), None)
    if strange is not None:
        return f"contains {_named(strange)}, which is not allowed in a key"
    return None if ONE_WORD.fullmatch(key) else "is too long"


def _named(character: str) -> str:
    """A character in words: ``a space``, ``a tab``, or its Unicode number and name."""
    name = {" ": "a space", "\t": "a tab", "\0": "a NUL character (is the file UTF-16?)"}.get(character)
    return name or f"the character U+{ord(character):04X} ({unicodedata.name(character, 'a control character')})"


def _exposed(file: Path, where: str) -> Problem:
    return Problem(where, f"Every user of this machine can read the key in {file}", f"Run: chmod 600 '{file}'")


def _for_all(file: Path) -> bool:
    try:
        return os.name == "posix" and bool(file.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False

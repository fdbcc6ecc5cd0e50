"""The API key, found where a person or a service manager has put it.

The first of these that is there:

1. ``api.key`` in the configuration file;
2. the file that ``api.key_file`` names;
3. the environment variable ``AUTOENHANCE_API_KEY``;
4. the systemd credential ``autoenhance_api_key``: the file of that name in ``$CREDENTIALS_DIRECTORY``
   (systemd.exec(5), ``LoadCredential=autoenhance_api_key:/path``).

White space around it is dropped, and so is a byte-order mark, with which some editors begin a file; a file in UTF-16,
as Windows writes it, is read as well. No key at all is no mistake yet: ``Settings.require_api_key`` raises for it.
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
"""What an HTTP header can carry without loss (RFC 9110, section 5.5), and no white space."""

ASSIGNED = re.compile(r"(export\s+)?[A-Z][A-Z0-9_]*\s*=\s*[^=\s]")
"""A line of a shell script or of an environment file, copied with the key."""

QUOTES = "\"'`\u2018\u2019\u201c\u201d"

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

MOST = 4096
"""Bytes of a key file that are read."""

COPY = "Copy it again, alone and whole."


@dataclass(frozen=True, slots=True)
class FoundKey:
    """The key if there is one, mistakes about it, and what is unwise. ``source`` is where it was found, in words."""

    key: SecretStr | None = None
    source: str = ""
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def find_key(document: Document, environ: Mapping[str, str]) -> FoundKey:
    """Look in each place in turn. No message ever repeats the key, or what stood in its place."""
    group = document.data.get("api")
    api = group if isinstance(group, dict) else {}
    if isinstance(api.get("key"), str):
        where = document.where(("api", "key"))
        return _given(api["key"], where, document.file, f"`api.key` in {document.file}")
    if isinstance(api.get("key_file"), str):
        where = document.where(("api", "key_file"))
        try:
            return _in_file(expand(api["key_file"], document.file.parent, environ), where)
        except Mistake:  # the settings tell of it
            return FoundKey()
    if environ.get(VARIABLE):
        return _given(environ[VARIABLE], f"${VARIABLE}", None, f"the environment variable {VARIABLE}")
    credential = Path(environ.get("CREDENTIALS_DIRECTORY", ""), CREDENTIAL)
    if credential.is_absolute() and credential.exists():
        return _in_file(credential, str(credential), ask_mode=False, source=f"the systemd credential {CREDENTIAL}")
    return FoundKey()


def read_key(file: Path) -> str:
    """The key that a file holds. Raises Mistake, which never repeats any of it."""
    try:
        with open_regular(file) as opened:
            content = opened.read(MOST + 1)
    except OSError as error:
        what = f"The key file {file} cannot be read ({error.strerror})"
        raise Mistake(what, "See to the path and the file's permissions.") from None
    if len(content) > MOST:
        raise Mistake(f"The key file {file} is too large to be one", "It must hold the key alone.")
    try:
        text = content.decode("utf-16" if content.startswith(UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        raise Mistake(f"The key file {file} is not UTF-8 text", "Save it as UTF-8, with the key alone in it.") from None
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
    """The key in a text. Raises Mistake; ``there`` says in which file, followed by a blank."""
    key = text.strip()
    if (fault := _fault(key)) is not None:
        raise Mistake(f"The key {there}{fault}", COPY)
    return key


def _fault(key: str) -> str | None:
    """Why a text cannot be a key, without repeating it, to follow "the key"; None if it may be one."""
    lines = [line for line in key.splitlines() if line.strip()]
    if not key:
        return "is empty"
    if len(lines) > 1:
        return f"has {len(lines)} lines, and must stand alone"
    if ASSIGNED.match(key):
        return "begins with a variable's name and `=`, and must stand alone"
    if key[0] in QUOTES or key[-1] in QUOTES:
        return "stands in quotes"
    strange = next((character for character in key if not "!" <= character <= "~"), None)
    if strange is not None:
        return f"has {_named(strange)} in it, which no key has"
    return None if ONE_WORD.fullmatch(key) else "is longer than any key"


def _named(character: str) -> str:
    """A character as people know it: ``a blank``, ``a tab``, or its number and name in Unicode."""
    name = {" ": "a blank", "\t": "a tab", "\0": "a zero character (is the file UTF-16?)"}.get(character)
    return name or f"the character U+{ord(character):04X} ({unicodedata.name(character, 'a control character')})"


def _exposed(file: Path, where: str) -> Problem:
    return Problem(where, f"Everybody on this machine can read the key in {file}", f"Run: chmod 600 '{file}'")


def _for_all(file: Path) -> bool:
    try:
        return os.name == "posix" and bool(file.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False

"""Expands paths from the configuration, and checks if one folder is inside another."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from daemon.config.mistake import Mistake

VARIABLE = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)\})")


def expand(written: object, base: Path, environ: Mapping[str, str]) -> Path:
    """The absolute path that ``written`` means.

    ``~`` and ``~name`` are home directories, ``$VAR`` and ``${VAR}`` come from ``environ``, ``$$`` is a dollar sign.
    A relative path is relative to ``base``, the configuration file's folder. ``..`` is resolved without following
    links. Raises Mistake.
    """
    if not isinstance(written, str) or not written.strip():
        raise Mistake("No path is given", "Set a path, such as ~/Pictures/Shoots.")
    if "\0" in written:
        raise Mistake("The path contains a NUL character", "Remove it.")
    text = VARIABLE.sub(lambda match: _value(match, environ), written)
    if text == "~" or text.startswith("~/"):
        text = environ.get("HOME", "~") + text[1:]
    text = os.path.expanduser(text)
    if text.startswith("~"):
        raise Mistake(
            f"The home directory in `{written}` is unknown",
            "Write the full path, or ./~name if the folder is really called that.",
        )
    return Path(os.path.abspath(base / text))


def _value(match: re.Match[str], environ: Mapping[str, str]) -> str:
    if match[1]:
        return "$"
    name = match[2] or match[3]
    if not environ.get(name):
        raise Mistake(
            f"The variable ${name} is not set",
            "Set the variable, write the full path, or use $$ for a literal dollar sign.",
        )
    return environ[name]


class Mark(NamedTuple):
    """How a folder is recognized: by device and inode if it exists, otherwise by its name."""

    identity: tuple[int, int] | None
    folded: str

    def same(self, other: Mark) -> bool:
        """True if both are the same folder."""
        if self.identity is None or other.identity is None:
            return self.folded == other.folded
        return self.identity == other.identity


def marks(path: Path) -> tuple[Mark, ...]:
    """The marks of a folder and of all folders around it, innermost first, with links resolved."""
    resolved = Path(os.path.realpath(path))
    return tuple(map(_mark, (resolved, *resolved.parents)))


def inside(inner: Sequence[Mark], outer: Sequence[Mark]) -> bool:
    """True if ``inner`` is ``outer`` or anywhere inside it. Neither needs to exist.

    Existing folders are compared by identity, so links, bind mounts and file systems that ignore case are detected.
    Folders that do not exist are compared by name, ignoring case and Unicode normalization: a false match only asks
    for a clearer name, but a missed one costs money.
    """
    return any(mark.same(outer[0]) for mark in inner)


def _mark(path: Path) -> Mark:
    folded = unicodedata.normalize("NFC", str(path)).casefold()
    try:
        found = os.stat(path)
    except OSError:
        return Mark(None, folded)
    return Mark((found.st_dev, found.st_ino), folded)

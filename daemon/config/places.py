"""Paths as a person writes them, and whether one folder lies in another."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from daemon.config.mistake import Mistake

VARIABLE = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)\})")


def expand(written: object, base: Path, environ: Mapping[str, str]) -> Path:
    """The absolute path that ``written`` means.

    ``~`` and ``~name`` are home directories, ``$VAR`` and ``${VAR}`` come from ``environ``, ``$$`` is a dollar sign;
    what is not absolute then is relative to ``base``, the configuration file's folder. ``..`` is resolved by name.
    Raises Mistake.
    """
    if not isinstance(written, str) or not written.strip():
        raise Mistake("No path is given", "Write one, such as ~/Pictures/Shoots.")
    if "\0" in written:
        raise Mistake("The path holds a zero character", "Remove it.")
    text = VARIABLE.sub(lambda match: _value(match, environ), written)
    if text == "~" or text.startswith("~/"):
        text = environ.get("HOME", "~") + text[1:]
    text = os.path.expanduser(text)
    if text.startswith("~"):
        raise Mistake(
            f"The home directory in `{written}` is not known", "Write the whole path, or ./~name for that very name."
        )
    return Path(os.path.abspath(base / text))


def _value(match: re.Match[str], environ: Mapping[str, str]) -> str:
    if match[1]:
        return "$"
    name = match[2] or match[3]
    if not environ.get(name):
        raise Mistake(f"The variable ${name} is not set", "Set it, write the path out, or write $$ for a dollar sign.")
    return environ[name]


def inside(inner: Path, outer: Path) -> bool:
    """Whether ``inner`` is ``outer`` or lies anywhere in it, links resolved; neither need exist.

    Folders that exist are compared by identity, so another spelling on a file system that ignores case, a link or
    a bind mount do not hide it. Names of folders that do not exist are compared without regard to case and to
    Unicode's normal forms: taking two for one costs a clearer name, the other way round costs money.
    """
    resolved = Path(os.path.realpath(inner))
    outer = Path(os.path.realpath(outer))
    return any(_same(candidate, outer) for candidate in (resolved, *resolved.parents))


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return _folded(one) == _folded(other)


def _folded(path: Path) -> str:
    return unicodedata.normalize("NFC", str(path)).casefold()

"""The position of a folder below another, and the directories of settings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping


def below(folder: str, root: str) -> tuple[str, ...] | None:
    """The path from ``root`` down to ``folder`` as names. Empty if they are the same, None if ``folder`` is elsewhere.

    Links are resolved. Folders are compared by identity as well as by name, so bind mounts and spellings that differ in
    case are recognized.
    """
    try:
        at, root = os.path.realpath(folder), os.path.realpath(root)
    except ValueError:  # not a valid path
        return None
    known = _identity(root)
    names: list[str] = []
    while at != root and (known is None or _identity(at) != known):
        above, name = os.path.split(at)
        if above == at:
            return None
        names.append(name)
        at = above
    return tuple(reversed(names))


def home(environ: Mapping[str, str]) -> str:
    """The home directory of the user account that bracketd runs under."""
    return environ.get("HOME") or os.path.expanduser("~")


def bases(environ: Mapping[str, str], variable: str, *fallbacks: str) -> Iterable[str]:
    """Directories of settings: the XDG ``variable``'s path, if it is absolute, then ``fallbacks`` below home."""
    if os.path.isabs(given := environ.get(variable, "")):
        yield given
    yield from (os.path.join(home(environ), fallback) for fallback in fallbacks)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino

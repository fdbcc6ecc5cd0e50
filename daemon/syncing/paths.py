"""Where a folder lies below another, however both are written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping


def below(folder: str, root: str) -> tuple[str, ...] | None:
    """The names that lead from ``root`` down to ``folder``: none if they are one; None if it lies elsewhere.

    Links are resolved, and folders are compared by identity as well as by name: a bind mount, or another spelling on a
    disk that does not mind the case, is the same folder.
    """
    try:
        at, root = os.path.realpath(folder), os.path.realpath(root)
    except ValueError:  # no path at all
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
    """The home directory of the account that bracketd runs as."""
    return environ.get("HOME") or os.path.expanduser("~")


def bases(environ: Mapping[str, str], variable: str, *fallbacks: str) -> Iterable[str]:
    """Directories for settings: what an XDG ``variable`` names, if it is absolute, then ``fallbacks`` below home."""
    if os.path.isabs(given := environ.get(variable, "")):
        yield given
    yield from (os.path.join(home(environ), fallback) for fallback in fallbacks)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        looked = os.stat(path)
    except (OSError, ValueError):
        return None
    return looked.st_dev, looked.st_ino

"""Single-use sign-in links: `bracketd open` makes one, the daemon accepts it once within a minute.

A link is a file named by the SHA-256 of its token, so that reading the folder does not help to sign in. The daemon
accepts a token by removing the file, which succeeds only once.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from pathlib import Path

from daemon.page import place

VALID = 60.0
"""Seconds for which a link can be used."""

LINKS = "links"


def create(state_dir: Path, now: float) -> str:
    """Make a link and return its token. ``now`` is in epoch seconds. Removes expired links. Raises OSError."""
    links = place.folder(state_dir, LINKS)
    for old in links.iterdir():
        if not _is_valid(old, now):
            with suppress(OSError):
                old.unlink()
    token = secrets.token_urlsafe(32)
    place.write(links / _name(token), str(now).encode())
    return token


def accept(state_dir: Path, token: str, now: float) -> bool:
    """Use a link up. Returns True if its token is valid now: made within the last minute, and never used."""
    file = state_dir / place.FOLDER / LINKS / _name(token)
    valid = _is_valid(file, now)
    try:
        file.unlink()
    except OSError:
        return False
    return valid


def _name(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _is_valid(file: Path, now: float) -> bool:
    try:
        return 0 <= now - float(file.read_text()) <= VALID
    except (OSError, ValueError):
        return False

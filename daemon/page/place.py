"""The page's private folder below the state directory, and small files in it."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

FOLDER = "page"


def folder(state_dir: Path, *below: str) -> Path:
    """A private folder of the page, created if it does not exist. Raises OSError."""
    place = state_dir / FOLDER
    place.mkdir(mode=0o700, exist_ok=True)
    for name in below:
        place /= name
        place.mkdir(mode=0o700, exist_ok=True)
    return place


def write(file: Path, content: bytes) -> None:
    """Replace a small file that only its owner can read. Raises OSError."""
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(content)
        part.replace(file)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise

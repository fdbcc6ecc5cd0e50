"""Stores file names in SQLite, whose text must be UTF-8. File names need not be."""

from __future__ import annotations

import os


def pack(name: str) -> str | bytes:
    """A file name for SQLite: text, or its bytes on disk if they are not UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name)
    return name


def unpack(value: str | bytes) -> str:
    """The file name from its value in SQLite."""
    return os.fsdecode(value) if isinstance(value, bytes) else value

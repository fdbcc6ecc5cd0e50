"""File names as SQLite can hold them: they need not be UTF-8, and its text must be."""

from __future__ import annotations

import os


def pack(name: str) -> str | bytes:
    """A file name as SQLite can hold it: text, or its bytes on disk when they are not UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name)
    return name


def unpack(value: str | bytes) -> str:
    """The file name again."""
    return os.fsdecode(value) if isinstance(value, bytes) else value

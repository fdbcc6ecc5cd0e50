"""Converts file names and messages for SQLite, whose text must be UTF-8. File names need not be UTF-8."""

from __future__ import annotations

import os
from typing import TypeVar

Text = TypeVar("Text", str, str | None)


def pack(name: str) -> str | bytes:
    """Convert a file name for SQLite: to text, or to its bytes on disk if they are not UTF-8.

    A name that no file can have, for example from a damaged note, is made printable.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        try:
            return os.fsencode(name)
        except UnicodeEncodeError:
            return printable(name)
    return name


def unpack(value: str | bytes) -> str:
    """The file name that ``pack`` converted."""
    return os.fsdecode(value) if isinstance(value, bytes) else value


def printable(text: Text) -> Text:
    """Convert a message for SQLite. Bytes of file names in it that are not UTF-8 become escapes."""
    return text if text is None else text.encode("utf-8", "backslashreplace").decode()

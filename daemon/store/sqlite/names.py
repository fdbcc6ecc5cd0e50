"""Texts as SQLite can hold them: its text is UTF-8. A file name need not be, nor words that name a file."""

from __future__ import annotations

import os
from typing import TypeVar

Text = TypeVar("Text", str, str | None)


def pack(name: str) -> str | bytes:
    """A file name as SQLite can hold it: text, or its bytes on disk when they are not UTF-8.

    What no file can be called, which a damaged note may give as a name, is made printable.
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
    """The file name again."""
    return os.fsdecode(value) if isinstance(value, bytes) else value


def printable(text: Text) -> Text:
    """Words for people as SQLite can hold them: bytes of a name in them that are not UTF-8 are shown as escapes."""
    return text if text is None else text.encode("utf-8", "backslashreplace").decode()

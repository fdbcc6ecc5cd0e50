"""Safe output of names and dates, and the comparison of names as a person reads them."""

from __future__ import annotations

import unicodedata
from datetime import datetime


def printable(text: str) -> str:
    """Text on one line without control characters, so that a file name cannot control a terminal or a page.

    The characters that change the direction of text are control characters, too.
    """
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def alike(one: str, other: str) -> bool:
    """True if two names look the same to a person: case and Unicode form do not matter.

    A name as ``printable`` shows it is equal to the name itself.
    """
    return letters(one) == letters(other)


def letters(name: str) -> str:
    """The form of a name that ``alike`` compares: composed, case-folded, and as ``printable`` shows it."""
    if name.isascii() and name.isprintable():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", printable(name)).casefold())


def day(seconds: float) -> str:
    """A date in this machine's time zone, such as ``3 Nov 2026``. ``seconds`` are since 1970 (UTC)."""
    moment = datetime.fromtimestamp(seconds).astimezone()
    return f"{moment.day} {moment:%b %Y}"

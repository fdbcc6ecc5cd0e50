"""Names as people may safely see them."""

from __future__ import annotations


def printable(text: str) -> str:
    """A name as one harmless line: control characters in a file name must not reach the terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)

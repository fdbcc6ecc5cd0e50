"""The error for an invalid value, and the search for a valid one with a similar name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Mistake(ValueError):
    """What is wrong with one value and how to fix it. The caller adds the position in the file.

    It is a ValueError, so that a pydantic validator can raise it. ``what`` has no full stop; ``remedy`` is a sentence.
    """

    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(what)


def nearest(word: str, known: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """The known word most similar to ``word``, ignoring case. None below ``likeness`` (difflib's ratio, 0-1)."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    match = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=likeness)
    return by_folded[match[0]] if match else None

"""A value that will not do, and the nearest one that would."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Mistake(ValueError):
    """What is wrong with one value and what to do about it; where it stands is added by whoever knows.

    A ValueError, so that a pydantic validator may raise it. ``what`` has no full stop, ``remedy`` is a sentence.
    """

    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(what)


def nearest(word: str, known: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """The known word most like ``word``, upper and lower case apart, if any is alike enough (difflib's ratio, 0-1)."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    match = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=likeness)
    return by_folded[match[0]] if match else None

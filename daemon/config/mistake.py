"""The error for an invalid value, and the search for a valid one with a similar name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

MOST_SLIPS, LONG = 2, 6
"""The maximum number of slips in a word, and the length from which a word may have that many."""


class Mistake(ValueError):
    """What is wrong with one value and how to fix it. The caller adds the position in the file.

    It is a ValueError, so that a pydantic validator can raise it. ``what`` has no full stop; ``remedy`` is a sentence.
    """

    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(what)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` is probably a misspelling of, ignoring case. None if there is none or several.

    A short word may have one slip, a word of six characters or more two (see ``slips``). A word with other numbers is
    another word, because a number tells photos and houses apart; only the order of digits and zeros may differ.
    """
    written, candidates = folded(word), {folded(candidate): candidate for candidate in known}
    if written in candidates:
        return candidates[written]
    alike = [one for one in candidates if _digits(one) == _digits(written)]
    counted = [(slips(written, one), one) for one in alike if abs(len(one) - len(written)) <= MOST_SLIPS]
    least = min((count for count, _ in counted), default=MOST_SLIPS + 1)
    best = [one for count, one in counted if count == least]
    allowed = MOST_SLIPS if min(len(written), len(best[0]) if best else 0) >= LONG else 1
    return candidates[best[0]] if len(best) == 1 and least <= allowed else None


def folded(word: str) -> str:
    """A word without differences of case and Unicode form."""
    return unicodedata.normalize("NFC", word).casefold()


def slips(one: str, other: str) -> int:
    """The least number of wrong, missing, extra or swapped adjacent characters (optimal string alignment distance)."""
    before, row = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, letter in enumerate(one):
        older, before, row = before, row, [i + 1]
        for j, against in enumerate(other):
            row.append(min(before[j + 1] + 1, row[j] + 1, before[j] + (letter != against)))
            if i and j and letter == other[j - 1] and one[i - 1] == against:
                row[-1] = min(row[-1], older[j - 1] + 1)
    return row[-1]


def _digits(word: str) -> list[str]:
    return sorted(character for character in word if character.isdigit() and character != "0")

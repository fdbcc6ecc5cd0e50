"""A memory-efficient index from words to numbers: years of delivered shoots have a million photos."""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator

_NUMBER_BITS = 24
"""Bits for the number; the other 40 of 64 bits hold a word's hash. Two of a million words may share a hash."""

MOST = 2**_NUMBER_BITS
"""The exclusive upper bound of the numbers."""


RUN = 65_536
"""Entries sorted together. The limit keeps the sort short, because it blocks its thread."""


class Index:
    """The numbers added for each word. Very rarely, a search also finds a number of another word."""

    def __init__(self) -> None:
        self._runs: list[array[int]] = []
        self._last = array("Q")

    def add(self, number: int, words: Iterable[str]) -> None:
        """Add a number for each of these words."""
        self._last.extend(_hashed(word) << _NUMBER_BITS | number for word in words)
        if len(self._last) >= RUN:
            self._runs.append(array("Q", sorted(self._last)))
            self._last = array("Q")

    def find(self, words: Iterable[str], most: int) -> list[int]:
        """The numbers that have any of these words, those with the most words first. At most ``most`` numbers."""
        self._last = array("Q", sorted(self._last))
        found: Counter[int] = Counter()
        for word in {_hashed(word) for word in words}:
            for run in (*self._runs, self._last):
                found.update(_numbers(run, word))
        return [number for number, _ in found.most_common(most)]


def _numbers(run: array[int], word: int) -> Iterator[int]:
    """The numbers of a word in one sorted run."""
    at = bisect_left(run, word << _NUMBER_BITS)
    while at < len(run) and run[at] >> _NUMBER_BITS == word:
        yield run[at] % MOST
        at += 1


def _hashed(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=5).digest(), "big")

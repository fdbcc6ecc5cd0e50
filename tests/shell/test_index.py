from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.watcher.index import RUN, Index

WORDS = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=5)


@given(st.lists(WORDS, max_size=12), WORDS)
@settings(deadline=None)
def test_numbers_are_found_by_their_words(added: list[list[str]], asked: list[str]) -> None:
    """A search returns exactly the numbers that share a word with it, those with the most words first."""
    index = Index()
    for number, words in enumerate(added):
        index.add(number, words)
    common = Counter({number: len({*words} & {*asked}) for number, words in enumerate(added)})
    found = index.find(asked, 100)
    assert sorted(found) == [number for number in range(len(added)) if common[number]]
    assert [common[number] for number in found] == sorted((common[number] for number in found), reverse=True)


def test_a_million_photos_are_found_again() -> None:
    """Words in sorted runs and recent words are found alike, and the number of results is limited."""
    index = Index()
    for number in range(4):
        index.add(number, (f"{number} {photo}" for photo in range(RUN // 3)))
        index.add(number, ["logo", "\udcff"])
    assert [index.find([f"{number} 77"], 5) for number in range(4)] == [[0], [1], [2], [3]]
    assert len(index.find(["logo"], 3)) == 3
    assert len(index.find(["\udcff"], 5)) == 4
    assert index.find(["nothing"], 5) == []

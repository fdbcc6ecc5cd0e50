from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from daemon.grouping.programme import best_division
from daemon.grouping.segments import Segment

COUNT = 6
ALL = [(first, end) for end in range(1, COUNT + 1) for first in range(end)]

tables = st.fixed_dictionaries({part: st.floats(-5, 5).map(lambda score: round(score, 2)) for part in ALL})


def divide(table: dict[tuple[int, int], float]) -> list[tuple[int, int]]:
    """The division of frames whose candidates have these scores."""
    candidates = [
        [(Segment(first, end, marked=False), table[first, end]) for first in reversed(range(end))]
        for end in range(1, COUNT + 1)
    ]
    return [(one.first, one.end) for one in best_division(candidates, lambda _, fixed: fixed)]


@given(tables)
def test_no_other_division_scores_more(table: dict[tuple[int, int], float]) -> None:
    """The division covers every frame once, and all other divisions have at most its score."""
    found = divide(table)
    assert [at for first, end in found for at in range(first, end)] == list(range(COUNT))
    best = sum(table[part] for part in found)
    for count in range(COUNT):
        for cuts in combinations(range(1, COUNT), count):
            ends = [0, *cuts, COUNT]
            assert sum(table[part] for part in pairwise(ends)) <= best + 1e-9


def test_no_frames() -> None:
    """Nothing is divided into nothing."""
    assert best_division([], lambda _, fixed: fixed) == []

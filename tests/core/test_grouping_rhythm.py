from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.grouping.rhythm import CLIP, Rhythm, rhythm_of

TWO_KINDS = [0.2, 0.25, 0.3, 0.2, 0.22, 9.0, 12.0, 14.0]


def test_two_kinds_of_gaps_are_found() -> None:
    """Short gaps are within sets and long ones between them; unknown gaps do not count."""
    rhythm = rhythm_of([*TWO_KINDS, None, None])
    assert rhythm is not None
    assert 0.2 < math.exp(rhythm.within) < 0.4
    assert 9 < math.exp(rhythm.between) < 14
    assert rhythm.log_odds(0.2) == CLIP
    assert rhythm.log_odds(12.0) == -CLIP


def test_a_coarse_clock_cannot_distinguish_short_gaps() -> None:
    """Of a clock with full seconds, gaps of 0 and 1 s are of one kind."""
    gaps = [0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 7.0, 20.0, 45.0]
    fine, coarse = rhythm_of(gaps, 0.01), rhythm_of(gaps, 1.0)
    assert fine is not None
    assert coarse is not None
    assert fine.log_odds(1.0) < 0
    assert coarse.log_odds(1.0) > 2


@pytest.mark.parametrize(
    "gaps",
    [
        [0.2, 0.2, 9.0, 9.0, 9.0],
        [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6],
        [16.0, 18.0, 20.0, 15.0, 100.0, 120.0, 90.0],
    ],
    ids=["too few", "one kind", "all long"],
)
def test_no_rhythm(gaps: list[float]) -> None:
    """Too few gaps, gaps of one kind, and gaps that are all too long for a set have no rhythm."""
    assert rhythm_of(gaps) is None


def test_kinds_that_overlap_say_less() -> None:
    """A short gap counts as evidence for a set in full only if the two kinds of gaps are clearly apart."""
    clear, unclear = (Rhythm(-1.0, 2.0, 0.5, ratio) for ratio in (0.1, 0.33))
    assert clear.trust == 1
    assert unclear.trust == 0.3
    assert 0.3 < Rhythm(-1.0, 2.0, 0.5, 0.28).trust < 1


@pytest.mark.parametrize(("within", "between", "pause"), [(0.2, 9.0, 12.0), (2.0, 200.0, 26.0), (4.0, 3000.0, 45.0)])
def test_the_pause_that_separates_sets(within: float, between: float, pause: float) -> None:
    """It is a little more than the middle of the two kinds, but 12 seconds at least and 45 at most."""
    assert Rhythm(math.log(within), math.log(between), 0.5, 0.1).pause == pytest.approx(pause, abs=0.1)


@given(st.floats(0, 600), st.floats(0, 600))
def test_longer_gaps_never_speak_more_for_a_set(one: float, other: float) -> None:
    """The log-odds fall with the gap and are limited."""
    rhythm = rhythm_of(TWO_KINDS)
    assert rhythm is not None
    shorter, longer = rhythm.log_odds(min(one, other)), rhythm.log_odds(max(one, other))
    assert CLIP >= shorter >= longer >= -CLIP

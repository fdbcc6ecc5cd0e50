"""The speed of a transfer, from samples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.progress.speed import WINDOW, Sample, kept, seconds_left, speed


def steady(rate: int, until: float, every: float = 0.5) -> list[Sample]:
    """Samples of a transfer at a steady rate."""
    return [Sample(n * every, round(n * every * rate)) for n in range(round(until / every) + 1)]


def test_a_steady_transfer_has_its_speed() -> None:
    """The speed is that of the last ten seconds: what was faster before does not count."""
    fast, slow = steady(1000, 20), steady(100, 20)
    later = [Sample(20 + at, 20_000 + moved) for at, moved in slow[1:]]
    assert speed(fast, Sample(20, 20_000)) == pytest.approx(1000)
    assert speed([*fast, *later], Sample(40, 22_000)) == pytest.approx(100)
    assert speed([*fast, *later], Sample(25, 20_500)) == pytest.approx(550)


def test_in_the_first_second_there_is_no_speed() -> None:
    """A speed needs a second of samples; without samples there is none."""
    assert speed([], Sample(5, 0)) is None
    assert speed([Sample(5, 0)], Sample(5.9, 1_000_000)) is None
    assert speed([Sample(5, 0)], Sample(6, 1_000_000)) == 1_000_000


def test_the_speed_of_a_transfer_that_stalls_falls_to_nothing() -> None:
    """Without new bytes the speed falls, and after ten seconds it is 0 and there is no time left to say."""
    samples = steady(1000, 20)
    falling = [speed(samples, Sample(20.0 + waited, 20_000)) for waited in range(12)]
    assert falling == sorted(falling, key=lambda one: -(one or 0))
    assert falling[-1] == 0
    assert seconds_left(100, falling[-1]) is None
    assert seconds_left(100, None) is None
    assert seconds_left(100, 20) == 5


@given(
    gaps=st.lists(st.floats(0.01, 30), min_size=1, max_size=60),
    counts=st.lists(st.integers(0, 10**9), min_size=60, max_size=60),
    waited=st.floats(0, 30),
)
def test_dropping_old_samples_changes_no_speed(gaps: list[float], counts: list[int], waited: float) -> None:
    """The samples that are kept give the same speed as all of them, and it is between 0 and the fastest rate."""
    at, moved, every, few = 0.0, 0, [Sample(0.0, 0)], [Sample(0.0, 0)]
    for gap, count in zip(gaps, counts, strict=False):
        at, moved = at + gap, moved + count
        every.append(Sample(at, moved))
        few = [*kept(few, at), Sample(at, moved)]
    now = Sample(at + waited, moved)
    found = speed(every, now)
    assert speed(few, now) == found
    assert found is None or 0 <= found <= moved
    assert sum(one.at < at - WINDOW for one in few) <= 1 + sum(one.at < at - WINDOW for one in few[-2:])

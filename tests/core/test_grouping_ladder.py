from __future__ import annotations

import pytest

from daemon.grouping.ladder import ladder


def test_an_even_ladder() -> None:
    """Levels in any order have one step, a span, and steps from frame to frame in thirds."""
    shape = ladder([0.0, -2.0, 2.0])
    assert (shape.repeats, shape.step, shape.uneven, shape.span) == (0, 2.0, 0.0, 4.0)
    assert (shape.ranks, shape.steps, shape.rises) == ((1, 0, 2), (-6, 12), 0)


@pytest.mark.parametrize(("levels", "rises"), [([0.0, 1.0, 2.0], 1), ([2.0, 1.0, 0.0], -1), ([0.0, 0.1, 2.0], 0)])
def test_a_ladder_that_rises_or_falls(levels: list[float], rises: int) -> None:
    """A ladder rises if every frame is brighter than the one before."""
    assert ladder(levels).rises == rises


def test_an_uneven_ladder() -> None:
    """The largest deviation from the median step shows how uneven a ladder is."""
    assert ladder([0.0, 1.0, 2.0, 5.0]).uneven == 2.0


def test_equal_levels_are_counted() -> None:
    """Each pair of neighbouring levels that are closer than a quarter of an EV is a repeat."""
    assert ladder([0.0, 0.1, 2.0]).repeats == 1
    assert ladder([0.0, 0.0, 0.0]).repeats == 2
    assert ladder([0.0, 1 / 3, 2 / 3]).repeats == 0


def test_a_shutter_at_its_limit_repeats_nothing() -> None:
    """Equal levels are no repeat if both frames are at the limit of the shutter, and their step does not count."""
    shape = ladder([0.0, 2.0, 4.0, 4.0], [False, False, True, True])
    assert (shape.repeats, shape.step, shape.uneven) == (0, 2.0, 0.0)
    assert ladder([0.0, 2.0, 4.0, 4.0], [False, False, False, True]).repeats == 1

from __future__ import annotations

from datetime import timedelta

from daemon.exif import Capture
from daemon.sandbox.grouping import Shot, automatic, by_capture, every
from tests.edges.sandbox.shots import NOON


def shot(number: int, at: float | None, exposure: float | None = 1 / 60, *, width: int = 6000) -> Shot:
    """A shot at the given seconds after noon."""
    taken = None if at is None else NOON + timedelta(seconds=at)
    capture = Capture(taken_at=taken, exposure_s=exposure, f_number=8, iso=100, width=width, height=4000)
    return Shot(str(number), f"house-7_IMG_{number:04d}.JPG", capture)


def ids(sets: list[list[Shot]]) -> list[list[int]]:
    """The numbers of each set's shots."""
    return [[int(item.id) for item in group] for group in sets]


def test_order_of_capture() -> None:
    """Shots are sorted by time with its fraction, then by the file's number. Shots without a time come last."""
    shots = [shot(10, 1), shot(9, 1), shot(3, None), shot(1, 2), shot(2, 0.5)]
    assert [int(item.id) for item in by_capture(shots)] == [2, 9, 10, 1, 3]


def test_every() -> None:
    """Sets of N in order of capture; the last set is short."""
    assert ids(every([shot(number, -number) for number in range(5)], 2)) == [[4, 3], [2, 1], [0]]


def test_gap() -> None:
    """Idle time ends a set. The exposure itself does not count as idle time."""
    shots = [shot(1, 0, 1 / 60), shot(2, 15, 15), shot(3, 45, 1 / 4)]
    assert ids(automatic(shots)) == [[1, 2], [3]]


def test_repeated_exposure() -> None:
    """A repeated exposure begins a new set, even without a gap."""
    shots = [shot(number, number * 0.2, (1 / 15, 1 / 60, 1 / 250)[number % 3]) for number in range(9)]
    assert ids(automatic(shots)) == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


def test_other_size() -> None:
    """A picture of another size is not part of a set."""
    assert ids(automatic([shot(1, 0, 1 / 60), shot(2, 0.2, 1 / 15, width=3000)])) == [[1], [2]]


def test_no_metadata() -> None:
    """Shots without metadata are separate images."""
    assert ids(automatic([shot(1, None), shot(2, None), shot(3, 0, None)])) == [[3], [1], [2]]


def test_nine_at_most() -> None:
    """A set has at most nine brackets."""
    shots = [shot(number, number * 0.1, 2.0**-number) for number in range(11)]
    assert [len(group) for group in automatic(shots)] == [9, 2]

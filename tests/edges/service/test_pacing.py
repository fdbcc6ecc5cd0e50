from __future__ import annotations

from daemon.service import Pace


class Clock:
    """A clock that only advances during a sleep."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Advance the clock by ``seconds``."""
        self.slept.append(seconds)
        self.now += seconds


def test_never_more_than_the_pace() -> None:
    """Simultaneous calls proceed at the pace, the first one immediately."""
    clock = Clock()
    pace = Pace(100, clock=clock, sleep=clock.sleep)
    turns = []
    for _ in range(301):
        pace.wait()
        turns.append(clock.now)
    assert turns[0] == 100.0
    assert round(turns[-1] - turns[0], 6) == 3.0


def test_no_waiting_below_the_pace() -> None:
    """Calls slower than the pace never wait and do not accumulate a burst."""
    clock = Clock()
    pace = Pace(100, clock=clock, sleep=clock.sleep)
    for _ in range(5):
        clock.now += 1
        pace.wait()
    assert clock.slept == []
    pace.wait()
    assert len(clock.slept) == 1


def test_turns_are_given_out_over_all_threads() -> None:
    """Threads that wait at the same time each get their own turn."""
    clock = Clock()
    waits: list[float] = []
    pace = Pace(10, clock=clock, sleep=waits.append)  # the sleep does not move the clock: all ask at one instant
    for _ in range(4):
        pace.wait()
    assert [round(wait, 6) for wait in waits] == [0.1, 0.2, 0.3]

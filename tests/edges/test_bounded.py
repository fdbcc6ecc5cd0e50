from __future__ import annotations

import threading
import time

import pytest

from daemon.files.bounded import Bounded

SHORT = 0.05


def test_an_answer_is_given_on() -> None:
    """Each call returns or raises what the function returns or raises that time."""
    bounded = Bounded[int](60.0)
    numbers = iter((1, 2))
    assert [bounded.ask("disk", lambda: next(numbers)) for _ in range(2)] == [1, 2]
    with pytest.raises(OSError, match="no"):
        bounded.ask("disk", lambda: (_ for _ in ()).throw(OSError("no")))


def test_callers_wait_only_once_for_a_hung_call() -> None:
    """A caller during a hanging call returns at once: the time limit is for the call, not for each caller."""
    hangs = threading.Event()
    bounded = Bounded[bool](0.3)
    begun = time.monotonic()
    assert [bounded.ask("disk", hangs.wait) for _ in range(20)] == [None] * 20
    assert time.monotonic() - begun < 3.0
    hangs.set()


@pytest.mark.parametrize(("keeps", "calls"), [(600.0, 1), (0.0, 2)])
def test_an_answer_that_came_late(keeps: float, calls: int) -> None:
    """A late answer is returned to the next caller if it is kept; otherwise the function is called again."""
    hangs, made = threading.Event(), list[int]()

    def call() -> str:
        made.append(1)
        hangs.wait()
        return "there"

    bounded = Bounded[str](SHORT, keeps=keeps)
    assert bounded.ask("disk", call) is None
    hangs.set()
    for thread in threading.enumerate():
        if thread.name == "disk":
            thread.join()
    assert bounded.ask("disk", call) == "there"
    assert len(made) == calls


def test_a_disk_that_hangs_holds_one_thread() -> None:
    """Callers get None in time, and at most one call is in progress."""
    hangs, calls = threading.Event(), []

    def call() -> str:
        calls.append(1)
        hangs.wait()
        return "there"

    bounded = Bounded[str](SHORT)
    assert [bounded.ask("disk", call) for _ in range(3)] == [None] * 3
    assert bounded.ask("other", lambda: "here") == "here"
    assert len(calls) == 1
    hangs.set()
    assert Bounded[str](60.0).ask("disk", call) == "there"

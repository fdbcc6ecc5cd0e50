from __future__ import annotations

import threading

import pytest

from daemon.files.bounded import Bounded

SHORT = 0.05


def test_an_answer_is_given_on() -> None:
    """What a call returns or raises is returned or raised, each time anew."""
    bounded = Bounded[int](60.0)
    numbers = iter((1, 2))
    assert [bounded.ask("disk", lambda: next(numbers)) for _ in range(2)] == [1, 2]
    with pytest.raises(OSError, match="no"):
        bounded.ask("disk", lambda: (_ for _ in ()).throw(OSError("no")))


def test_a_disk_that_hangs_holds_one_thread() -> None:
    """Who asks is answered in time with nothing, and however often it is asked one call is under way."""
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

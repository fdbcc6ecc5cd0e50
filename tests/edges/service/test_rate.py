"""The least rate of a transfer, in simulated time."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from daemon.errors import Garbled, OutputError, TooSlow
from daemon.service import Demand
from daemon.service.bodies import FAST, PIECE, Exactly
from daemon.service.guard import Guard, Transfer
from daemon.service.rate import Rate

DEMAND = Demand(least=1000.0, over=60.0)


@pytest.mark.parametrize("rate", [0, 1, 500, 999])
def test_a_trickle_is_found_after_a_minute(rate: int) -> None:
    """A transfer below the least rate is detected after exactly one minute."""
    looked = Rate(DEMAND)
    for second in range(1, 60):
        assert looked.too_slow(1.0, rate * second) is None
    assert looked.too_slow(1.0, rate * 60) == rate


@pytest.mark.parametrize("rate", [1000, 2000, 10**8])
def test_what_moves_is_never_too_slow(rate: int) -> None:
    """A transfer at or above the least rate may last for hours."""
    looked = Rate(DEMAND)
    assert all(looked.too_slow(1.0, rate * second) is None for second in range(1, 10_000))


def test_pauses_are_averaged_over_a_minute() -> None:
    """A connection that stalls for half a minute and then catches up is fast enough; one that stays behind is not."""
    looked, moved = Rate(DEMAND), 0
    for second in range(1, 600):
        moved += 65_000 if second % 60 == 30 else 0
        assert looked.too_slow(1.0, moved) is None
    stopped = [looked.too_slow(1.0, moved) for _ in range(60)]
    assert stopped[-1] == 0.0


def test_an_hour_of_speed_does_not_pay_for_a_trickle() -> None:
    """Bytes moved long ago do not count for the last minute."""
    looked = Rate(DEMAND)
    assert looked.too_slow(60.0, 10**9) is None
    assert [looked.too_slow(20.0, 10**9) for _ in range(3)] == [None, None, 0.0]


@dataclass
class Body:
    """A request body whose progress the test controls."""

    sent: int = 0
    reading: bool = False


def cut_after(guard: Guard, transfer: Transfer, seconds: float, most: int = 1000) -> int:
    """The number of checks, ``seconds`` apart, until a transfer is aborted."""
    for number in range(1, most):
        guard.look(seconds)
        if transfer.rate is not None:
            return number
    raise AssertionError("never cut")


def test_a_transfer_is_cut_and_says_so() -> None:
    """An aborted transfer is reported as too slow, with host, rate and demand."""
    cuts: list[str] = []
    guard, transfer = Guard(DEMAND), Transfer(lambda: cuts.append("cut"))

    def call() -> None:
        with guard.watching(transfer):
            transfer.sends("storage.example", Body(sent=60))
            assert cut_after(guard, transfer, 1.0) == 60
            raise Garbled("half an answer")

    with pytest.raises(TooSlow, match=r"storage\.example averaged only 1 B/s .* transfers\.least_rate is 1000 B/s"):
        call()
    assert cuts == ["cut"]
    guard.close()


def test_an_error_of_another_kind_is_passed_on() -> None:
    """A full disk, and a response that was garbled without an abort, are not reported as too slow."""
    guard = Guard(DEMAND)
    for error in (OutputError("no room"), Garbled("half an answer")):
        with pytest.raises(type(error), match=str(error)), guard.watching(Transfer(lambda: None)):
            raise error
    guard.close()


@pytest.mark.parametrize("frozen", [75.0, 3600.0, 1e6])
def test_a_process_that_was_stopped_is_not_to_blame(frozen: float) -> None:
    """Time in which this process was suspended or the machine slept counts for a few seconds at most."""
    guard, transfer = Guard(DEMAND), Transfer(lambda: None)
    with guard.watching(transfer):
        body = Body()
        transfer.sends("host", body)
        for _ in range(30):
            body.sent += 2000
            guard.look(1.0)
        guard.look(frozen)
        assert transfer.rate is None
        for _ in range(100):
            body.sent += 2000
            guard.look(1.0)
        assert transfer.rate is None
    guard.close()


def test_our_own_disk_is_not_the_line() -> None:
    """Time spent reading a photo from a slow disk, or writing a picture to one, does not count."""
    guard, transfer = Guard(DEMAND), Transfer(lambda: None)
    with guard.watching(transfer):
        body = Body(reading=True)
        transfer.sends("host", body)
        for _ in range(600):
            guard.look(1.0)
        body.reading = False
        with transfer.held_up():
            for _ in range(600):
                guard.look(1.0)
        assert transfer.rate is None
        assert cut_after(guard, transfer, 1.0) == 60
    guard.close()


def test_bytes_before_a_redirect_count() -> None:
    """The bytes of a call's first request still count in its second."""
    transfer = Transfer(lambda: None)
    transfer.sends("api", Body(sent=700))
    transfer.sends("storage", Body(sent=300))
    assert (transfer.host, transfer.moved) == ("storage", 1000)


def test_a_slow_line_gets_small_pieces() -> None:
    """The progress of a slow connection is visible often, and a fast one is not split into small pieces."""
    now, sizes = [0.0], []
    body = Exactly([bytes(4 * PIECE)] * 3, 12 * PIECE, clock=lambda: now[0])
    for takes, piece in zip([2 * FAST] * 4 + [0.0] * 9, body, strict=False):
        sizes.append(len(piece))
        now[0] += takes
    assert sizes == [PIECE] * 5 + [3 * PIECE, 4 * PIECE]
    assert (body.sent, body.complete) == (12 * PIECE, True)

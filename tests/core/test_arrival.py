"""Tests of what an arrival keeps between scans: pauses, and the photos that were checked."""

from __future__ import annotations

import pytest

from daemon.shoot import DAMAGED, PATIENCE, Arrival, File, Listing, Quiet, Terms, listing, verdict

ADAPTIVE = Terms(Quiet(30.0, adaptive=True))
FIXED = Terms(Quiet(60.0))
A, B = File("A.NEF", 50, 1, 1), File("B.NEF", 50, 1, 2)
BOTH = listing([A, B])
FAULT = "ends with 2 MB of zeros"


def quiet_from(arrival: Arrival, terms: Terms) -> float:
    """When the quiet period of the shoot ends if nothing else changes. It waits only for time."""
    result = verdict(arrival, terms)
    assert not result.settled
    assert result.look_at is not None
    return result.look_at


def faulty(at: float) -> Arrival:
    """A shoot that did not change, and in which B is incomplete."""
    arrival = Arrival.first(BOTH, at - FIXED.quiet.base).seen(BOTH, at)
    assert verdict(arrival, FIXED).examine
    return arrival.examine({A: None, B: FAULT})


def test_the_pieces_of_large_files_do_not_hide_the_pauses_between_them() -> None:
    """A shoot with a new photo every 40 seconds, each growing every second, waits for four times 40 seconds."""
    arrival, now, there = Arrival.first(Listing(), 0.0), 0.0, list[File]()
    for number in range(5):
        now += 40.0
        for size in range(1, 30):
            now += 1.0
            arrival = arrival.seen(listing([*there, File(f"{number}.NEF", size, 1, number)]), now)
        there.append(File(f"{number}.NEF", 29, 1, number))
    assert quiet_from(arrival, ADAPTIVE) == now + 4 * 41.0


def test_a_file_counts_with_its_longest_pause() -> None:
    """A photo that paused once while it grew counts with that pause."""
    arrival = Arrival.first(listing([File("A.NEF", 1, 1, 1)]), 0.0)
    for size, now in ((2, 20.0), (3, 21.0), (4, 22.0)):
        arrival = arrival.seen(listing([File("A.NEF", size, 1, 1)]), now)
    assert arrival.pauses == (20.0,)
    assert quiet_from(arrival, ADAPTIVE) == 22.0 + 80.0


def test_a_photo_that_is_not_whole_is_looked_into_at_each_scan() -> None:
    """A file can become complete or readable without a change of size, time or inode, so it is checked again."""
    arrival = faulty(60.0)
    assert not verdict(arrival, FIXED).examine, "once a scan is enough"
    arrival = arrival.seen(BOTH, 60.0 + PATIENCE)
    result = verdict(arrival, FIXED)
    assert (result.settled, result.examine, arrival.unexamined) == (False, True, (B,))
    assert FAULT in result.reason, "until then the last look counts"
    assert verdict(arrival.examine({B: FAULT}), FIXED).look_at == 60.0 + 2 * PATIENCE


def test_a_photo_that_became_whole_is_a_change() -> None:
    """A photo that becomes complete restarts the quiet period, because its writer is still active."""
    arrival = faulty(60.0).seen(BOTH, 90.0).examine({B: None})
    assert quiet_from(arrival, FIXED) == 90.0 + 60.0
    assert verdict(arrival.seen(BOTH, 150.0).sets_checked(""), FIXED).settled


def test_what_was_found_in_a_photo_does_not_outlive_a_change_of_the_shoot() -> None:
    """After a change, incomplete photos are checked again once, and complete ones not at all."""
    arrival = faulty(60.0).seen(listing([A, B, File("C.NEF", 5, 1, 3)]), 70.0)
    assert (arrival.faults, [file.path for file in arrival.unexamined]) == ({}, ["B.NEF", "C.NEF"])
    assert quiet_from(arrival, FIXED) == 130.0
    arrival = arrival.seen(arrival.found, 130.0)
    arrival = arrival.examine(dict.fromkeys(arrival.unexamined)).sets_checked("")
    assert verdict(arrival, FIXED).settled, "they became whole before the shoot was quiet"


@pytest.mark.parametrize("leave_out", [True, False])
def test_damage_is_timed_from_the_last_change(leave_out: bool) -> None:
    """Repeated checks of a photo do not delay the time at which it counts as damaged."""
    arrival, now = faulty(60.0), 60.0
    while now < 60.0 + DAMAGED:
        now += PATIENCE
        arrival = arrival.seen(BOTH, now).examine({B: FAULT})
    result = verdict(arrival, Terms(FIXED.quiet, leave_out))
    assert (result.settled, "nothing has changed for 11 min" in result.reason) == (leave_out, not leave_out)

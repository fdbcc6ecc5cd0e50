"""Tests of files that the disk cannot read: for a while, for long, one file or all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import Health, Order, Phase, Preset, facts, next_steps, steps
from daemon.order.facts import Failure
from daemon.order.preset import BadFiles
from tests.core.orders import NOW, POLICY, after, order, sent

FOR_LONG = POLICY.file_patience


def shoot(bad_files: BadFiles, brackets: int = 6) -> Order:
    """A shoot whose first two photos are stored and whose others are registered."""
    start = replace(order(brackets), preset=Preset(bad_files=bad_files))
    stored = [fact for number in (0, 1) for fact in sent(number)]
    return after(start, *stored, *(sent(number)[0] for number in range(2, brackets)))


def unread(number: int, *, alone: bool = True) -> facts.Failed:
    """The failure of an upload whose file cannot be read; ``alone``: other files can be read."""
    step = steps.Upload(number)
    return facts.Failed(
        step, Failure.UNREADABLE, f"{number} cannot be read (EIO)", True, bracket=number, disk_fails=not alone
    )


def keeps_failing(start: Order, *numbers: int, seconds: float, alone: bool = True) -> tuple[Order, float]:
    """The order after these files could not be read for this long, and the time then."""
    now = end = NOW
    end += seconds
    while start.due is not None and (now := max(now, start.due)) < end:
        start = after(start, *(unread(number, alone=alone) for number in numbers), now=now)
    return start, now


@pytest.mark.parametrize("bad_files", ["hold", "leave_out"])
def test_an_error_that_passes_costs_no_photo(bad_files: BadFiles) -> None:
    """If the disk reads nothing for six seconds, the order waits and then sends every photo."""
    start = shoot(bad_files)
    failed = after(start, *(unread(number, alone=False) for number in range(2, 6)))
    assert (failed.phase, failed.health, failed.sent) == (Phase.UPLOADING, Health.RETRYING, tuple(range(6)))
    assert failed.due is not None
    assert NOW < failed.due <= NOW + 60
    assert "Other photos of the shoot cannot be read either" in failed.messages[0]
    done = after(failed, *(facts.Stored(number, 0) for number in range(2, 6)), now=failed.due)
    assert (done.messages, next_steps(done)) == ((), (steps.Confirm(),))


@pytest.mark.parametrize("bad_files", ["hold", "leave_out"])
def test_a_disk_that_gives_out_nothing_is_waited_for(bad_files: BadFiles) -> None:
    """Three days without any readable photo neither hold the order nor leave out a photo."""
    start, now = keeps_failing(shoot(bad_files), 2, 3, 4, 5, seconds=3 * 86400.0, alone=False)
    assert (start.phase, start.sent) == (Phase.UPLOADING, tuple(range(6)))
    assert start.due is not None
    assert start.due - now <= POLICY.retry_longest


def test_a_photo_that_stays_unreadable_holds_the_order() -> None:
    """A file unreadable for an hour, while others can be read, holds the order; a retry starts over."""
    soon, _ = keeps_failing(shoot("hold", 3), 2, seconds=FOR_LONG - 600)
    assert soon.phase is Phase.UPLOADING
    held, now = keeps_failing(shoot("hold", 3), 2, seconds=3 * FOR_LONG)
    assert held.phase is Phase.HELD
    assert "2 cannot be read (EIO). The photo has been unreadable for" in held.messages[0]
    assert "`bracketd retry`" in held.messages[0]
    again = after(held, facts.Retried(), unread(2), now=now)
    assert again.phase is Phase.UPLOADING


def test_photos_that_stay_unreadable_are_left_out() -> None:
    """Two files with bad blocks are left out, each after its own hour, and the rest is sent."""
    start, _ = keeps_failing(shoot("leave_out", 4), 2, 3, seconds=3 * FOR_LONG)
    assert start.sent == (0, 1)
    assert all("is left out" in note for note in start.notes)
    assert len(start.notes) == 2
    assert "Nothing was merged" not in start.notes[0]


def test_a_machine_that_slept_does_not_pass_the_time() -> None:
    """After a night's sleep, one more error is only the second try."""
    start = after(shoot("leave_out", 3), unread(2))
    woken = after(start, unread(2), now=NOW + 8 * 3600)
    assert woken.sent == (0, 1, 2)


@pytest.mark.parametrize("set_back", [True, False])
def test_patience_begins_when_the_disk_works(*, set_back: bool) -> None:
    """Hours in which the disk read nothing, or a clock that was set back, do not count against a photo."""
    start, now = keeps_failing(shoot("leave_out", 3), 2, seconds=3 * FOR_LONG, alone=False)
    then = now - 10 * FOR_LONG if set_back else now + 60
    once = after(start, unread(2), now=then)
    assert once.brackets[2].unreadable_since == (then if set_back else start.brackets[2].unreadable_since)
    assert once.sent == (0, 1, 2)


def test_what_can_be_read_again_has_all_patience() -> None:
    """Earlier errors do not count for a file that was read or registered since."""
    failed = after(replace(order(1), preset=Preset(bad_files="leave_out")), unread(0))
    assert failed.brackets[0].unreadable_since == NOW
    registered = after(failed, sent(0)[0])
    assert registered.brackets[0].unreadable_since is None
    assert after(after(registered, unread(0)), sent(0)[1]).brackets[0].unreadable_since is None


def test_errors_of_the_disk_ask_for_no_other_place() -> None:
    """If a file cannot be read, its bracket keeps its registration however often that fails."""
    start, _ = keeps_failing(shoot("hold", 3), 2, seconds=FOR_LONG / 2)
    assert start.brackets[2].failures > 4
    assert (start.brackets[2].attempt, start.uploads.discards) == (0, ())

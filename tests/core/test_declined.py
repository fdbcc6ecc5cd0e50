"""Photos of an order that a person cancelled or dismissed are not sent again unasked, wherever they turn up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import (
    Again,
    Bracket,
    Judged,
    MergeState,
    Order,
    Phase,
    Policy,
    Submitted,
    compare,
    facts,
    fingerprint,
    may_follow,
    submitted,
)
from daemon.order.policy import Limits
from daemon.recovery.reconcile import Source, furthest
from tests.core.orders import NOW, after, processed

PHOTOS = tuple(Bracket(f"IMG_{n}.JPG", 1000 + n, 5, 70 + n, mark=f"m{n}", sha256=f"s{n}") for n in range(6))
LIMIT = Policy(limits=Limits(images_per_order=1))
HELD = replace(
    after(processed(True, True), facts.Reckoned(0, 0), policy=LIMIT), brackets=PHOTOS, fingerprint=fingerprint(PHOTOS)
)
DISMISSED = after(HELD, facts.Dismissed(), now=NOW + 1)
CANCELLED = replace(HELD, phase=Phase.CANCELLED, merge=MergeState.NOT_ASKED, images=(), by_person=True)
DECLINED = pytest.mark.parametrize("declined", [DISMISSED, CANCELLED], ids=["dismissed", "cancelled"])


def copied(*photos: Bracket) -> tuple[Bracket, ...]:
    """The same contents with other names, times and inodes."""
    return tuple(replace(p, path=f"copy/{p.path}", mtime_ns=p.mtime_ns + 10**12, inode=p.inode + 9) for p in photos)


def other(number: int) -> Bracket:
    """A photo that nobody knows."""
    return Bracket(f"NEW_{number}.JPG", 7, 7, 7, mark=f"new{number}")


@DECLINED
@pytest.mark.parametrize("photos", [PHOTOS, copied(*PHOTOS), copied(*PHOTOS[:2])], ids=["moved", "copied", "some"])
def test_a_copy_of_what_was_declined_is_not_sent(declined: Order, photos: tuple[Bracket, ...]) -> None:
    """In another folder, under other names and with other times, the photos are still known by their content."""
    judged = compare("/in/elsewhere", photos, (declined,), inode=123)
    assert (judged.again, judged.before) == (Again.SAME, declined)


@DECLINED
def test_a_copy_with_a_photo_more_waits_for_a_person(declined: Order) -> None:
    """One photo added to a copy does not send the rest of it: a person is asked."""
    judged = compare("/in/elsewhere", (*copied(*PHOTOS), other(1)), (declined,))
    assert (judged.again, judged.new) == (Again.MORE, (other(1),))
    why = may_follow(judged, declined, NOW, "supplement", here=False, dev_mode=False)
    assert why is not None
    assert why.startswith("6 of its photos are those of “12 Oak St”, which a person cancelled. 1 more: NEW_1.JPG.")


@DECLINED
def test_another_shoot_that_shares_a_photo_is_sent(declined: Order) -> None:
    """A shoot with one of the photos among many others, a floor plan say, is a shoot of its own."""
    photos = (*copied(PHOTOS[0]), *map(other, range(5)))
    assert compare("/in/elsewhere", photos, (declined,)).again is Again.NEW


def test_what_was_sent_elsewhere_counts_more() -> None:
    """Photos that one order declined and another one sent are known as sent."""
    sent = replace(HELD, id="7f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11", phase=Phase.DOWNLOADED, folder="/in/sent")
    judged = compare("/in/elsewhere", copied(*PHOTOS), (DISMISSED, sent))
    assert judged.before == sent


def test_a_person_sends_what_was_dismissed() -> None:
    """A plain submit of a dismissed shoot sends it anew."""
    judged = compare(DISMISSED.folder, PHOTOS, (DISMISSED,))
    assert submitted(DISMISSED, judged, again=False) is Submitted.ANEW
    assert submitted(None, Judged(Again.NEW), again=False) is Submitted.WHOLE


def test_a_recovery_does_not_revive_a_dismissed_order() -> None:
    """Of a dismissed order and a copy from before that, the dismissal counts; a delivered one counts more."""
    (rebuilt,) = furthest({Source.FILE: (DISMISSED,), Source.COPY: (HELD,)}).values()
    assert rebuilt.order == DISMISSED
    (rebuilt,) = furthest({Source.FILE: (HELD,), Source.COPY: (DISMISSED,)}).values()
    assert rebuilt.order == DISMISSED
    noted = replace(HELD, phase=Phase.DOWNLOADED, held_in=None)
    (rebuilt,) = furthest({Source.FILE: (DISMISSED,), Source.NOTE: (noted,)}).values()
    assert rebuilt.order == noted

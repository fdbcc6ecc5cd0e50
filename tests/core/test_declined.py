"""Tests that photos of a cancelled or dismissed order are not sent again unasked, in any folder."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import (
    Again,
    Bracket,
    Health,
    Judged,
    Known,
    LateRules,
    MergeState,
    Order,
    Phase,
    Policy,
    Verb,
    compare,
    facts,
    fingerprint,
    outcome,
    part_of,
    unknown,
)
from daemon.order.late import may_follow
from daemon.order.outcome import Replace, Send
from daemon.order.policy import Limits
from daemon.recovery.reconcile import Source, furthest
from daemon.shoot import Why
from tests.core.orders import NOW, after, processed

PHOTOS = tuple(Bracket(f"IMG_{n}.JPG", 1000 + n, 5, 70 + n, mark=f"m{n}", sha256=f"s{n}") for n in range(6))
RULES = LateRules("supplement", dev_mode=False, now=NOW)
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
    """An unknown photo."""
    return Bracket(f"NEW_{number}.JPG", 7, 7, 7, mark=f"new{number}")


@DECLINED
@pytest.mark.parametrize("photos", [PHOTOS, copied(*PHOTOS), copied(*PHOTOS[:2])], ids=["moved", "copied", "some"])
def test_a_copy_of_what_was_declined_is_not_sent(declined: Order, photos: tuple[Bracket, ...]) -> None:
    """In another folder, with other names and times, the photos are recognised by their content."""
    judged = compare("/in/elsewhere", photos, (declined,), inode=123)
    assert (judged.again, judged.before) == (Again.SAME, declined)


@DECLINED
def test_a_copy_with_a_photo_more_waits_for_a_person(declined: Order) -> None:
    """A copy with one added photo is held, not sent."""
    judged = compare("/in/elsewhere", (*copied(*PHOTOS), other(1)), (declined,))
    assert (judged.again, judged.new) == (Again.MORE, (other(1),))
    why = may_follow(judged, declined, NOW, "supplement", here=False, dev_mode=False)
    assert why is not None
    assert why.startswith("6 of its photos are those of “12 Oak St”, which a person cancelled. 1 more: NEW_1.JPG.")


@DECLINED
def test_another_shoot_that_shares_a_photo_is_sent(declined: Order) -> None:
    """A shoot that shares one of many photos, such as a floor plan, is a shoot of its own."""
    photos = (*copied(PHOTOS[0]), *map(other, range(5)))
    assert compare("/in/elsewhere", photos, (declined,)).again is Again.NEW


def test_what_was_sent_elsewhere_counts_more() -> None:
    """Photos that one order declined and another sent count as sent."""
    sent = replace(HELD, id="7f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11", phase=Phase.DOWNLOADED, folder="/in/sent")
    judged = compare("/in/elsewhere", copied(*PHOTOS), (DISMISSED, sent))
    assert judged.before == sent


def test_a_person_sends_what_was_dismissed() -> None:
    """A plain submit of a dismissed shoot sends it again."""
    judged = compare(DISMISSED.folder, PHOTOS, (DISMISSED,))
    assert outcome(Known(DISMISSED.folder, judged, newest=DISMISSED, verb=Verb.SUBMIT), RULES) == Replace(DISMISSED)
    assert outcome(Known(DISMISSED.folder, Judged(Again.NEW), verb=Verb.SUBMIT), RULES) == Send()


def test_a_recovery_does_not_revive_a_dismissed_order() -> None:
    """A dismissed order overrides an older copy of it; a delivered one overrides both."""
    (rebuilt,) = furthest({Source.FILE: (DISMISSED,), Source.COPY: (HELD,)}).values()
    assert rebuilt.order == DISMISSED
    (rebuilt,) = furthest({Source.FILE: (HELD,), Source.COPY: (DISMISSED,)}).values()
    assert rebuilt.order == DISMISSED
    noted = replace(HELD, phase=Phase.DOWNLOADED, held_in=None)
    (rebuilt,) = furthest({Source.FILE: (DISMISSED,), Source.NOTE: (noted,)}).values()
    assert rebuilt.order == noted


# --- declined photos beside others ---


def elsewhere(*photos: Bracket, phase: Phase = Phase.DOWNLOADED, folder: str = "/in/sent") -> Order:
    """Another order, with these photos."""
    other_id = "7f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11"
    return replace(HELD, id=other_id, phase=phase, held_in=None, folder=folder, brackets=photos, fingerprint="x")


OTHERS = tuple(replace(other(number), path=f"NEW_{number}.JPG", sha256=f"n{number}") for number in range(6))


@DECLINED
@pytest.mark.parametrize("folder", ["/in/sent", "/in/2026", CANCELLED.folder])
def test_what_was_sent_is_not_new_beside_what_was_declined(declined: Order, folder: str) -> None:
    """A folder with photos of a delivered and a declined shoot has nothing new; a submit sends the declined ones."""
    sent = elsewhere(*OTHERS)
    judged = compare(folder, (*PHOTOS, *OTHERS), (sent, declined))
    assert (judged.again, judged.before, judged.new) == (Again.SAME, sent, ())
    assert (judged.unsent, judged.declined) == (PHOTOS, frozenset(photo.path for photo in PHOTOS))


@DECLINED
@pytest.mark.parametrize("phase", [Phase.HELD, Phase.SETTLED, Phase.DOWNLOADED])
def test_what_a_supplement_has_is_not_new_again(declined: Order, phase: Phase) -> None:
    """Once a held or sent order has the other photos, the shoot has nothing new."""
    photos = (*copied(*PHOTOS), other(1), other(2))
    judged = compare("/in/elsewhere", photos, (declined,))
    locked = part_of(facts.Locked(photos), judged, ())
    assert locked.brackets == (other(1), other(2))
    assert {(one.path, one.why, one.of, one.shoot) for one in locked.left_out_why} == {
        (f"copy/{photo.path}", Why.DECLINED, photo.path, declined.shoot) for photo in PHOTOS
    }
    supplement = replace(elsewhere(*locked.brackets, phase=phase, folder="/in/elsewhere"), left_out=locked.left_out)
    again = compare("/in/elsewhere", photos, (supplement, declined))
    assert (again.again, again.new, unknown((supplement,), photos)) == (Again.SAME, (), ())


@DECLINED
def test_a_folder_of_which_an_order_was_sent_takes_late_photos(declined: Order) -> None:
    """A cancelled order no longer counts after the shoot was submitted again."""
    sent = elsewhere(*PHOTOS, folder=declined.folder)
    judged = compare(declined.folder, (*PHOTOS, other(1)), (sent, declined))
    assert (judged.again, judged.before, judged.new) == (Again.MORE, sent, (other(1),))


@DECLINED
def test_late_photos_of_a_shoot_that_was_half_declined_wait(declined: Order) -> None:
    """If a person cancelled at least half of a folder's photos, new ones are not sent unasked."""
    sent = elsewhere(OTHERS[0], folder=declined.folder)
    judged = compare(declined.folder, (*PHOTOS, OTHERS[0], other(9)), (sent, declined))
    assert (judged.again, judged.before, judged.new) == (Again.MORE, sent, (other(9),))
    why = may_follow(judged, sent, NOW, "supplement", here=True, dev_mode=False)
    assert why is not None
    assert "A person cancelled 6 others of the shoot. `bracketd approve` sends those" in why


def test_cancelling_ends_what_was_said_of_late_photos() -> None:
    """Late photos are reported for the shoot's current order, not for one that is cancelled or replaced."""
    held = replace(CANCELLED, phase=Phase.HELD, held_in=Phase.UPLOADING, late=("NEW.JPG",))
    ended = after(held, facts.Cancelled("no", by_person=True))
    assert (ended.late, ended.health) == ((), Health.OK)
    named = after(ended, facts.CameLate(("NEW.JPG",)))
    assert (named.late, named.health) == (("NEW.JPG",), Health.ATTENTION)
    assert after(named, facts.Cancelled("submitted again")) == replace(ended, updated_at=NOW)

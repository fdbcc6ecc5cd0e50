"""Tests of an outdated state that finds delivery notes, merges and other orders."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import (
    Bracket,
    Hold,
    Image,
    ImageState,
    MergeState,
    Order,
    Phase,
    Refusal,
    Verb,
    allowed,
    delivered_as,
    evolve,
    facts,
    fingerprint,
    named_alike,
    next_steps,
    refusal,
    steps,
)
from daemon.order.behind import asks_note, asks_service
from daemon.order.found import FoundDelivered, FoundElsewhere, FoundMerged, Note
from daemon.order.naming import name_at_service
from daemon.order.policy import Limits, Policy
from tests.core.orders import NOW, POLICY, after, merged, order, processed, reckoned, sent, uploaded

OTHER = "7f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11"
NOTE = "/out/12 Oak St/order.json"
ELSEWHERE = FoundElsewhere(OTHER, NOTE)
PLACED = Image("i0", "picture 0", state=ImageState.PLACED, size=5, sha256="ab", file="IMG_0431.jpg", fetched_at=NOW - 9)
FAILED = Image("i1", "picture 1", state=ImageState.FAILED, reason="too dark")
MARKED = tuple(replace(b, mark=f"m{n}", sha256=f"s{n}") for n, b in enumerate(order().brackets))
DELIVERED = FoundDelivered(NOTE, MARKED, (PLACED, FAILED))
UNDER_WAY = [order(), after(order(), *sent(0)), uploaded(), uploaded(flow="brackets"), merged(), processed(True)]
OVER = [replace(order(), phase=phase, due=None) for phase in (Phase.DOWNLOADED, Phase.SKIPPED, Phase.CANCELLED)]


# --- an order's own note ---


@pytest.mark.parametrize("of", [*UNDER_WAY, reckoned(True, False)])
def test_an_order_that_was_delivered_ends(of: Order) -> None:
    """In any phase, a note and its pictures make the order delivered, as it was then."""
    done = after(of, DELIVERED)
    assert (done.phase, done.due, done.merge, done.images) == (
        Phase.DOWNLOADED,
        None,
        MergeState.SEEN,
        DELIVERED.images,
    )
    assert next_steps(done) == ()
    assert [(bracket.stored, bracket.sha256) for bracket in done.brackets] == [(True, f"s{n}") for n in range(3)]
    assert after(done, DELIVERED) == done


@pytest.mark.parametrize("found", [replace(DELIVERED, missing=("IMG_0431.jpg",)), replace(DELIVERED, images=(FAILED,))])
@pytest.mark.parametrize("of", UNDER_WAY)
def test_a_note_without_its_pictures_is_asked_about(of: Order, found: FoundDelivered) -> None:
    """If pictures are missing nothing is bought, and the message says what to do."""
    held = after(of, found)
    assert (held.phase, held.held_in, held.hold) == (Phase.HELD, of.phase, Hold.DELIVERED)
    assert next_steps(held) == ()
    assert "`bracketd retry`" in (held.trouble or "")
    assert "`bracketd approve`" in (held.trouble or "")


def test_pictures_that_are_back_are_looked_for_again() -> None:
    """After a retry the note counts if its pictures are there. After an approval the note does not count."""
    held = after(processed(True), replace(DELIVERED, missing=("IMG_0431.jpg",)))
    again = after(held, facts.Retried())
    assert (again.phase, again.unknown_order) == (Phase.DOWNLOADING, None)
    assert after(again, DELIVERED).phase is Phase.DOWNLOADED
    approved = after(held, facts.Approved())
    assert (approved.phase, approved.hold) == (Phase.DOWNLOADING, None)
    assert after(approved, DELIVERED, replace(DELIVERED, missing=("IMG_0431.jpg",))) == approved
    assert next_steps(after(approved, facts.Reckoned(0, 0))) == (steps.Fetch("i0"),)
    assert asks_note(again, looked=False)
    assert not asks_note(approved, looked=False)


@pytest.mark.parametrize(
    "of", [order(), after(order(), *sent(0)), uploaded(), after(uploaded(), facts.MergeIntended())]
)
def test_an_approval_does_not_hide_a_merge(of: Order) -> None:
    """The service is asked before each merge, even for an approved order, and an existing merge is found."""
    approved = after(of, replace(DELIVERED, missing=("IMG_0431.jpg",)), facts.Approved())
    assert approved.phase is of.phase
    assert all(asks_service(approved, steps.Merge(), looked=looked) for looked in (True, False))
    found = after(approved, FoundMerged(merging=False))
    assert (found.phase, found.merge, next_steps(found)) == (Phase.PROCESSING, MergeState.SEEN, (steps.Look(),))


def test_a_plain_submit_does_not_send_what_may_be_delivered() -> None:
    """An order whose note says that it was delivered is sent again only with ``--again``."""
    held = after(uploaded(), replace(DELIVERED, missing=("IMG_0431.jpg",)))
    assert refusal(held, Verb.SUBMIT) is Refusal.NEEDS_A_CHOICE
    assert {Verb.SUBMIT_AGAIN, Verb.APPROVE, Verb.RETRY} <= allowed(held)


# --- a merge that the state does not know ---


@pytest.mark.parametrize(
    "of", [order(), after(order(), *sent(0)), uploaded(), after(uploaded(), facts.MergeIntended())]
)
@pytest.mark.parametrize("merging", [True, False])
def test_an_order_that_was_merged_is_only_looked_at(of: Order, merging: bool) -> None:
    """No bracket is sent and no merge requested, whatever the state says."""
    found = after(of, FoundMerged(merging))
    assert next_steps(found) == (steps.Look(),)
    assert after(found, FoundMerged(merging)) == found
    assert after(found, facts.Failed(steps.Merge(), facts.Kind.PASSING, "lost")).merge is MergeState.SEEN


# --- another order's note ---


@pytest.mark.parametrize("of", [*UNDER_WAY, reckoned(True)])
def test_what_another_order_seems_to_have_sent_waits(of: Order) -> None:
    """An order is held once for each other order's note; the message has the path and the remedies."""
    held = after(of, ELSEWHERE)
    assert (held.phase, held.hold, held.unknown_order) == (Phase.HELD, Hold.UNKNOWN_ORDER, OTHER)
    words = held.trouble or ""
    assert words.startswith(f"{NOTE} says that this shoot was delivered, as order 7f1d1f0e")
    assert all(remedy in words for remedy in ("`bracketd doctor --recover`", "`bracketd approve`"))
    assert ("Nothing was sent" in words) is ("`bracketd cancel`" in words) is (of.merge is MergeState.NOT_ASKED)
    assert after(held, facts.Retried()) == held, "to try again is no answer to that"
    released = after(held, facts.Approved())
    assert (released.phase, released.hold, released.trouble) == (of.phase, None, None)
    assert after(released, ELSEWHERE) == released


@pytest.mark.parametrize("of", [*OVER, after(reckoned(True, True), facts.Fetched("i0", 5, "ab", "jpg"))])
def test_what_is_over_or_paid_for_is_not_held(of: Order) -> None:
    """A late find of another order does not change an order that ended or is buying images."""
    assert after(of, ELSEWHERE, FoundMerged(merging=True)) == of


def test_a_hold_for_another_order_outlives_what_else_happens() -> None:
    """Late facts of running steps do not change the hold; approving it lifts no limit."""
    held = after(after(order(), *sent(0)[:1]), ELSEWHERE)
    later = after(held, sent(0)[1], facts.Failed(None, facts.Kind.BUG, "a bug"), replace(ELSEWHERE, order="another"))
    assert (later.phase, later.hold, later.unknown_order) == (Phase.HELD, Hold.UNKNOWN_ORDER, OTHER)
    assert later.trouble == held.trouble
    few = Policy(limits=Limits(images_per_order=1))
    many = replace(order(12), preset=replace(order().preset, per_image=3))
    waits = after(many, ELSEWHERE, policy=few)
    limited = after(waits, facts.Approved(), policy=few)
    assert (limited.phase, limited.over_limit, limited.hold) == (Phase.HELD, True, None)


def test_a_hold_for_another_order_can_be_cancelled() -> None:
    """A person can cancel the shoot; it is then not sent unasked."""
    ended = after(after(order(), ELSEWHERE), facts.Cancelled("by a person", by_person=True))
    assert (ended.phase, ended.hold, ended.by_person) == (Phase.CANCELLED, None, True)


def test_the_message_names_an_order_that_only_the_service_lists() -> None:
    """The message also names an order that only the service lists, and a note that a recovery could not confirm."""
    listed = after(order(), FoundElsewhere(OTHER))
    assert (listed.trouble or "").startswith("the service has an order of this shoot, as order 7f1d1f0e")
    doubtful = after(order(), replace(ELSEWHERE, doubtful=True))
    assert "neither its pictures nor the service confirm that" in (doubtful.trouble or "")


# --- is it this shoot? ---


def note(**fields: object) -> Note:
    """The note of an order with other photos, from another folder."""
    theirs = tuple(Bracket(f"DSC_{n}.NEF", 77 + n, 9, n, mark=f"n{n}") for n in range(3))
    elsewhere = replace(order(), id=OTHER, folder="/in/Elm", output="/out/Elm", brackets=theirs)
    told = replace(elsewhere, **fields)  # type: ignore[arg-type]
    return Note(told, told.output, "order.json")


RENAMED = tuple(replace(bracket, path=f"{n}.jpg", mtime_ns=7 * 10**9) for n, bracket in enumerate(MARKED))
FLOOR_PLAN = (*note().order.brackets, replace(MARKED[0], path="plan.jpg"))


@pytest.mark.parametrize(
    ("found", "is_it"),
    [
        (note(), False),
        (note(folder="/in/12 Oak St"), True),
        (note(output="/out/12 Oak St"), True),
        (Note(note().order, "/out/12 Oak St", "order-7f1d1f0e.json"), True),
        (note(brackets=MARKED), True),
        (note(brackets=RENAMED), True),
        (note(brackets=RENAMED[:2]), True),
        (note(brackets=RENAMED[:1]), False),
        (note(brackets=FLOOR_PLAN), False),
        (note(brackets=tuple(replace(b, sha256="other") for b in RENAMED)), False),
        (note(brackets=order().brackets, fingerprint=fingerprint(order().brackets)), True),
        (note(brackets=tuple(replace(b, mtime_ns=9 * 10**9) for b in order().brackets)), False),
    ],
    ids=[
        *("another", "its folder", "its pictures' folder", "lies there", "its photos", "renamed photos"),
        *("most photos", "a third", "a floor plan", "other bytes", "by names and times", "an old note, other times"),
    ],
)
def test_whose_note_it_is(found: Note, is_it: bool) -> None:
    """A note belongs to a shoot if it mentions the shoot's folder or output folder, or has most of its photos."""
    assert delivered_as("/in/12 Oak St", {"/out/12 Oak St"}, MARKED, [note(), found]) == (found if is_it else None)


def test_names_at_the_service() -> None:
    """An order at the service belongs to a shoot if a photo there has the shoot's and the file's name."""
    names = frozenset({name_at_service("12 Oak St", "DCIM/IMG_0431.JPG", "")})
    assert named_alike("12 Oak St", order().brackets, names)
    assert not named_alike("12 Oak", order().brackets, names)
    assert not named_alike("12 Oak St", (Bracket("DSC_1.NEF", 1, 1, 1),), names)


HELD = after(order(), ELSEWHERE)


def test_every_kind_of_finding_has_a_rule() -> None:
    """Each finding may arrive at any time and never raises."""
    for fact in (DELIVERED, FoundMerged(merging=False), ELSEWHERE):
        for of in (*UNDER_WAY, *OVER, HELD):
            evolve(of, fact, now=NOW, policy=POLICY)

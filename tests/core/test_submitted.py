"""Tests of limits on an order that no submit, setting or clock can lift."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import (
    Again,
    Ended,
    Hold,
    ImageState,
    Judged,
    Known,
    LateRules,
    MergeState,
    Order,
    Phase,
    Policy,
    Preset,
    Verb,
    compare,
    fingerprint,
    known_again,
    next_steps,
    outcome,
    steps,
)
from daemon.order import facts as f
from daemon.order.facts import Failure
from daemon.order.outcome import Refuse, RefusedFor, Replace
from daemon.order.policy import Limits
from daemon.shoot import LeftOut, Why
from tests.changed import changed
from tests.core.orders import NOW, POLICY, after, order, processed, uploaded

HERE = order(3)
SENT = changed(HERE, phase=Phase.DOWNLOADED, fingerprint=fingerprint(HERE.brackets))
ELSEWHERE = changed(SENT, id="7f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11", folder="/in/copy", output="/out/copy")
CANCELLED = replace(SENT, standing=Ended.CANCELLED_BY_PERSON)
SKIPPED = changed(SENT, phase=Phase.SKIPPED, brackets=(), inode=7)
COPY = changed(SKIPPED, id="8f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11", same_as=ELSEWHERE.id)
OTHERS = tuple(replace(photo, size=photo.size + 7, mark=f"m{photo.size}") for photo in HERE.brackets)
RULES = LateRules("supplement", dev_mode=False, now=NOW)
LIMIT = Policy(limits=Limits(images_per_day=1))


@pytest.mark.parametrize("newest", [CANCELLED, changed(SKIPPED, same_as=None)], ids=["cancelled", "skipped"])
def test_what_was_sent_elsewhere_is_not_sent_by_a_plain_submit(newest: Order) -> None:
    """Photos of another folder's order are bought again only with ``--again``."""
    judged = compare(HERE.source.folder, HERE.brackets, (newest, ELSEWHERE))
    assert (judged.again, judged.before) == (Again.SAME, ELSEWHERE), "the one that was sent speaks, not the newest"
    known = Known(HERE.source.folder, judged, newest=newest, verb=Verb.SUBMIT, original=ELSEWHERE)
    assert outcome(known, RULES) == Refuse(RefusedFor.SAME_PHOTOS, ELSEWHERE)
    assert outcome(replace(known, verb=Verb.SUBMIT_AGAIN), RULES) == Replace(newest)


@pytest.mark.parametrize(
    ("skipped", "inode", "expected"),
    [
        (SKIPPED, 7, Again.SKIPPED),
        (SKIPPED, None, Again.SKIPPED),
        (changed(SKIPPED, inode=None), 8, Again.SKIPPED),
        (SKIPPED, 8, Again.NEW),
        (COPY, 7, Again.NEW),
        (changed(CANCELLED, inode=7), 7, Again.SKIPPED),
        (changed(CANCELLED, inode=7), 8, Again.NEW),
    ],
    ids=["same folder", "not known", "not known then", "another", "a copy's", "cancelled", "cancelled, another"],
)
def test_a_name_is_not_the_folder(skipped: Order, inode: int | None, expected: Again) -> None:
    """Other photos in another folder with the name of a skipped one are another shoot."""
    assert compare(HERE.source.folder, OTHERS, (skipped,), inode).again is expected


def test_a_folder_that_held_a_copy_sends_other_photos_on_submit() -> None:
    """``submit`` sends the current photos in the folder of a skipped copy, if no order has any of them."""
    known = Known(HERE.source.folder, Judged(Again.NEW), newest=COPY, verb=Verb.SUBMIT)
    assert outcome(known, RULES) == Replace(COPY)


def test_photos_that_are_known_by_content_are_known_by_name_from_then_on() -> None:
    """Copies of sent photos are reported once; after that their names are known."""
    marked = tuple(replace(photo, mark=f"m{photo.size}", sha256="ab") for photo in HERE.brackets)
    sent = replace(SENT, brackets=marked)
    second = tuple(replace(photo, path=f"CARD2/{photo.path}") for photo in marked)
    left = LeftOut(second[2].path, Why.COPY, second[1].path)
    fact = f.Locked((*marked, *second[:2]), (left.path,), left_out_why=(left,))
    judged = compare(sent.source.folder, fact.brackets, (sent,))
    known = known_again(fact, judged, (sent,))
    of = (marked[0].path, marked[1].path, marked[1].path)
    assert set(known) == {LeftOut(photo.path, Why.COPY, path) for photo, path in zip(second, of, strict=True)}
    copies = tuple(one.path for one in known)
    knows = after(sent, f.FoundAgain(copies, known))
    assert (knows.unsent.left_out, knows.unsent.left_out_why) == (tuple(sorted(copies)), known)
    assert known_again(fact, judged, (knows,)) == ()
    assert after(knows, f.FoundAgain(copies[:1])) is knows


# --- limits ---


def test_approving_a_late_supplement_lifts_no_limit() -> None:
    """Approving a held late supplement sends it, and the limits still apply."""
    late = changed(order(2), standing=Hold(Phase.SETTLED), supplement_of="x", due=None)
    sent = after(late, f.Approved(), policy=LIMIT)
    assert (sent.phase, sent.purchase.approved) == (Phase.SETTLED, False)
    done = replace(processed(True, True), purchase=sent.purchase)
    assert after(done, f.Reckoned(0, 0), policy=LIMIT).phase is Phase.HELD


def test_approving_an_order_at_a_limit_lifts_it() -> None:
    """An approved order that was held at a limit buys all its images."""
    held = after(processed(True, True), f.Reckoned(0, 0), policy=LIMIT)
    assert (held.phase, held.purchase.over_limit) == (Phase.HELD, True)
    bought = after(held, f.Approved(), f.Reckoned(0, 0), policy=LIMIT)
    assert (bought.phase, bought.purchase.approved, bought.purchase.over_limit) == (Phase.DOWNLOADING, True, False)
    assert next_steps(bought) == (steps.Fetch("i0"), steps.Fetch("i1"))


def test_a_late_supplement_that_is_too_large_needs_two_approvals() -> None:
    """Approving a late supplement does not approve its size; that needs a second approval."""
    policy = Policy(limits=Limits(images_per_order=1))
    late = changed(order(2), preset=Preset(1), standing=Hold(Phase.SETTLED), supplement_of="x", due=None)
    held = after(late, f.Approved(), policy=policy)
    assert (held.phase, held.purchase.over_limit) == (Phase.HELD, True)
    assert "limits.images_per_order is 1" in held.messages[0]
    assert after(held, f.Approved(), policy=policy).phase is Phase.SETTLED


# --- settings and clocks ---


@pytest.mark.parametrize("dev_mode", [True, False])
def test_a_retry_changes_no_price(dev_mode: bool) -> None:
    """A retry takes the current settings except dev mode: a free order stays free, a paid one stays paid."""
    free = replace(uploaded(), preset=Preset(5, dev_mode=dev_mode))
    refused = after(free, f.Failed(steps.Merge(), Failure.REQUEST, "422", unsent=True))
    assert refused.phase is Phase.HELD
    again = after(refused, f.Retried(Preset(3, dev_mode=not dev_mode)))
    assert (again.phase, again.preset) == (Phase.UPLOADED, Preset(3, dev_mode=dev_mode))


def test_a_clock_that_was_set_back_stops_no_merge_whose_answer_was_lost() -> None:
    """A merge that was lost while the clock was a year ahead is repeated after the usual number of polls."""
    ahead = NOW + 365 * 86400
    asked = after(uploaded(), f.MergeIntended(), now=ahead)
    lost = after(asked, f.Failed(steps.Merge(), Failure.PASSING, "the answer was lost"), now=ahead)
    looks = [f.Polled(merging=False, processing=False, images=())] * POLICY.idle_looks
    almost = after(lost, *looks[1:])
    assert (almost.merge.state, next_steps(almost)) == (MergeState.ASKED, (steps.Poll(),))
    again = after(lost, *looks)
    assert (again.merge.state, next_steps(again)) == (MergeState.NOT_ASKED, (steps.Merge(),))
    image = f.PolledImage("a", "a", ended=True)
    assert after(lost, f.Polled(False, False, (image,))).images[0].state is ImageState.PROCESSED, "if it was not done"

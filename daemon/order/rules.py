"""What happens next to an order, and what a fact makes of it.

The rules, first:

1. Phases only move forward along settled, uploading, uploaded, merging, processing, downloading, downloaded. The one
   exception is a person's retry of failed images, which takes an order back to processing.
2. A late or repeated fact changes nothing.
3. The merge is asked for only when every bracket is stored and every unused registration is deleted.
4. The merge is asked for once. Its intent is recorded before the request; when the answer is lost the order is
   looked at, and only one that stays idle and empty for ``Policy.idle_grace``, seen so ``Policy.idle_looks`` times,
   counts as not merged. When the service refused it, the order is looked at ``Policy.refused_looks`` times first.
5. Done means: not merging, not processing, at least one image, and every image ended.
6. An image is fetched, which costs money, only after that; fetched bytes are placed without asking again.
7. An image that failed is processed once more, once; asked again only if nobody knows that it was heard. One that
   the account's daily limit stopped is, when that lets.
8. Nothing is bought that would pass a limit, unless a person approved; an order that only the day's limit stops goes
   on by itself the next day.
9. A dismissed image is never bought.
10. An order of which every image failed is held: there is nothing to deliver.
11. A held, skipped or cancelled order asks the service for nothing.
12. An answer that does not match what was asked (another order or bracket, an id twice, more images than brackets) is
    not used. It is asked for again, and after some tries the order is held.

No I/O, no clock, no log: ``now`` and ``policy`` are arguments.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from daemon.order import asked, behind, downloading, merging, money, steps, trouble, uploading
from daemon.order import facts as f
from daemon.order.due import dated, with_true_due
from daemon.order.found import FoundDelivered, FoundElsewhere, FoundMerged
from daemon.order.model import RESTING, ImageState, MergeState, Order, Phase
from daemon.order.policy import Policy


def next_steps(order: Order) -> tuple[steps.Step, ...]:
    """What happens next to an order: every step that may be taken now, the most useful first."""
    match order.phase:
        case Phase.SETTLED | Phase.UPLOADING:
            return _upload_steps(order)
        case Phase.UPLOADED:
            return (steps.Merge(),)
        case Phase.MERGING:
            unmerged = order.merge is MergeState.NOT_ASKED and order.merge_refused_at is None
            return (steps.Merge(),) if unmerged else (steps.Look(),)
        case Phase.PROCESSING:
            return tuple(steps.Reprocess(i.id) for i in order.images if i.state is ImageState.AGAIN) or (steps.Look(),)
        case Phase.DOWNLOADING:
            return _download_steps(order) or (steps.Deliver(),)
        case _:
            return ()


def _upload_steps(order: Order) -> tuple[steps.Step, ...]:
    if order.flow == "brackets" and not order.created:
        return (steps.Create(),)
    todo = sorted((order.brackets[n].failures, n) for n in order.sent if not order.brackets[n].stored)
    uploads = [steps.Upload(n) for _, n in todo if order.brackets[n].registered]
    registers = [steps.Register(n) for _, n in todo if not order.brackets[n].registered]
    if order.refusals > 1:  # one bracket shows whether storage takes any
        uploads, registers = uploads[:1], [] if uploads else registers[:1]
    return (*uploads, *registers, *map(steps.Discard, order.discards)) or (steps.Confirm(),)


def _download_steps(order: Order) -> tuple[steps.Step, ...]:
    places = [steps.Place(i.id) for i in order.images if i.state is ImageState.FETCHED]
    if money.must_reckon(order):
        return (*places, steps.Reckon())
    fetches = sorted((i.failures, n) for n, i in enumerate(order.images) if i.state is ImageState.PROCESSED)
    return (*places, *(steps.Fetch(order.images[n].id) for _, n in fetches))


BY_PERSON = (f.Retried, f.Approved, f.Reopened, f.Dismissed, f.Cancelled)
"""Facts that a held order takes as they are: only a person lets it go on."""


def evolve(order: Order, fact: f.Fact, *, now: float, policy: Policy) -> Order:
    """The order after a fact. Facts that come too late, twice, or for another registration change nothing."""
    known = order
    order = with_true_due(order, now, policy)
    if order.phase is Phase.HELD and order.held_in and not isinstance(fact, BY_PERSON):
        there = replace(order, phase=order.held_in, held_in=None)
        after = _applied(there, fact, now, policy)
        after = order if after is there else _still_held(order, after)
    else:
        after = _applied(order, fact, now, policy)
    if after is order:
        return known
    if after.phase is not Phase.HELD and after.hold is not None:
        after = replace(after, hold=None)
    since = order.updated_at if order.phase_since is None else order.phase_since
    return replace(dated(known, after, now), phase_since=since if after.phase is order.phase else now)


def _still_held(order: Order, after: Order) -> Order:
    """What was under way when an order was held still counts, but only a person lets it go on.

    A reason to hold it that outweighs the present one is added to it: both are for the same person to see.
    """
    if after.phase is Phase.HELD and after.hold is not None and after.hold.outweighs(order.hold):
        troubles = (*order.troubles, *after.troubles)
        order = replace(order, hold=after.hold, unknown_order=after.unknown_order, troubles=troubles)
    if after.phase in RESTING:
        after = replace(after, phase=order.held_in or order.phase)
    after = replace(after, mismatch=order.mismatch, hold=order.hold, unknown_order=order.unknown_order)
    after = replace(after, over_limit=order.over_limit)
    return replace(after, phase=Phase.HELD, held_in=after.phase, troubles=order.troubles, due=None)


def _applied(order: Order, fact: f.Fact, now: float, policy: Policy) -> Order:  # noqa: C901, PLR0912 - a case a fact
    """The order after a fact, by the rule for that kind of fact."""
    match fact:
        case f.Locked():
            return money.locked(order, fact, now, policy)
        case f.Created():
            return uploading.created(order, fact, now, policy)
        case f.Registered():
            return uploading.registered(order, fact, now, policy)
        case f.Stored():
            return uploading.stored(order, fact, now, policy)
        case f.SlotLost():
            return uploading.slot_lost(order, fact, now, policy)
        case f.Changed():
            return uploading.changed(order, fact, now, policy)
        case f.SameContent():
            return uploading.same_content(order, fact, now, policy)
        case f.Discarded():
            return uploading.discarded(order, fact, now, policy)
        case f.Confirmed():
            return uploading.confirmed(order, fact, now, policy)
        case f.MergeIntended():
            return merging.merge_intended(order, fact, now, policy)
        case f.Merged():
            return merging.merged(order, fact, now, policy)
        case f.Seen():
            return merging.seen(order, fact, now, policy)
        case f.ReprocessIntended():
            return merging.reprocess_intended(order, fact, now, policy)
        case f.Reprocessed():
            return merging.reprocessed(order, fact, now, policy)
        case f.Reckoned():
            return money.reckoned(order, fact, now, policy)
        case f.Approved():
            return money.approved(order, fact, now, policy)
        case f.Reopened():
            return asked.reopened(order, fact, now, policy)
        case f.Dismissed():
            return asked.dismissed(order, fact, now, policy)
        case f.Fetched():
            return downloading.fetched(order, fact, now, policy)
        case f.FetchLost():
            return downloading.fetch_lost(order, fact, now, policy)
        case f.Placed():
            return downloading.placed(order, fact, now, policy)
        case f.ImageLost():
            return downloading.image_lost(order, fact, now, policy)
        case f.Delivered():
            return downloading.delivered(order, fact, now, policy)
        case f.CameLate():
            return downloading.came_late(order, fact, now, policy)
        case f.FoundAgain():
            return downloading.found_again(order, fact, now, policy)
        case f.Moved():
            return uploading.moved(order, fact, now, policy)
        case f.OutputRenamed():
            return downloading.output_renamed(order, fact, now, policy)
        case FoundDelivered():
            return behind.found_delivered(order, fact, now, policy)
        case FoundMerged():
            return behind.found_merged(order, fact, now, policy)
        case FoundElsewhere():
            return behind.found_elsewhere(order, fact, now, policy)
        case f.Failed():
            return trouble.failed(order, fact, now, policy)
        case f.Interrupted():
            return trouble.nothing(order, fact, now, policy)
        case f.Retried():
            return trouble.retried(order, fact, now, policy)
        case f.Resumed():
            return trouble.resumed(order, fact, now, policy)
        case f.Recovered():
            return trouble.nothing(order, fact, now, policy)
        case f.Cancelled():
            return trouble.cancelled(order, fact, now, policy)
        case _:
            assert_never(fact)

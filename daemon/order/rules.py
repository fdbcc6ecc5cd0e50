"""Decides the next steps of an order, and how each fact changes it.

The rules:

1. Phases only move forward along settled, uploading, uploaded, merging, processing, downloading, downloaded. The one
   exception is a person's retry of failed images, which takes an order back to processing.
2. A late or repeated fact changes nothing.
3. The merge is requested only when every bracket is stored and every unused registration is deleted.
4. The merge is requested once. Its intent is recorded before the request. If the answer is lost, the service is polled;
   the merge counts as not carried out only if the order is idle and empty for ``Policy.idle_grace`` and in
   ``Policy.idle_looks`` polls. After a refusal, the order is polled ``Policy.refused_looks`` times before the next try.
5. The service is done if it is not merging, not processing, shows at least one image, and every image has ended.
6. An image is fetched, which costs money, only after that. Fetched bytes are placed without another request.
7. A failed image is reprocessed once. That is requested again only if it is unknown whether the service got the
   request. An image that the account's daily limit stopped is reprocessed once the limit resets.
8. Nothing is bought beyond a limit without approval. An order that only the daily limit stops continues automatically
   the next day.
9. A dismissed image is never bought.
10. An order whose images all failed is held, because there is nothing to deliver.
11. A held, skipped or cancelled order makes no requests.
12. An answer that does not match the request (another order or bracket, an id twice, more images than brackets) is not
    used. The request is repeated, and after some tries the order is held.

No I/O, no clock, no log: ``now`` and ``policy`` are arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from daemon.order import asked, behind, downloading, merging, money, steps, trouble, uploading
from daemon.order import facts as f
from daemon.order.due import dated, with_true_due
from daemon.order.found import FoundDelivered, FoundElsewhere, FoundMerged
from daemon.order.model import RESTING, ImageState, MergeState, Order, Phase
from daemon.order.policy import Policy


def next_steps(order: Order) -> tuple[steps.Step, ...]:
    """Every step that may be taken now for an order, the most useful first."""
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
    if order.refusals > 1:  # one bracket shows whether storage accepts any
        uploads, registers = uploads[:1], [] if uploads else registers[:1]
    return (*uploads, *registers, *map(steps.Discard, order.discards)) or (steps.Confirm(),)


def _download_steps(order: Order) -> tuple[steps.Step, ...]:
    places = [steps.Place(i.id) for i in order.images if i.state is ImageState.FETCHED]
    if money.must_reckon(order):
        return (*places, steps.Reckon())
    fetches = sorted((i.failures, n) for n, i in enumerate(order.images) if i.state is ImageState.PROCESSED)
    return (*places, *(steps.Fetch(order.images[n].id) for _, n in fetches))


BY_PERSON = (f.Retried, f.Approved, f.Reopened, f.Dismissed, f.Cancelled)
"""Facts that apply to a held order directly: only a person can release it."""


def evolve(order: Order, fact: f.Fact, *, now: float, policy: Policy) -> Order:
    """The order after a fact. Facts that come too late, twice, or for another registration change nothing."""
    rule, known = _RULES[type(fact)], order
    order = with_true_due(order, now, policy)
    if order.phase is Phase.HELD and order.held_in and not isinstance(fact, BY_PERSON):
        there = replace(order, phase=order.held_in, held_in=None)
        after: Order = rule(there, fact, now, policy)
        after = order if after is there else _still_held(order, after)
    else:
        after = rule(order, fact, now, policy)
    if after is order:
        return known
    since = order.updated_at if order.phase_since is None else order.phase_since
    return replace(dated(known, after, now), phase_since=since if after.phase is order.phase else now)


def _still_held(order: Order, after: Order) -> Order:
    """The held order with the result of a step that was running when it was held. It stays held.

    A new reason to hold it that outweighs the present one is added, so that a person sees both.
    """
    if after.phase is Phase.HELD and after.hold is not None and after.hold.outweighs(order.hold):
        troubles = (*order.troubles, *after.troubles)
        order = replace(order, hold=after.hold, unknown_order=after.unknown_order, troubles=troubles)
    if after.phase in RESTING:
        after = replace(after, phase=order.held_in or order.phase)
    after = replace(after, mismatch=order.mismatch, hold=order.hold, unknown_order=order.unknown_order)
    after = replace(after, over_limit=order.over_limit)
    return replace(after, phase=Phase.HELD, held_in=after.phase, troubles=order.troubles, due=None)


_RULES: dict[type[Any], Callable[[Order, Any, float, Policy], Order]] = {
    f.Locked: money.locked,
    f.Created: uploading.created,
    f.Registered: uploading.registered,
    f.Stored: uploading.stored,
    f.SlotLost: uploading.slot_lost,
    f.Changed: uploading.changed,
    f.SameContent: uploading.same_content,
    f.Discarded: uploading.discarded,
    f.Confirmed: uploading.confirmed,
    f.MergeIntended: merging.merge_intended,
    f.Merged: merging.merged,
    f.Seen: merging.seen,
    f.ReprocessIntended: merging.reprocess_intended,
    f.Reprocessed: merging.reprocessed,
    f.Reckoned: money.reckoned,
    f.Approved: money.approved,
    f.Reopened: asked.reopened,
    f.Dismissed: asked.dismissed,
    f.Fetched: downloading.fetched,
    f.FetchLost: downloading.fetch_lost,
    f.Placed: downloading.placed,
    f.ImageLost: downloading.image_lost,
    f.Delivered: downloading.delivered,
    f.CameLate: downloading.came_late,
    f.FoundAgain: downloading.found_again,
    f.Moved: uploading.moved,
    f.OutputRenamed: downloading.output_renamed,
    FoundDelivered: behind.found_delivered,
    FoundMerged: behind.found_merged,
    FoundElsewhere: behind.found_elsewhere,
    f.Failed: trouble.failed,
    f.Interrupted: trouble.nothing,
    f.Retried: trouble.retried,
    f.Resumed: trouble.resumed,
    f.Recovered: trouble.nothing,
    f.Cancelled: trouble.cancelled,
}

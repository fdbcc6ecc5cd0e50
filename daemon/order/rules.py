"""Decides the next steps of an order, and how each fact changes it.

The rules:

1. Phases only move forward along settled, uploading, uploaded, merging, processing, downloading, downloaded. The
   exceptions need a person's request: a retry of failed images moves an order back to processing, and choosing more
   images moves a delivered order back to downloading.
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
9. A dismissed image is never bought. An image that a person did not pick is bought only if a person picks it later.
10. An order whose images all failed is held, because there is nothing to deliver.
11. A held, skipped or cancelled order makes no requests.
12. An answer that does not match the request (another order or bracket, an id twice, more images than brackets) is not
    used. The request is repeated. After several tries the order is held.
13. Before an image is bought, the images are compared with the planned ones. If they differ, the order is held for a
    person, once, unless ``on_mismatch`` says otherwise.
14. With ``buy: ask`` an image is bought only after a person chose it, and with ``keep`` only if the shoot lists it.
15. Free previews are fetched only if something needs them. A preview that cannot be fetched never holds an order.

No I/O, no clock, no log: ``now`` and ``policy`` are arguments.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from daemon.order import (
    asked,
    behind,
    choosing,
    deadline,
    downloading,
    merging,
    money,
    previewing,
    regrouping,
    steps,
    trouble,
    uploading,
)
from daemon.order import facts as f
from daemon.order.due import dated, with_true_due
from daemon.order.found import FoundDelivered, FoundElsewhere, FoundMerged
from daemon.order.hold import Hold
from daemon.order.image import ImageState
from daemon.order.misgrouped import held_if_misgrouped
from daemon.order.order import Order
from daemon.order.phase import RESTING, Phase
from daemon.order.policy import Policy


def next_steps(order: Order) -> tuple[steps.Step, ...]:
    """Every step that may be taken now for an order, the most useful first."""
    match order.phase:
        case Phase.SETTLED | Phase.UPLOADING:
            return _upload_steps(order)
        case Phase.UPLOADED:
            return (steps.Merge(),)
        case Phase.MERGING:
            return (steps.Poll(),) if order.merge.polled else (steps.Merge(),)
        case Phase.PROCESSING:
            return tuple(steps.Reprocess(i.id) for i in order.images if i.state is ImageState.AGAIN) or (steps.Poll(),)
        case Phase.DOWNLOADING:
            return _download_steps(order) or (steps.Deliver(),)
        case _:
            return ()


def _upload_steps(order: Order) -> tuple[steps.Step, ...]:
    if order.flow == "brackets" and not order.uploads.created:
        return (steps.Create(),)
    todo = sorted((order.brackets[n].failures, n) for n in order.sent if not order.brackets[n].stored)
    uploads = [steps.Upload(n) for _, n in todo if order.brackets[n].registered]
    registers = [steps.Register(n) for _, n in todo if not order.brackets[n].registered]
    if order.uploads.refusals > 1:  # one bracket shows whether storage accepts any
        uploads, registers = uploads[:1], [] if uploads else registers[:1]
    return (*uploads, *registers, *map(steps.Discard, order.uploads.discards)) or (steps.Confirm(),)


def _download_steps(order: Order) -> tuple[steps.Step, ...]:
    places = [steps.PlacePicture(i.id) for i in order.images if i.state is ImageState.FETCHED]
    if before := previewing.preview_steps(order):
        return (*places, *before)
    if money.must_reckon(order):
        return (*places, steps.Reckon())
    fetches = sorted((i.failures, n) for n, i in enumerate(order.images) if i.state is ImageState.PROCESSED)
    return (*places, *(steps.Fetch(order.images[n].id) for _, n in fetches))


BY_PERSON = (f.Retried, f.Approved, f.Reopened, f.Dismissed, f.Regrouped, f.Cancelled)
"""Facts that apply to a held order directly: only a person can release it."""


def evolve(order: Order, fact: f.Fact, *, now: float, policy: Policy) -> Order:
    """The order after a fact. Facts that come too late, twice, or for another registration change nothing."""
    known = order
    order = with_true_due(order, now, policy)
    if order.hold is not None and not isinstance(fact, BY_PERSON):
        there = replace(order, standing=order.hold.returns_to)
        after = _applied(there, fact, now, policy)
        after = order if after is there else _still_held(order, order.hold, after)
    else:
        after = choosing.with_kept_images(order, _applied(order, fact, now, policy))
        after = choosing.held_for_choice(held_if_misgrouped(order, after))
    if after is order:
        return known
    return dated(known, after, now, order.times.in_phase_since if after.phase is order.phase else now)


def _still_held(order: Order, hold: Hold, after: Order) -> Order:
    """The held order with the result of a step that was running when it was held. It stays held.

    If a new reason to hold it takes precedence, it is added to the existing one, so that a person sees both.
    """
    kind, unknown_order, troubles = hold.kind, order.source.unknown_order, order.troubles
    if after.hold is not None and after.hold.kind.outweighs(kind):
        kind, unknown_order = after.hold.kind, after.source.unknown_order
        troubles = (*troubles, *after.troubles)
    if order.purchase.over_limit or after.purchase.over_limit:
        after = replace(after, purchase=replace(after.purchase, check=order.purchase.check))
    returns_to = hold.returns_to if after.phase in RESTING or after.stage is None else after.stage
    return replace(
        after,
        standing=Hold(returns_to, kind),
        source=replace(after.source, unknown_order=unknown_order),
        tries=replace(after.tries, mismatch=order.tries.mismatch),
        troubles=troubles,
        due=None,
    )


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
        case f.Polled():
            return merging.polled(order, fact, now, policy)
        case f.ReprocessIntended():
            return merging.reprocess_intended(order, fact, now, policy)
        case f.Reprocessed():
            return merging.reprocessed(order, fact, now, policy)
        case f.Previewed():
            return previewing.previewed(order, fact, now, policy)
        case f.PreviewFailed():
            return previewing.preview_failed(order, fact, now, policy)
        case f.Inspected():
            return previewing.inspected(order, fact, now, policy)
        case f.Reckoned():
            return money.reckoned(order, fact, now, policy)
        case f.Approved():
            return money.approved(order, fact, now, policy)
        case f.Reopened():
            return asked.reopened(order, fact, now, policy)
        case f.Dismissed():
            return asked.dismissed(order, fact, now, policy)
        case f.Regrouped():
            return regrouping.regrouped(order, fact, now, policy)
        case f.Fetched():
            return downloading.fetched(order, fact, now, policy)
        case f.FetchLost():
            return downloading.fetch_lost(order, fact, now, policy)
        case f.PicturePlaced():
            return downloading.picture_placed(order, fact, now, policy)
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
        case f.DeadlineNear():
            return deadline.came_nearer(order, fact, now)
        case _:
            assert_never(fact)

"""Rules for failures, and for the verbs retry and cancel."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from daemon.order import facts as f
from daemon.order import previewing, steps
from daemon.order.bracket import Bracket
from daemon.order.changes import PAID, back_off, held, mismatched, progress, released, with_bracket, with_image
from daemon.order.ended import Ended
from daemon.order.hold import CHOICES, HoldKind
from daemon.order.image import Image, ImageState
from daemon.order.merge import MergeState
from daemon.order.merging import reprocessing
from daemon.order.money import held_if_too_large
from daemon.order.naming import brief
from daemon.order.order import Order
from daemon.order.phase import RESTING, Phase
from daemon.order.plan import shifts_sets
from daemon.order.policy import Policy
from daemon.order.preset import Preset
from daemon.order.problem import Code, Trouble
from daemon.order.uploading import go_without, send_again

Item = TypeVar("Item", Bracket, Image)

UPLOADS_A_PLACE = 4
"""Failed uploads to one URL before the bracket is registered again."""

REFUSALS = frozenset({f.Failure.REQUEST, f.Failure.ACCOUNT})
"""Failures that are the service's answer to a request."""

SET_BACK = 3
"""The maximum number of temporary failures counted against an image: enough to try other images first."""


def bug(step: steps.Step | None, error: BaseException) -> f.Failed:
    """The fact for a bug in bracketd, with the traceback in ``detail``."""
    why = f"a bug in bracketd stopped this order ({type(error).__name__}: {brief(str(error))}). "
    detail = "".join(traceback.format_exception(error))
    return f.Failed(step, f.Failure.BUG, why + "Please report it with `bracketd show`.", detail=detail)


def failed(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    """Apply the rule for the kind of failure, from ``ANSWERS``."""
    if order.phase in RESTING:
        return order
    if isinstance(fact.step, steps.Preview | steps.Inspect) and fact.kind is not f.Failure.ACCOUNT:
        return previewing.failed(order, fact, now, policy)
    order = _taken_back(_count_failure(order, fact), fact, now)
    return ANSWERS[fact.kind](order, fact, now, policy)


def _taken_back(order: Order, fact: f.Failed, now: float) -> Order:
    """Clear a failed request's intent if it was certainly not carried out. Otherwise keep polling for its result.

    The wait for the result starts now, because a request may take minutes to fail. The service may refuse a merge
    because an earlier one was carried out, so the order is polled before the next merge.
    """
    match fact.step:
        case steps.Merge() if order.merge.state is MergeState.ASKED:
            if not fact.unsent:
                return replace(order, merge=replace(order.merge, asked_at=now))
            refused_at = now if fact.kind in REFUSALS else order.merge.refused_at
            unsent = replace(order.merge.taken_back(), refused_at=refused_at)
            return replace(order, merge=unsent, tries=replace(order.tries, polls=0))
        case steps.Reprocess(image_id) if image := reprocessing(order, image_id):
            unsent_image = replace(
                image, state=ImageState.AGAIN, reprocessed_at=None, failures=max(0, image.failures - 1)
            )
            return with_image(order, unsent_image if fact.unsent else replace(image, reprocessed_at=now))
        case _:
            return order


def _passing(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    before = (
        order.brackets[fact.step.bracket].failures - 1 if isinstance(fact.step, steps.Register | steps.Upload) else 0
    )
    return back_off(order, _trouble(fact), now, policy, fact.retry_after, tries=before)


def _not_ready(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    image = _image(order, fact.step)
    if image is not None and image.failures >= policy.fetch_patience:
        return held(order, Trouble(Code.NOT_READY, _not_given(image, fact.why)))
    return back_off(order, _trouble(fact), now, policy, fact.retry_after)


def _mismatch(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    assert fact.mismatch is not None
    image = _image(order, fact.step)
    if image is not None and fact.mismatch in PAID and image.state is ImageState.PROCESSED:
        order = with_image(order, replace(image, fetched_at=image.fetched_at or now))
    times = image.failures if image is not None else 1
    return mismatched(order, fact.mismatch, fact.why, now, policy, times=times)


def _account(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    return replace(order, troubles=(_trouble(fact),), due=now + (fact.retry_after or policy.account_probe))


def _output(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    return replace(order, troubles=(_trouble(fact),), due=now + policy.output_retry)


def _file(order: Order, fact: f.Failed, now: float, _policy: Policy) -> Order:
    late = order.phase not in (Phase.SETTLED, Phase.UPLOADING)
    if order.preset.bad_files == "hold" or late or fact.bracket is None or order.brackets[fact.bracket].left_out:
        return held(order, _trouble(fact))
    without = go_without(order, fact.bracket, fact.why)
    if not without.sent:
        return held(order, _trouble(fact))
    if len(without.sent) % (order.preset.per_image or 1) or shifts_sets(without):
        return held(order, Trouble(Code.FILE, f"{fact.why} {_no_whole_sets(without)}"))
    return progress(without, now)


def _unreadable(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    """Handle a file that the disk cannot read: back off, indefinitely if no other photo can be read either.

    A file that stays unreadable for ``Policy.file_patience``, while others can be read, is handled like a bad file.
    """
    number = fact.bracket
    if number is None or order.phase not in (Phase.SETTLED, Phase.UPLOADING):
        return back_off(order, _trouble(fact), now, policy)
    bracket = order.brackets[number]
    since = bracket.unreadable_since
    since = now if since is None or since > now or fact.disk_fails else since
    order = with_bracket(order, number, replace(bracket, unreadable_since=since))
    if now - since >= policy.file_patience and order.tries.failures >= policy.file_tries:
        minutes = (now - since) / 60
        why = f"{fact.why}. The photo has been unreadable for {minutes:.0f} min, while other photos could be read."
        after = _file(order, replace(fact, why=why), now, policy)
        remedy = "Nothing was merged or paid for. Fix or replace the file, then run `bracketd retry`"
        held_with = (Trouble(Code.FILE, f"{after.trouble} {remedy}"),)
        return replace(after, troubles=held_with) if after.phase is Phase.HELD else after
    others = "Other photos of the shoot cannot be read either. " if fact.disk_fails else ""
    why = f"{fact.why}. {others}bracketd keeps trying. If this continues, check the disk and its connection"
    return back_off(order, Trouble(Code.FILE_UNREADABLE, why), now, policy, tries=bracket.failures - 1)


def _no_whole_sets(without: Order) -> str:
    """The message that a photo cannot be left out because that would shift the fixed-size sets after it."""
    return (
        f"bracketd cannot leave this photo out: the service cuts the {len(without.sent)} other brackets into sets of "
        f"{without.preset.per_image}, so brackets would get into the wrong images."
    )


def _gone(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    if order.phase in (Phase.SETTLED, Phase.UPLOADING):
        return cancelled(order, f.Cancelled(fact.why, code=Code.FILE), now, policy)
    return held(order, _trouble(fact))


def _held(order: Order, fact: f.Failed, _now: float, _policy: Policy) -> Order:
    return held(order, _trouble(fact))


ANSWERS: dict[f.Failure, Callable[[Order, f.Failed, float, Policy], Order]] = {
    f.Failure.PASSING: _passing,
    f.Failure.NOT_READY: _not_ready,
    f.Failure.MISMATCH: _mismatch,
    f.Failure.ACCOUNT: _account,
    f.Failure.REQUEST: _held,
    f.Failure.FILE: _file,
    f.Failure.UNREADABLE: _unreadable,
    f.Failure.GONE: _gone,
    f.Failure.OUTPUT: _output,
    f.Failure.BUG: _held,
}
"""The rule for each kind of failure.

passing: back off, for days if necessary · not ready: back off, and hold after ``Policy.fetch_patience`` tries ·
mismatch: back off, and hold after some tries · account: wait; the runner pauses the account, and one order probes it ·
request, bug: hold for a person · file: hold or leave it out, as ``bad_files`` says · unreadable: back off, and handle
it as file if only this one stays unreadable · gone: cancel before the merge, hold after it · output: try again every
minute.
"""


CODES = {
    f.Failure.PASSING: Code.SERVICE,
    f.Failure.NOT_READY: Code.NOT_READY,
    f.Failure.MISMATCH: Code.WRONG_ANSWER,
    f.Failure.ACCOUNT: Code.ACCOUNT,
    f.Failure.REQUEST: Code.REQUEST_REFUSED,
    f.Failure.FILE: Code.FILE,
    f.Failure.UNREADABLE: Code.FILE_UNREADABLE,
    f.Failure.GONE: Code.FILE,
    f.Failure.OUTPUT: Code.OUTPUT,
    f.Failure.BUG: Code.BUG,
}
"""The problem code of each kind of failure."""


def _trouble(fact: f.Failed) -> Trouble:
    return Trouble(Code.NETWORK if fact.offline else CODES[fact.kind], fact.why)


def _not_given(image: Image, why: str) -> str:
    return (
        f"the service refused to provide {image.called} {image.failures} times ({why.rstrip('.')}). "
        "Check the order in the web app; `bracketd retry` requests the image again"
    )


def _image(order: Order, step: steps.Step | None) -> Image | None:
    """The image of a fetch step; None for other steps."""
    return next((i for i in order.images if isinstance(step, steps.Fetch) and i.id == step.image), None)


def _count_failure(order: Order, fact: f.Failed) -> Order:
    """Count a failure against its bracket or image, so that others are tried first.

    If storage closes the connection, its refusal of the URL may be lost. After a few failed uploads the bracket is
    therefore registered again.
    """
    match fact.step:
        case steps.Register(number) | steps.Upload(number):
            bracket = replace(order.brackets[number], failures=order.brackets[number].failures + 1)
            refused = isinstance(fact.step, steps.Upload) and bracket.registered and not fact.unsent
            if refused and bracket.failures % UPLOADS_A_PLACE == 0:
                return send_again(order, number, bracket)
            return with_bracket(order, number, bracket)
        case steps.Fetch():
            image = _image(order, fact.step)
            counted = fact.kind in (f.Failure.NOT_READY, f.Failure.MISMATCH)
            if image is None or (not counted and image.failures >= SET_BACK):
                return order
            return with_image(order, replace(image, failures=image.failures + 1))
        case _:
            return order


def retried(order: Order, fact: f.Retried, now: float, policy: Policy) -> Order:
    """Apply a retry: a held order returns to its phase, a waiting order continues now.

    A held order takes the current settings, because the service may have refused a setting; after the merge only those
    of the download. The failure counts of its images are reset, and after a mismatch also those of its brackets. An
    order that needs a decision is not retried, because nothing failed. A plan that was made for another grouping is
    dropped. For an order that may have been delivered, the
    delivery note is read again.
    """
    if order.hold_kind in CHOICES:
        return order
    if order.hold_kind is HoldKind.DELIVERED:
        order = replace(order, source=replace(order.source, unknown_order=None))
    if order.phase is Phase.HELD:
        preset, images = _mended(order, fact.preset), tuple(_fresh(image) for image in order.images)
        brackets = order.brackets if order.tries.mismatch is None else tuple(_fresh(b) for b in order.brackets)
        order = _given_tries(replace(released(order, now), brackets=brackets), policy)
        same = (preset.grouping, preset.per_image) == (order.preset.grouping, order.preset.per_image)
        order = replace(order, preset=preset, images=images, plan=order.plan if same else ())
        return held_if_too_large(order, policy)
    if order.phase in RESTING:
        return order
    return replace(order, tries=replace(order.tries, failures=0), due=now)


def resumed(order: Order, _fact: f.Resumed, now: float, _policy: Policy) -> Order:
    """Continue a waiting order now, because the account is accepted again."""
    return order if order.due is None or order.due <= now else replace(order, due=now)


def _mended(order: Order, today: Preset | None) -> Preset:
    if today is None:
        return order.preset
    if not order.merge.requested:
        locked, own = order.preset, order.preset.own
        kept = replace(today, dev_mode=locked.dev_mode, prefer=locked.prefer, singles=locked.singles, keep=locked.keep)
        kept = replace(kept, buy="ask") if locked.buy == "ask" else kept
        if (locked.grouping, today.grouping) != ("automatic", "automatic"):  # the plan was made for this grouping
            kept = replace(kept, grouping=locked.grouping, per_image=locked.per_image)
        return kept.with_own(own)
    return replace(order.preset, format=today.format, quality=today.quality, max_width=today.max_width)


def _fresh(item: Item) -> Item:
    return replace(item, failures=0) if item.failures else item


def _given_tries(order: Order, policy: Policy) -> Order:
    """Reset the waits for files. Restore half of the tries after refusals: each try uses up one use of a name."""
    most = policy.slot_tries // 2
    brackets = tuple(replace(b, refusals=min(b.refusals, most), unreadable_since=None) for b in order.brackets)
    return replace(order, brackets=brackets, uploads=order.uploads.with_tries_left(most))


def cancelled(order: Order, fact: f.Cancelled, _now: float, _policy: Policy) -> Order:
    """Cancel an order that has not been merged. A later cancel would leave paid images behind, so it is ignored.

    Late photos are reported again if they are still in the folder, unless another order replaces this one.
    """
    if order.phase is Phase.CANCELLED:
        known = order.unsent.late and not fact.by_person
        return replace(order, unsent=replace(order.unsent, late=())) if known else order
    if order.merge.requested:
        return order
    ended = Ended.CANCELLED_BY_PERSON if fact.by_person else Ended.CANCELLED_BY_RULE
    why = (Trouble(fact.code, fact.why),)
    return replace(order, standing=ended, troubles=why, due=None, unsent=replace(order.unsent, late=()))


def nothing(order: Order, _fact: f.Fact, _now: float, _policy: Policy) -> Order:
    """Return the order unchanged. For facts that are only recorded in the journal."""
    return order
